/**
 * Compiles source to a module for an isolate: JavaScript, or TypeScript with its types removed.
 * Does not run it. The output is metered: every loop and function counts its steps and the memory
 * it may allocate. Otherwise a runtime without limits would never return from `while (true)`. The
 * output cannot import anything.
 */
import type { AnyNode, Node, parse as parseProgram } from "acorn";
import type { transform as stripTypes } from "sucrase";
import type { CompiledCode } from "./isolate.ts";

/** Maximum length of a source, in characters. */
export const MAX_SOURCE_CHARS = 100_000;

export type Compiled =
  | { readonly ok: true; readonly code: CompiledCode }
  | { readonly ok: false; readonly reason: string };

// On the same line as the start of the source, so that line numbers match the author's.
const HEAD = "export default async (tools, input) => {{ ";
const TAIL = "\n}};";

/**
 * The parsers, once loaded. Stored as functions and not as promises: a promise that one object
 * created must not be awaited by another.
 */
const loaded: { parse?: typeof parseProgram; transform?: typeof stripTypes } = {};

/** Compiles the body of an async function with the parameters `tools` and `input`. Never throws. */
export async function compileCode(source: string): Promise<Compiled> {
  if (source.length > MAX_SOURCE_CHARS) {
    return { ok: false, reason: `it has more than ${MAX_SOURCE_CHARS} characters` };
  }
  loaded.parse ??= (await import("acorn")).parse;
  const { parse } = loaded;
  const wrapped = HEAD + source + TAIL;
  const asJavaScript = parsed(parse, wrapped);
  if (asJavaScript.ok) {
    return metered(wrapped, asJavaScript.program);
  }
  const stripped = await withoutTypes(wrapped);
  const asTypeScript = stripped === null ? null : parsed(parse, stripped);
  return stripped !== null && asTypeScript?.ok === true
    ? metered(stripped, asTypeScript.program)
    : asJavaScript;
}

type Parse = typeof parseProgram;
type Parsed =
  | { readonly ok: true; readonly program: Node }
  | { readonly ok: false; readonly reason: string };

function parsed(parse: Parse, text: string): Parsed {
  try {
    const program = parse(text, { ecmaVersion: "latest", sourceType: "module" });
    // Requires one arrow function with one block: the source did not close it and start something
    // else.
    const [first, ...more] = program.body;
    const arrow = first?.type === "ExportDefaultDeclaration" ? first.declaration : null;
    const block = arrow?.type === "ArrowFunctionExpression" ? arrow.body : null;
    const whole =
      block?.type === "BlockStatement" &&
      block.body.length === 1 &&
      block.body[0]?.type === "BlockStatement" &&
      block.body[0].end === text.length - 2 &&
      more.every(({ type }) => type === "EmptyStatement");
    return whole ? { ok: true, program } : { ok: false, reason: "a brace has no partner" };
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
}

/**
 * Removes types and preserves line numbers. Returns null if the text is not valid TypeScript
 * either.
 */
async function withoutTypes(text: string): Promise<string | null> {
  loaded.transform ??= (await import("sucrase")).transform;
  const { transform } = loaded;
  try {
    const { code } = transform(text, {
      transforms: ["typescript"],
      disableESTransforms: true,
      // Keeps imports, so that they are rejected and not silently removed.
      keepUnusedImports: true,
    });
    return code;
  } catch {
    return null;
  }
}

/** Estimated bytes that a node allocates per evaluation; rather too high. */
const BYTES: Readonly<Record<string, number>> = {
  ObjectExpression: 56,
  ArrayExpression: 48,
  Property: 16,
  FunctionExpression: 64,
  ArrowFunctionExpression: 64,
  FunctionDeclaration: 64,
  ClassExpression: 512,
  ClassDeclaration: 512,
  TemplateLiteral: 48,
  BinaryExpression: 32,
  AssignmentExpression: 16,
  NewExpression: 64,
  CallExpression: 32,
  TaggedTemplateExpression: 64,
};

interface Insertion {
  readonly at: number;
  readonly text: string;
}

function metered(text: string, program: Node): Compiled {
  // A name that the source cannot guess, so that it cannot be shadowed.
  const nonce = crypto.randomUUID().replaceAll("-", "");
  const [tick, spread] = [`tick_${nonce}`, `spread_${nonce}`];
  const insertions: Insertion[] = [];
  const insert = (at: number, added: string): void => {
    insertions.push({ at, text: added });
  };
  const around = ({ start, end }: Node, before: string, after: string): void => {
    insert(start, before);
    insert(end, after);
  };
  let refused: string | null = null;

  /** Visits a node. Returns the bytes that it allocates, without loops and functions inside it. */
  const visit = (node: AnyNode): number => {
    switch (node.type) {
      case "ImportExpression":
      case "ImportDeclaration":
        refused ??= "there is nothing to import";
        return 0;
      case "MetaProperty":
        if (node.meta.name === "import") {
          refused ??= "there is no `import.meta`";
        }
        return 0;
      case "ForStatement":
      case "ForInStatement":
      case "ForOfStatement":
      case "WhileStatement":
      case "DoWhileStatement": {
        counted(node.body, visitChildren(node));
        return 0;
      }
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression": {
        const bytes = visitChildren(node);
        if (node.body.type === "BlockStatement") {
          insert(node.body.start + 1, `${tick}(${bytes});`);
        } else {
          around(node.body, `(${tick}(${bytes}),`, ")");
        }
        return BYTES[node.type] ?? 0;
      }
      case "PropertyDefinition": {
        const bytes = visitChildren(node);
        if (node.value !== null && node.value !== undefined) {
          around(node.value, `(${tick}(${bytes}),`, ")");
        }
        return 16;
      }
      case "SpreadElement":
        around(node.argument, `${spread}(`, ")");
        return 32 + visitChildren(node);
      default:
        return (BYTES[node.type] ?? 0) + visitChildren(node);
    }
  };
  const counted = (body: Node, bytes: number): void => {
    if (body.type === "BlockStatement") {
      insert(body.start + 1, `${tick}(${bytes});`);
    } else {
      around(body, `{${tick}(${bytes});`, "}");
    }
  };
  const visitChildren = (node: Node): number => {
    let bytes = 0;
    for (const child of childrenOf(node)) {
      bytes += visit(child);
    }
    return bytes;
  };

  try {
    visit(program as AnyNode);
  } catch (error) {
    return { ok: false, reason: reasonOf(error) };
  }
  if (refused !== null) {
    return { ok: false, reason: refused };
  }
  const names = `import { tick as ${tick}, spread as ${spread} } from "meter.js"; `;
  return { ok: true, code: { module: names + inserted(text, insertions) } };
}

function childrenOf(node: Node): AnyNode[] {
  return Object.values(node)
    .flat()
    .filter(
      (value: unknown): value is AnyNode =>
        typeof value === "object" && value !== null && "type" in value && "start" in value,
    );
}

/**
 * Applies all insertions. At the same position, later insertions go outside earlier ones, because
 * inner nodes are visited before the nodes that contain them.
 */
function inserted(text: string, insertions: readonly Insertion[]): string {
  const at = new Map<number, string>();
  for (const one of insertions) {
    const known = at.get(one.at) ?? "";
    const closes = one.text === ")" || one.text === "}";
    at.set(one.at, closes ? known + one.text : one.text + known);
  }
  let result = "";
  let from = 0;
  for (const place of [...at.keys()].toSorted((a, b) => a - b)) {
    result += text.slice(from, place) + (at.get(place) ?? "");
    from = place;
  }
  return result + text.slice(from);
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) {
    return "it is nested too deeply";
  }
  const text = error instanceof Error ? error.message : "it cannot be read";
  // Omits the column, which includes the text before the source.
  return text.replace(/ \((\d+):\d+\)$/, " (line $1)");
}

/**
 * Lists a server's tools page by page. Checks each tool separately, so that an invalid tool does
 * not affect the others. Schemas are passed on unchanged.
 */
import { cut } from "../../run/value/cut.ts";
import { createHash } from "node:crypto";
import { z } from "zod";
import { ToolStop } from "../../run/value/failure.ts";
import { isJsonObject, jsonDefect, type JsonObject } from "../../run/value/json.ts";
import {
  MAX_INSTRUCTIONS_CHARS,
  MAX_PART_CHARS,
  MAX_PROBLEMS,
  type CatalogueHead,
  type McpAnnotations,
  type McpProblem,
  type McpTool,
} from "../../run/spec/mcp-catalogue.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { TOOL_NAME } from "../../run/spec/tool-definition.ts";
import { foreignSchema } from "../tools/schema/foreign-schema.ts";
import { schemaDefect } from "../tools/schema/schema-defect.ts";
import { referenceDefect } from "../tools/schema/schema-refs.ts";
import { cleaned, type Hide } from "../tools/redact.ts";
import { connect, type Connection, type ConnectOptions } from "./connect.ts";
import { stopOf } from "./failure.ts";
import { limited } from "../../timing.ts";

/** Limits of a listing. */
export interface ListBounds {
  /** Timeout per request in milliseconds. The definition's own timeout also applies. */
  readonly requestMs: number;
  /** Timeout for the whole listing, in milliseconds. */
  readonly totalMs: number;
  readonly pages: number;
  readonly tools: number;
  /** Maximum characters of JSON. */
  readonly chars: number;
}

export const LIST_BOUNDS: ListBounds = {
  requestMs: 30_000,
  totalMs: 120_000,
  pages: 100,
  tools: 5_000,
  chars: 4_000_000,
};

const MAX_DESCRIPTION_CHARS = 4_096;
const MAX_SCHEMA_CHARS = 32_768;

/**
 * The result of a listing: a head without the fields that the store adds, and the tools as JSON
 * arrays.
 */
export interface Listing extends Pick<
  CatalogueHead,
  | "revision"
  | "tool_count"
  | "total_chars"
  | "capabilities"
  | "instructions"
  | "problems"
  | "problem_count"
> {
  readonly parts: readonly string[];
}

/** A page of tools that are not checked yet. The cursor may have any type. */
const page = z.looseObject({
  tools: z.array(z.unknown()),
  nextCursor: z.unknown().optional(),
});
type Page = z.infer<typeof page>;

/** Consecutive pages without a new tool after which a listing stops. */
const MAX_REPEATED_PAGES = 2;

/** Lists a server's tools. @throws ToolStop if the server cannot be listed; the signal's reason */
export async function listTools(
  definition: McpServerDefinition,
  options: ConnectOptions,
  bounds: ListBounds = LIST_BOUNDS,
): Promise<Listing> {
  const timeout = Math.min(definition.timeout_ms, bounds.requestMs);
  const late = new ToolStop("tool_timeout", "The server did not list its tools in time.");
  return limited(bounds.totalMs, late, async (limit) => {
    const connection = await connect(
      { ...definition, timeout_ms: timeout },
      { ...options, listen: false, signal: AbortSignal.any([options.signal, limit]) },
    );
    try {
      return await list(connection, definition.name, timeout, bounds, options.hide);
    } catch (thrown) {
      throw options.signal.aborted
        ? (options.signal.reason as Error)
        : stopOf(thrown, connection.signal, options.hide);
    } finally {
      await connection.close();
    }
  });
}

async function list(
  { client, signal }: Connection,
  server: string,
  timeout: number,
  bounds: ListBounds,
  hide: Hide = (text) => text,
): Promise<Listing> {
  const capabilities = client.getServerCapabilities() ?? {};
  const said = client.getInstructions();
  const instructions = said === undefined ? null : cut(hide(said), MAX_INSTRUCTIONS_CHARS);
  const collected = new Collected(server, bounds);
  const ask = (cursor: string | null): Promise<Page> => {
    const params = cursor === null ? {} : { cursor };
    return client.request({ method: "tools/list", params }, page, { timeout, signal });
  };
  const cursors = new Set<string>();
  let cursor: string | null = null;
  let pages = 0;
  let repeated = 0;
  while (capabilities.tools !== undefined) {
    const answer = cursor === "" ? await afterEmptyCursor(ask, signal) : await ask(cursor);
    if (answer instanceof ToolStop) {
      const reason = `the page after an empty cursor could not be read (${answer.code})`;
      collected.problem("*", reason);
      break;
    }
    if (answer === null) {
      break;
    }
    pages += 1;
    const tools = answer.tools.map((tool) => cleaned(tool, hide));
    const isNew = pages === 1 || collected.hasNew(tools);
    if (cursor === "" && !isNew) {
      break;
    }
    // A page that only repeats earlier tools is one problem, not one for each tool.
    repeated = isNew || tools.length === 0 ? 0 : repeated + 1;
    if (repeated === 0) {
      for (const tool of tools) {
        collected.add(tool);
      }
    }
    cursor = nextCursor(answer, collected);
    if (cursor === null) {
      break;
    }
    const circle = cursors.has(cursor) || repeated >= MAX_REPEATED_PAGES;
    const why = collected.full ?? beyond(pages, circle, bounds);
    if (why !== null) {
      collected.problem("*", `${why}: the pages after it were not read`);
      break;
    }
    cursors.add(cursor);
  }
  return { ...collected.end(), capabilities: known(capabilities), instructions };
}

/**
 * Requests the page after an empty cursor. For some servers that is a page like any other, for
 * others an empty cursor marks the last page and is not accepted. A failure therefore ends the
 * listing without an error.
 * @returns the page, or the failure; null if the server rejects the cursor
 * @throws if the connection has ended
 */
async function afterEmptyCursor(
  ask: (cursor: string) => Promise<Page>,
  signal: AbortSignal,
): Promise<Page | ToolStop | null> {
  try {
    return await ask("");
  } catch (thrown) {
    if (signal.aborted) {
      throw thrown;
    }
    const rejected = thrown instanceof Error && "code" in thrown && thrown.code === INVALID_PARAMS;
    return rejected ? null : stopOf(thrown, signal);
  }
}

/** JSON-RPC's error code for invalid parameters, here an invalid cursor. */
const INVALID_PARAMS = -32_602;

/**
 * Returns the cursor of the next page, or null after the last page. Null, false and 0 mark the last
 * page; any other cursor that is not a string is a problem.
 */
function nextCursor({ nextCursor: given }: Page, collected: Collected): string | null {
  if (typeof given === "string") {
    return given;
  }
  if (given !== undefined && given !== null && given !== false && given !== 0) {
    collected.problem("*", "its cursor is not a string: the pages after it were not read");
  }
  return null;
}

function beyond(pages: number, circle: boolean, bounds: ListBounds): string | null {
  if (circle) {
    return "the server goes round in circles";
  }
  return pages >= bounds.pages ? `the server has more than ${bounds.pages} pages of tools` : null;
}

/** Returns a server's capabilities as JSON; empty if they are too large. */
function known(capabilities: object): JsonObject {
  const text = JSON.stringify(capabilities);
  const copy: unknown = text.length > MAX_INSTRUCTIONS_CHARS ? {} : JSON.parse(text);
  return isJsonObject(copy) ? copy : {};
}

/** Collects tools, splits them into parts, and records what was omitted. */
class Collected {
  readonly #server: string;
  readonly #bounds: ListBounds;
  readonly #names = new Set<string>();
  /** All names that the server sent, including those of tools that were left out. */
  readonly #seen = new Set<string>();
  readonly #problems: McpProblem[] = [];
  #problemCount = 0;
  readonly #parts: string[] = [];
  #texts: string[] = [];
  #chars = 0;
  #total = 0;
  /** The reason why the listing stopped; null if it has not. */
  full: string | null = null;

  constructor(server: string, bounds: ListBounds) {
    this.#server = server;
    this.#bounds = bounds;
  }

  /** Returns whether any of these tools has a name that the server has not sent before. */
  hasNew(tools: readonly unknown[]): boolean {
    return tools.some((tool) => {
      const name = nameOf(tool);
      return name !== null && !this.#seen.has(name);
    });
  }

  add(given: unknown): void {
    const name = nameOf(given);
    const shown = name ?? "?";
    if (name !== null) {
      this.#seen.add(name);
    }
    const judged =
      this.full === null ? usable(given, name, this.#server, this.#names) : { reason: this.full };
    if ("reason" in judged) {
      this.problem(shown, judged.reason);
      return;
    }
    const text = JSON.stringify(judged.tool);
    if (this.#names.size >= this.#bounds.tools) {
      this.full = `the server has more than ${this.#bounds.tools} tools`;
    } else if (this.#total + text.length > this.#bounds.chars) {
      this.full = `the server's tools have more than ${this.#bounds.chars} characters`;
    }
    if (this.full !== null) {
      this.problem(shown, this.full);
      return;
    }
    for (const note of judged.notes) {
      this.problem(shown, note);
    }
    this.#names.add(judged.tool.name);
    this.#total += text.length;
    if (this.#texts.length > 0 && this.#chars + text.length + 2 > MAX_PART_CHARS) {
      this.#cut();
    }
    this.#texts.push(text);
    this.#chars += text.length + 1;
  }

  problem(name: string, reason: string): void {
    this.#problemCount += 1;
    if (this.#problems.length < MAX_PROBLEMS) {
      this.#problems.push({ name: cut(name, 128), reason: cut(reason, 300) });
    }
  }

  end(): Omit<Listing, "capabilities" | "instructions"> {
    if (this.#texts.length > 0) {
      this.#cut();
    }
    const digest = createHash("sha256");
    for (const part of this.#parts) {
      digest.update(part);
    }
    return {
      revision: digest.digest("hex"),
      parts: this.#parts,
      tool_count: this.#names.size,
      total_chars: this.#total,
      problems: this.#problems,
      problem_count: this.#problemCount,
    };
  }

  #cut(): void {
    this.#parts.push(`[${this.#texts.join(",")}]`);
    this.#texts = [];
    this.#chars = 0;
  }
}

function nameOf(tool: unknown): string | null {
  return isJsonObject(tool) && typeof tool["name"] === "string" ? tool["name"] : null;
}

type Judged =
  | { readonly tool: McpTool; readonly notes: readonly string[] }
  | { readonly reason: string };

/** Returns a tool that a run can use, or the reason why it cannot. */
function usable(
  given: unknown,
  name: string | null,
  server: string,
  taken: ReadonlySet<string>,
): Judged {
  const deep = jsonDefect(given);
  if (deep !== null) {
    return { reason: deep };
  }
  if (!isJsonObject(given) || name === null) {
    return { reason: "is no tool with a name" };
  }
  if (!TOOL_NAME.test(name) || !TOOL_NAME.test(`${server}.${name}`)) {
    return { reason: "its name is not 1 to 128 letters, digits, _ . or -, the server's included" };
  }
  if (taken.has(name)) {
    return { reason: "another tool before it has the same name" };
  }
  const { description, annotations } = given;
  const inputSchema = readSchema(given["inputSchema"]);
  const outputSchema = readSchema(given["outputSchema"] ?? undefined);
  const defect = inputDefect(inputSchema);
  if (defect !== null || !isJsonObject(inputSchema)) {
    return { reason: `its input schema ${defect}` };
  }
  const text = typeof description === "string" ? description : "";
  const outputDefect = outputSchema === undefined ? null : defectOf(outputSchema);
  const hints = isJsonObject(annotations) ? hintsOf(annotations) : null;
  return {
    tool: {
      name,
      description: cut(text, MAX_DESCRIPTION_CHARS),
      inputSchema,
      ...(isJsonObject(outputSchema) && outputDefect === null ? { outputSchema } : {}),
      ...(hints !== null && { annotations: hints }),
    },
    notes: [
      ...(outputDefect === null
        ? []
        : [`is kept without its output schema, which ${outputDefect}`]),
      ...(text.length > MAX_DESCRIPTION_CHARS
        ? [`its description is cut to ${MAX_DESCRIPTION_CHARS} characters`]
        : []),
    ],
  };
}

function readSchema(given: unknown): unknown {
  return isJsonObject(given) ? foreignSchema(given) : given;
}

function inputDefect(schema: unknown): string | null {
  const defect = defectOf(schema);
  return defect === null && isJsonObject(schema) && schema["type"] !== "object"
    ? 'must have the type "object": arguments have names'
    : defect;
}

function defectOf(schema: unknown): string | null {
  if (!isJsonObject(schema)) {
    return "is no object";
  }
  if (JSON.stringify(schema).length > MAX_SCHEMA_CHARS) {
    return `has more than ${MAX_SCHEMA_CHARS} characters`;
  }
  const defect = referenceDefect(schema) ?? schemaDefect(schema, "allowed");
  return defect === null ? null : `cannot be applied: ${defect.pointer} ${defect.detail}`;
}

const HINTS = ["readOnlyHint", "idempotentHint", "destructiveHint"] as const;

function hintsOf(annotations: JsonObject): McpAnnotations | null {
  const hints = HINTS.flatMap((name) =>
    typeof annotations[name] === "boolean" ? [[name, annotations[name]] as const] : [],
  );
  return hints.length === 0 ? null : Object.fromEntries(hints);
}

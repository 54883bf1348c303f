/**
 * Reads YAML of unknown origin. The build bundles the parser into this module, so that the package
 * still needs no other one.
 */
import { parseDocument } from "yaml";

/** Most characters of a file. */
const MAX_CHARS = 10_000_000;
/** Most uses of an alias: each use of nested ones multiplies the data. */
const MAX_ALIASES = 100;
const MAX_DEPTH = 100;
/** Keys that reach the prototype of an object where one is assigned. */
const REFUSED: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * Returns the data of a YAML or JSON document.
 * @throws Error with the reason, and its line if the text is malformed
 */
export function readYaml(text: string): unknown {
  if (text.length > MAX_CHARS) {
    throw new Error("it is longer than 10 MB");
  }
  let data: unknown;
  try {
    const document = parseDocument(text, { merge: true, prettyErrors: true });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) {
      throw fault;
    }
    data = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    const { message } = error as Error;
    // The parser calls itself for each level.
    const reason = error instanceof RangeError ? "it is nested too deeply" : firstLine(message);
    throw new Error(reason, { cause: error });
  }
  checkKeys(data, 0);
  return data;
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0]?.replace(/:$/, "") ?? message;
}

function checkKeys(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) {
    return;
  }
  if (depth > MAX_DEPTH) {
    throw new Error("it is nested too deeply");
  }
  for (const key of Reflect.ownKeys(value)) {
    if (REFUSED.has(String(key))) {
      throw new Error(`the key ${String(key)} is not allowed`);
    }
    checkKeys(Reflect.get(value, key), depth + 1);
  }
}

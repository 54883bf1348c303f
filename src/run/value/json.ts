/**
 * JSON values, the only values that cross the borders of the run domain: types, validation and a
 * canonical text. Values come from clients and models, so every function is iterative or bounded in
 * depth.
 */

/** Any JSON value. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
/** A JSON object. */
export type JsonObject = { readonly [key: string]: JsonValue };

/** Maximum nesting. Legitimate input does not need more, and recursion must stay bounded. */
const MAX_JSON_DEPTH = 64;

/** Returns whether a value is a JSON object: not an array, not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a record's own value for a key, and never an inherited one such as `constructor`. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Returns why a parsed value cannot be stored, or null if it can. */
export function jsonDefect(value: unknown): string | null {
  const stack: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  for (let item = stack.pop(); item !== undefined; item = stack.pop()) {
    if (typeof item.value === "number" && !Number.isFinite(item.value)) {
      return "a number is too large";
    }
    if (typeof item.value !== "object" || item.value === null) {
      continue;
    }
    if (item.depth >= MAX_JSON_DEPTH) {
      return `nested deeper than ${MAX_JSON_DEPTH} levels`;
    }
    for (const [key, child] of Object.entries(item.value)) {
      if (key === "__proto__") {
        return 'the key "__proto__" is not allowed';
      }
      stack.push({ value: child, depth: item.depth + 1 });
    }
  }
  return null;
}

/**
 * Returns the value with U+FFFD in place of each half of a surrogate pair, in texts and keys, and
 * with the digits of a number that `parseExact` left exact as a text. The depth of the value must be
 * bounded.
 */
export function wellFormed(value: JsonValue): JsonValue {
  if (typeof value === "string") {
    return value.toWellFormed();
  }
  if (JSON.isRawJSON(value)) {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return value.map((item: JsonValue) => wellFormed(item));
  }
  return isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key.toWellFormed(), wellFormed(item)]),
      )
    : value;
}

/** The escapes of JSON text: of a whole surrogate pair, of half of one, or of anything else. */
const ESCAPES = /\\(?:u(?:d[89ab]..\\ud[c-f]..|d[89a-f]..)|.)/gi;

const HALF = /^.ud[89a-f]..$/i;

/** Returns JSON text with U+FFFD in place of each escaped half of a surrogate pair. */
export function wellFormedText(json: string): string {
  return json
    .toWellFormed()
    .replaceAll(ESCAPES, (escape) => (HALF.test(escape) ? "\\ufffd" : escape));
}

/**
 * Returns the canonical text of a value: sorted keys, no white space. Two values are the same call
 * arguments exactly if their canonical texts are equal.
 */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) {
    return `[${value.map((item: JsonValue) => canonicalJson(item)).join(",")}]`;
  }
  if (isJsonObject(value)) {
    const members = Object.keys(value)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value);
}

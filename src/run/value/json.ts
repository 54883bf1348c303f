/**
 * JSON as data: the value types that cross every boundary of the run domain, and the two
 * questions the domain asks of them (are two values the same, is this one well-formed).
 * All functions are iterative or depth-bounded: the values come from clients and models.
 */

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
export type JsonObject = { readonly [key: string]: JsonValue };

/** Nesting beyond this is refused: no honest input needs it, and recursion must stay bounded. */
const MAX_JSON_DEPTH = 64;

/** Narrows to a plain JSON object (not an array, not null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a record itself has under a key: no record has a `constructor` by this. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Why a parsed value cannot be stored as it is, or null if it can. */
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
 * One text for all equal values: keys sorted, no white space. Two values are the same call
 * arguments exactly when their canonical texts are equal.
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

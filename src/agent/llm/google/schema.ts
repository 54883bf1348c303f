/**
 * JSON Schema as Gemini takes it: a subset. Keywords it does not know are left out; a constant is
 * an enum of one. Tools' own validation still sees the whole schema.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";

const KEPT = new Set([
  "$ref",
  "$anchor",
  "type",
  "format",
  "title",
  "description",
  "enum",
  "minItems",
  "maxItems",
  "minimum",
  "maximum",
  "required",
]);
/** Keywords whose values are schemas, lists of them, or schemas by name. */
const SCHEMA = new Set(["items", "additionalProperties"]);
const LISTS = new Set(["anyOf", "oneOf", "prefixItems"]);
const NAMED = new Set(["properties", "$defs"]);

/** The schema in the subset. */
export function googleSchema(schema: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (KEPT.has(key)) {
      result[key] = value;
    } else if (key === "const") {
      result["enum"] = [value];
    } else if (SCHEMA.has(key)) {
      result[key] = nested(value);
    } else if (LISTS.has(key) && Array.isArray(value)) {
      result[key] = value.map(nested);
    } else if (NAMED.has(key) && isJsonObject(value)) {
      result[key] = Object.fromEntries(
        Object.entries(value).map(([name, item]) => [name, nested(item)]),
      );
    }
  }
  return result;
}

function nested(value: JsonValue): JsonValue {
  return isJsonObject(value) ? googleSchema(value) : value;
}

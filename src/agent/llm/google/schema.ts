/**
 * JSON Schema as Gemini takes it: a subset. Keywords it does not know are left out; a constant is
 * an enum of one. Tools' own validation still sees the whole schema.
 */
import { defined } from "../../../run/value/defined.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import { withSubschemas } from "../../../run/value/schema-keywords.ts";

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
const NESTED = new Set([
  "items",
  "additionalProperties",
  "anyOf",
  "oneOf",
  "prefixItems",
  "properties",
  "$defs",
]);

/** The schema in the subset. */
export function googleSchema(schema: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    if (KEPT.has(key)) {
      result[key] = value;
    } else if (key === "const") {
      result["enum"] = [value];
    } else if (NESTED.has(key)) {
      Object.assign(result, defined({ [key]: withSubschemas(key, value, nested) }));
    }
  }
  return result;
}

function nested(value: JsonValue): JsonValue {
  return isJsonObject(value) ? googleSchema(value) : value;
}

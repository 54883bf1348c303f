/**
 * JSON Schema in the subset that Gemini accepts. Unsupported keywords are omitted; a constant
 * becomes an enum with one value. Tools still validate against the full schema.
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

/** Returns the schema in the subset. */
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

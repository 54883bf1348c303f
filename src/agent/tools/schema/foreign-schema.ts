/**
 * Reads JSON Schemas of MCP servers. Frameworks add words of their own, write null for an absent
 * value, and use older drafts. A tenant cannot correct such a schema, so unknown words are
 * annotations here, as the standard says.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import { isKeyword, withSubschemas } from "../../../run/value/schema-keywords.ts";

/** Words whose value may be any JSON, null included. */
const ANY_VALUE: ReadonlySet<string> = new Set(["default", "const", "examples"]);

/**
 * Returns the schema in the form of JSON Schema 2020-12. Keywords with the value null are left out.
 * Of the older drafts, a list in `items`, a flag as a limit and a flag in `required` are translated
 * or, where the name of the property is unknown, left out. Unknown words stay. The schema must be
 * bounded in depth.
 */
export function foreignSchema(schema: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    const [newKey, newValue] = renewed(schema, key, value);
    if (newValue !== undefined) {
      result[newKey] = withSubschemas(newKey, newValue, nested) ?? newValue;
    }
  }
  return result;
}

function nested(schema: JsonValue): JsonValue {
  return isJsonObject(schema) ? foreignSchema(schema) : schema;
}

function renewed(
  schema: JsonObject,
  key: string,
  value: JsonValue,
): readonly [key: string, value: JsonValue | undefined] {
  const isTuple = Array.isArray(schema["items"]);
  switch (key) {
    case "items":
      return isTuple && !("prefixItems" in schema) ? ["prefixItems", value] : dropNull(key, value);
    case "additionalItems":
      return isTuple ? dropNull("items", value) : [key, value];
    case "required":
      return [key, typeof value === "boolean" || value === null ? undefined : value];
    case "minimum":
    case "maximum":
      return [key, schema[exclusive(key)] === true ? undefined : (value ?? undefined)];
    case "exclusiveMinimum":
    case "exclusiveMaximum": {
      const limit = schema[key === "exclusiveMinimum" ? "minimum" : "maximum"];
      return typeof value === "boolean"
        ? [key, value && typeof limit === "number" ? limit : undefined]
        : dropNull(key, value);
    }
    default:
      return isKeyword(key) && !ANY_VALUE.has(key) ? dropNull(key, value) : [key, value];
  }
}

function exclusive(key: "minimum" | "maximum"): string {
  return key === "minimum" ? "exclusiveMinimum" : "exclusiveMaximum";
}

function dropNull(key: string, value: JsonValue): readonly [string, JsonValue | undefined] {
  return [key, value ?? undefined];
}

/**
 * Returns the schema without unknown words, as a validator needs it: it would look for schemas and
 * ids in their values.
 */
export function withoutUnknown(schema: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => isKeyword(key))
      .map(([key, value]) => [key, withSubschemas(key, value, nestedKnown) ?? value]),
  );
}

function nestedKnown(schema: JsonValue): JsonValue {
  return isJsonObject(schema) ? withoutUnknown(schema) : schema;
}

/**
 * JSON Schema in the subset of Anthropic's structured output. Unsupported keywords move into
 * descriptions, so that the model still reads them. The reply is validated elsewhere.
 */
import { textOf } from "../field.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import { withSubschemas } from "../../../run/value/schema-keywords.ts";

const KEPT = new Set([
  "type",
  "description",
  "title",
  "enum",
  "const",
  "default",
  "format",
  "$ref",
]);
const FORMATS = new Set(
  "date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" "),
);

/**
 * Returns the schema in the subset. Null if the subset cannot express it, for example an open
 * object.
 */
export function anthropicSchema(schema: JsonObject): JsonObject | null {
  try {
    return narrowed(schema);
  } catch (error) {
    if (error instanceof Unsayable) {
      return null;
    }
    throw error;
  }
}

class Unsayable extends Error {}

function narrowed(schema: JsonValue): JsonObject {
  if (!isJsonObject(schema)) {
    throw new Unsayable();
  }
  const result: Record<string, JsonValue> = {};
  const rest: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(schema)) {
    switch (key) {
      case "$schema":
      case "$id":
      case "required":
      case "additionalProperties":
        break;
      case "properties":
      case "$defs":
      case "definitions":
      case "anyOf":
      case "oneOf":
      case "allOf":
      case "items":
        result[key === "oneOf" ? "anyOf" : key] = nested(key, value);
        break;
      default:
        if (KEPT.has(key) && !(key === "format" && !FORMATS.has(textOf(value)))) {
          result[key] = value;
        } else {
          rest[key] = value;
        }
    }
  }
  if (isObjectSchema(schema)) {
    const open = schema["additionalProperties"];
    if (isJsonObject(open) || open === true || !isJsonObject(schema["properties"])) {
      throw new Unsayable();
    }
    result["additionalProperties"] = false;
    if (Array.isArray(schema["required"])) {
      result["required"] = schema["required"];
    }
  } else if (
    !["type", "anyOf", "oneOf", "allOf", "$ref", "enum", "const"].some((k) => k in schema)
  ) {
    throw new Unsayable();
  }
  if (Object.keys(rest).length > 0) {
    const said = typeof result["description"] === "string" ? `${result["description"]} ` : "";
    result["description"] = `${said}${JSON.stringify(rest)}`;
  }
  return result;
}

function isObjectSchema(schema: JsonObject): boolean {
  return schema["type"] === "object" || "properties" in schema;
}

function nested(key: string, value: JsonValue): JsonValue {
  const changed = withSubschemas(key, value, narrowed);
  if (changed === undefined) {
    throw new Unsayable();
  }
  return changed;
}

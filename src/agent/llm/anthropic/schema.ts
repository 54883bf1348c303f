/**
 * JSON Schema in the subset of Anthropic's structured output. Unsupported keywords move into
 * descriptions, so that the model still reads them. The reply is validated elsewhere.
 */
import { textOf } from "../field.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../run/value/json.ts";
import { isRecursive, Merger, takesFromReference, targetOf, withTargets } from "../schema-parts.ts";
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
 * object or a recursive schema.
 */
export function anthropicSchema(schema: JsonObject): JsonObject | null {
  try {
    return new Narrowing(schema).schema();
  } catch (error) {
    if (error instanceof Unsayable) {
      return null;
    }
    throw error;
  }
}

class Unsayable extends Error {}

/** Maximum schemas in the result: a merged recursive schema has no end. */
const MAX_SCHEMAS = 2000;

class Narrowing {
  readonly #root: JsonObject;
  readonly #merger: Merger;
  #count = 0;

  constructor(root: JsonObject) {
    this.#root = root;
    this.#merger = new Merger(root);
  }

  /** Returns the schema. Its references lead to what the subset keeps. @throws Unsayable */
  schema(): JsonObject {
    const narrow = (schema: JsonValue): JsonObject => this.#narrowed(schema);
    const whole = withTargets(narrow(this.#root), (ref) => targetOf(this.#root, ref), narrow);
    if (isRecursive(whole)) {
      throw new Unsayable();
    }
    return whole;
  }

  /** The API rejects `allOf` with references, so they are merged. */
  #narrowed(schema: JsonValue): JsonObject {
    this.#count += 1;
    if (!isJsonObject(schema) || this.#count > MAX_SCHEMAS) {
      throw new Unsayable();
    }
    const isMerged = "allOf" in schema && takesFromReference(schema);
    return narrowed(isMerged ? this.#merger.withoutAll(schema) : schema, (part) =>
      this.#narrowed(part),
    );
  }
}

type Narrow = (schema: JsonValue) => JsonObject;

function narrowed(schema: JsonObject, narrow: Narrow): JsonObject {
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
        result[key === "oneOf" ? "anyOf" : key] = nested(key, value, narrow);
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

function nested(key: string, value: JsonValue, narrow: Narrow): JsonValue {
  const changed = withSubschemas(key, value, narrow);
  if (changed === undefined) {
    throw new Unsayable();
  }
  return changed;
}

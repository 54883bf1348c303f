/** JSON Schema in the form that providers accept for structured output. */
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import { subschemasOf } from "../../run/value/schema-keywords.ts";

/** Keywords that OpenAI's strict mode rejects. */
const NOT_STRICT = [
  "allOf",
  "oneOf",
  "not",
  "if",
  "then",
  "else",
  "dependentRequired",
  "dependentSchemas",
  "patternProperties",
];

/**
 * Returns whether a schema is valid in OpenAI's strict mode, which constrains decoding: the
 * outermost schema is an object, every object is closed and requires all of its properties, and
 * every array has items. Other schemas are sent in non-strict mode, as a hint.
 */
export function isStrict(schema: JsonObject): boolean {
  return schema["type"] === "object" && !("anyOf" in schema) && isStrictPart(schema);
}

function isStrictPart(schema: JsonValue): boolean {
  if (Array.isArray(schema)) {
    // The form of `items` in older drafts.
    return schema.every((item: JsonValue) => isStrictPart(item));
  }
  if (!isJsonObject(schema)) {
    return true;
  }
  const isOpenList = [schema["type"]].flat().includes("array") && schema["items"] === undefined;
  if (isOpenList || NOT_STRICT.some((key) => key in schema)) {
    return false;
  }
  const properties = schema["properties"];
  const isObject = schema["type"] === "object" || isJsonObject(properties);
  if (isObject) {
    const names = isJsonObject(properties) ? Object.keys(properties) : [];
    const required = schema["required"];
    const all = Array.isArray(required) && names.every((name) => required.includes(name));
    if (schema["additionalProperties"] !== false || (names.length > 0 && !all)) {
      return false;
    }
  }
  return subschemasOf(schema, "").every((child) => isStrictPart(child.schema));
}

/** Returns the system prompt with a request for JSON, for providers without a JSON mode. */
export function schemaPrompt(system: string, schema: JsonObject): string {
  const ask = `Answer with one JSON value that fits this JSON Schema, and with nothing else: no explanation, no Markdown.\n${JSON.stringify(schema)}`;
  return system === "" ? ask : `${system}\n\n${ask}`;
}

/** Removes the code fence that models put around JSON. */
export function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n(?<json>[\s\S]*?)\n\s*```\s*$/i.exec(text)?.groups?.["json"] ?? text;
}

/** JSON Schema as providers take it for structured output. */
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import { subschemasOf } from "../../run/value/schema-keywords.ts";

/**
 * Whether a schema fits OpenAI's strict mode, which decodes by it: every object is closed and
 * requires all of its properties. One that does not is sent without it, as advice.
 */
export function isStrict(schema: JsonValue): boolean {
  if (Array.isArray(schema)) {
    // The form that `items` had in older drafts.
    return schema.every((item: JsonValue) => isStrict(item));
  }
  if (!isJsonObject(schema)) {
    return true;
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
  return subschemasOf(schema, "").every((child) => isStrict(child.schema));
}

/** How a model is asked for JSON where the provider has no mode for it. */
export function schemaPrompt(system: string, schema: JsonObject): string {
  const ask = `Answer with one JSON value that fits this JSON Schema, and with nothing else: no explanation, no Markdown.\n${JSON.stringify(schema)}`;
  return system === "" ? ask : `${system}\n\n${ask}`;
}

/** The JSON of a reply that was asked for by prompt: without the fence that models put around it. */
export function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n(?<json>[\s\S]*?)\n\s*```\s*$/i.exec(text)?.groups?.["json"] ?? text;
}

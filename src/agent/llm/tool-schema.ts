/**
 * The JSON Schema of a tool's arguments in the form that every provider accepts. One tool that a
 * provider rejects would make it reject all requests of the run. Calls are still checked by the
 * tool's own schema.
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../../run/value/json.ts";
import { withSubschemas } from "../../run/value/schema-keywords.ts";
import { Merger, namesOf, targetOf, withTargets } from "./schema-parts.ts";

/** Keywords that OpenAI or Anthropic reject in the outermost schema. */
const NOT_OUTERMOST = ["$ref", "allOf", "anyOf", "oneOf", "not", "enum", "const"];
/** Maximum characters of the sentence about required alternatives. */
const MAX_SENTENCE = 500;

/**
 * Returns the schema of an object with properties, without a combination at its root, and with
 * items in every array. A schema that has all of this is returned unchanged.
 */
export function toolSchema(schema: JsonObject): JsonObject {
  const single = NOT_OUTERMOST.some((key) => key in schema) ? singleObject(schema) : schema;
  const properties = isJsonObject(single["properties"]) ? single["properties"] : {};
  const whole = filled({ ...single, type: "object", properties });
  return withTargets(whole, (ref) => targetOf(schema, ref), filled);
}

/** Merges what the outermost schema combines. */
function singleObject(schema: JsonObject): JsonObject {
  const flat = new Merger(schema).flat(schema);
  const kept = Object.fromEntries(
    Object.entries(flat).filter(([key]) => !NOT_OUTERMOST.includes(key)),
  );
  const sentence = alternatives(schema);
  if (sentence === "") {
    return kept;
  }
  const { description } = schema;
  const before = typeof description === "string" && description !== "" ? `${description} ` : "";
  return { ...kept, description: `${before}${sentence}` };
}

/** Returns a sentence that lists the required names of alternatives; "" if there are none. */
function alternatives(schema: JsonObject): string {
  const merger = new Merger(schema);
  const sentences = ["anyOf", "oneOf"].map((key) => {
    const list = schema[key];
    const branches = (Array.isArray(list) ? list : []).filter(isJsonObject);
    const required = branches.map((branch) => namesOf(merger.flat(branch)).join(" and "));
    const choices = [...new Set(required)];
    return choices.length > 1 && !choices.includes("") ? `Required: ${choices.join(", or ")}.` : "";
  });
  const text = sentences.filter((one) => one !== "").join(" ");
  return text.length <= MAX_SENTENCE ? text : "";
}

/** Returns the schema with `items` in every array. */
function filled(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).map(
    ([key, value]) =>
      [
        key,
        key === "items" && value === true ? {} : (withSubschemas(key, value, nested) ?? value),
      ] as const,
  );
  const result = Object.fromEntries(entries);
  return [schema["type"]].flat().includes("array") && schema["items"] === undefined
    ? { ...result, items: {} }
    : result;
}

function nested(schema: JsonValue): JsonValue {
  return isJsonObject(schema) ? filled(schema) : schema;
}

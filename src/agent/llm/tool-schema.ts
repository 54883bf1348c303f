/**
 * The JSON Schema of a tool's arguments in the form that every provider accepts. One tool that a
 * provider rejects would make it reject all requests of the run. Calls are still checked by the
 * tool's own schema.
 */
import { cutPoint } from "../../run/value/cut.ts";
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

/** Maximum characters of a tool's description in chat completions. */
const MAX_DESCRIPTION = 1024;

/**
 * Returns a tool's description and parameters for chat completions. Some servers reject a longer
 * description of a tool, not of its parameters, so those have the rest.
 */
export function withShortDescription(description: string, schema: JsonObject) {
  const parameters = toolSchema(schema);
  if (description.length <= MAX_DESCRIPTION) {
    return { description, parameters };
  }
  const at = cutPoint(description, MAX_DESCRIPTION);
  const rest = description.slice(at);
  const own = parameters["description"];
  return {
    description: description.slice(0, at),
    parameters: { ...parameters, description: typeof own === "string" ? `${rest}\n${own}` : rest },
  };
}

/** The names that Anthropic accepts for properties of the outermost schema. */
const PLAIN_NAME = /^[\w.-]{1,64}$/;

/**
 * Returns a schema of `toolSchema` without properties that Anthropic rejects for their names. The
 * description has them instead, so that the model can still send them.
 */
export function withPlainNames(schema: JsonObject): JsonObject {
  const all = Object.entries(isJsonObject(schema["properties"]) ? schema["properties"] : {});
  const odd = all.filter(([name]) => !PLAIN_NAME.test(name));
  if (odd.length === 0) {
    return schema;
  }
  const { description, additionalProperties: _closed, required: _required, ...rest } = schema;
  const before = typeof description === "string" && description !== "" ? `${description} ` : "";
  const said = `Further properties: ${JSON.stringify(Object.fromEntries(odd))}.`;
  const oddRequired = namesOf(schema).filter((name) => !PLAIN_NAME.test(name));
  const asked = oddRequired.length === 0 ? "" : ` Required of them: ${oddRequired.join(", ")}.`;
  return {
    ...rest,
    properties: Object.fromEntries(all.filter(([name]) => PLAIN_NAME.test(name))),
    required: namesOf(schema).filter((name) => PLAIN_NAME.test(name)),
    description: `${before}${said}${asked}`,
  };
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

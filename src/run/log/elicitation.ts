/**
 * Questions that a call asks a person while it is under way, as MCP has them (elicitation, revision
 * 2025-11-25): a form of a few plain fields, or an address to go to. Whoever asks is not believed;
 * whoever answers is checked.
 */
import { isJsonObject, type JsonObject } from "../value/json.ts";

/** What a person does with a question: answer it, refuse to, or leave it alone. */
export const INPUT_ACTIONS = ["accept", "decline", "cancel"] as const;
export type InputAction = (typeof INPUT_ACTIONS)[number];

/** A question of a call. */
export interface Question {
  readonly key: string;
  readonly schema: JsonObject | null;
  /** `seq` of the event that asked. */
  readonly askedAt: number;
  /** Null while nobody has answered. */
  readonly answer: InputAnswer | null;
}

export interface InputAnswer {
  readonly action: InputAction;
  /** For `accept`: what the person filled in. */
  readonly content: JsonObject | null;
}

/** What a person says to a question. */
export interface Said {
  readonly action: InputAction;
  readonly content: string;
  readonly data: JsonObject | null;
}

export type Answered =
  | { readonly ok: true; readonly answer: InputAnswer }
  | { readonly ok: false; readonly reason: string };

/**
 * What was said as an answer to a question: fields that were left out have their defaults, and a
 * text alone is the answer where there is just one field for it.
 * @param fits why a value does not fit a JSON Schema, or null
 */
export function answerTo(
  { schema }: Question,
  { action, content, data }: Said,
  fits: (schema: JsonObject, value: JsonObject) => string | null,
): Answered {
  if (action !== "accept") {
    return { ok: true, answer: { action, content: null } };
  }
  if (schema === null) {
    return { ok: true, answer: { action, content: null } };
  }
  const fields = fieldsOf(schema);
  const given = data ?? fromText(fields, content);
  if (given === null) {
    const names = Object.keys(fields).join(", ");
    return { ok: false, reason: `This question is answered by \`data\` with the fields ${names}.` };
  }
  const filled = withDefaults(fields, given);
  const defect = fits(schema, filled);
  return defect === null
    ? { ok: true, answer: { action, content: filled } }
    : { ok: false, reason: defect };
}

/** A text alone, as an answer to a question with one field or none; null where it cannot be one. */
function fromText(fields: JsonObject, text: string): JsonObject | null {
  const [[name, field] = [null, null], ...more] = Object.entries(fields);
  if (name === null) {
    return {};
  }
  if (more.length > 0) {
    return null;
  }
  const word = text.trim();
  switch (isJsonObject(field) ? field["type"] : null) {
    case "boolean":
      return /^(?:yes|true|no|false)$/i.test(word) ? { [name]: /^[yt]/i.test(word) } : null;
    case "integer":
    case "number":
      return word !== "" && Number.isFinite(Number(word)) ? { [name]: Number(word) } : null;
    default:
      return { [name]: text };
  }
}

function fieldsOf(schema: JsonObject): JsonObject {
  const { properties } = schema;
  return isJsonObject(properties) ? properties : {};
}

function withDefaults(fields: JsonObject, given: JsonObject): JsonObject {
  const defaults = Object.entries(fields).flatMap(([name, field]) =>
    isJsonObject(field) && field["default"] !== undefined ? [[name, field["default"]]] : [],
  );
  return { ...(Object.fromEntries(defaults) as JsonObject), ...given };
}

/**
 * Questions that a running call asks a person, as in MCP (elicitation, revision 2025-11-25): a form
 * of a few plain fields, or a URL to open. The question is untrusted; the answer is validated.
 */
import { isJsonObject, type JsonObject } from "../value/json.ts";

/** How a person responds to a question: answers it, refuses it, or dismisses it. */
export const INPUT_ACTIONS = ["accept", "decline", "cancel"] as const;
/** One of `INPUT_ACTIONS`. */
export type InputAction = (typeof INPUT_ACTIONS)[number];

/** A question that a call asked. */
export interface Question {
  readonly key: string;
  /** The server that asks, its text, and the address to open. All are untrusted. */
  readonly server: string;
  readonly message: string;
  readonly url: string | null;
  readonly schema: JsonObject | null;
  /** `seq` and time of the event that recorded the question. */
  readonly seq: number;
  readonly askedAt: number;
  /** Null while unanswered. */
  readonly answer: InputAnswer | null;
}

/** A validated answer. */
export interface InputAnswer {
  readonly action: InputAction;
  /** For `accept`: the fields that the person filled in. */
  readonly content: JsonObject | null;
}

/** A person's response, not validated. */
export interface AnswerInput {
  readonly action: InputAction;
  readonly content: string;
  readonly data: JsonObject | null;
}

/** A validated answer, or why the response was rejected. */
export type AnswerResult =
  | { readonly ok: true; readonly answer: InputAnswer }
  | { readonly ok: false; readonly reason: string };

/**
 * Validates a response to a question. Missing fields get their defaults. If the question has at
 * most one field, a text alone is accepted as the answer.
 * @param fits returns why a value does not match a JSON Schema, or null
 */
export function answerTo(
  { schema }: Question,
  { action, content, data }: AnswerInput,
  fits: (schema: JsonObject, value: JsonObject) => string | null,
): AnswerResult {
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

/** Reads a text as the answer to a question with at most one field; null if it does not fit. */
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

/** Finds errors in a stream that are not under `error`, where the protocols have them. */
import { isJsonObject, type JsonObject } from "../../run/value/json.ts";

/** Fields of a piece that belongs to a reply. */
const REPLY_FIELDS = [
  "choices",
  "candidates",
  "usageMetadata",
  "promptFeedback",
  "response",
  "delta",
  "item",
  "output",
];
/** Fields in which servers describe an error. */
const SENTENCES = ["message", "msg", "detail", "errors"];

/** Returns whether a piece can only be an error. */
export function isError(piece: JsonObject): boolean {
  const { code, type } = piece;
  const isCalledError =
    piece["object"] === "error" || (typeof type === "string" && /error$/i.test(type));
  const status = typeof code === "number" || typeof code === "string" ? Number(code) : 0;
  return mayBeError(piece) && (isCalledError || (status >= 400 && status < 600));
}

/**
 * Returns whether a piece may be an error. It has a sentence and no part of a reply. It is one if
 * the reply does not end: some proxies send notes too.
 */
export function mayBeError(piece: JsonObject): boolean {
  return (
    SENTENCES.some((field) => saysSomething(piece[field])) &&
    !REPLY_FIELDS.some((field) => piece[field] !== undefined && piece[field] !== null) &&
    !isMessage(piece)
  );
}

/** The first event of Anthropic's stream has the field `message`, which is no sentence. */
function isMessage({ type, message }: JsonObject): boolean {
  return type === "message_start" && isJsonObject(message);
}

function saysSomething(value: unknown): boolean {
  return typeof value === "string" || Array.isArray(value)
    ? value.length > 0
    : isJsonObject(value) && Object.keys(value).length > 0;
}

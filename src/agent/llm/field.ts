/** Reads fields of untrusted server data. */
import { isJsonObject, type JsonObject } from "../../run/value/json.ts";

/** Returns the value if it is a string, otherwise "". */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Returns an id as text. Some servers send numbers, even beyond 2^53. */
export function idIn(value: unknown): string {
  return typeof value === "number" || JSON.isRawJSON(value) ? JSON.stringify(value) : textOf(value);
}

/** Returns the objects in a list. Some servers send one object in place of a list of one. */
export function objectsIn(value: unknown): JsonObject[] {
  return (Array.isArray(value) ? value : [value]).filter(isJsonObject);
}

/** Returns the value if it is a positive safe integer, otherwise 0. */
export function count(value: unknown): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** Reasons without a meaning: the reply continues. */
const NO_REASONS = new Set([
  "",
  "FINISH_REASON_UNSPECIFIED",
  "BLOCK_REASON_UNSPECIFIED",
  "BLOCKED_REASON_UNSPECIFIED",
]);

/**
 * Returns the reason for the end of a reply; null if there is none. Some servers send an empty one
 * in each piece. It does not end a reply: a stream that is cut after it is incomplete.
 */
export function reasonIn(value: unknown): string | null {
  return typeof value === "string" && !NO_REASONS.has(value) ? value : null;
}

/**
 * Returns a call's arguments as text. Some servers send an object where the protocol has a text.
 * Other values become text too, so that they are refused and not taken for no arguments.
 */
export function argumentsIn(value: unknown): string {
  return typeof value === "string"
    ? value
    : value === undefined || value === null
      ? ""
      : JSON.stringify(value);
}

/** Words for a reply that its length limit cut, in lower case. */
const LENGTHS = new Set([
  "length",
  "max_tokens",
  "max_output_tokens",
  "max_length",
  "model_length",
  "token_limit",
  "context_length_exceeded",
  "model_context_window_exceeded",
]);

/** Returns whether a reason means that the length limit cut the reply. Its calls may be incomplete. */
export function isCutByLength(reason: string | null): boolean {
  return reason !== null && LENGTHS.has(reason.toLowerCase());
}

/**
 * Returns whether a piece has an error in the usual field. Some servers send null, or another value
 * that says nothing, in every piece. MiniMax has a field of its own.
 */
export function saysError({ error, base_resp }: JsonObject): boolean {
  if (isJsonObject(base_resp) && isTelling(base_resp["status_code"])) {
    return true;
  }
  return isJsonObject(error) ? Object.values(error).some(isTelling) : isTelling(error);
}

function isTelling(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length > 0
    : isJsonObject(value)
      ? Object.keys(value).length > 0
      : value !== undefined && value !== null && value !== "" && value !== false && value !== 0;
}

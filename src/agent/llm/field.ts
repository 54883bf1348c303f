/** Reads fields of untrusted server data. */
import type { JsonObject } from "../../run/value/json.ts";

/** Returns the value if it is a string, otherwise "". */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
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
 * Returns the reason for the end of a reply; null if there is none. Some servers send an empty one in each piece. It
 * does not end a reply: a stream that is cut after it is incomplete.
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

/** Returns whether a piece has an error in the usual field. Null there is none. */
export function saysError({ error }: JsonObject): boolean {
  return error !== undefined && error !== null;
}

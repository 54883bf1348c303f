/** Reads fields of untrusted server data. */

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

/** Short texts from clients that people read in terminals and lists. */

/** Maximum characters of the reason for a cancellation. */
export const MAX_REASON_CHARS = 1000;

/** Text without control characters. */
// oxlint-disable-next-line no-control-regex -- control characters are what the pattern excludes
export const PLAIN_TEXT = /^[^\u0000-\u001f\u007f]*$/;

/** Returns whether a value is text without control characters and within the length limit. */
export function isPlainText(value: unknown, maxChars: number): value is string {
  return typeof value === "string" && value.length <= maxChars && PLAIN_TEXT.test(value);
}

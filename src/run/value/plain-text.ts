/** Short texts of clients that people will read in terminals and lists. */

/** Characters of a reason for a cancellation. */
export const MAX_REASON_CHARS = 1000;

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
export const PLAIN_TEXT = /^[^\u0000-\u001f\u007f]*$/;

/** Whether a value is text without control characters and not too long. */
export function isPlainText(value: unknown, maxChars: number): value is string {
  return typeof value === "string" && value.length <= maxChars && PLAIN_TEXT.test(value);
}

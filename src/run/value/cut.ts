/** Cuts texts without splitting a character. */

/**
 * Returns the last index at or before `at` that is not inside a surrogate pair. Half a pair can be
 * neither stored nor sent.
 */
export function cutPoint(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xd800 && unit <= 0xdbff && at < text.length ? at - 1 : at;
}

/**
 * Returns a text of at most `max` characters. Half a pair, at the cut or in the text, is replaced:
 * strict parsers refuse a whole request for it.
 */
export function cut(text: string, max: number): string {
  return text.slice(0, cutPoint(text, Math.min(max, text.length))).toWellFormed();
}

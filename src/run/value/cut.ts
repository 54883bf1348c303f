/** Cuts texts without splitting a character. */

/**
 * Returns the last index at or before `at` that is not inside a surrogate pair. Half a pair can be
 * neither stored nor sent.
 */
export function cutPoint(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xd800 && unit <= 0xdbff && at < text.length ? at - 1 : at;
}

/** Cuts texts where no character is torn apart. */

/**
 * Returns the last place at or before `at` that is not inside a surrogate pair: half a pair can
 * neither be stored nor sent.
 */
export function cutPoint(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  return unit >= 0xd800 && unit <= 0xdbff && at < text.length ? at - 1 : at;
}

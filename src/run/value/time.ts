/** Moments as texts. */

/** Returns a moment in milliseconds since 1970 as RFC 3339 in UTC: such texts sort as times. */
export function isoTime(moment: number): string {
  return new Date(moment).toISOString();
}

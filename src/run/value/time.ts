/** Times as text. */

/** Returns a time in milliseconds since the epoch as RFC 3339 in UTC. These texts sort by time. */
export function isoTime(moment: number): string {
  return new Date(moment).toISOString();
}

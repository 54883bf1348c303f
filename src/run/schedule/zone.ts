/**
 * Wall-clock time of a time zone. A wall time is written as the milliseconds that it would be in
 * UTC: 02:30 in Berlin is the number of 02:30Z. Offsets come from the platform's time-zone data.
 */

/** Longest change of an offset that zones of this century made, and the distance to look around it. */
const AROUND_MS = 26 * 3_600_000;
const QUARTER_MS = 15 * 60_000;
const MAX_ZONES = 100;
const MAX_OFFSETS = 2000;

const offsetsByZone = new Map<string, Map<number, number>>();
const formats = new Map<string, Intl.DateTimeFormat>();

/** Returns whether the platform knows a time zone by this name. */
export function isZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch {
    return false;
  }
}

/** Returns the wall time of an instant. @throws RangeError for an unknown zone */
export function wallOf(instant: number, zone: string): number {
  return instant + offsetOf(instant, zone);
}

/** Returns an instant as clocks of a zone show it, such as `2026-11-23T09:00:00+01:00`. */
export function localText(instant: number, zone: string): string {
  const offset = offsetOf(instant, zone);
  const minutes = Math.abs(Math.trunc(offset / 60_000));
  const sign = offset < 0 ? "-" : "+";
  const wall = new Date(instant + offset).toISOString().slice(0, 19);
  return `${wall}${sign}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

/** The instants of a wall time. */
export interface Instants {
  /** None in a gap, two in an overlap; the earlier first. */
  readonly at: readonly number[];
  /** In a gap: the first instant after it. */
  readonly afterGap: number | null;
  /** No instant of this wall time or of a later one is earlier than this. */
  readonly notBefore: number;
}

/**
 * Returns the instants at which clocks of a zone show a wall time.
 * @throws RangeError for an unknown zone
 */
export function instantsOf(wall: number, zone: string): Instants {
  const before = offsetOf(wall - AROUND_MS, zone);
  const after = offsetOf(wall + AROUND_MS, zone);
  const notBefore = wall - Math.max(before, after);
  const at = [...new Set([wall - before, wall - after])]
    .filter((instant) => wallOf(instant, zone) === wall)
    .toSorted((a, b) => a - b);
  return { at, afterGap: at.length === 0 ? endOfGap(wall, zone) : null, notBefore };
}

/**
 * Returns by how many milliseconds the clocks of a zone are set back so soon after an instant that
 * they show its wall time again; 0 if they are not.
 */
export function setBackAhead(instant: number, zone: string): number {
  const offset = offsetOf(instant, zone);
  const change = offset - offsetOf(instant + AROUND_MS, zone);
  return change > 0 && offsetOf(instant + change, zone) < offset ? change : 0;
}

/** Finds by halves when the clocks that skip a wall time are set forward. Changes fall on minutes. */
function endOfGap(wall: number, zone: string): number {
  let low = Math.floor((wall - AROUND_MS) / 60_000);
  let high = Math.ceil((wall + AROUND_MS) / 60_000);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallOf(middle * 60_000, zone) > wall) {
      high = middle;
    } else {
      low = middle;
    }
  }
  return high * 60_000;
}

/**
 * Returns the milliseconds that wall time is ahead of UTC at an instant. Formatting a date is slow,
 * so the offsets of a zone are remembered by the quarter of an hour: since 1972, clocks are set at
 * full quarters only.
 */
function offsetOf(instant: number, zone: string): number {
  const offsets = known(offsetsByZone, zone, () => new Map<number, number>());
  if (offsets.size > MAX_OFFSETS) {
    offsets.clear();
  }
  const quarter = Math.floor(instant / QUARTER_MS);
  return known(offsets, quarter, () => formattedOffset(quarter * QUARTER_MS, zone));
}

function formattedOffset(whole: number, zone: string): number {
  const parts = new Map<string, number>();
  for (const { type, value } of formatOf(zone).formatToParts(whole)) {
    parts.set(type, Number(value));
  }
  const part = (type: string): number => parts.get(type) ?? 0;
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return wall - whole;
}

/** Returns what a map has under a key, which it makes if there is nothing. */
function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) {
    return found;
  }
  const made = make();
  map.set(key, made);
  return made;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  if (formats.size > MAX_ZONES) {
    formats.clear();
    offsetsByZone.clear();
  }
  return known(
    formats,
    zone,
    () =>
      new Intl.DateTimeFormat("en-US", {
        timeZone: zone,
        calendar: "gregory",
        numberingSystem: "latn",
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      }),
  );
}

/**
 * The occurrences of a schedule. An occurrence has a nominal time, which identifies it, and the time
 * at which it is made, which jitter can move. Both follow from the spec alone, so a preview is exact.
 */
import { nextCronTime, type CronTime } from "./cron.ts";
import { isExcluded, type Timing } from "./spec.ts";

/** One occurrence of a schedule. */
export interface Occurrence {
  /** The nominal time, milliseconds since the epoch. */
  readonly occurrence_at: number;
  /** When it is made: up to `jitter_s` later, and not after the next nominal time. */
  readonly at: number;
  readonly note: CronTime["note"];
  /** Whether its day is excluded. */
  readonly excluded: boolean;
}

/**
 * Returns the first occurrence whose nominal time is after an instant, within the window of the
 * spec; null if there is none.
 * @param after milliseconds since the epoch
 */
export function nextOccurrence(timing: Timing, after: number): Occurrence | null {
  const { spec } = timing;
  const from = spec.starts_at === null ? after : Math.max(after, Date.parse(spec.starts_at) - 1);
  const time = nominalAfter(timing, from);
  if (time === null || (spec.ends_at !== null && time.at >= Date.parse(spec.ends_at))) {
    return null;
  }
  return {
    occurrence_at: time.at,
    at: time.at + jitterOf(timing, time.at),
    note: time.note,
    excluded: isExcluded(spec, time.at),
  };
}

/** Yields the occurrences after an instant, in order. */
export function* occurrencesAfter(timing: Timing, after: number): Generator<Occurrence> {
  let next = nextOccurrence(timing, after);
  while (next !== null) {
    yield next;
    next = nextOccurrence(timing, next.occurrence_at);
  }
}

/**
 * Returns the occurrences that a schedule makes next, with the excluded ones among them.
 * @param left maximum number that are made; null for any number
 */
export function preview(timing: Timing, after: number, n: number, left: number | null) {
  const shown: Occurrence[] = [];
  let made = 0;
  for (const occurrence of occurrencesAfter(timing, after)) {
    if (shown.length >= n || (left !== null && made >= left)) {
      break;
    }
    made += occurrence.excluded ? 0 : 1;
    shown.push(occurrence);
  }
  return shown;
}

/** Distance of the first look back, and the longest, milliseconds. */
const FIRST_LOOK_MS = 60_000;
const LONGEST_LOOK_MS = 9 * 366 * 86_400_000;

/** Returns the nominal time of the occurrence before an instant; null if there is none. */
export function previousOccurrence(timing: Timing, before: number): number | null {
  for (let look = FIRST_LOOK_MS; look <= LONGEST_LOOK_MS; look *= 4) {
    let found: number | null = null;
    for (const { occurrence_at } of occurrencesAfter(timing, before - look)) {
      if (occurrence_at >= before) {
        break;
      }
      found = occurrence_at;
    }
    if (found !== null) {
      return found;
    }
  }
  return null;
}

/** Returns the first nominal time after an instant, whatever the window. */
function nominalAfter({ spec, anchor }: Timing, after: number): CronTime | null {
  if (spec.every_s !== null) {
    const step = spec.every_s * 1000;
    return { at: anchor + (Math.floor((after - anchor) / step) + 1) * step, note: null };
  }
  const clock = { timezone: spec.timezone, gap: spec.dst_gap, overlap: spec.dst_overlap };
  let first: CronTime | null = null;
  for (const pattern of spec.cron ?? []) {
    const time = nextCronTime(pattern, clock, after);
    if (time !== null && (first === null || time.at < first.at)) {
      first = time;
    }
  }
  return first;
}

/** Returns the delay of an occurrence, milliseconds. It ends before the next nominal time. */
function jitterOf(timing: Timing, at: number): number {
  const most = timing.spec.jitter_s * 1000;
  if (most === 0) {
    return 0;
  }
  const next = nominalAfter(timing, at);
  const room = next === null ? most : Math.min(most, next.at - at);
  return hash(`${timing.seed} ${at}`) % room;
}

/** Returns a number of 32 bits from a text: FNV-1a, whose bits are then mixed. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

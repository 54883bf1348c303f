/**
 * Cron patterns in a time zone. A pattern is evaluated as wall-clock time, in a calendar without
 * changes of the clock, by croner; the wall times are then mapped to instants here. At a change of
 * the clock the rule is that of Vixie cron: a job at a fixed hour runs once, one at a wildcard hour
 * runs whenever that much time has passed.
 */
import { Cron } from "croner";
import { instantsOf, setBackAhead, wallOf } from "./zone.ts";

/** What happens to a fixed hour that a change of the clock skips. */
export const GAPS = ["next", "skip"] as const;
/** At which of the two times a fixed hour runs that a change of the clock repeats. */
export const OVERLAPS = ["first", "last", "both"] as const;

export interface Clock {
  readonly timezone: string;
  readonly gap: (typeof GAPS)[number];
  readonly overlap: (typeof OVERLAPS)[number];
}

/** One time of a pattern. */
export interface CronTime {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly note: "moved_by_gap" | "second_of_overlap" | null;
}

const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};
const MAX_PATTERNS = 500;
const patterns = new Map<string, Cron>();

/** Returns why a pattern cannot be used; null if it can. It has five fields, or is a nickname. */
export function cronFault(pattern: string): string | null {
  try {
    return patternOf(pattern).nextRun("2000-01-01T00:00:00Z") === null ? "never comes round" : null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Returns the first time of a pattern after an instant; null if there is none.
 * @throws for a pattern or zone that is not valid
 */
export function nextCronTime(pattern: string, clock: Clock, after: number): CronTime | null {
  const cron = patternOf(pattern);
  const isFixed = !/[*?/]/.test(hourField(pattern));
  let wall = wallOf(after, clock.timezone) - setBackAhead(after, clock.timezone) - 1000;
  let best: CronTime | null = null;
  for (;;) {
    const next = cron.nextRun(new Date(wall));
    if (next === null) {
      return best;
    }
    wall = next.getTime();
    const { at, afterGap, notBefore } = instantsOf(wall, clock.timezone);
    if (best !== null && notBefore > best.at) {
      return best;
    }
    for (const time of timesOf(at, afterGap, isFixed, clock)) {
      if (time.at > after && (best === null || isBefore(time, best))) {
        best = time;
      }
    }
  }
}

/** Of two times at one instant, the one without a note comes first: it is there anyway. */
function isBefore(time: CronTime, other: CronTime): boolean {
  return time.at < other.at || (time.at === other.at && time.note === null);
}

/** Returns when a pattern runs for one of its wall times. */
function timesOf(
  at: readonly number[],
  afterGap: number | null,
  isFixed: boolean,
  { gap, overlap }: Clock,
): readonly CronTime[] {
  const [first, second] = at;
  if (first === undefined) {
    return isFixed && gap === "next" && afterGap !== null
      ? [{ at: afterGap, note: "moved_by_gap" }]
      : [];
  }
  if (second === undefined) {
    return [{ at: first, note: null }];
  }
  const both: readonly CronTime[] = [
    { at: first, note: null },
    { at: second, note: "second_of_overlap" },
  ];
  if (!isFixed || overlap === "both") {
    return both;
  }
  return overlap === "first" ? both.slice(0, 1) : both.slice(1);
}

function hourField(pattern: string): string {
  return fieldsOf(pattern).split(/\s+/)[1] ?? "*";
}

function fieldsOf(pattern: string): string {
  const trimmed = pattern.trim();
  return NICKNAMES[trimmed.toLowerCase()] ?? trimmed;
}

function patternOf(pattern: string): Cron {
  const known = patterns.get(pattern);
  if (known !== undefined) {
    return known;
  }
  const made = new Cron(fieldsOf(pattern), { mode: "5-part", utcOffset: 0, paused: true });
  const oldest = patterns.keys().next();
  if (patterns.size >= MAX_PATTERNS && oldest.done !== true) {
    patterns.delete(oldest.value);
  }
  patterns.set(pattern, made);
  return made;
}

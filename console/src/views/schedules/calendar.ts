/** Weeks of a schedule: what was made of its occurrences on each day, and which come. */
import type { Firing, Occurrence } from "../../../../sdk/src/model.ts";

/** One day, in the time zone of the schedule. */
export interface Day {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly isToday: boolean;
  /** Oldest first. */
  readonly past: readonly Firing[];
  readonly next: readonly Occurrence[];
}

const DAY_MS = 86_400_000;
/** Weeks before the current one, and in all. */
const WEEKS_BEFORE = 2;
const WEEKS = 5;

/**
 * Returns the days of five weeks, each from Monday on; the third week is the current one.
 * @param firings newest first
 * @param now milliseconds since the epoch
 */
export function weeksOf(
  firings: readonly Firing[],
  occurrences: readonly Occurrence[],
  timezone: string,
  now: number,
): readonly Day[] {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: timezone, dateStyle: "short" });
  const today = format.format(now);
  const noon = Date.parse(`${today}T12:00:00Z`);
  const weekday = (new Date(noon).getUTCDay() + 6) % 7;
  const first = noon - (weekday + 7 * WEEKS_BEFORE) * DAY_MS;
  const dayOf = (time: string) => format.format(new Date(time));
  const past = Map.groupBy(firings.toReversed(), ({ occurrence_at }) => dayOf(occurrence_at));
  const next = Map.groupBy(occurrences, ({ occurrence_at }) => dayOf(occurrence_at));
  return Array.from({ length: 7 * WEEKS }, (_, i) => {
    const day = new Date(first + i * DAY_MS).toISOString().slice(0, 10);
    return {
      day,
      isToday: day === today,
      past: past.get(day) ?? [],
      next: next.get(day) ?? [],
    };
  });
}

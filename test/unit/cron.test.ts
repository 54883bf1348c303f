/** Cron patterns at changes of the clock, against a table made by looking at each minute. */
import { describe, expect, test } from "vitest";
import { cronFault, nextCronTime, type Clock, type CronTime } from "../../src/run/schedule/cron.ts";
import { isZone } from "../../src/run/schedule/zone.ts";

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Zones with changes by an hour, half an hour and a day, at midnight, and without any. */
const ZONES = [
  "UTC",
  "America/New_York",
  "America/Los_Angeles",
  "America/St_Johns",
  "America/Santiago",
  "America/Sao_Paulo",
  "America/Havana",
  "America/Asuncion",
  "Europe/Berlin",
  "Europe/London",
  "Europe/Dublin",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Asia/Beirut",
  "Asia/Jerusalem",
  "Asia/Kolkata",
  "Asia/Gaza",
  "Australia/Lord_Howe",
  "Australia/Sydney",
  "Pacific/Auckland",
  "Pacific/Chatham",
  "Pacific/Apia",
];
/** Years before this one with changes of their own kind. */
const PAST: Readonly<Record<string, readonly number[]>> = {
  "America/Sao_Paulo": [2018],
  "Pacific/Apia": [2011],
  "Africa/Cairo": [2010],
};
/** Minutes and hours of a pattern as sets, to look each minute up in. */
const PATTERNS = [
  "* * * * *",
  "0 * * * *",
  "*/30 * * * *",
  "15 */2 * * *",
  "30 2 * * *",
  "0 0 * * *",
  "30 1 * * *",
  "0,30 2 * * *",
  "45 23 * * *",
  "5 1-3 * * *",
  "59 0 * * *",
  "0 12 * * *",
];

describe("a pattern in a zone", () => {
  test.each(ZONES)("runs in %s as a table by minutes says, whatever the clock does", (zone) => {
    const years = [2026, 2027, ...(PAST[zone] ?? [])];
    const changes = years.flatMap((year) => changesOf(zone, year));
    const around = changes.length === 0 ? [Date.parse("2026-07-01T00:00Z")] : changes;
    const clock = { timezone: zone, gap: "next", overlap: "first" } as const;
    for (const change of around) {
      const minutes = minutesOf(zone, change - 16 * HOUR, change + 12 * HOUR);
      for (const pattern of PATTERNS) {
        // Many times to compute: fewer hours of them.
        const span = pattern.startsWith("* *") ? 1.2 * HOUR : 12 * HOUR;
        const [from, to] = [change - span, change + span];
        expect(timesIn(pattern, clock, from, to), `${zone} ${pattern}`).toEqual(
          tableOf(pattern, minutes, from, to),
        );
      }
    }
  });

  test("skips or repeats a fixed hour if told to", () => {
    const clock: Clock = { timezone: "America/New_York", gap: "skip", overlap: "both" };
    const march = Date.parse("2026-03-08T00:00-05:00");
    expect(timesIn("30 2 * * *", clock, march, march + DAY)).toEqual([]);
    const november = Date.parse("2026-11-01T00:00-04:00");
    expect(timesIn("30 1 * * *", clock, november, november + DAY)).toEqual([
      "2026-11-01T05:30:00.000Z",
      "2026-11-01T06:30:00.000Z second_of_overlap",
    ]);
    const last = { ...clock, overlap: "last" } as const;
    expect(timesIn("30 1 * * *", last, november, november + DAY)).toEqual([
      "2026-11-01T06:30:00.000Z second_of_overlap",
    ]);
  });

  test("says of a moved time that the clock moved it", () => {
    const clock: Clock = { timezone: "Europe/Berlin", gap: "next", overlap: "first" };
    const from = Date.parse("2026-03-28T12:00Z");
    expect(nextCronTime("30 2 * * *", clock, from)).toEqual({
      at: Date.parse("2026-03-29T01:00Z"),
      note: "moved_by_gap",
    });
  });
});

describe("a pattern that is wrong", () => {
  test.each([
    ["0 0 30 2 *", "never comes round"],
    ["x", /configuration format/],
    ["* * * * * *", /5 parts/],
    ["61 * * * *", /minute/],
    ["", /configuration format|parts/],
  ])("%j is refused", (pattern, fault) => {
    expect(cronFault(pattern)).toMatch(fault);
  });

  test.each(["@daily", "@HOURLY", "0 0 L * *", "0 0 * * 5#2", "0 9 15W * *", "0 9 * * MON-FRI"])(
    "%j is fine",
    (pattern) => {
      expect(cronFault(pattern)).toBeNull();
    },
  );

  test("a zone that does not exist is none", () => {
    expect(isZone("Europe/Atlantis")).toBe(false);
    expect(isZone("")).toBe(false);
    expect(isZone("Europe/Berlin")).toBe(true);
  });
});

function timesIn(pattern: string, clock: Clock, from: number, to: number): string[] {
  const times: string[] = [];
  let time: CronTime | null = { at: from - 1, note: null };
  while ((time = nextCronTime(pattern, clock, time.at)) !== null && time.at < to) {
    times.push(new Date(time.at).toISOString() + (time.note === null ? "" : ` ${time.note}`));
  }
  return times;
}

interface Minute {
  readonly at: number;
  /** `HH:MM` on the clock. */
  readonly hour: number;
  readonly minute: number;
  /** The wall time in milliseconds. */
  readonly wall: number;
}

/** Returns what a clock shows at an instant, by the platform's own formatting. */
function clockOf(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    dateStyle: "short",
    timeStyle: "medium",
  });
  return (at) => Date.parse(`${format.format(at).replace(" ", "T")}Z`);
}

/**
 * Each minute of a span with what a clock shows. The clock is looked at every minute around a
 * change, and every quarter of an hour elsewhere: a look is slow.
 */
function minutesOf(zone: string, from: number, to: number): Minute[] {
  const wallAt = clockOf(zone);
  const minutes: Minute[] = [];
  let isSteady = false;
  for (let at = from; at < to; at += MINUTE) {
    const before = minutes.at(-1);
    if ((at - from) % QUARTER === 0) {
      isSteady = wallAt(at + QUARTER) - wallAt(at) === QUARTER;
    }
    const isNext = isSteady && before !== undefined && (at - from) % QUARTER !== 0;
    const wall = isNext ? before.wall + MINUTE : wallAt(at);
    const shown = new Date(wall);
    minutes.push({ at, wall, hour: shown.getUTCHours(), minute: shown.getUTCMinutes() });
  }
  return minutes;
}

/** The minutes of a year at which the clock of a zone is set. */
function changesOf(zone: string, year: number): number[] {
  const wallAt = clockOf(zone);
  const changes: number[] = [];
  for (let at = Date.UTC(year, 0, 2); at < Date.UTC(year + 1, 0, 1); at += DAY) {
    if (wallAt(at) - at !== wallAt(at - DAY) - (at - DAY)) {
      let [before, after] = [at - DAY, at];
      while (after - before > MINUTE) {
        const middle = Math.floor((before + after) / 2 / MINUTE) * MINUTE;
        if (wallAt(middle) - middle === wallAt(before) - before) {
          before = middle;
        } else {
          after = middle;
        }
      }
      changes.push(after);
    }
  }
  return changes;
}

/** The times of a pattern, found by looking at each minute. */
function tableOf(pattern: string, minutes: readonly Minute[], from: number, to: number): string[] {
  const [minuteField = "", hourField = ""] = pattern.split(" ");
  const [minuteSet, hourSet] = [valuesOf(minuteField), valuesOf(hourField)];
  const isFixed = !/[*/]/.test(hourField);
  const times = new Map<number, string>();
  const shown = new Set<number>();
  for (const [i, { at, wall, hour, minute }] of minutes.entries()) {
    const previous = minutes[i - 1];
    if (previous !== undefined && isFixed) {
      // What the clock skipped runs at the first minute after the gap.
      for (let skipped = previous.wall + MINUTE; skipped < wall; skipped += MINUTE) {
        const time = new Date(skipped);
        if (hourSet.has(time.getUTCHours()) && minuteSet.has(time.getUTCMinutes())) {
          times.set(at, `${new Date(at).toISOString()} moved_by_gap`);
        }
      }
    }
    const isSecond = shown.has(wall);
    shown.add(wall);
    if (hourSet.has(hour) && minuteSet.has(minute) && !(isFixed && isSecond)) {
      const note = isSecond ? " second_of_overlap" : "";
      times.set(at, `${new Date(at).toISOString()}${note}`);
    }
  }
  return [...times].filter(([at]) => at >= from && at < to).map(([, text]) => text);
}

/** The values that a field of a pattern names. */
function valuesOf(field: string): ReadonlySet<number> {
  const values = Array.from({ length: 60 }, (_, value) => value);
  return new Set(
    values.filter((value) =>
      field.split(",").some((one) => {
        const [range = "", step = "1"] = one.split("/");
        const [low = "0", high = low] = range === "*" ? ["0", "59"] : range.split("-");
        const isInside = value >= Number(low) && value <= Number(high);
        return isInside && (value - Number(low)) % Number(step) === 0;
      }),
    ),
  );
}

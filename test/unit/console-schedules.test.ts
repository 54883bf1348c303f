/** The calendar of a schedule in the console: days of its own time zone, whole weeks. */
import { expect, test } from "vitest";
import type { Firing, Occurrence } from "../../sdk/src/model.ts";
import { weeksOf } from "../../console/src/views/schedules/calendar.ts";

const firing = (occurrence_at: string): Firing => ({
  occurrence_at,
  until: occurrence_at,
  count: 1,
  trigger: "cron",
  status: "started",
  task_id: "task_1",
  task_status: "completed",
  reason: null,
  detail: null,
  at: occurrence_at,
});
const occurrence = (occurrence_at: string): Occurrence => ({
  occurrence_at,
  at: occurrence_at,
  local: occurrence_at,
  note: null,
});

test("five weeks from a Monday on hold what was made and what comes, by the day of the zone", () => {
  const now = Date.parse("2026-12-02T12:00:00Z");
  const firings = [firing("2026-12-01T23:30:00.000Z"), firing("2026-12-01T10:00:00.000Z")];
  const days = weeksOf(firings, [occurrence("2026-12-03T22:59:00.000Z")], "Europe/Berlin", now);
  expect(days).toHaveLength(35);
  expect([days[0]?.day, days.at(-1)?.day]).toEqual(["2026-11-16", "2026-12-20"]);
  const marked = days.filter(({ past, next }) => past.length + next.length > 0);
  expect(marked.map(({ day, past, next }) => [day, past.length, next.length])).toEqual([
    ["2026-12-01", 1, 0],
    ["2026-12-02", 1, 0],
    ["2026-12-03", 0, 1],
  ]);
  expect(days.filter(({ isToday }) => isToday).map(({ day }) => day)).toEqual(["2026-12-02"]);
});

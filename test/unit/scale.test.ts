/** The page about scale says what the command prints, and the simulated day loses nothing. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import counts from "../../bench/bill/counts.json" with { type: "json" };
import {
  arrivals,
  demandOf,
  ONE_OF_EACH,
  playDay,
  sharesFor,
  type Load,
} from "../../scripts/scale/day.ts";
import { LIMITS } from "../../scripts/scale/limits.ts";
import { LOADS } from "../../scripts/scale/loads.ts";
import { needs, strains } from "../../scripts/scale/table.ts";

const load: Load = {
  tasks: 8_640_000,
  steps: 4,
  secondsPerModelCall: 5,
  reads: 0,
  waits: 0,
  inputBytes: 0,
  retentionDays: 1,
  peak: 1,
  burst: 0,
  largestTenant: 0.5,
};

test("the page has the tables that `npm run simulate` prints, and the date of the limits", () => {
  const page = readFileSync("docs/explanation/scale.md", "utf8");
  expect(LOADS).toHaveLength(3);
  expect(page).toContain(strains(LOADS, counts));
  expect(page).toContain(needs(LOADS, counts));
  expect(page).toContain(LIMITS.read);
});

test.each([
  ["an even day", load],
  ["a day with a peak and a burst", { ...load, peak: 2, burst: 0.01 }],
])("all tasks of %s arrive, once", (_name, day) => {
  let sum = 0;
  for (let second = 0; second < 86_400; second += 1) {
    sum += arrivals(day, second);
  }
  expect(sum).toBeCloseTo(day.tasks, 0);
});

test("a task asks for what was counted of it, and the ledger for the largest tenant's calls", () => {
  expect(demandOf(load, counts)).toEqual({
    queue: counts.task.queueMessages,
    database: counts.task.databaseStatements + counts.deletion.databaseStatements,
    ledger: 0.5 * (3 + 5 * counts.budgetedStep.objectRequests),
    reconciler: 1,
  });
});

test("what a part cannot take waits, and is over when the burst is; a day beyond the limit never ends", () => {
  const even = playDay(load, counts).queue;
  expect(even).toMatchObject({ mean: 100, busiest: 100, longestWait: 0, limit: 5000 });
  // 864,000 tasks in one minute are 14,400 in a second: 9,490 too many, for 60 seconds.
  const { longestWait } = playDay({ ...load, burst: 0.1 }, counts).queue;
  expect(longestWait).toBeCloseTo(((14_400 + 90 - 5000) * 60) / 5000, 0);
  expect(playDay({ ...load, tasks: 600_000_000 }, counts).queue.longestWait).toBe(
    Number.POSITIVE_INFINITY,
  );
});

test("the shares that a day needs are enough, and half of them are not", () => {
  const many = { ...load, tasks: 600_000_000 };
  const shares = sharesFor(many, counts);
  const { queue, ledger } = playDay(many, counts, shares);
  expect([queue.longestWait, ledger.longestWait].every((wait) => wait <= 60)).toBe(true);
  const less = { ...ONE_OF_EACH, queue: shares.queue / 2, ledger: shares.ledger / 2 };
  const strained = playDay(many, counts, less);
  expect([strained.queue.longestWait, strained.ledger.longestWait].every((w) => w > 60)).toBe(true);
});

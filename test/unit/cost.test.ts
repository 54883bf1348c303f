/** The page about costs says what the command prints, and the command multiplies rightly. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import counts from "../../bench/bill/counts.json" with { type: "json" };
import { usageOf, type Scenario } from "../../scripts/cost/month.ts";
import { PRICES, priceOf } from "../../scripts/cost/prices.ts";
import { SCENARIOS } from "../../scripts/cost/scenarios.ts";
import { assumptions, costs } from "../../scripts/cost/table.ts";

const page = readFileSync("docs/explanation/cost.md", "utf8");

test("the page has the tables that `npm run cost` prints, and the date of the prices", () => {
  expect(page).toContain(assumptions(SCENARIOS));
  expect(page).toContain(costs(SCENARIOS, counts));
  expect(page).toContain(PRICES.read);
  const [, sum] = /\*\*together\*\* .*\*\*\$(\d+\.\d+)\*\*/.exec(page) ?? [];
  const dollars = Math.round(Number(sum));
  expect(readFileSync("README.md", "utf8")).toContain(`cost about $${dollars}, without`);
});

test("what is included in the plan costs nothing, and one more costs its share", () => {
  expect(priceOf("objectRowsWritten", 50_000_000)).toBe(0);
  expect(priceOf("objectRowsWritten", 51_000_000)).toBe(1);
  expect(priceOf("objectGbSeconds", 1_400_000)).toBe(12.5);
});

const one: Scenario = {
  name: "one",
  tasks: 1_000_000,
  steps: 4,
  secondsPerModelCall: 10,
  reads: 0,
  watchers: 0,
  waits: 0,
  bytesPerStep: 0,
  retentionDays: 30,
};

test("an object is billed for as long as it awaits the model, and not while it waits for people", () => {
  const seconds = 1_000_000 * 5 * 10;
  const { objectGbSeconds } = usageOf(one, counts);
  expect(objectGbSeconds).toBeGreaterThanOrEqual(seconds * 0.128);
  expect(objectGbSeconds).toBeLessThan(seconds * 0.128 * 1.01);
  const waiting = usageOf({ ...one, waits: 10 }, counts);
  // What wakes the run is work of some milliseconds, however long it waited.
  const perWait = (waiting.objectGbSeconds - objectGbSeconds) / 0.128 / 10_000_000;
  expect(perWait).toBeLessThan(0.05);
  expect(waiting.objectRowsWritten).toBeGreaterThan(usageOf(one, counts).objectRowsWritten);
});

test("rows grow by what a step writes, a message is three operations, and deletions are in it", () => {
  const more = usageOf({ ...one, steps: 5 }, counts);
  const less = usageOf(one, counts);
  expect(more.objectRowsWritten - less.objectRowsWritten).toBe(
    1_000_000 * counts.step.objectRowsWritten,
  );
  expect(less.queueOperations).toBe(3_000_000 * counts.task.queueMessages);
  expect(less.databaseRowsWritten).toBeCloseTo(
    1_000_000 * (counts.task.databaseRowsWritten + counts.deletion.databaseRowsWritten),
  );
});

test("a month without tasks costs the plan and nothing else", () => {
  const idle = usageOf({ ...one, tasks: 0 }, counts);
  const items = Object.keys(PRICES.rates) as (keyof typeof PRICES.rates)[];
  expect(items.map((item) => priceOf(item, idle[item]))).toEqual(items.map(() => 0));
});

test("what was counted is what was measured of a step: two rows, as the benchmarks say", () => {
  expect(counts.step.objectRowsWritten).toBe(2);
  expect(counts.minute.databaseStatements).toBeGreaterThan(0);
});

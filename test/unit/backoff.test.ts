import { expect, test } from "vitest";
import { delayOf, parseRetryAfter } from "../../src/run/value/backoff.ts";

test("pauses double from the first and stop growing at the longest", () => {
  const policy = { baseMs: 100, maxMs: 1000 };

  expect([1, 2, 3, 4, 5, 5000].map((attempt) => delayOf(policy, attempt))).toEqual([
    100, 200, 400, 800, 1000, 1000,
  ]);
  expect(delayOf(policy, 0)).toBe(100);
});

test("listed pauses are used in order, and the last one is repeated", () => {
  const policy = { pausesMs: [100, 500, 2000] } as const;

  expect([0, 1, 2, 3, 4, 50].map((attempt) => delayOf(policy, attempt))).toEqual([
    100, 100, 500, 2000, 2000, 2000,
  ]);
});

test("jitter stretches a pause between its two factors", () => {
  const policy = { baseMs: 1000, maxMs: 1000, jitter: [0.5, 1] } as const;

  expect([0, 0.5, 1].map((random) => delayOf(policy, 1, random))).toEqual([500, 750, 1000]);
  expect(delayOf({ baseMs: 333, maxMs: 333, jitter: [0.5, 1] }, 1, 0)).toBe(167);
});

test.each([
  ["7", 7000],
  [" 7 ", 7000],
  ["0", 0],
  ["1.5", 1500],
  ["Thu, 01 Jan 1970 00:01:00 GMT", 59_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
  ["soon", null],
  ["", null],
  [null, null],
])("Retry-After %j asks for %j milliseconds", (header, ms) => {
  expect(parseRetryAfter(header, 1000)).toBe(ms);
});

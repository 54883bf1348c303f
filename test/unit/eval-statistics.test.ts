/** Intervals and tests of evals, against values from the literature. */
import { expect, test } from "vitest";
import {
  bootstrapMean,
  mcnemar,
  pairedDifference,
  percentile,
  wilson,
} from "../../sdk/src/cli/eval/statistics.ts";

function rounded({ low, high }: { readonly low: number; readonly high: number }): number[] {
  return [low, high].map((value) => Math.round(value * 10_000) / 10_000);
}

// Newcombe 1998, Statistics in Medicine 17:857, table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("the interval of %i of %i passed is Wilson's", (passed, total, low, high) => {
  expect(rounded(wilson(passed, total))).toEqual([low, high]);
});

test("the interval of nothing is everything, and of all passed ends at 1", () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  expect(wilson(7, 7).high).toBe(1);
});

// Newcombe 1998, Statistics in Medicine 17:2635, table II, method 10: first minus second.
test.each([
  [36, 12, 2, 0, 0.0569, 0.3404],
  [36, 14, 0, 0, 0.1528, 0.4167],
  [35, 12, 2, 1, 0.0561, 0.3411],
])(
  "the interval of a paired difference is Newcombe's for %i, %i, %i, %i",
  (both, onlySecond, onlyFirst, neither, low, high) => {
    expect(rounded(pairedDifference({ both, onlyFirst, onlySecond, neither }))).toEqual([
      low,
      high,
    ]);
    // The other way round, it is the same interval with the other sign.
    const turned = { both, onlyFirst: onlySecond, onlySecond: onlyFirst, neither };
    expect(rounded(pairedDifference(turned))).toEqual([-high, -low]);
  },
);

test("two versions that agree on everything have a narrow interval around 0", () => {
  const { low, high } = pairedDifference({ both: 40, onlyFirst: 0, onlySecond: 0, neither: 10 });
  expect(low).toBeCloseTo(-high);
  expect(high).toBeLessThan(0.1);
  expect(pairedDifference({ both: 0, onlyFirst: 0, onlySecond: 0, neither: 0 })).toEqual({
    low: -1,
    high: 1,
  });
});

test.each([
  [0, 0, 1],
  [5, 0, 0.0625],
  [1, 7, 0.0703],
  [6, 16, 0.0525],
  [12, 2, 0.0129],
])("McNemar's exact test of %i against %i is %d", (one, other, p) => {
  expect(mcnemar(one, other)).toBeCloseTo(p, 4);
  expect(mcnemar(other, one)).toBe(mcnemar(one, other));
});

test("the exact test is a number for thousands of cases", () => {
  expect(mcnemar(2000, 2100)).toBeCloseTo(0.122, 2);
});

test("the bootstrap of a mean is near the normal interval, and always the same", () => {
  const values = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1 : 0));
  const interval = bootstrapMean(values);
  const half = 1.96 * Math.sqrt((0.25 * 0.75) / 400);
  expect(interval.low).toBeCloseTo(0.25 - half, 2);
  expect(interval.high).toBeCloseTo(0.25 + half, 2);
  expect(bootstrapMean(values)).toEqual(interval);
  expect(bootstrapMean([])).toEqual({ low: 0, high: 0 });
});

test("a percentile is one of the values", () => {
  expect([0.5, 0.95, 1].map((share) => percentile([4, 1, 3, 2], share))).toEqual([2, 4, 4]);
  expect(percentile([], 0.5)).toBe(0);
});

/**
 * Intervals and tests of an eval. All of them are deterministic: the bootstrap has a fixed seed, so
 * the same results give the same table.
 */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The standard normal quantile of 97.5 %: all intervals are of 95 %. */
const Z = 1.959963984540054;
const RESAMPLES = 10_000;

/** Wilson's score interval of a proportion. */
export function wilson(passed: number, total: number): Interval {
  if (total === 0) {
    return { low: 0, high: 1 };
  }
  const p = passed / total;
  const z2 = Z ** 2;
  const middle = (p + z2 / (2 * total)) / (1 + z2 / total);
  const half = (Z * Math.sqrt((p * (1 - p)) / total + z2 / (4 * total ** 2))) / (1 + z2 / total);
  return {
    low: passed === 0 ? 0 : Math.max(0, middle - half),
    high: passed === total ? 1 : Math.min(1, middle + half),
  };
}

/** Outcomes of the same items under two versions. */
export interface Paired {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

/**
 * Newcombe's interval of the difference of two paired proportions, second minus first (method 10 of
 * Newcombe 1998, Statistics in Medicine 17:2635): Wilson's intervals of both, with their correlation.
 */
export function pairedDifference({ both, onlyFirst, onlySecond, neither }: Paired): Interval {
  const n = both + onlyFirst + onlySecond + neither;
  if (n === 0) {
    return { low: -1, high: 1 };
  }
  const [second, first] = [both + onlySecond, both + onlyFirst];
  const [p2, p1] = [second / n, first / n];
  const [w2, w1] = [wilson(second, n), wilson(first, n)];
  const phi = correlation({ both, onlyFirst, onlySecond, neither }, n);
  const spread = (a: number, b: number) =>
    Math.sqrt(Math.max(0, a ** 2 - 2 * phi * a * b + b ** 2));
  return {
    low: Math.max(-1, p2 - p1 - spread(p2 - w2.low, w1.high - p1)),
    high: Math.min(1, p2 - p1 + spread(w2.high - p2, p1 - w1.low)),
  };
}

/** The phi coefficient; a positive one is corrected for continuity, as method 10 does. */
function correlation({ both, onlyFirst, onlySecond, neither }: Paired, n: number): number {
  const margins =
    (both + onlySecond) * (onlyFirst + neither) * (both + onlyFirst) * (onlySecond + neither);
  if (margins === 0) {
    return 0;
  }
  const product = both * neither - onlyFirst * onlySecond;
  const corrected = product > n / 2 ? product - n / 2 : product > 0 ? 0 : product;
  return corrected / Math.sqrt(margins);
}

/**
 * McNemar's exact test: the two-sided probability of so uneven a split of the items that differ, if
 * both versions were equally good.
 */
export function mcnemar(onlyFirst: number, onlySecond: number): number {
  const n = onlyFirst + onlySecond;
  const fewer = Math.min(onlyFirst, onlySecond);
  // In logarithms: 2^n is beyond a number for n above 1,000.
  let term = -n * Math.LN2;
  let tail = Math.exp(term);
  for (let k = 1; k <= fewer; k += 1) {
    term += Math.log((n - k + 1) / k);
    tail += Math.exp(term);
  }
  return Math.min(1, 2 * tail);
}

/** The percentile bootstrap interval of a mean, over items. */
export function bootstrapMean(values: readonly number[]): Interval {
  const random = randomFrom(0x0b5e55ed);
  const means = Array.from({ length: values.length === 0 ? 0 : RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i += 1) {
      sum += values[Math.floor(random() * values.length)] ?? 0;
    }
    return sum / values.length;
  }).toSorted((a, b) => a - b);
  const at = (share: number) => means[Math.round(share * (means.length - 1))] ?? 0;
  return { low: at(0.025), high: at(0.975) };
}

export function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Returns the value below which a share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** Mulberry32: numbers from 0 to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Summarises the results of each provider, and compares two of them item by item. */
import type { Result } from "./run.ts";
import {
  bootstrapMean,
  mcnemar,
  meanOf,
  pairedDifference,
  percentile,
  wilson,
  type Interval,
} from "./statistics.ts";

/** The results of one provider in numbers. */
export interface Summary {
  readonly provider: string;
  readonly passed: number;
  readonly failed: number;
  /** Failed ones without an answer. */
  readonly errors: number;
  readonly pass_rate: number;
  /** Wilson's interval of 95 %. */
  readonly interval: Interval;
  readonly score: number;
  readonly cost_usd: number;
  readonly tokens: number;
  readonly latency_p50_ms: number;
  readonly latency_p95_ms: number;
  /** Mean scores by metric. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** A difference, second minus first, with its interval of 95 %. */
export interface Difference extends Interval {
  readonly first: number;
  readonly second: number;
  readonly difference: number;
}

export interface Comparison {
  readonly first: string;
  readonly second: string;
  /** Cases that both have results for. */
  readonly items: number;
  readonly pass_rate: Difference;
  /** How the interval of the pass rate is made. */
  readonly method: "newcombe" | "bootstrap";
  /** McNemar's exact test over the items that differ. */
  readonly p_value: number;
  readonly only_first: number;
  readonly only_second: number;
  readonly score: Difference;
  readonly cost_usd: Difference;
  readonly latency_ms: Difference;
  /** `worse` or `better` if the interval of the pass rate excludes 0. */
  readonly verdict: "worse" | "better" | "no difference shown";
}

export function summaryOf(provider: string, results: readonly Result[]): Summary {
  const own = results.filter((one) => one.provider === provider);
  const passed = own.filter(({ pass }) => pass).length;
  const latencies = own.map(({ latency_ms }) => latency_ms);
  return {
    provider,
    passed,
    failed: own.length - passed,
    errors: own.filter(({ error }) => error !== null).length,
    pass_rate: own.length === 0 ? 0 : passed / own.length,
    interval: wilson(passed, own.length),
    score: meanOf(own.map(({ score }) => score)),
    cost_usd: own.reduce((sum, { cost_usd }) => sum + cost_usd, 0),
    tokens: own.reduce((sum, { tokens }) => sum + tokens, 0),
    latency_p50_ms: percentile(latencies, 0.5),
    latency_p95_ms: percentile(latencies, 0.95),
    metrics: metricsOf(own),
  };
}

function metricsOf(results: readonly Result[]): Record<string, number> {
  const scores = new Map<string, number[]>();
  for (const { metric, score } of results.flatMap(({ assertions }) => assertions)) {
    if (metric !== undefined) {
      scores.set(metric, [...(scores.get(metric) ?? []), score]);
    }
  }
  return Object.fromEntries(Array.from(scores, ([metric, values]) => [metric, meanOf(values)]));
}

/**
 * Compares two providers on the cases that both were run on. An item is a case; its repeats are one
 * mean, since they are not independent. With one result for each item, the interval of the pass rate
 * is Newcombe's; with repeats, it is a bootstrap over items.
 */
export function comparisonOf(
  first: string,
  second: string,
  results: readonly Result[],
): Comparison {
  const pairs = pairsOf(first, second, results);
  const passes = pairs.map(([a, b]) => [rateOf(a), rateOf(b)] as const);
  const count = (is: (a: number, b: number) => boolean) =>
    passes.filter(([a, b]) => is(a, b)).length;
  const isOnce = pairs.every(([a, b]) => a.length === 1 && b.length === 1);
  const [onlyFirst, onlySecond] = [count((a, b) => a > b), count((a, b) => b > a)];
  const interval = isOnce
    ? pairedDifference({
        both: count((a, b) => a === 1 && b === 1),
        onlyFirst,
        onlySecond,
        neither: count((a, b) => a === 0 && b === 0),
      })
    : bootstrapMean(passes.map(([a, b]) => b - a));
  const passRate = { ...meansOf(passes), ...interval };
  const by = (value: (result: Result) => number) => {
    const values = pairs.map(([a, b]) => [meanOf(a.map(value)), meanOf(b.map(value))] as const);
    return { ...meansOf(values), ...bootstrapMean(values.map(([a, b]) => b - a)) };
  };
  return {
    first,
    second,
    items: pairs.length,
    pass_rate: passRate,
    method: isOnce ? "newcombe" : "bootstrap",
    p_value: mcnemar(onlyFirst, onlySecond),
    only_first: onlyFirst,
    only_second: onlySecond,
    score: by(({ score }) => score),
    cost_usd: by(({ cost_usd }) => cost_usd),
    latency_ms: by(({ latency_ms }) => latency_ms),
    verdict: passRate.high < 0 ? "worse" : passRate.low > 0 ? "better" : "no difference shown",
  };
}

/** Groups results by case. */
export function itemsOf(results: readonly Result[]): readonly (readonly Result[])[] {
  const items = new Map<string, Result[]>();
  for (const one of results) {
    const key = `${one.test_index} ${one.prompt_index}`;
    const own = items.get(key);
    if (own === undefined) {
      items.set(key, [one]);
    } else {
      own.push(one);
    }
  }
  return [...items.values()];
}

type Pair = readonly [first: readonly Result[], second: readonly Result[]];

function pairsOf(first: string, second: string, results: readonly Result[]): readonly Pair[] {
  return itemsOf(results)
    .map((own): Pair => [
      own.filter(({ provider }) => provider === first),
      own.filter(({ provider }) => provider === second),
    ])
    .filter(([a, b]) => a.length > 0 && b.length > 0);
}

function rateOf(results: readonly Result[]): number {
  return results.filter(({ pass }) => pass).length / results.length;
}

function meansOf(pairs: readonly (readonly [number, number])[]) {
  const [first, second] = [meanOf(pairs.map(([a]) => a)), meanOf(pairs.map(([, b]) => b))];
  return { first, second, difference: second - first };
}

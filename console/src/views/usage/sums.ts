/** Pure: the report of usage in the words and numbers of the page. */
import type { UsageReport } from "../../../../sdk/src/model.ts";
import { csvOf, type Part } from "../../parts/stack.ts";

type Sum = UsageReport["data"][number];

/** What is summed. */
export type Measure = "cost" | "tokens";

/** How the bars are stacked. */
export type Group = "model" | "agent";

/** The bars of a report. */
export function partsOf(sums: readonly Sum[], measure: Measure, group: Group): Part[] {
  return sums.map((sum) => ({
    day: sum.day ?? "",
    group: sum[group] ?? "none",
    value: measure === "cost" ? sum.cost_usd : sum.input_tokens + sum.output_tokens,
  }));
}

/** A row of the table: one group over all days. */
export interface GroupRow {
  readonly name: string;
  readonly tasks: number;
  readonly calls: number;
  readonly input: number;
  readonly cached: number;
  readonly output: number;
  readonly cost: number;
}

/** Sums by group, the dearest first; those of equal cost by tokens. */
export function rowsOf(sums: readonly Sum[], group: Group): GroupRow[] {
  const rows = new Map<string, GroupRow>();
  for (const sum of sums) {
    const name = sum[group] ?? "none";
    const row = rows.get(name);
    rows.set(name, {
      name,
      tasks: (row?.tasks ?? 0) + sum.tasks,
      calls: (row?.calls ?? 0) + sum.model_calls,
      input: (row?.input ?? 0) + sum.input_tokens,
      cached: (row?.cached ?? 0) + sum.cached_input_tokens,
      output: (row?.output ?? 0) + sum.output_tokens,
      cost: (row?.cost ?? 0) + sum.cost_usd,
    });
  }
  return [...rows.values()].toSorted((a, b) => b.cost - a.cost || b.input - a.input);
}

/** The whole report as CSV, a line for each day, agent and model. */
export function reportCsv(sums: readonly Sum[]): string {
  const names = [
    "day",
    "agent",
    "model",
    "tasks",
    "model_calls",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "cost_usd",
  ] as const;
  return csvOf([names, ...sums.map((sum) => names.map((name) => sum[name]))]);
}

/** The first of some days that end today (UTC). */
export function daysAgo(days: number, nowMs: number): string {
  return new Date(nowMs - (days - 1) * 86_400_000).toISOString().slice(0, 10);
}

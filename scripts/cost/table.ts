/** The costs of some months as two tables in Markdown. */
import { usageOf, type Counts, type Scenario } from "./month.ts";
import { PRICES, priceOf, type Item } from "./prices.ts";

const NAMES: Readonly<Record<Item, string>> = {
  workerRequests: "requests to the Worker",
  workerCpuMs: "CPU of the Worker, ms",
  objectRequests: "requests to objects, alarms included",
  objectGbSeconds: "time of objects, GB-s",
  objectRowsRead: "rows read in objects",
  objectRowsWritten: "rows written in objects",
  objectGb: "kept in objects, GB",
  databaseRowsRead: "rows read in D1",
  databaseRowsWritten: "rows written in D1",
  databaseGb: "kept in D1, GB",
  queueOperations: "operations of queues",
};

const ASSUMED: readonly (readonly [string, (scenario: Scenario) => number])[] = [
  ["tasks in the month", ({ tasks }) => tasks],
  ["steps of a task (one model call and one tool call each)", ({ steps }) => steps],
  ["seconds of a model call", ({ secondsPerModelCall }) => secondsPerModelCall],
  ["requests of a task that are held until its end", ({ reads }) => reads],
  ["watchers of a task", ({ watchers }) => watchers],
  ["waits of a task, for people or time", ({ waits }) => waits],
  ["bytes of conversation that a step adds", ({ bytesPerStep }) => bytesPerStep],
  ["days for which an ended task is kept", ({ retentionDays }) => retentionDays],
];

/** What is assumed of each month. */
export function assumptions(scenarios: readonly Scenario[]): string {
  const rows = ASSUMED.map(([what, of]) => row(what, scenarios.map(of).map(amount)));
  return table(scenarios, rows);
}

/** What each uses and costs, with the included amounts taken off. */
export function costs(scenarios: readonly Scenario[], counts: Counts): string {
  const usages = scenarios.map((one) => usageOf(one, counts));
  const items = Object.keys(NAMES) as Item[];
  const totals = usages.map((usage) =>
    items.reduce<number>((sum, item) => sum + priceOf(item, usage[item]), PRICES.plan),
  );
  const perThousand = totals.map((total, i) => (total / (scenarios[i]?.tasks ?? 1)) * 1000);
  const used = (item: Item): string =>
    row(
      NAMES[item],
      usages.map((usage) => `${amount(usage[item])}: ${dollars(priceOf(item, usage[item]))}`),
    );
  return table(scenarios, [
    row(
      "the plan",
      scenarios.map(() => dollars(PRICES.plan)),
    ),
    ...items.map(used),
    row(
      "**together**",
      totals.map((total) => `**${dollars(total)}**`),
    ),
    row("for 1,000 tasks", perThousand.map(dollars)),
  ]);
}

function table(scenarios: readonly Scenario[], rows: readonly string[]): string {
  const names = scenarios.map(({ name }) => name);
  const rule = row(
    "---",
    names.map(() => "---:"),
  );
  return [row("a month", names), rule, ...rows].join("\n");
}

function row(first: string, cells: readonly string[]): string {
  return `| ${[first, ...cells].join(" | ")} |`;
}

function amount(value: number): string {
  if (value >= 10_000_000) {
    return `${Math.round(value / 1_000_000).toLocaleString("en")} M`;
  }
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : 0 });
}

function dollars(value: number): string {
  const digits = value === 0 || value >= 100 ? 0 : 2;
  return `$${value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })}`;
}

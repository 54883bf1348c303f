/** The simulated days as tables in Markdown. */
import { usageOf, type Counts } from "../cost/month.ts";
import { PRICES, priceOf, type Item } from "../cost/prices.ts";
import {
  arrivals,
  PARTS,
  playDay,
  sharesFor,
  storedBytes,
  type Load,
  type Part,
  type Strain,
} from "./day.ts";
import { LIMITS } from "./limits.ts";

const NAMES: Readonly<Record<Part, string>> = {
  queue: "messages of a queue",
  database: "statements of a D1 database",
  ledger: "requests of the largest tenant's ledger",
  reconciler: "deletions by the reconciler",
};
const SHARED: Readonly<Record<Part, string>> = {
  queue: "queues",
  database: "D1 databases",
  ledger: "ledgers for the largest tenant",
  reconciler: "reconcilers",
};
const MILLION = 1_000_000;
const DAYS = 30;
const NOON_S = 12 * 3600;

/** What one of each part is asked for on a day, and how much of its limit that is. */
export function strains(loads: readonly Load[], counts: Counts): string {
  const days = loads.map((load) => ({ load, day: playDay(load, counts) }));
  const rows = PARTS.flatMap((part) => [
    row(
      `${NAMES[part]} in a second: mean, busiest, limit`,
      days.map(({ day }) => {
        const { mean, busiest, limit } = day[part];
        return `${amount(mean)}, ${amount(busiest)}, ${amount(limit)}`;
      }),
    ),
    row(
      "use of the limit at the busiest; longest wait",
      days.map(({ day }) => used(day[part])),
    ),
  ]);
  const stored = row(
    `kept in D1, of ${amount(LIMITS.databaseBytes / 1e9)} GB`,
    loads.map((load) => {
      const bytes = storedBytes(load, counts);
      return `${amount(bytes / 1e9)} GB: ${percent(bytes / LIMITS.databaseBytes)}`;
    }),
  );
  const tasks = row(
    "tasks that arrive in a second: mean, at noon",
    loads.map((load) => `${amount(load.tasks / 86_400)}, ${amount(arrivals(load, NOON_S))}`),
  );
  return table(loads, [tasks, ...rows, stored]);
}

/** How many of each part a day needs, and what a month of such days costs. */
export function needs(loads: readonly Load[], counts: Counts): string {
  const shares = loads.map((load) => sharesFor(load, counts));
  const dollars = loads.map((load) => monthly(load, counts));
  return table(loads, [
    ...PARTS.map((part) =>
      row(
        SHARED[part],
        shares.map((one) => amount(one[part])),
      ),
    ),
    row(
      "the month at Cloudflare",
      dollars.map((sum) => `$${sum.toLocaleString("en", { maximumFractionDigits: 0 })}`),
    ),
  ]);
}

function monthly(load: Load, counts: Counts): number {
  const { inputBytes: bytesPerStep, tasks } = load;
  const scenario = { ...load, name: "", tasks: tasks * DAYS, watchers: 0, bytesPerStep };
  const usage = usageOf(scenario, counts);
  const items = Object.keys(PRICES.rates) as Item[];
  return items.reduce<number>((sum, item) => sum + priceOf(item, usage[item]), PRICES.plan);
}

function used({ busiest, limit, longestWait }: Strain): string {
  const wait = Number.isFinite(longestWait) ? `${amount(longestWait)} s` : "grows each day";
  return `${percent(busiest / limit)}; ${wait}`;
}

function table(loads: readonly Load[], rows: readonly string[]): string {
  const head = row(
    "tasks a day",
    loads.map(({ tasks }) => `${amount(tasks / MILLION)} M`),
  );
  const rule = row(
    "---",
    loads.map(() => "---:"),
  );
  return [head, rule, ...rows].join("\n");
}

function row(first: string, cells: readonly string[]): string {
  return `| ${[first, ...cells].join(" | ")} |`;
}

function amount(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });
}

function percent(share: number): string {
  return `${amount(share * 100)} %`;
}

/** Shows the results of an eval to people. */
import { hasColour, isTerminal, type Output } from "../live-view.ts";
import { painted, type Paint } from "../paint.ts";
import { tableOf } from "../table.ts";
import { block, columnsOf, shorten } from "../terminal-text.ts";
import { itemsOf, type Comparison, type Difference, type Summary } from "./compare.ts";
import type { Result } from "./run.ts";

/** Rows of the table of cases. Of more, only those are shown that do not all pass. */
const MAX_ROWS = 60;
/** Failures that are explained. */
const MAX_FAILURES = 10;
/** Columns of a line without a terminal. */
const FILE_COLUMNS = 200;
/** Columns from which a terminal has room for latencies and metrics. */
const WIDE_COLUMNS = 80;
/** Columns that the name of a provider can take. */
const MAX_LABEL = 40;

/** What is shown. */
export interface Shown {
  readonly summaries: readonly Summary[];
  readonly comparison: Comparison | null;
  readonly results: readonly Result[];
  readonly repeat: number;
  /** Cases that were not run because of the cost limit. */
  readonly left: number;
}

/** Returns the whole report. */
export function reportOf(output: Output, shown: Shown): string {
  const { comparison, left } = shown;
  const parts = [
    casesOf(output, shown),
    failuresOf(output, shown),
    summariesOf(output, shown.summaries),
    comparison === null ? "" : comparisonText(output, comparison),
    left === 0 ? "" : `${left} not run: the cost limit is reached.\n`,
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** A row for each case: a mark for each provider, or how many repeats passed. */
function casesOf(output: Output, { results, summaries, repeat }: Shown): string {
  const providers = summaries.map(({ provider }) => provider);
  const items = itemsOf(results);
  const failing = items.filter((own) => own.some(({ pass }) => !pass));
  const listed = items.length > MAX_ROWS ? failing.slice(0, MAX_ROWS) : items;
  const rows = listed.map((own) => rowOf(own, providers, repeat));
  const table = tableOf(output, [...providers, "TEST"], rows);
  const hidden = items.length - rows.length;
  return marked(output, table) + (hidden > 0 ? `… and ${hidden} more\n` : "");
}

function rowOf(
  results: readonly Result[],
  providers: readonly string[],
  repeat: number,
): readonly string[] {
  const marks = providers.map((provider) =>
    markOf(
      results.filter((one) => one.provider === provider),
      repeat,
    ),
  );
  return [...marks, results[0]?.name ?? ""];
}

function markOf(results: readonly Result[], repeat: number): string {
  const passed = results.filter(({ pass }) => pass).length;
  if (results.length === 0) {
    return "–";
  }
  const mark = passed === results.length ? "✓" : results.some(isError) ? "!" : "✗";
  return repeat === 1 ? mark : `${mark} ${passed}/${results.length}`;
}

function isError({ error }: Result): boolean {
  return error !== null;
}

const MARKS: Readonly<Record<string, Paint>> = { "✓": "green", "✗": "red", "!": "yellow" };

/** Colours the marks of a finished table, since a cell is measured without colour. */
function marked(output: Output, table: string): string {
  return hasColour(output)
    ? table.replaceAll(/^(?:[✓✗!–](?: \d+\/\d+)? +)+/gm, (cells) =>
        cells.replaceAll(/[✓✗!]/g, (mark) => painted(MARKS[mark] ?? "dim", mark)),
      )
    : table;
}

/** Explains the first failures, each with its task. */
function failuresOf(output: Output, { results, summaries }: Shown): string {
  const failed = results.filter(({ pass }) => !pass);
  const styled = (paint: Paint, text: string) => (hasColour(output) ? painted(paint, text) : text);
  const columns = isTerminal(output) ? (output.columns ?? 80) : FILE_COLUMNS;
  const linesOf = (one: Result): readonly string[] => {
    const { name, provider, error, task_id, assertions, score } = one;
    const where = summaries.length > 1 ? ` · ${shorten(provider, MAX_LABEL)}` : "";
    const sign = error === null ? "✗" : "!";
    const shown = shorten(name, Math.max(MAX_LABEL, columns - columnsOf(where) - 2));
    const reasons = error === null ? reasonsOf(assertions, score) : [error];
    return [
      `${styled(MARKS[sign] ?? "red", sign)} ${styled("bold", shown)}${where}`,
      ...reasons.map((reason) => `  ${shorten(reason, columns - 2)}`),
      ...(task_id === null ? [] : [`  ${styled("dim", task_id)}`]),
    ];
  };
  const lines = failed.slice(0, MAX_FAILURES).flatMap(linesOf);
  const more = failed.length - MAX_FAILURES;
  return lines.length === 0
    ? ""
    : `${[...lines, ...(more > 0 ? [`… and ${more} more`] : [])].join("\n")}\n`;
}

function reasonsOf(assertions: Result["assertions"], score: number): readonly string[] {
  const failed = assertions.filter(({ pass }) => !pass);
  return failed.length === 0
    ? [`the score is ${score.toFixed(2)}`]
    : failed.map(({ type, reason }) => `${type}: ${reason}`);
}

function summariesOf(output: Output, summaries: readonly Summary[]): string {
  const isNarrow = isTerminal(output) && (output.columns ?? 80) < WIDE_COLUMNS;
  const metrics = [...new Set(summaries.flatMap(({ metrics: own }) => Object.keys(own)))];
  const head = ["AGENT", "PASSED", "RATE", "95 %", "ERRORS", "SCORE", "COST", "P50", "P95"];
  const shown = [...head, ...metrics].slice(0, isNarrow ? head.indexOf("P50") : undefined);
  const rows = summaries.map((one) => [
    one.provider,
    `${one.passed}/${one.passed + one.failed}`,
    percent(one.pass_rate),
    `${(one.interval.low * 100).toFixed(1)}–${percent(one.interval.high)}`,
    String(one.errors),
    one.score.toFixed(2),
    dollars(one.cost_usd),
    duration(one.latency_p50_ms),
    duration(one.latency_p95_ms),
    ...metrics.map((metric) => one.metrics[metric]?.toFixed(2) ?? "–"),
  ]);
  return tableOf(
    output,
    shown,
    rows.map((row) => row.slice(0, shown.length)),
  );
}

/** The differences, and what they say. */
function comparisonText(output: Output, comparison: Comparison): string {
  const { first, second, items, verdict, p_value, method, pass_rate } = comparison;
  const table = tableOf(
    output,
    ["", first, second, "DIFFERENCE", "95 %, PAIRED"],
    [
      differenceRow("pass rate", pass_rate, percent),
      differenceRow("score", comparison.score, (value) => value.toFixed(2)),
      differenceRow("cost of a task", comparison.cost_usd, dollars),
      differenceRow("latency", comparison.latency_ms, duration),
    ],
  );
  const paint = { worse: "red", better: "green", "no difference shown": "bold" } as const;
  const said =
    verdict === "no difference shown"
      ? `No difference shown between ${first} and ${second}`
      : `${second} is ${verdict} than ${first}`;
  const by = method === "newcombe" ? "Newcombe's interval" : "bootstrap over cases";
  const p = p_value < 0.001 ? "<0.001" : p_value.toFixed(3);
  const counts = `${comparison.only_second} cases better, ${comparison.only_first} worse, of ${items}`;
  const columns = isTerminal(output) ? (output.columns ?? 80) : FILE_COLUMNS;
  const sentence = block(`${said}: ${counts} (${by}; McNemar's exact p = ${p}).`, "", columns);
  const [head = ""] = sentence.split(": ", 1);
  const rest = sentence.slice(head.length);
  return `${table}\n${hasColour(output) ? painted(paint[verdict], head) : head}${rest}`;
}

function differenceRow(
  name: string,
  { first, second, difference, low, high }: Difference,
  text: (value: number) => string,
): readonly string[] {
  const interval = `${signed(low, text)} to ${signed(high, text)}`;
  return [name, text(first), text(second), signed(difference, text), interval];
}

/** A line for the progress on a terminal. */
export function progressOf(
  { columns = 80 }: Output,
  results: readonly Result[],
  total: number,
): string {
  const failed = results.filter(({ pass }) => !pass).length;
  const cost = results.reduce((sum, { cost_usd }) => sum + cost_usd, 0);
  const text = `${results.length}/${total} · ${failed} failed · ${dollars(cost)}`;
  const room = Math.max(0, Math.min(30, columns - columnsOf(text) - 4));
  const done = total === 0 ? 0 : Math.floor((results.length / total) * room);
  return `${"█".repeat(done)}${"░".repeat(room - done)} ${text}`;
}

function percent(value: number): string {
  return `${(value * 100).toFixed(1)} %`;
}

function dollars(value: number): string {
  return `$${value !== 0 && Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(2)}`;
}

function duration(ms: number): string {
  return Math.abs(ms) < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function signed(value: number, text: (value: number) => string): string {
  const sign = value < 0 ? "−" : "+";
  return `${sign}${text(Math.abs(value))}`;
}

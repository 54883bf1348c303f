/** Pure: sums by day and group, as stacked bars. */

/** A sum of one day and one group. */
export interface Part {
  /** YYYY-MM-DD. */
  readonly day: string;
  readonly group: string;
  readonly value: number;
}

/** The bars: a day each, and for each group its value. */
export interface Stack {
  readonly days: readonly string[];
  readonly groups: readonly {
    readonly name: string;
    /** By day. */
    readonly values: readonly number[];
    /** By day: with all groups before it. */
    readonly tops: readonly number[];
    readonly total: number;
  }[];
}

/** Further groups are one. */
const MOST_GROUPS = 5;
const OTHERS = "others";
const DAY_MS = 86_400_000;

/** Stacks parts from the first to the last day, both with the days between that have none. */
export function stackOf(parts: readonly Part[], from: string, to: string): Stack {
  const days = daysOf(from, to);
  const totals = new Map<string, number>();
  for (const { group, value } of parts) {
    totals.set(group, (totals.get(group) ?? 0) + value);
  }
  const ranked = [...totals].toSorted(([, a], [, b]) => b - a).map(([name]) => name);
  const shown =
    ranked.length > MOST_GROUPS ? [...ranked.slice(0, MOST_GROUPS - 1), OTHERS] : ranked;
  const index = new Map(days.map((day, i) => [day, i]));
  let below: readonly number[] = days.map(() => 0);
  const groups = shown.map((name) => {
    const values = days.map(() => 0);
    for (const { day, group, value } of parts) {
      const at = index.get(day);
      if (at !== undefined && (shown.includes(group) ? group : OTHERS) === name) {
        values[at] = (values[at] ?? 0) + value;
      }
    }
    const tops = values.map((value, i) => value + (below[i] ?? 0));
    below = tops;
    return { name, values, tops, total: values.reduce((sum, value) => sum + value, 0) };
  });
  return { days, groups };
}

/** The days from the first to the last one, at most 400. */
export function daysOf(from: string, to: string): string[] {
  const [first, last] = [Date.parse(from), Date.parse(to)];
  const count = Math.min(400, Math.floor((last - first) / DAY_MS) + 1);
  return Number.isNaN(count) || count < 1
    ? []
    : Array.from({ length: count }, (_, i) =>
        new Date(first + i * DAY_MS).toISOString().slice(0, 10),
      );
}

/** Rows as CSV, with quotes where a value needs them. A value that begins a formula is quoted as text. */
export function csvOf(rows: readonly (readonly (string | number | null)[])[]): string {
  return rows.map((row) => `${row.map(cellOf).join(",")}\r\n`).join("");
}

function cellOf(value: string | number | null): string {
  if (typeof value !== "string") {
    return String(value ?? "");
  }
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Rows as a person reads them: in columns that are cut to what the screen has room for. */
import { hasColour, isTerminal, type Output } from "./live-view.ts";
import { painted } from "./paint.ts";
import { columnsOf, shorten } from "./terminal-text.ts";

const GAP = "  ";
/** What a column is never cut below; the first one, which has ids and names to copy, is never cut. */
const MIN_WIDTH = 8;
/** What a cell is cut to where there is no terminal. */
const FILE_WIDTH = 200;

/** A table with its head; empty where there are no rows. */
export function tableOf(
  output: Output,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) {
    return "";
  }
  const clean = [head, ...rows].map((row) => row.map((cell) => shorten(cell, FILE_WIDTH)));
  const whole = head.map((_, at) => Math.max(...clean.map((row) => columnsOf(row[at] ?? ""))));
  const widths = isTerminal(output) ? fitted(whole, output.columns ?? 80) : whole;
  const [first = "", ...lines] = clean.map((row) =>
    row
      .map((cell, at) => padded(shorten(cell, widths[at] ?? 0), widths[at] ?? 0))
      .join(GAP)
      .trimEnd(),
  );
  const shown = [hasColour(output) ? painted("bold", first) : first, ...lines];
  return shown.map((line) => `${line}\n`).join("");
}

/** Widths that fit the screen: the last column gives way first, then the widest of the others. */
function fitted(whole: readonly number[], columns: number): number[] {
  const widths = [...whole];
  const last = widths.length - 1;
  const excess = () => widths.reduce((sum, width) => sum + width, 0) + last * GAP.length - columns;
  const cut = (at: number) => {
    const width = widths[at] ?? 0;
    widths[at] = Math.max(Math.min(width, MIN_WIDTH), width - Math.max(0, excess()));
  };
  cut(last);
  const others = widths.map((_, at) => at).slice(1, -1);
  for (const at of others.toSorted((a, b) => (whole[b] ?? 0) - (whole[a] ?? 0))) {
    cut(at);
  }
  return widths;
}

function padded(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - columnsOf(cell)));
}

/** Names with their values, a line each; what has no value is left out. */
export function listOf(
  output: Output,
  pairs: readonly (readonly [name: string, value: string | null])[],
): string {
  const given = pairs.filter((pair): pair is [string, string] => (pair[1] ?? "") !== "");
  const width = Math.max(0, ...given.map(([name]) => name.length));
  const room = isTerminal(output) ? (output.columns ?? 80) - width - GAP.length : FILE_WIDTH * 10;
  return given
    .map(([name, value]) => {
      const label = name.padEnd(width);
      const shown = hasColour(output) ? painted("dim", label) : label;
      return `${shown}${GAP}${shorten(value, Math.max(room, MIN_WIDTH))}\n`;
    })
    .join("");
}

/** Tables whose columns fit the terminal. */
import { hasColour, isTerminal, type Output } from "./live-view.ts";
import { painted } from "./paint.ts";
import { columnsOf, isIdentifier, shorten } from "./terminal-text.ts";

const GAP = "  ";
/** Minimum column width. The first column holds ids and names to copy and is never cut. */
const MIN_WIDTH = 8;
/** Maximum cell width without a terminal. */
const FILE_WIDTH = 200;

/** Returns a table with its header, or "" without rows. */
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

/** Column widths that fit the screen. Shrinks the last column first, then the widest of the others. */
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

/** Returns name and value pairs, one per line. Omits empty values. */
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
      const fitting = isIdentifier(value) ? value : shorten(value, Math.max(room, MIN_WIDTH));
      return `${shown}${GAP}${fitting}\n`;
    })
    .join("");
}

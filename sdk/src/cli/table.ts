/** Rows as a person reads them: in columns, the last of which is cut to what the screen has left. */
import { hasColour, isTerminal, type Output } from "./live-view.ts";
import { painted } from "./paint.ts";
import { columnsOf, shorten } from "./terminal-text.ts";

const GAP = "  ";
const MIN_LAST = 10;
/** What the last column is cut to where there is no terminal. */
const FILE_LAST = 200;

/** A table with its head; empty where there are no rows. */
export function tableOf(
  output: Output,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  if (rows.length === 0) {
    return "";
  }
  const clean = [head, ...rows].map((row) => row.map((cell) => shorten(cell, FILE_LAST)));
  const widths = head.map((_, at) => Math.max(...clean.map((row) => columnsOf(row[at] ?? ""))));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + GAP.length, 0);
  const room = isTerminal(output) ? Math.max((output.columns ?? 80) - before, MIN_LAST) : FILE_LAST;
  const [first = "", ...lines] = clean.map((row) =>
    row
      .map((cell, at) =>
        at === head.length - 1
          ? shorten(cell, room)
          : cell + " ".repeat((widths[at] ?? 0) - columnsOf(cell)),
      )
      .join(GAP)
      .trimEnd(),
  );
  const shown = [hasColour(output) ? painted("bold", first) : first, ...lines];
  return shown.map((line) => `${line}\n`).join("");
}

/** Names with their values, a line each; what has no value is left out. */
export function listOf(
  output: Output,
  pairs: readonly (readonly [name: string, value: string | null])[],
): string {
  const given = pairs.filter((pair): pair is [string, string] => (pair[1] ?? "") !== "");
  const width = Math.max(0, ...given.map(([name]) => name.length));
  const room = isTerminal(output) ? (output.columns ?? 80) - width - GAP.length : FILE_LAST * 10;
  return given
    .map(([name, value]) => {
      const label = name.padEnd(width);
      const shown = hasColour(output) ? painted("dim", label) : label;
      return `${shown}${GAP}${shorten(value, Math.max(room, MIN_LAST))}\n`;
    })
    .join("");
}

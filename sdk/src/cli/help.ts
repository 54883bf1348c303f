/** What the program tells about itself, all of it from the table of commands. */
import { COMMON, type Command, type Option } from "./command.ts";
import { block } from "./terminal-text.ts";

/** Whatever the screen: it may be read in a file. */
const COLUMNS = 80;

/** How programs that call this one tell ends apart. */
export const EXIT_CODES =
  "Exit code: 0 done or completed, 1 failed or lost from view, 2 wrong use or refused, 3 cancelled, 4 waiting for a person.";

/** Every command with its sentence. */
export function overview(program: string, commands: readonly Command[]): string {
  const rows = commands.map((command) => [usageOf(command), command.about] as const);
  const end = `\`${program} <command> --help\` says more. ${EXIT_CODES}`;
  return `Usage: ${program} <command> [options]

${aligned(rows)}
Options of every command:

${optionLines(COMMON)}
${block(end, "", COLUMNS)}`;
}

/** One command, whole. */
export function helpOf(program: string, command: Command): string {
  const parts = [
    `Usage: ${program} ${usageOf(command)} [options]\n`,
    `${command.about}.\n`,
    optionLines(command.options),
    block(command.more ?? "", "", COLUMNS),
    optionLines(COMMON),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

/** The command with its arguments. */
function usageOf({ name, arguments: words }: Command): string {
  const shown = words.map((word) => (word.optional ? `[${word.name}]` : `<${word.name}>`));
  return [name, ...shown].join(" ");
}

function optionLines(options: readonly Option[]): string {
  return aligned(
    options.map(({ name, value, about }) => [
      value === undefined ? `--${name}` : `--${name} ${value}`,
      about,
    ]),
  );
}

/** Two columns, the right one wrapped. */
function aligned(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  const indent = " ".repeat(width + 4);
  return rows
    .map(([left, right]) => {
      const lines = block(right, indent, COLUMNS);
      return `  ${left.padEnd(width)}${lines.slice(width + 2)}`;
    })
    .join("");
}

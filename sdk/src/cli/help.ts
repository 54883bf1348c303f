/** Help texts, generated from the command table. */
import { COMMON, type Command, type Option } from "./command.ts";
import { block } from "./terminal-text.ts";

/** Fixed width: help may be redirected to a file. */
const COLUMNS = 80;

/** Exit codes, for scripts. */
export const EXIT_CODES =
  "Exit codes: 0 success or completed, 1 failed or connection lost, 2 wrong usage or rejected, 3 cancelled, 4 waiting for a person.";

/** Lists commands with their descriptions. */
export function overview(program: string, commands: readonly Command[]): string {
  const rows = commands.map((command) => [usageOf(command), command.about] as const);
  const end = `Run \`${program} <command> --help\` for details. ${EXIT_CODES}`;
  return `Usage: ${program} <command> [options]

${aligned(rows)}
Common options:

${optionLines(COMMON)}
${block(end, "", COLUMNS)}`;
}

/** Full help for one command. */
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

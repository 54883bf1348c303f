/** What the program tells about itself, all of it from the table of commands. */
import { COMMON, type Command, type Option } from "./command.ts";

/** Every command with its sentence. */
export function overview(program: string, commands: readonly Command[]): string {
  const rows = commands.map((command) => [usageOf(command), command.about] as const);
  return `Usage: ${program} <command> [options]

${aligned(rows)}
Options of every command:

${optionLines(COMMON)}
\`${program} <command> --help\` says more. Exit codes: 0 done or completed, 1 failed, 2 wrong use or
refused, 3 cancelled, 4 waiting for a person.
`;
}

/** One command, whole. */
export function helpOf(program: string, command: Command): string {
  const own = command.options.length === 0 ? "" : `${optionLines(command.options)}\n`;
  const more = command.more === undefined ? "" : `${command.more}\n\n`;
  const rest = `${program} ${usageOf(command)} [options]`;
  return `Usage: ${rest}\n\n${command.about}.\n\n${own}${more}${optionLines(COMMON)}`;
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

function aligned(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}\n`).join("");
}

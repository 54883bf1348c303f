/** Help texts, generated from the command table. */
import { groupOf, NOUNS, type Command } from "./command.ts";
import { COMMON, type Option } from "./option.ts";
import { block } from "./terminal-text.ts";

/** Fixed width: help may be redirected to a file. */
const COLUMNS = 80;

/** Exit codes, for scripts. */
export const EXIT_CODES =
  "Exit codes: 0 success or completed, 1 failed or connection lost, 2 wrong usage or rejected, 3 cancelled, 4 waiting for a person.";

/** Lists the plain commands, and the nouns with their verbs. */
export function overview(program: string, commands: readonly Command[]): string {
  const plain = commands.filter(({ name }) => !name.includes(" "));
  const shown = plain.map((command) => [usageOf(command), command.about] as const);
  const nouns = Object.entries(NOUNS).map(([noun, about]) => {
    const verbs = groupOf(commands, noun).map(({ name }) => name.slice(noun.length + 1));
    return [noun, `${about}: ${verbs.join(", ")}`] as const;
  });
  const short = commands
    .flatMap(({ name, aliases = [] }) => aliases.map((alias) => [alias, name] as const))
    .filter(([alias, name]) => !alias.includes(" ") && name.includes(" "))
    .map(([alias]) => alias);
  const end = `Run \`${program} <command> --help\` or \`${program} <noun> --help\` for details. ${EXIT_CODES}`;
  return `Usage: ${program} <command> [options]
       ${program} <noun> <verb> [options]

${aligned(shown)}
Nouns and their verbs (a noun alone lists):

${aligned(nouns)}
${block(`Without \`tasks\` too: ${short.join(", ")}.`, "", COLUMNS)}
Common options:

${optionLines(COMMON)}
${block(end, "", COLUMNS)}`;
}

/** Lists the commands of one noun. */
export function groupHelp(program: string, group: readonly Command[]): string {
  const rows = group.map((command) => [usageOf(command), command.about] as const);
  return `Usage: ${program} <command> [options]

${aligned(rows)}
${block(`${listText(group)}Run \`${program} <command> --help\` for details.`, "", COLUMNS)}`;
}

/** Says that a noun alone lists, if it does. */
function listText(group: readonly Command[]): string {
  const list = group.find(({ name }) => name.endsWith(" list"))?.name;
  return list === undefined ? "" : `\`${list.split(" ")[0]}\` alone is \`${list}\`. `;
}

/** Full help for one command. */
export function helpOf(program: string, command: Command): string {
  const { aliases = [] } = command;
  const parts = [
    `Usage: ${program} ${usageOf(command)} [options]\n`,
    `${command.about}.\n`,
    aliases.length === 0 ? "" : `Also: ${aliases.map((one) => `${program} ${one}`).join(", ")}\n`,
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
  const hasShort = options.some(({ short }) => short !== undefined);
  return aligned(
    options.map(({ name, short, value, about }) => {
      const letter = short === undefined ? "    " : `-${short}, `;
      return [`${hasShort ? letter : ""}--${name}${value === undefined ? "" : ` ${value}`}`, about];
    }),
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

/** Shell completion scripts, generated from the command table. They make no requests. */
import { namesOf, NOUNS, type Command } from "./command.ts";
import { COMMON } from "./option.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** Returns the completion script for a shell. */
export function completionFor(shell: Shell, commands: readonly Command[]): string {
  const named = commands.flatMap((command) => namesOf(command).map((name) => under(name, command)));
  return { bash, zsh, fish }[shell](named);
}

/** The same command with another name. */
function under(name: string, command: Command): Command {
  return { ...command, name };
}

/** Maps each first word to its subcommands, if any. */
function groupsOf(commands: readonly Command[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name } of commands) {
    const [first = "", second] = name.split(" ");
    groups.set(first, [...(groups.get(first) ?? []), ...(second === undefined ? [] : [second])]);
  }
  return groups;
}

function flagsOf(command: Command): string {
  return [...command.options, ...COMMON].map(({ name }) => `--${name}`).join(" ");
}

function bash(commands: readonly Command[]): string {
  const groups = groupsOf(commands);
  const seconds = [...groups]
    .filter(([, words]) => words.length > 0)
    .map(([first, words]) => `    ${first}) words="${words.join(" ")}" ;;`);
  const choices = new Map<string, Set<string>>();
  for (const { name, choices: values = [] } of commands.flatMap(({ options }) => options)) {
    choices.set(name, new Set([...(choices.get(name) ?? []), ...values]));
  }
  const values = [...choices]
    .filter(([, known]) => known.size > 0)
    .map(([name, known]) => `    --${name}) words="${[...known].join(" ")}" ;;`);
  const flags = commands.map((command) => `    "${command.name}") words="${flagsOf(command)}" ;;`);
  return `# opspawn completion bash > /etc/bash_completion.d/opspawn, or: source <(opspawn completion bash)
_opspawn() {
  local current="\${COMP_WORDS[COMP_CWORD]}" first="\${COMP_WORDS[1]}" second="\${COMP_WORDS[2]}" words=""
  case "\${COMP_WORDS[COMP_CWORD-1]}" in
${values.join("\n")}
  esac
  if [ -n "$words" ]; then
    :
  elif [ "$COMP_CWORD" -eq 1 ]; then
    words="${[...groups.keys()].join(" ")}"
  elif [[ "$current" == -* ]]; then
    case "$first $second" in
${flags.map((line) => line.replace(/^ {4}"([^" ]+)"\)/, '    "$1 "*)')).join("\n")}
    esac
  elif [ "$COMP_CWORD" -eq 2 ]; then
    case "$first" in
${seconds.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _opspawn opspawn
`;
}

function zsh(commands: readonly Command[]): string {
  return `#compdef opspawn
# opspawn completion zsh > "\${fpath[1]}/_opspawn", or: source <(opspawn completion zsh)
autoload -U +X bashcompinit && bashcompinit
${bash(commands).split("\n").slice(1).join("\n")}`;
}

function fish(commands: readonly Command[]): string {
  const lines: string[] = [];
  for (const [first, seconds] of groupsOf(commands)) {
    const about = commands.find(({ name }) => name === first)?.about ?? NOUNS[first] ?? first;
    lines.push(`complete -c opspawn -n __fish_use_subcommand -a ${first} -d ${quoted(about)}`);
    for (const second of seconds) {
      const detail = commands.find(({ name }) => name === `${first} ${second}`)?.about ?? "";
      lines.push(
        `complete -c opspawn -n '__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${seconds.join(" ")}' -f -a ${second} -d ${quoted(detail)}`,
      );
    }
  }
  for (const command of commands) {
    const seen = command.name
      .split(" ")
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join("; and ");
    for (const { name, short, value, about, choices } of [...command.options, ...COMMON]) {
      const letter = short === undefined ? "" : ` -s ${short}`;
      const takes = value === undefined ? "" : " -r";
      const values = choices === undefined ? "" : ` -a ${quoted(choices.join(" "))}`;
      lines.push(
        `complete -c opspawn -n '${seen}' -l ${name}${letter}${takes}${values} -d ${quoted(about)}`,
      );
    }
  }
  return `# opspawn completion fish > ~/.config/fish/completions/opspawn.fish\n${lines.join("\n")}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}

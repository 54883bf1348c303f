/** Commands: their definition and how they are found by name. */
import type { Opspawn } from "../opspawn.ts";
import type { Address } from "./connection.ts";
import type { Parsing } from "./option.ts";
import type { ParsedArgs } from "./parsed-args.ts";
import { suggestion } from "./suggest.ts";
import type { CliEnv } from "./cli-env.ts";

export interface Command extends Parsing {
  /** One word, or a noun and a verb. */
  readonly name: string;
  /** Other names, such as `ls` for `tasks list`. */
  readonly aliases?: readonly string[];
  /** One sentence, without the full stop. */
  readonly about: string;
  /** Further help text. */
  readonly more?: string;
  /** @returns the exit code */
  run(call: Call): Promise<number>;
}

/** One invocation of a command. */
export interface Call {
  readonly cli: CliEnv;
  readonly args: ParsedArgs;
  /** The arguments and options as they were typed, without the name of the command. */
  readonly given: readonly string[];
  readonly commands: readonly Command[];
  /** Returns the client for the service selected by options, environment and profile. */
  readonly client: () => Opspawn;
  /** Returns the service selected by options, environment and profile. */
  readonly address: () => Address;
  /** `fetch` for requests without the client; reports a service that does not answer. */
  readonly fetch: typeof fetch;
  /** The command prefix that reaches the same service again, for printed commands. */
  readonly program: string;
}

/** What the noun of a group is, in the order of the overview. */
export const NOUNS: Readonly<Record<string, string>> = {
  tasks: "Tasks and their runs",
  inbox: "What waits for a person",
  agents: "Named, versioned configs of tasks",
  tools: "Built-in tools and those of your tenant",
  mcp: "MCP servers that provide tools",
  webhooks: "URLs that are notified about tasks",
  hooks: "URLs that start a task when a signed request arrives",
  attachments: "Files that tasks have as inputs",
  conversations: "Chains of tasks that know what the earlier ones said",
  schedules: "Tasks that are submitted by the clock",
  memory: "What tasks remember for later ones",
  subjects: "What is stored about whom or what tasks are about",
  keys: "API keys",
  secrets: "Values that tools, MCP servers and models use by name",
  telemetry: "Where traces of runs are sent",
  budgets: "Maximum cost per day or month",
  concurrency: "Maximum number of tasks that work at once",
  audit: "Log of changes",
  profiles: "Saved service URLs and keys",
};

/** Other words for a verb, understood with every noun. */
const VERBS: Readonly<Record<string, string>> = {
  ls: "list",
  show: "get",
  add: "create",
  new: "create",
  set: "put",
  edit: "update",
  change: "update",
  rm: "delete",
  remove: "delete",
};

/** Words that other programs use for a command of this one. */
const SYNONYMS: Readonly<Record<string, string>> = {
  abort: "cancel",
  describe: "get",
  follow: "watch",
  kill: "cancel",
  ps: "ls",
  reject: "deny",
  reply: "send",
  start: "run",
  status: "get",
  stop: "cancel",
  submit: "run",
  tail: "watch",
};

/** A command and how many words of the command line named it. */
export interface Found {
  readonly command: Command;
  readonly words: number;
}

/** Finds the command that the first words name. A noun alone, such as `keys`, lists. */
export function findCommand(
  commands: readonly Command[],
  [first = "", second = ""]: readonly string[],
): Found | null {
  const named = (name: string) =>
    commands.find((one) => one.name === name || (one.aliases ?? []).includes(name));
  const verb = VERBS[second] ?? second;
  for (const name of [`${first} ${second}`, `${first} ${verb}`]) {
    const command = named(name);
    if (command !== undefined) {
      return { command, words: 2 };
    }
  }
  const isBare = second === "" || second.startsWith("-");
  const command = named(first) ?? (isBare ? named(`${first} list`) : undefined);
  return command === undefined ? null : { command, words: 1 };
}

/** Returns every name of a command, its own first. */
export function namesOf({ name, aliases = [] }: Pick<Command, "name" | "aliases">): string[] {
  return [name, ...aliases];
}

/** Returns the commands of a noun, such as `keys`. Empty for a plain command. */
export function groupOf(commands: readonly Command[], first: string): readonly Command[] {
  return commands.filter(({ name }) => name.startsWith(`${first} `));
}

/** Returns " Did you mean …?" for an unknown command, or "" if none is near. */
export function suggestedCommand(commands: readonly Command[], word: string): string {
  const known = new Set(commands.flatMap(namesOf).map((name) => name.split(" ")[0] ?? ""));
  const near = SYNONYMS[word] ?? findCommand(commands, ["tasks", word])?.command.name;
  return near === undefined ? suggestion(word, [...known]) : ` Did you mean ${near}?`;
}

/** Commands: their definition and their parsed arguments. */
import { parseArgs } from "node:util";
import type { Opspawn } from "../opspawn.ts";
import { UsageError, type CliEnv } from "./cli-env.ts";

/** An option of a command. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** Placeholder for the value; absent for a flag. */
  readonly value?: string;
  readonly about: string;
  /** Allowed values, if there is a fixed set. */
  readonly choices?: readonly string[];
}

/** A positional argument. */
export interface Argument {
  readonly name: string;
  readonly optional?: true;
}

export interface Command {
  /** One word, or a group and a word. */
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
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
  readonly commands: readonly Command[];
  /** Returns the client for the service selected by options, environment and profile. */
  readonly client: () => Opspawn;
  /** The command prefix that reaches the same service again, for printed commands. */
  readonly program: string;
}

/** Options of every command. */
export const COMMON: readonly Option[] = [
  {
    name: "url",
    value: "address",
    about: "service URL (default: OPSPAWN_URL, the profile's URL, or http://127.0.0.1:8787)",
  },
  {
    name: "profile",
    value: "name",
    about: "profile saved by `opspawn login` (default: OPSPAWN_PROFILE, or `default`)",
  },
  { name: "json", about: "print one JSON object per line" },
  { name: "help", about: "show help for the command" },
];

/** The positional arguments and options of one invocation. */
export class ParsedArgs {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly #words: Readonly<Record<string, string | undefined>>;

  /** @throws UsageError */
  constructor(command: Pick<Command, "name" | "arguments" | "options">, args: readonly string[]) {
    const options = [...command.options, ...COMMON];
    const { values, positionals } = parsed(options, args);
    const words = command.arguments;
    // The last argument takes all remaining words, so a goal needs no quotes.
    const last = words.length - 1;
    if (words.length === 0 && positionals.length > 0) {
      throw new UsageError(
        `${command.name} takes no argument, but got ${JSON.stringify(positionals[0])}.`,
      );
    }
    this.#values = values;
    this.#words = Object.fromEntries(
      words.map(({ name }, at) => [
        name,
        at === last ? positionals.slice(at).join(" ").trim() : positionals[at],
      ]),
    );
    const missing = words.find(({ name, optional }) => !optional && !this.#words[name]);
    if (missing !== undefined && values["help"] !== true) {
      throw new UsageError(`${command.name} needs <${missing.name}>.`);
    }
    for (const { name, choices } of options) {
      const value = values[name];
      if (choices !== undefined && value !== undefined && !choices.includes(String(value))) {
        throw new UsageError(`--${name} must be one of ${choices.join(", ")}, but is ${value}.`);
      }
    }
  }

  /** Returns a positional argument, or "" if it is optional and missing. */
  word(name: string): string {
    return this.#words[name] ?? "";
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Returns an option's value. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** @throws UsageError unless the value is a number of at least `least` */
  number(name: string, least = 0): number | undefined {
    const text = this.text(name);
    const value = Number(text);
    if (text !== undefined && (text.trim() === "" || !(value >= least) || value === Infinity)) {
      throw new UsageError(`--${name} must be a number of at least ${least}, but is ${text}.`);
    }
    return text === undefined ? undefined : value;
  }

  /** @throws UsageError unless the value is an integer of at least `least` */
  whole(name: string, least = 1): number | undefined {
    const text = this.text(name);
    if (text !== undefined && (!/^\d{1,15}$/.test(text) || Number(text) < least)) {
      throw new UsageError(
        `--${name} must be a whole number of at least ${least}, but is ${text}.`,
      );
    }
    return text === undefined ? undefined : Number(text);
  }

  /** @throws UsageError if the value is not JSON */
  json(name: string): unknown {
    const text = this.text(name);
    try {
      return text === undefined ? undefined : (JSON.parse(text.trim()) as unknown);
    } catch {
      throw new UsageError(`--${name} must be JSON, but is ${text}.`);
    }
  }
}

function parsed(options: readonly Option[], args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        options.map(({ name, value }) => [
          name,
          {
            type: value === undefined ? ("boolean" as const) : ("string" as const),
            ...(name === "help" && { short: "h" }),
          },
        ]),
      ),
    });
  } catch (error) {
    const dashed = /^Option '(?<name>--[\w-]+)' argument is ambiguous/.exec(
      (error as Error).message,
    );
    if (dashed !== null) {
      const { name } = dashed.groups ?? {};
      throw new UsageError(
        `${name} needs a value. Write one that begins with a dash as ${name}=-1.`,
      );
    }
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence.replace(/\.$/, "")}.`);
  }
}

/** Returns the subcommands of a group, such as `keys`. Empty for a plain command. */
export function groupOf(commands: readonly Command[], first: string): readonly Command[] {
  return commands.filter(({ name }) => name.startsWith(`${first} `));
}

/** A command of the program: what it is called, what it takes, and what was given to it. */
import { parseArgs } from "node:util";
import type { Opspawn } from "../opspawn.ts";
import { UsageError, type World } from "./world.ts";

/** An option of a command. */
export interface Option {
  /** Without the dashes. */
  readonly name: string;
  /** What its value is called; absent: it has none. */
  readonly value?: string;
  readonly about: string;
  /** Values that it may have, where they are few. */
  readonly choices?: readonly string[];
}

/** A word that a command takes besides options. */
export interface Argument {
  readonly name: string;
  readonly optional?: true;
}

export interface Command {
  /** One word, or a group and a word. */
  readonly name: string;
  readonly arguments: readonly Argument[];
  readonly options: readonly Option[];
  /** One sentence, without its full stop. */
  readonly about: string;
  /** What else there is to know of it. */
  readonly more?: string;
  /** @returns the exit code */
  run(call: Call): Promise<number>;
}

/** A command as it was called. */
export interface Call {
  readonly world: World;
  readonly given: Given;
  readonly commands: readonly Command[];
  /** The client of the service that options, environment and profile name. */
  readonly client: () => Opspawn;
  /** How this program is to be called again to reach the same service. */
  readonly program: string;
}

/** Options that every command has. */
export const COMMON: readonly Option[] = [
  {
    name: "url",
    value: "address",
    about: "the service (default OPSPAWN_URL, the profile's, or http://127.0.0.1:8787)",
  },
  {
    name: "profile",
    value: "name",
    about: "the profile of `opspawn login` to use (default OPSPAWN_PROFILE, or default)",
  },
  { name: "json", about: "one event or object a line" },
  { name: "help", about: "what the command does and takes" },
];

/** The words and options of one call. */
export class Given {
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly #words: Readonly<Record<string, string | undefined>>;

  /** @throws UsageError */
  constructor(command: Pick<Command, "name" | "arguments" | "options">, args: readonly string[]) {
    const options = [...command.options, ...COMMON];
    const { values, positionals } = parsed(options, args);
    const words = command.arguments;
    // The last one takes the rest: a sentence needs no quotes to be one argument.
    const last = words.length - 1;
    if (words.length === 0 && positionals.length > 0) {
      throw new UsageError(`${command.name} takes no ${JSON.stringify(positionals[0])}.`);
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
        throw new UsageError(`--${name} must be one of ${choices.join(", ")}, and it is ${value}.`);
      }
    }
  }

  /** A word; empty where it is optional and was not given. */
  word(name: string): string {
    return this.#words[name] ?? "";
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** The value of an option. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** @throws UsageError for anything but a number of at least `least` */
  number(name: string, least = 0): number | undefined {
    const text = this.text(name);
    const value = Number(text);
    if (text !== undefined && (text.trim() === "" || !(value >= least) || value === Infinity)) {
      throw new UsageError(`--${name} must be a number from ${least}, and it is ${text}.`);
    }
    return text === undefined ? undefined : value;
  }

  /** @throws UsageError for anything but a whole number of at least `least` */
  whole(name: string, least = 1): number | undefined {
    const text = this.text(name);
    if (text !== undefined && (!/^\d{1,15}$/.test(text) || Number(text) < least)) {
      throw new UsageError(`--${name} must be a whole number from ${least}, and it is ${text}.`);
    }
    return text === undefined ? undefined : Number(text);
  }

  /** @throws UsageError for anything but JSON */
  json(name: string): unknown {
    const text = this.text(name);
    try {
      return text === undefined ? undefined : (JSON.parse(text) as unknown);
    } catch {
      throw new UsageError(`--${name} must be JSON, and it is ${text}.`);
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
      throw new UsageError(`${name} needs a value; one that begins with a dash as ${name}=-1.`);
    }
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(`${sentence.replace(/\.$/, "")}.`);
  }
}

/** The commands whose first word this is, where that is no command itself. */
export function groupOf(commands: readonly Command[], first: string): readonly Command[] {
  return commands.filter(({ name }) => name.startsWith(`${first} `));
}

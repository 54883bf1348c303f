/** The parsed arguments and options of one invocation. */
import { parseArgs } from "node:util";
import { COMMON, type Argument, type Option, type Parsing } from "./option.ts";
import { suggestion } from "./suggest.ts";
import { UsageError } from "./cli-env.ts";

const FIELDS = /^[A-Za-z_]\w*(?:\.\w+)*(?:,[A-Za-z_]\w*(?:\.\w+)*)*$/;

/** The positional arguments and options of one invocation. */
export class ParsedArgs {
  /** The fields that `--json` names; empty for all. */
  readonly fields: readonly string[];
  readonly #command: Parsing;
  readonly #values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly #words: Map<string, string>;

  /** @throws UsageError */
  constructor(command: Parsing, args: readonly string[]) {
    const options = [...command.options, ...COMMON];
    const { rest, fields } = withoutFields(command, options, args);
    const { values, positionals } = parsed(options, rest);
    const words = placesFor(command.arguments, positionals.length);
    // The last argument takes all remaining words, so a goal needs no quotes.
    const last = words.length - 1;
    if (command.arguments.length === 0 && positionals.length > 0) {
      throw new UsageError(
        `${command.name} takes no argument, but got ${JSON.stringify(positionals[0])}.`,
      );
    }
    this.fields = fields;
    this.#command = command;
    this.#values = values;
    this.#words = new Map(
      words.map(({ name }, at) => [
        name,
        (at === last ? positionals.slice(at).join(" ").trim() : positionals[at]) ?? "",
      ]),
    );
    for (const { name, choices, isList } of options) {
      const value = values[name];
      if (choices !== undefined && value !== undefined) {
        const given = isList === true ? String(value).split(",") : [String(value)];
        checkChoices(name, given, choices);
      }
    }
  }

  /** The required arguments that are not given. */
  get missing(): readonly Argument[] {
    return this.#command.arguments.filter(({ name, optional }) => !optional && !this.word(name));
  }

  /** Sets an argument that was missing. */
  answer({ name }: Argument, value: string): void {
    this.#words.set(name, value);
  }

  /** Whether results are printed as JSON. */
  get isJson(): boolean {
    return this.flag("json");
  }

  /** Returns a positional argument, or "" if it is missing. */
  word(name: string): string {
    return this.#words.get(name) ?? "";
  }

  flag(name: string): boolean {
    return this.#values[name] === true;
  }

  /** Returns an option's value. */
  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === "string" ? value : undefined;
  }

  /** Returns every value of an option that may be repeated. */
  texts(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
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

/** @throws UsageError unless every value is one of the choices */
function checkChoices(name: string, values: readonly string[], choices: readonly string[]): void {
  for (const value of values.filter((one) => !choices.includes(one))) {
    throw new UsageError(
      `--${name} must be one of ${choices.join(", ")}, but is ${value}.${suggestion(value, choices)}`,
    );
  }
}

/** An optional argument before a required one is left out when there are too few words for both. */
function placesFor(words: readonly Argument[], count: number): readonly Argument[] {
  const isFirstOptional = words[0]?.optional === true && words.some(({ optional }) => !optional);
  return isFirstOptional && count < words.length ? words.slice(1) : words;
}

/**
 * Takes the fields of `--json` out of the arguments. They follow `=`, or are the next word if it
 * has a comma or the command has no place for it; free text may begin with any word.
 */
function withoutFields(
  command: Parsing,
  options: readonly Option[],
  args: readonly string[],
): { readonly rest: readonly string[]; readonly fields: readonly string[] } {
  const end = args.indexOf("--");
  const at = args.findIndex(
    (word, index) => /^--json(?:=|$)/.test(word) && (end === -1 || index < end),
  );
  const [word, next] = at === -1 ? [] : [args[at], args[at + 1]];
  if (word?.startsWith("--json=")) {
    const list = word.slice("--json=".length);
    if (!FIELDS.test(list)) {
      throw new UsageError(`--json takes field names, such as --json=id,status, but got ${list}.`);
    }
    return { rest: args.with(at, "--json"), fields: list.split(",") };
  }
  const isText = command.arguments.at(-1)?.isText === true;
  if (next === undefined || isText || !FIELDS.test(next)) {
    return { rest: args, fields: [] };
  }
  const isExtra =
    next.includes(",") || parsed(options, args).positionals.length > command.arguments.length;
  return isExtra
    ? { rest: args.toSpliced(at + 1, 1), fields: next.split(",") }
    : { rest: args, fields: [] };
}

function parsed(options: readonly Option[], args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        options.map(({ name, short, value, multiple }) => [
          name,
          {
            type: value === undefined ? ("boolean" as const) : ("string" as const),
            ...(short !== undefined && { short }),
            ...(multiple !== undefined && { multiple }),
          },
        ]),
      ),
    });
  } catch (error) {
    throw new UsageError(sentenceOn(error as Error, options));
  }
}

function sentenceOn({ message }: Error, options: readonly Option[]): string {
  const dashed = /^Option '(?:-\w, )?(?<name>--?[\w-]+)(?: <value>)?' argument is ambiguous/.exec(
    message,
  );
  if (dashed !== null) {
    const { name } = dashed.groups ?? {};
    return `${name} needs a value. Write one that begins with a dash as ${name}=-1.`;
  }
  const unknown = /^Unknown option '--(?<name>[\w-]+)/.exec(message)?.groups?.["name"];
  const near =
    unknown === undefined
      ? ""
      : suggestion(
          unknown,
          options.map(({ name }) => name),
          "--",
        );
  const [sentence = ""] = message.split(/\. |\n/);
  return `${sentence.replace(/\.$/, "")}.${near}`;
}

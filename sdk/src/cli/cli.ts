/** Entry point of the command line: finds and runs a command, and reports errors. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Opspawn } from "../opspawn.ts";
import { findCommand, groupOf, suggestedCommand, type Command, type Found } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { addressOf, connect, sameProgram, type Address } from "./connection.ts";
import { OpspawnError } from "../errors.ts";
import { patientFetch } from "./patient-fetch.ts";
import { explain } from "./explain.ts";
import { neutralise } from "./terminal-text.ts";
import { groupHelp, helpOf, overview } from "./help.ts";
import { ParsedArgs } from "./parsed-args.ts";
import { ask, canAsk } from "./prompt.ts";
import { suggestion } from "./suggest.ts";
import { EXIT, OutputClosed, StateError, UsageError, type CliEnv } from "./cli-env.ts";

/** Words that print the version. */
const VERSION: ReadonlySet<string> = new Set(["--version", "-v", "-V", "version"]);

/** Runs one command line. @returns the exit code */
export async function runCli(argv: readonly string[], cli: CliEnv): Promise<number> {
  let hint = `Run \`${cli.program} --help\` for a list of commands.`;
  try {
    return await dispatch(argv, cli, (name) => {
      hint = `Run \`${cli.program} ${name} --help\` for its arguments and options.`;
    });
  } catch (error) {
    if (error instanceof OutputClosed) {
      return EXIT.completed;
    }
    if (error instanceof UsageError) {
      const more = error instanceof StateError ? "" : ` ${hint}`;
      cli.stderr.write(`${neutralise(error.message)}${more}\n`);
      return EXIT.usage;
    }
    if (!(error instanceof OpspawnError)) {
      // An unwritable file, a name that no path can contain, or a bug.
      cli.stderr.write(`${neutralise(error instanceof Error ? error.message : String(error))}\n`);
      return EXIT.failed;
    }
    cli.stderr.write(`${explain(error)}\n`);
    return EXIT.usage;
  }
}

async function dispatch(
  argv: readonly string[],
  cli: CliEnv,
  onCommand: (name: string) => void,
): Promise<number> {
  const { program, stdout } = cli;
  const [first] = argv;
  if (first === undefined || first === "--help" || first === "-h") {
    await stdout.print(overview(program, COMMANDS));
    return first === undefined ? EXIT.usage : EXIT.completed;
  }
  if (VERSION.has(first)) {
    await stdout.print(`${await version()}\n`);
    return EXIT.completed;
  }
  const group = groupOf(COMMANDS, first);
  if (group.length > 0 && (argv[1] === "--help" || argv[1] === "-h")) {
    const [only, ...others] = group;
    await stdout.print(
      only !== undefined && others.length === 0 ? helpOf(program, only) : groupHelp(program, group),
    );
    return EXIT.completed;
  }
  const { command, words } = commandOf(argv);
  onCommand(argv.slice(0, words).join(" "));
  const given = argv.slice(words);
  const args = new ParsedArgs(command, given);
  if (args.flag("help")) {
    await stdout.print(helpOf(program, command));
    return EXIT.completed;
  }
  await complete(cli, command, args);
  const send = patientFetch(cli);
  let address: Address | null = null;
  let client: Opspawn | null = null;
  const addressed = () => (address ??= addressOf(cli, args));
  return command.run({
    cli,
    args,
    given,
    commands: COMMANDS,
    address: addressed,
    client: () => (client ??= connect(addressed(), send)),
    fetch: send,
    program: sameProgram(cli, args),
  });
}

/** Asks for missing arguments where a person can answer. @throws UsageError */
async function complete(cli: CliEnv, { name }: Command, args: ParsedArgs): Promise<void> {
  for (const argument of args.missing) {
    const value = canAsk(cli) ? await ask(cli, argument.name) : "";
    if (value === "") {
      throw new UsageError(`${name} needs <${argument.name}>.`);
    }
    args.answer(argument, value);
  }
}

/** @throws UsageError */
function commandOf(argv: readonly string[]): Found {
  const found = findCommand(COMMANDS, argv);
  if (found !== null) {
    return found;
  }
  const [first = "", second = ""] = argv;
  if (first.startsWith("-")) {
    throw new UsageError(`The command must come before ${first}.`);
  }
  const group = groupOf(COMMANDS, first);
  if (group.length === 0) {
    throw new UsageError(`Unknown command: ${first}.${suggestedCommand(COMMANDS, first)}`);
  }
  const near = suggestion(
    second,
    group.map(({ name }) => name.split(" ")[1] ?? ""),
    `${first} `,
  );
  throw new UsageError(
    `Unknown command: ${first} ${second}.${near} There are ${group.map(({ name }) => name).join(", ")}.`,
  );
}

/** The version of the package. */
async function version(): Promise<string> {
  const path = fileURLToPath(new URL("../../package.json", import.meta.url).href);
  const manifest = await readFile(path, "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

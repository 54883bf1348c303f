/** Entry point of the command line: finds and runs a command, and reports errors. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Opspawn } from "../opspawn.ts";
import { ParsedArgs, groupOf, type Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { addressOf, connect, sameProgram } from "./connection.ts";
import { OpspawnError } from "../errors.ts";
import { patientFetch } from "./patient-fetch.ts";
import { explain } from "./explain.ts";
import { neutralise } from "./terminal-text.ts";
import { helpOf, overview } from "./help.ts";
import { EXIT, OutputClosed, UsageError, type CliEnv } from "./cli-env.ts";

/** Runs one command line. @returns the exit code */
export async function runCli(argv: readonly string[], cli: CliEnv): Promise<number> {
  let hint = `Run \`${cli.program} --help\` for a list of commands.`;
  try {
    return await dispatch(argv, cli, ({ name }) => {
      hint = `Run \`${cli.program} ${name} --help\` for its arguments and options.`;
    });
  } catch (error) {
    if (error instanceof OutputClosed) {
      return EXIT.completed;
    }
    if (error instanceof UsageError) {
      cli.stderr.write(`${neutralise(error.message)} ${hint}\n`);
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
  onCommand: (command: Command) => void,
): Promise<number> {
  const { program, stdout } = cli;
  const [first] = argv;
  if (first === undefined || first === "--help" || first === "-h") {
    await stdout.print(overview(program, COMMANDS));
    return first === undefined ? EXIT.usage : EXIT.completed;
  }
  if (first === "--version") {
    await stdout.print(`${await version()}\n`);
    return EXIT.completed;
  }
  const group = groupOf(COMMANDS, first);
  if (group.length > 0 && (argv[1] === "--help" || argv[1] === "-h")) {
    await stdout.print(overview(program, group));
    return EXIT.completed;
  }
  const command = commandOf(argv);
  onCommand(command);
  const words = isBare(argv, group) ? 1 : command.name.split(" ").length;
  const args = new ParsedArgs(command, argv.slice(words));
  if (args.flag("help")) {
    await stdout.print(helpOf(program, command));
    return EXIT.completed;
  }
  let client: Opspawn | null = null;
  return command.run({
    cli,
    args,
    commands: COMMANDS,
    client: () => (client ??= connect(addressOf(cli, args), patientFetch(cli))),
    program: sameProgram(cli, args),
  });
}

/** @throws UsageError */
function commandOf([first = "", second = ""]: readonly string[]): Command {
  const group = groupOf(COMMANDS, first);
  // A group alone, such as `keys`, lists.
  const word = isBare([first, second], group) ? "list" : second;
  const command = COMMANDS.find(({ name }) => name === first || name === `${first} ${word}`);
  if (command !== undefined) {
    return command;
  }
  if (first.startsWith("-")) {
    throw new UsageError(`The command must come before ${first}.`);
  }
  throw new UsageError(
    group.length === 0
      ? `Unknown command: ${first}.`
      : `Unknown command: ${first} ${second}. There are ${group.map(({ name }) => name).join(", ")}.`,
  );
}

/** Whether a command line names a group without one of its commands. */
function isBare([, second]: readonly string[], group: readonly Command[]): boolean {
  return group.length > 0 && (second === undefined || second === "" || second.startsWith("-"));
}

/** The version of the package. */
async function version(): Promise<string> {
  const path = fileURLToPath(new URL("../../package.json", import.meta.url).href);
  const manifest = await readFile(path, "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

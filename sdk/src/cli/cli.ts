/** The program: finds the command that its arguments name, and says how it ended. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Opspawn } from "../opspawn.ts";
import { Given, groupOf, type Command } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { addressOf, connect, sameProgram } from "./connection.ts";
import { OpspawnError } from "../errors.ts";
import { explain } from "./explain.ts";
import { neutralise } from "./terminal-text.ts";
import { helpOf, overview } from "./help.ts";
import { EXIT, ReaderGone, UsageError, type World } from "./world.ts";

/** Runs one command line. @returns the exit code */
export async function runCli(args: readonly string[], world: World): Promise<number> {
  try {
    return await dispatch(args, world);
  } catch (error) {
    if (error instanceof ReaderGone) {
      return EXIT.completed;
    }
    if (error instanceof UsageError) {
      world.stderr.write(`${error.message} \`${world.program} --help\` lists what there is.\n`);
      return EXIT.usage;
    }
    if (!(error instanceof OpspawnError)) {
      // A file that cannot be written, a name that no address can have; or a fault of this program.
      world.stderr.write(`${neutralise(error instanceof Error ? error.message : String(error))}\n`);
      return EXIT.failed;
    }
    world.stderr.write(`${explain(error)}\n`);
    return EXIT.usage;
  }
}

async function dispatch(args: readonly string[], world: World): Promise<number> {
  const { program, stdout } = world;
  const [first] = args;
  if (first === undefined || first === "--help" || first === "-h") {
    await stdout.print(overview(program, COMMANDS));
    return first === undefined ? EXIT.usage : EXIT.completed;
  }
  if (first === "--version") {
    await stdout.print(`${await version()}\n`);
    return EXIT.completed;
  }
  const group = groupOf(COMMANDS, first);
  if (group.length > 0 && (args[1] === "--help" || args[1] === "-h")) {
    await stdout.print(overview(program, group));
    return EXIT.completed;
  }
  const command = commandOf(args);
  const given = new Given(command, args.slice(command.name.split(" ").length));
  if (given.flag("help")) {
    await stdout.print(helpOf(program, command));
    return EXIT.completed;
  }
  let client: Opspawn | null = null;
  return command.run({
    world,
    given,
    commands: COMMANDS,
    client: () => (client ??= connect(addressOf(world, given))),
    program: sameProgram(world, given),
  });
}

/** @throws UsageError */
function commandOf([first = "", second = ""]: readonly string[]): Command {
  const command = COMMANDS.find(({ name }) => name === first || name === `${first} ${second}`);
  if (command !== undefined) {
    return command;
  }
  const group = groupOf(COMMANDS, first);
  if (first.startsWith("-")) {
    throw new UsageError(`A command goes before ${first}.`);
  }
  throw new UsageError(
    group.length === 0
      ? `There is no command ${first}.`
      : `Say what to do: ${group.map(({ name }) => name).join(", ")}.`,
  );
}

/** That of the package. */
async function version(): Promise<string> {
  const path = fileURLToPath(new URL("../../package.json", import.meta.url).href);
  const manifest = await readFile(path, "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

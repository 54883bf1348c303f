/** All commands. Help and completion scripts are generated from this table. */
import { ADMIN_COMMANDS } from "./admin-commands.ts";
import { groupOf, type Command } from "./command.ts";
import { completionFor, SHELLS, type Shell } from "./completion.ts";
import { helpOf, overview } from "./help.ts";
import { LOGIN } from "./login.ts";
import { RUN_COMMANDS } from "./run-commands.ts";
import { TASK_COMMANDS } from "./task-commands.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const completion: Command = {
  name: "completion",
  arguments: [{ name: "shell" }],
  about: "Print a completion script for bash, zsh or fish",
  options: [],
  async run({ cli, args, commands }) {
    const shell = args.word("shell");
    if (!isShell(shell)) {
      throw new UsageError(`No completion for ${shell}: choose one of ${SHELLS.join(", ")}.`);
    }
    await cli.stdout.print(completionFor(shell, commands));
    return EXIT.completed;
  },
};

const help: Command = {
  name: "help",
  arguments: [{ name: "command", optional: true }],
  about: "Show all commands, or help for one command",
  options: [],
  async run({ cli, args, commands }) {
    const name = args.word("command");
    const command = commands.find((one) => one.name === name);
    const group = name === "" ? commands : groupOf(commands, name);
    if (command === undefined && group.length === 0) {
      throw new UsageError(`Unknown command: ${name}.`);
    }
    const { program, stdout } = cli;
    await stdout.print(command === undefined ? overview(program, group) : helpOf(program, command));
    return EXIT.completed;
  },
};

export const COMMANDS: readonly Command[] = [
  ...RUN_COMMANDS,
  ...TASK_COMMANDS,
  ...ADMIN_COMMANDS,
  LOGIN,
  completion,
  help,
];

function isShell(text: string): text is Shell {
  return SHELLS.some((shell) => shell === text);
}

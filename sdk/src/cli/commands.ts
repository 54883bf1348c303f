/** All commands. Help and completion scripts are generated from this table. */
import { AGENT_COMMANDS } from "./agent-commands.ts";
import { ANSWER_COMMANDS } from "./answer-commands.ts";
import { APPLY_COMMANDS } from "./apply-commands.ts";
import { ATTACHMENT_COMMANDS } from "./attachment-commands.ts";
import { API } from "./api-command.ts";
import { findCommand, groupOf, suggestedCommand, type Command } from "./command.ts";
import { completionFor, SHELLS, type Shell } from "./completion.ts";
import { groupHelp, helpOf, overview } from "./help.ts";
import { EVAL_COMMANDS } from "./eval/command.ts";
import { KEY_COMMANDS } from "./key-commands.ts";
import { LIMIT_COMMANDS } from "./limit-commands.ts";
import { BULK_COMMANDS } from "./bulk-commands.ts";
import { LOG_COMMANDS } from "./log-commands.ts";
import { LOGIN } from "./login.ts";
import { MEMORY_COMMANDS } from "./memory-commands.ts";
import { PROJECT_COMMANDS } from "./project/commands.ts";
import { PROFILE_COMMANDS } from "./profile-commands.ts";
import { RUN_COMMANDS } from "./run-commands.ts";
import { SCHEDULE_COMMANDS } from "./schedule-commands.ts";
import { SECRET_COMMANDS } from "./secret-commands.ts";
import { SERVICE_COMMANDS } from "./service-commands.ts";
import { SUBJECT_COMMANDS } from "./subject-commands.ts";
import { TELEMETRY_COMMANDS } from "./telemetry-commands.ts";
import { TASK_COMMANDS } from "./task-commands.ts";
import { TOOL_COMMANDS } from "./tool-commands.ts";
import { WEBHOOK_COMMANDS } from "./webhook-commands.ts";
import { CHAT_COMMANDS } from "./chat-commands.ts";
import { CASSETTE_COMMANDS } from "./cassette-command.ts";
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
    const { program, stdout } = cli;
    if (name === "") {
      await stdout.print(overview(program, commands));
      return EXIT.completed;
    }
    const group = groupOf(commands, name);
    const words = name.split(/\s+/);
    const found = findCommand(commands, words);
    if (group.length === 0 && found?.words !== words.length) {
      throw new UsageError(`Unknown command: ${name}.${suggestedCommand(commands, name)}`);
    }
    await stdout.print(
      found === null || group.length > 0
        ? groupHelp(program, group)
        : helpOf(program, found.command),
    );
    return EXIT.completed;
  },
};

export const COMMANDS: readonly Command[] = [
  ...RUN_COMMANDS,
  ...TASK_COMMANDS,
  ...LOG_COMMANDS,
  ...CASSETTE_COMMANDS,
  ...BULK_COMMANDS,
  ...ANSWER_COMMANDS,
  ...ATTACHMENT_COMMANDS,
  ...EVAL_COMMANDS,
  API,
  ...APPLY_COMMANDS,
  ...AGENT_COMMANDS,
  ...TOOL_COMMANDS,
  ...WEBHOOK_COMMANDS,
  ...SCHEDULE_COMMANDS,
  ...MEMORY_COMMANDS,
  ...SUBJECT_COMMANDS,
  ...CHAT_COMMANDS,
  ...KEY_COMMANDS,
  ...SECRET_COMMANDS,
  ...TELEMETRY_COMMANDS,
  ...LIMIT_COMMANDS,
  ...SERVICE_COMMANDS,
  ...PROJECT_COMMANDS,
  LOGIN,
  ...PROFILE_COMMANDS,
  completion,
  help,
];

function isShell(text: string): text is Shell {
  return SHELLS.some((shell) => shell === text);
}

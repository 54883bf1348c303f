/** Commands for tasks: show, cancel, retry, send messages. */
import type { Message, UpdateTask } from "../model.ts";
import type { Call, Command } from "./command.ts";
import type { Argument } from "./option.ts";
import { goalText, usageText } from "../view/wording.ts";
import { readStdin, recordOf, STDIN } from "./input.ts";
import { follow } from "./follow.ts";
import { lineOf, printResult } from "./output.ts";
import { RunView } from "./render.ts";
import { printTask, statusOf } from "./task-output.ts";
import { EXIT_CODES } from "./help.ts";
import { LIMITS, limitsFrom, STAY } from "./run-commands.ts";
import { listOf } from "./table.ts";
import { LIST_COMMANDS } from "./task-list-commands.ts";
import { hasColour, isTerminal } from "./live-view.ts";
import { block } from "./terminal-text.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const TASK: Argument = { name: "task" };
/** Maximum page size of a log. */
const LOG_PAGE = 1000;

const get: Command = {
  name: "tasks get",
  aliases: ["get"],
  arguments: [TASK],
  about: "Show the current state of a task",
  options: [
    {
      name: "wait",
      short: "w",
      value: "seconds",
      about: "wait up to this long until the task finishes or pauses",
    },
  ],
  async run({ cli, args, client }) {
    const task = await client().tasks.get(args.word("task"), { wait: args.whole("wait", 0) });
    if (args.isJson) {
      await cli.stdout.print(lineOf({ args }, task));
      return EXIT.completed;
    }
    const list = listOf(cli.stdout, [
      ["task", task.id],
      ["status", statusOf(task)],
      ["name", task.name],
      ["goal", goalText(task.input_data)],
      ["agent", `${task.agent} (version ${task.agent_version})`],
      ["model", `${task.model}, ${task.planner}`],
      ["created", task.created_at],
      ["completed", task.completed_at],
      ["used", usageText(task.usage)],
      ["retry of", task.retry_of],
      ["error", task.error === null ? null : `${task.error.message} (${task.error.code})`],
    ]);
    const answer = task.result?.answer ?? "";
    const columns = isTerminal(cli.stdout) ? cli.stdout.columns : undefined;
    await cli.stdout.print(list + (answer === "" ? "" : `\n${block(answer, "", columns)}`));
    return EXIT.completed;
  },
};

const logs: Command = {
  name: "tasks logs",
  aliases: ["logs"],
  arguments: [TASK],
  about: "Print a task's events so far (raw with --json)",
  options: [{ name: "after", value: "seq", about: "only events after this one" }],
  async run({ cli, args, client }) {
    const { stdout } = cli;
    const view = new RunView({
      colour: hasColour(stdout),
      ...(isTerminal(stdout) && { columns: stdout.columns ?? 80 }),
    });
    const after = args.whole("after", 0) ?? 0;
    for await (const event of client().tasks.events(args.word("task"), {
      after,
      limit: LOG_PAGE,
    })) {
      await stdout.print(args.isJson ? lineOf({ args }, event) : view.render(event));
    }
    await stdout.print(!args.isJson && view.midLine ? "\n" : "");
    return EXIT.completed;
  },
};

const cancel: Command = {
  name: "tasks cancel",
  aliases: ["cancel"],
  arguments: [TASK],
  about: "Cancel a task and abort its current call",
  options: [
    { name: "reason", short: "m", value: "text", about: "reason, recorded with the cancellation" },
  ],
  async run(call) {
    const reason = call.args.text("reason");
    const body = reason === undefined ? {} : { reason };
    return printTask(call, await call.client().tasks.cancel(call.args.word("task"), body));
  },
};

const retry: Command = {
  name: "tasks retry",
  aliases: ["retry"],
  arguments: [TASK],
  about: "Submit a finished task again and print the new task's id",
  more: `With --follow it watches the new task as \`run\` does. ${EXIT_CODES}`,
  options: [
    { name: "follow", short: "f", about: "watch the new task live" },
    {
      name: "config",
      short: "c",
      value: "which",
      about: "same (default), or current: the agent's config of today",
      choices: ["same", "current"],
    },
    STAY,
  ],
  async run(call) {
    const config = call.args.text("config") === "current" ? "current" : "same";
    const task = await call.client().tasks.retry(call.args.word("task"), { config });
    return call.args.flag("follow")
      ? follow(call, task.id)
      : printResult(call, task, (one) => `${one.id}\n`);
  },
};

const send: Command = {
  name: "tasks send",
  aliases: ["send", "answer"],
  arguments: [TASK, { name: "text", optional: true, isText: true }],
  about: "Send a message to a run, or answer its question",
  more: "The text can also be piped in; - stands for standard input.",
  options: [
    { name: "data", value: "json", about: "answer to a question with a form" },
    { name: "call", value: "id", about: "id of the call that asked" },
    { name: "key", value: "key", about: "key of the question, if a call asked several" },
    {
      name: "action",
      value: "action",
      about: "accept, decline or cancel a question of an MCP server",
      choices: ["accept", "decline", "cancel"],
    },
  ],
  async run(call) {
    const { args, client } = call;
    return printTask(call, await client().tasks.send(args.word("task"), await messageFrom(call)));
  },
};

const limits: Command = {
  name: "tasks limits",
  aliases: ["limits"],
  arguments: [TASK],
  about: "Change the limits of a live run",
  options: LIMITS,
  async run(call) {
    const { args, client } = call;
    const changed = limitsFrom(args);
    if (Object.keys(changed).length === 0) {
      throw new UsageError(
        `Set at least one limit: ${LIMITS.map(({ name }) => `--${name}`).join(", ")}.`,
      );
    }
    return printTask(call, await client().tasks.updateLimits(args.word("task"), changed));
  },
};

const update: Command = {
  name: "tasks update",
  arguments: [TASK],
  about: "Change the name or the metadata of a task",
  options: [
    { name: "name", short: "n", value: "text", about: "display name; empty removes it" },
    { name: "metadata", value: "json", about: "metadata to merge; null removes a key" },
  ],
  async run(call) {
    const { args, client } = call;
    const [name, metadata] = [args.text("name"), args.json("metadata")];
    if (name === undefined && metadata === undefined) {
      throw new UsageError("Set --name or --metadata.");
    }
    const labels: UpdateTask = {
      ...(name !== undefined && { name: name === "" ? null : name }),
      // The service validates it.
      ...(metadata !== undefined && { metadata: metadata as NonNullable<UpdateTask["metadata"]> }),
    };
    return printTask(call, await client().tasks.update(args.word("task"), labels));
  },
};

const remove: Command = {
  name: "tasks delete",
  arguments: [TASK],
  about: "Delete a finished task with its log and outputs",
  options: [],
  async run({ args, client }) {
    await client().tasks.delete(args.word("task"));
    return EXIT.completed;
  },
};

export const TASK_COMMANDS: readonly Command[] = [
  ...LIST_COMMANDS,
  get,
  logs,
  cancel,
  retry,
  send,
  limits,
  update,
  remove,
];

async function messageFrom({ cli, args }: Call): Promise<Message> {
  const action = args.text("action") as Message["action"];
  const data = args.json("data");
  const [callId, key] = [args.text("call"), args.text("key")];
  const isAnswer = data !== undefined || action !== undefined;
  const word = args.word("text");
  const isPiped = word === STDIN || (word === "" && !isAnswer && cli.stdin.isTTY !== true);
  const content = isPiped ? (await readStdin(cli)).trim() : word;
  if (content === "" && !isAnswer) {
    throw new UsageError("Missing message: pass it as an argument or pipe it in.");
  }
  return {
    ...(content !== "" && { content }),
    ...(data !== undefined && { data: recordOf(data) }),
    ...(action !== undefined && { action }),
    ...(callId !== undefined && { call_id: callId }),
    ...(key !== undefined && { key }),
  };
}

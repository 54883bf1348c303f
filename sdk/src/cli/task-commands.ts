/** Commands for tasks: list, show, cancel, retry, approve, send messages. */
import { jsonLine } from "./json-line.ts";
import { TERMINAL_STATUSES } from "../event.ts";
import type { Message, Task } from "../model.ts";
import type { Argument, Call, Command, Option } from "./command.ts";
import { goalText, usageText } from "../view/wording.ts";
import { readStdin, recordOf, STDIN } from "./input.ts";
import { firstOf, printList } from "./listing.ts";
import { RunView } from "./render.ts";
import { LIMITS, limitsFrom } from "./run-commands.ts";
import { listOf } from "./table.ts";
import { hasColour, isTerminal } from "./live-view.ts";
import { block } from "./terminal-text.ts";
import { EXIT, UsageError } from "./cli-env.ts";

const TASK: Argument = { name: "task" };
const CALL: Argument = { name: "call" };
const COMMENT: Option = { name: "comment", value: "text", about: "comment that the model sees" };
/** Maximum page size of the service. */
const PAGE = 100;
/** Maximum page size of a log. */
const LOG_PAGE = 1000;

const ls: Command = {
  name: "ls",
  arguments: [],
  about: "List tasks, newest first",
  options: [
    {
      name: "status",
      value: "status",
      about: "only tasks with this status",
      choices: ["pending", "running", "waiting", ...TERMINAL_STATUSES],
    },
    { name: "agent", value: "name", about: "only tasks of this agent" },
    { name: "limit", value: "n", about: "maximum number of tasks (default 20)" },
    { name: "all", about: "list all tasks" },
  ],
  run(call) {
    const { args } = call;
    const status = args.text("status") as Task["status"] | undefined;
    const agent = args.text("agent");
    const most = args.flag("all") ? Number.POSITIVE_INFINITY : (args.whole("limit") ?? 20);
    const query = {
      ...(status !== undefined && { status }),
      ...(agent !== undefined && { agent }),
      limit: Math.min(most, PAGE),
    };
    const tasks = firstOf(most, call.client().tasks.list(query));
    return printList(call, tasks, ["TASK", "STATUS", "AGE", "GOAL"], (task) => [
      task.id,
      statusOf(task),
      ageOf(task.created_at, Date.now()),
      task.name ?? goalText(task.input_data),
    ]);
  },
};

const get: Command = {
  name: "get",
  arguments: [TASK],
  about: "Show the current state of a task",
  options: [
    {
      name: "wait",
      value: "seconds",
      about: "wait up to this long until the task finishes or pauses",
    },
  ],
  async run({ cli, args, client }) {
    const task = await client().tasks.get(args.word("task"), { wait: args.whole("wait", 0) });
    if (args.flag("json")) {
      await cli.stdout.print(jsonLine(task));
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
  name: "logs",
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
      await stdout.print(args.flag("json") ? jsonLine(event) : view.render(event));
    }
    await stdout.print(!args.flag("json") && view.midLine ? "\n" : "");
    return EXIT.completed;
  },
};

const cancel: Command = {
  name: "cancel",
  arguments: [TASK],
  about: "Cancel a task and abort its current call",
  options: [{ name: "reason", value: "text", about: "reason, recorded with the cancellation" }],
  async run(call) {
    const reason = call.args.text("reason");
    const body = reason === undefined ? {} : { reason };
    return printTask(call, await call.client().tasks.cancel(call.args.word("task"), body));
  },
};

const retry: Command = {
  name: "retry",
  arguments: [TASK],
  about: "Submit a finished task again and print the new task's id",
  options: [],
  async run(call) {
    const task = await call.client().tasks.retry(call.args.word("task"));
    const { cli, args } = call;
    await cli.stdout.print(args.flag("json") ? jsonLine(task) : `${task.id}\n`);
    return EXIT.completed;
  },
};

const approve: Command = {
  name: "approve",
  arguments: [TASK, CALL],
  about: "Approve a pending tool call",
  options: [
    { name: "arguments", value: "json", about: "arguments that replace the model's" },
    COMMENT,
  ],
  async run(call) {
    const { args, client } = call;
    const other = args.json("arguments");
    const decision = {
      comment: args.text("comment"),
      ...(other !== undefined && { arguments: other }),
    };
    const task = await client().tasks.approve(args.word("task"), args.word("call"), decision);
    return printTask(call, task);
  },
};

const deny: Command = {
  name: "deny",
  arguments: [TASK, CALL],
  about: "Deny a pending tool call",
  options: [COMMENT],
  async run(call) {
    const { args, client } = call;
    const decision = { comment: args.text("comment") };
    const task = await client().tasks.deny(args.word("task"), args.word("call"), decision);
    return printTask(call, task);
  },
};

const send: Command = {
  name: "send",
  arguments: [TASK, { name: "text", optional: true }],
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
  name: "limits",
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

export const TASK_COMMANDS: readonly Command[] = [
  ls,
  get,
  logs,
  cancel,
  retry,
  approve,
  deny,
  send,
  limits,
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

/** Prints the id and status, or the whole task as JSON. */
async function printTask({ cli, args }: Call, task: Task): Promise<number> {
  const line = args.flag("json") ? JSON.stringify(task) : `${task.id} ${statusOf(task)}`;
  await cli.stdout.print(`${line}\n`);
  return EXIT.completed;
}

function statusOf({ status, waiting_for }: Task): string {
  return waiting_for === null ? status : `${status} (${waiting_for})`;
}

const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
];

/** Formats an age in its largest unit. */
function ageOf(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit}`;
}

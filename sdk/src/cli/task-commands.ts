/** What is done with tasks by their ids: lists, logs, and what people say to runs. */
import { jsonLine } from "./json-line.ts";
import { text } from "node:stream/consumers";
import { TERMINAL_STATUSES } from "../event.ts";
import type { Message, Task } from "../model.ts";
import type { Argument, Call, Command, Option } from "./command.ts";
import { firstOf, printList } from "./listing.ts";
import { RunView } from "./render.ts";
import { LIMITS, limitsFrom } from "./run-commands.ts";
import { listOf } from "./table.ts";
import { hasColour, isTerminal } from "./live-view.ts";
import { recordOf, textOf, usageText } from "./run-progress.ts";
import { block } from "./terminal-text.ts";
import { EXIT, UsageError } from "./world.ts";

const TASK: Argument = { name: "task" };
const CALL: Argument = { name: "call" };
const COMMENT: Option = { name: "comment", value: "text", about: "what the model is told with it" };
/** The most tasks that the service lists at once. */
const PAGE = 100;

const ls: Command = {
  name: "ls",
  arguments: [],
  about: "Lists tasks, newest first",
  options: [
    {
      name: "status",
      value: "status",
      about: "only tasks of this status",
      choices: ["pending", "running", "waiting", ...TERMINAL_STATUSES],
    },
    { name: "agent", value: "name", about: "only tasks of this agent" },
    { name: "limit", value: "n", about: "how many (default 20)" },
    { name: "all", about: "all of them" },
  ],
  run(call) {
    const { given } = call;
    const status = given.text("status") as Task["status"] | undefined;
    const agent = given.text("agent");
    const most = given.flag("all") ? Number.POSITIVE_INFINITY : (given.whole("limit") ?? 20);
    const query = {
      ...(status !== undefined && { status }),
      ...(agent !== undefined && { agent }),
      limit: Math.min(most, PAGE),
    };
    const tasks = firstOf(most, call.client().tasks.all(query));
    return printList(call, tasks, ["TASK", "STATUS", "AGE", "GOAL"], (task) => [
      task.task_id,
      statusOf(task),
      ageOf(task.created_at, Date.now()),
      task.name ?? goalOf(task),
    ]);
  },
};

const get: Command = {
  name: "get",
  arguments: [TASK],
  about: "Shows a task as it is now",
  options: [
    { name: "wait", value: "seconds", about: "at most so long for it to be over, or to rest" },
  ],
  async run({ world, given, client }) {
    const task = await client().tasks.get(given.word("task"), { wait: given.whole("wait", 0) });
    if (given.flag("json")) {
      await world.stdout.print(jsonLine(task));
      return EXIT.completed;
    }
    const list = listOf(world.stdout, [
      ["task", task.task_id],
      ["status", statusOf(task)],
      ["name", task.name],
      ["goal", goalOf(task)],
      ["agent", `${task.agent} (version ${task.agent_version})`],
      ["model", `${task.model}, ${task.planner}`],
      ["created", task.created_at],
      ["completed", task.completed_at],
      ["used", usageText(task.usage)],
      ["retry of", task.retry_of],
      ["error", task.error === null ? null : `${task.error.message} (${task.error.code})`],
    ]);
    const answer = task.result?.answer ?? "";
    const columns = isTerminal(world.stdout) ? world.stdout.columns : undefined;
    await world.stdout.print(list + (answer === "" ? "" : `\n${block(answer, "", columns)}`));
    return EXIT.completed;
  },
};

const logs: Command = {
  name: "logs",
  arguments: [TASK],
  about: "Prints a task's events so far, as run shows them; with --json each as it is",
  options: [{ name: "after", value: "seq", about: "only what comes after this event" }],
  async run({ world, given, client }) {
    const { stdout } = world;
    const view = new RunView({
      colour: hasColour(stdout),
      ...(isTerminal(stdout) && { columns: stdout.columns ?? 80 }),
    });
    const after = given.whole("after", 0) ?? 0;
    for await (const event of client().tasks.log(given.word("task"), { after })) {
      await stdout.print(given.flag("json") ? jsonLine(event) : view.render(event));
    }
    await stdout.print(!given.flag("json") && view.midLine ? "\n" : "");
    return EXIT.completed;
  },
};

const cancel: Command = {
  name: "cancel",
  arguments: [TASK],
  about: "Ends a task, and aborts what it is doing",
  options: [{ name: "reason", value: "text", about: "why" }],
  async run(call) {
    const reason = call.given.text("reason");
    const body = reason === undefined ? {} : { reason };
    return printTask(call, await call.client().tasks.cancel(call.given.word("task"), body));
  },
};

const retry: Command = {
  name: "retry",
  arguments: [TASK],
  about: "Submits a task that is over once more, and prints the new one's id",
  options: [],
  async run(call) {
    const task = await call.client().tasks.retry(call.given.word("task"));
    const { world, given } = call;
    await world.stdout.print(given.flag("json") ? jsonLine(task) : `${task.task_id}\n`);
    return EXIT.completed;
  },
};

const approve: Command = {
  name: "approve",
  arguments: [TASK, CALL],
  about: "Lets a tool call happen that waits for approval",
  options: [{ name: "arguments", value: "json", about: "in the place of the model's" }, COMMENT],
  async run(call) {
    const { given, client } = call;
    const other = given.json("arguments");
    const decision = {
      comment: given.text("comment"),
      ...(other !== undefined && { arguments: other }),
    };
    const task = await client().tasks.approve(given.word("task"), given.word("call"), decision);
    return printTask(call, task);
  },
};

const deny: Command = {
  name: "deny",
  arguments: [TASK, CALL],
  about: "Forbids a tool call that waits for approval",
  options: [COMMENT],
  async run(call) {
    const { given, client } = call;
    const decision = { comment: given.text("comment") };
    const task = await client().tasks.deny(given.word("task"), given.word("call"), decision);
    return printTask(call, task);
  },
};

const send: Command = {
  name: "send",
  arguments: [TASK, { name: "text", optional: true }],
  about: "Says something to a run, or answers its question",
  more: "The text may also come from a pipe.",
  options: [
    { name: "data", value: "json", about: "the answer to a question that wants fields" },
    { name: "call", value: "id", about: "the call whose question it answers" },
    { name: "key", value: "key", about: "the question, where a call asked several" },
    {
      name: "action",
      value: "action",
      about: "accept, decline or cancel, for the question of an MCP server",
      choices: ["accept", "decline", "cancel"],
    },
  ],
  async run(call) {
    const { given, client } = call;
    return printTask(call, await client().tasks.send(given.word("task"), await messageFrom(call)));
  },
};

const limits: Command = {
  name: "limits",
  arguments: [TASK],
  about: "Changes the caps of a live run",
  options: LIMITS,
  async run(call) {
    const { given, client } = call;
    const changed = limitsFrom(given);
    if (Object.keys(changed).length === 0) {
      throw new UsageError(`Name a limit: ${LIMITS.map(({ name }) => `--${name}`).join(", ")}.`);
    }
    return printTask(call, await client().tasks.setLimits(given.word("task"), changed));
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

async function messageFrom({ world, given }: Call): Promise<Message> {
  const action = given.text("action") as Message["action"];
  const data = given.json("data");
  const [callId, key] = [given.text("call"), given.text("key")];
  const isAnswer = data !== undefined || action !== undefined;
  const isPiped = !isAnswer && world.stdin.isTTY !== true;
  const content = given.word("text") || (isPiped ? (await text(world.stdin)).trim() : "");
  if (content === "" && !isAnswer) {
    throw new UsageError("There is nothing to send: say it, in quotes.");
  }
  return {
    ...(content !== "" && { content }),
    ...(data !== undefined && { data: recordOf(data) }),
    ...(action !== undefined && { action }),
    ...(callId !== undefined && { call_id: callId }),
    ...(key !== undefined && { key }),
  };
}

/** The id and how it stands, or all of it as JSON. */
async function printTask({ world, given }: Call, task: Task): Promise<number> {
  const line = given.flag("json") ? JSON.stringify(task) : `${task.task_id} ${statusOf(task)}`;
  await world.stdout.print(`${line}\n`);
  return EXIT.completed;
}

function statusOf({ status, waiting_for }: Task): string {
  return waiting_for === null ? status : `${status} (${waiting_for})`;
}

function goalOf({ input_data }: Task): string {
  const input = recordOf(input_data);
  return textOf(input["goal"]) || textOf(input["prompt"]);
}

const UNITS: readonly (readonly [unit: string, seconds: number])[] = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
];

/** How long ago a moment was, by its largest unit. */
function ageOf(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["s", 1];
  return `${Math.floor(seconds / size)}${unit}`;
}

/** Commands for what waits for people: the inbox, and decisions on pending calls. */
import type { InboxEntry } from "../model.ts";
import { jsonText } from "../view/wording.ts";
import type { Call, Command } from "./command.ts";
import { firstOf, printList } from "./listing.ts";
import { ageOf, printTask } from "./task-output.ts";
import type { Argument, Option } from "./option.ts";
import { shellWord } from "./shell.ts";
import { shorten } from "./terminal-text.ts";
import { StateError } from "./cli-env.ts";

const TASK: Argument = { name: "task", optional: true };
const CALL: Argument = { name: "call", optional: true };
const COMMENT: Option = {
  name: "comment",
  short: "m",
  value: "text",
  about: "comment that the model sees",
};
const ONLY =
  "Without <call> it takes the only pending call of the task, and without <task> the only one of all tasks.";
/** Maximum page size of the service. */
const PAGE = 100;
/** Columns of a question in a list. */
const MAX_ABOUT = 60;
/** Columns of a call that was decided. */
const MAX_SHOWN = 200;
/** Pending calls that a usage error names. */
const MAX_NAMED = 5;

const inbox: Command = {
  name: "inbox list",
  aliases: ["inbox"],
  arguments: [],
  about: "List what waits for a person: approvals, questions and budgets, oldest first",
  options: [
    {
      name: "kind",
      short: "k",
      value: "kind",
      about: "only questions of this kind",
      choices: ["approval", "question", "form", "address", "budget"],
    },
    { name: "agent", short: "a", value: "name", about: "only tasks of this agent" },
    { name: "tool", short: "t", value: "name", about: "only calls of this tool" },
    { name: "task", value: "id", about: "only questions of this task" },
    {
      name: "order",
      short: "o",
      value: "order",
      about: "oldest (default), or expiry: the soonest expiry first",
      choices: ["oldest", "expiry"],
    },
    { name: "limit", short: "l", value: "n", about: "maximum number of questions (default 20)" },
    { name: "all", about: "list all questions" },
  ],
  run(call) {
    const { args } = call;
    const most = args.flag("all") ? Number.POSITIVE_INFINITY : (args.whole("limit") ?? 20);
    const [kind, order] = [args.text("kind"), args.text("order")];
    const [agent, tool, task_id] = [args.text("agent"), args.text("tool"), args.text("task")];
    const query = {
      ...(kind !== undefined && { kind: kind as InboxEntry["kind"] }),
      ...(order !== undefined && { order: order as "oldest" | "expiry" }),
      ...(agent !== undefined && { agent }),
      ...(tool !== undefined && { tool }),
      ...(task_id !== undefined && { task_id }),
      limit: Math.min(most, PAGE),
    };
    const entries = firstOf(most, call.client().inbox.list(query));
    const head = ["TASK", "KIND", "AGE", "EXPIRES", "CALL", "ASKS"];
    return printList(call, entries, head, (entry) => [
      entry.task_id,
      entry.kind,
      ageOf(entry.since, Date.now()),
      entry.until === null ? "never" : entry.until.replace(/\.\d+Z$/, "Z"),
      entry.call_id ?? "",
      shorten(aboutOf(entry), MAX_ABOUT),
    ]);
  },
};

function aboutOf(entry: InboxEntry): string {
  switch (entry.kind) {
    case "approval":
      return `${entry.tool ?? ""} ${jsonText(entry.arguments ?? {})}`;
    case "budget":
      return `the limit ${entry.limit ?? ""} is reached`;
    default:
      return entry.question ?? entry.url ?? "";
  }
}

const approve: Command = {
  name: "approve",
  aliases: ["tasks approve"],
  arguments: [TASK, CALL],
  about: "Approve a pending tool call",
  more: ONLY,
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
    const { taskId, callId, about } = await pending(call);
    const task = await client().tasks.approve(taskId, callId, decision);
    report(call, "approved", about);
    return printTask(call, task);
  },
};

const deny: Command = {
  name: "deny",
  aliases: ["tasks deny"],
  arguments: [TASK, CALL],
  about: "Deny a pending tool call",
  more: ONLY,
  options: [COMMENT],
  async run(call) {
    const { args, client } = call;
    const { taskId, callId, about } = await pending(call);
    const decision = { comment: args.text("comment") };
    const task = await client().tasks.deny(taskId, callId, decision);
    report(call, "denied", about);
    return printTask(call, task);
  },
};

export const ANSWER_COMMANDS: readonly Command[] = [inbox, approve, deny];

/** Says which call was decided, if the command line did not name it. */
function report({ cli }: Call, decision: string, about: string | null): void {
  if (about !== null) {
    cli.stderr.write(`${decision}: ${about}\n`);
  }
}

/** Returns the call that the arguments name, or the only pending one. @throws StateError */
async function pending({ args, client, program }: Call) {
  const [taskId, callId] = [args.word("task"), args.word("call")];
  if (callId !== "") {
    return { taskId, callId, about: null };
  }
  const which = taskId === "" ? {} : { task_id: taskId };
  const page = await client().inbox.list({ ...which, kind: "approval", limit: MAX_NAMED + 1 });
  const [entry, ...others] = page.data;
  if (entry?.call_id === undefined) {
    const where = taskId === "" ? "" : ` of ${taskId}`;
    throw new StateError(`No call${where} waits for approval.`);
  }
  if (others.length === 0) {
    const about = shorten(aboutOf(entry), MAX_SHOWN);
    return { taskId: entry.task_id, callId: entry.call_id, about };
  }
  const named = page.data.slice(0, MAX_NAMED).map(({ task_id, call_id = "", tool = "" }) => {
    return `\n  ${shellWord(task_id)} ${shellWord(call_id)}  ${tool}`;
  });
  const more = page.data.length > MAX_NAMED ? `\n  … see ${program} inbox --kind approval` : "";
  throw new StateError(`Several calls wait for approval. Name one:${named.join("")}${more}`);
}

/** Commands for lists of tasks: list, count. */
import { TERMINAL_STATUSES, type WaitName } from "../event.ts";
import type { Task } from "../model.ts";
import type { CountsQuery, TaskQuery } from "../tasks.ts";
import { goalText } from "../view/wording.ts";
import { UsageError } from "./cli-env.ts";
import type { Command } from "./command.ts";
import { firstOf, printList } from "./listing.ts";
import type { Option } from "./option.ts";
import { printResult } from "./output.ts";
import { ageOf, statusOf } from "./task-output.ts";
import type { ParsedArgs } from "./parsed-args.ts";

/** Maximum page size of the service. */
const PAGE = 100;
const WAITS: readonly WaitName[] = [
  "approval",
  "input",
  "timer",
  "budget",
  "children",
  "schedule",
  "concurrency",
  "turn",
  "provider",
];
const STATUS: Option = {
  name: "status",
  short: "s",
  value: "a,b",
  about: "only tasks with one of these statuses",
  choices: ["pending", "running", "waiting", ...TERMINAL_STATUSES],
  isList: true,
};
const AGENT: Option = {
  name: "agent",
  short: "a",
  value: "name",
  about: "only tasks of this agent",
};

const ls: Command = {
  name: "tasks list",
  aliases: ["ls"],
  arguments: [],
  about: "List tasks, newest first",
  options: [
    STATUS,
    {
      name: "waiting-for",
      value: "what",
      about: "only tasks that wait for this",
      choices: WAITS,
    },
    AGENT,
    { name: "q", short: "q", value: "text", about: "only tasks with this in their name or goal" },
    { name: "subject", value: "id", about: "only tasks about this subject" },
    { name: "root", value: "task", about: "only tasks below this first task of a tree" },
    { name: "schedule", value: "id", about: "only tasks that this schedule submitted" },
    { name: "group", value: "id", about: "only tasks of this batch" },
    { name: "updated-after", value: "time", about: "only tasks that changed after this time" },
    {
      name: "metadata",
      value: "key=value",
      about: "only tasks with this value in their metadata; can be repeated",
      multiple: true,
    },
    {
      name: "order",
      short: "o",
      value: "order",
      about: "newest (default) or oldest first",
      choices: ["newest", "oldest"],
    },
    { name: "limit", short: "l", value: "n", about: "maximum number of tasks (default 20)" },
    { name: "all", about: "list all tasks" },
  ],
  run(call) {
    const { args } = call;
    const most = args.flag("all") ? Number.POSITIVE_INFINITY : (args.whole("limit") ?? 20);
    const query = { ...queryFrom(args), limit: Math.min(most, PAGE) };
    const tasks = firstOf(most, call.client().tasks.list(query));
    return printList(call, tasks, ["TASK", "STATUS", "AGE", "GOAL"], (task) => [
      task.id,
      statusOf(task),
      ageOf(task.created_at, Date.now()),
      task.name ?? goalText(task.input_data),
    ]);
  },
};

const tree: Command = {
  name: "tasks tree",
  aliases: [],
  arguments: [{ name: "task" }],
  about: "List a task and all tasks below it",
  options: [],
  run(call) {
    const tasks = call.client().tasks.tree(call.args.word("task"), { limit: PAGE });
    return printList(call, tasks, ["TASK", "AGENT", "STATUS", "COST"], (task) => [
      `${"  ".repeat(task.depth)}${task.id}`,
      task.agent,
      task.waiting_for === null ? task.status : `${task.status}: ${task.waiting_for}`,
      `$${task.usage?.cost_usd ?? 0}`,
    ]);
  },
};

const counts: Command = {
  name: "tasks counts",
  aliases: ["counts"],
  arguments: [],
  about: "Count tasks by status, agent or wait",
  options: [
    {
      name: "by",
      short: "g",
      value: "field",
      about: "what to count by (default: status)",
      choices: ["status", "agent", "waiting_for"],
    },
    STATUS,
    AGENT,
  ],
  async run(call) {
    const { args, client } = call;
    const by = args.text("by") as CountsQuery["group_by"];
    const { status, agent } = queryFrom(args);
    const query = {
      ...(status !== undefined && { status }),
      ...(by !== undefined && { group_by: by }),
      ...(agent !== undefined && { agent }),
    };
    const page = await client().tasks.counts(query);
    return printResult(call, page, ({ data, total }) =>
      [...data.map(({ value, count }) => `${count}\t${value}\n`), `${total}\ttotal\n`].join(""),
    );
  },
};

/** The commands for lists of tasks. */
export const LIST_COMMANDS: readonly Command[] = [ls, tree, counts];

/** The filters of a list. @throws UsageError */
function queryFrom(args: ParsedArgs): TaskQuery {
  const status = args.text("status")?.split(",") as Task["status"][] | undefined;
  const metadata = args.texts("metadata").map((pair) => {
    const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    if (key === undefined || value === undefined) {
      throw new UsageError(`--metadata must be key=value, but is ${pair}.`);
    }
    return [key, value] as const;
  });
  const texts = {
    waiting_for: args.text("waiting-for") as WaitName | undefined,
    agent: args.text("agent"),
    schedule_id: args.text("schedule"),
    group_id: args.text("group"),
    subject: args.text("subject"),
    root_task_id: args.text("root"),
    q: args.text("q"),
    updated_after: args.text("updated-after"),
    order: args.text("order") as TaskQuery["order"],
  };
  return {
    ...(status !== undefined && { status }),
    ...Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined)),
    ...(metadata.length > 0 && { metadata: Object.fromEntries(metadata) }),
  };
}

/** Commands that change many tasks. */
import type { BulkResult, CancelTasks, RetryTasks } from "../model.ts";
import { EXIT, UsageError } from "./cli-env.ts";
import type { Call, Command } from "./command.ts";
import type { Option } from "./option.ts";
import { lineOf } from "./output.ts";
import type { ParsedArgs } from "./parsed-args.ts";
import { namesIn } from "./run-commands.ts";

const FILTERS: readonly Option[] = [
  { name: "status", short: "s", value: "statuses", about: "only tasks with these statuses" },
  { name: "agent", short: "a", value: "name", about: "only tasks of this agent" },
  { name: "waiting-for", value: "wait", about: "only tasks that wait for this" },
  { name: "schedule", value: "id", about: "only tasks that this schedule submitted" },
  { name: "group", value: "id", about: "only tasks of this batch" },
  { name: "after", value: "time", about: "only tasks created at or after this time" },
  { name: "before", value: "time", about: "only tasks created before this time" },
  { name: "search", short: "q", value: "text", about: "only tasks with this in id, name or goal" },
  { name: "metadata", value: "json", about: "only tasks with these metadata" },
  { name: "yes", short: "y", about: "change the tasks; without it, only count them" },
];

const cancelMany: Command = {
  name: "tasks cancel-many",
  arguments: [],
  about: "Count unfinished tasks by filters, or cancel them with --yes",
  options: [
    ...FILTERS,
    { name: "reason", short: "m", value: "text", about: "reason, recorded with each cancellation" },
  ],
  run(call) {
    const { args, client } = call;
    const reason = args.text("reason");
    const body = {
      filter: filterIn(args) as CancelTasks["filter"],
      ...(reason !== undefined && { reason }),
    };
    const { tasks } = client();
    return inSteps(call, "cancel", (step) => tasks.cancelMany({ ...body, ...step }));
  },
};

const retryMany: Command = {
  name: "tasks retry-many",
  arguments: [],
  about: "Count failed tasks by filters, or retry them with --yes",
  options: [
    ...FILTERS,
    {
      name: "config",
      short: "c",
      value: "which",
      about: "same (default), or current: the agent's config of today",
      choices: ["same", "current"],
    },
  ],
  run(call) {
    const { args, client } = call;
    const body = {
      filter: filterIn(args) as RetryTasks["filter"],
      config: args.text("config") === "current" ? ("current" as const) : ("same" as const),
    };
    const { tasks } = client();
    return inSteps(call, "retry", (step) => tasks.retryMany({ ...body, ...step }));
  },
};

export const BULK_COMMANDS: readonly Command[] = [cancelMany, retryMany];

/** The fields of a request that differ between its steps. */
type Step = { dry_run: true } | { dry_run: false; confirm: string; cursor?: string };

/** Counts, and with --yes changes all tasks that were counted. @returns the exit code */
async function inSteps(
  { cli, args }: Call,
  does: "cancel" | "retry",
  request: (step: Step) => PromiseLike<BulkResult>,
): Promise<number> {
  const { stdout } = cli;
  const first = await request({ dry_run: true });
  const confirm = first.confirm ?? "";
  if (!args.flag("yes")) {
    await stdout.print(args.isJson ? lineOf({ args }, first) : countText(first, does));
    return EXIT.completed;
  }
  let hasFailed = false;
  for (let cursor: string | null | undefined; cursor !== null;) {
    const step = { dry_run: false as const, confirm, ...(cursor !== undefined && { cursor }) };
    const { data, next_cursor } = await request(step);
    for (const one of data) {
      hasFailed ||= one.error !== undefined;
      await stdout.print(args.isJson ? lineOf({ args }, one) : outcomeText(one));
    }
    cursor = next_cursor;
  }
  return hasFailed ? EXIT.failed : EXIT.completed;
}

/** How many tasks match, and what follows. */
function countText({ count, has_more, data }: BulkResult, does: string): string {
  if (data.length === 0) {
    return "No task matches.\n";
  }
  const ids = data.map(({ id }) => `${id}\n`).join("");
  const isOne = count === 1 && !has_more;
  const tasks = isOne
    ? "1 task matches"
    : `${count ?? data.length}${has_more ? " or more" : ""} tasks match`;
  return `${tasks}. To ${does} ${isOne ? "it" : "them"}, add --yes.\n${ids}`;
}

function outcomeText({ id, status, retried_as, error }: BulkResult["data"][number]): string {
  return error === undefined
    ? `${id} ${retried_as ?? status ?? ""}\n`
    : `${id} ${error.detail} (${error.code})\n`;
}

/** The service validates the values. */
function filterIn(args: ParsedArgs): Readonly<Record<string, unknown>> {
  const metadata = args.json("metadata");
  if (metadata !== undefined && (typeof metadata !== "object" || metadata === null)) {
    throw new UsageError("--metadata must be a JSON object.");
  }
  const status = namesIn(args.text("status") ?? "");
  const given = {
    status: status.length === 0 ? undefined : status,
    agent: args.text("agent"),
    waiting_for: args.text("waiting-for"),
    schedule_id: args.text("schedule"),
    group_id: args.text("group"),
    created_after: args.text("after"),
    created_before: args.text("before"),
    q: args.text("search"),
    metadata,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

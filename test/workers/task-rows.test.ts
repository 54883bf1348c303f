/** The rows that a task writes in D1, and the indexes that its queries use. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { viewOf, type RunView } from "../../src/run/decide/view.ts";
import type { FailureCount } from "../../src/run/log/failure-count.ts";
import { INITIAL_STATE } from "../../src/run/log/state.ts";
import { IncidentStore } from "../../src/store/incidents.ts";
import { TaskBookkeeping } from "../../src/store/tasks/bookkeeping.ts";
import type { StoredTask } from "../../src/store/tasks/rows.ts";
import type { TaskFilter } from "../../src/store/tasks/list-query.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { ConversationStore } from "../../src/store/conversations.ts";
import { TreeStore } from "../../src/store/tasks/trees.ts";
import { planOf, watched } from "./watched-database.ts";
import { newTask } from "./tasks.ts";

const MINUTE = 60_000;
const { db, used } = watched(env.DB);
const tasks = new TaskStore(db);
const bookkeeping = new TaskBookkeeping(db);
const conversations = new ConversationStore(db);
const trees = new TreeStore(db);
const TREE = { task_id: "task_2", root_task_id: "task_1" };

const iso = (time: number) => new Date(time).toISOString();
const written = () => used().reduce((rows, statement) => rows + statement.written, 0);

async function stored(createdAt: number, tenant = "test"): Promise<StoredTask> {
  const task = { ...newTask({}, { createdAt }), tenant_id: tenant };
  await tasks.insert(task, null);
  return task;
}

async function told(task: StoredTask, last_seq: number, more: Partial<RunView>): Promise<void> {
  const view = { ...viewOf(INITIAL_STATE), last_seq, updated_at: task.created_at, ...more };
  await tasks.project({ ...task, view, questions: null });
}

function ids(found: readonly { readonly task_id: string }[]): string[] {
  return found.map(({ task_id }) => task_id).toSorted();
}

const LEDGER = [
  {
    day: "2026-11-24",
    model: "local/script",
    model_calls: 1,
    input_tokens: 1,
    cached_input_tokens: 0,
    output_tokens: 1,
    cost_micro_usd: 1,
  },
];

test("a task writes 8 rows from its submission to its end", async () => {
  const now = Date.now();
  const task = await stored(now);
  // The row, that it is open, and its check.
  expect(written()).toBe(3);
  await told(task, 2, { status: "running", started_at: iso(now) });
  expect(written()).toBe(1);
  await told(task, 5, { status: "completed", completed_at: iso(now), ledger: LEDGER });
  // The row, its retention, the count and the usage.
  expect(written()).toBe(4);
});

const limited = (failures: number) => ({ provider: "openai", code: "rate_limited", failures });

test("incidents of runs are counted once, however often and late they are reported", async () => {
  const counts = new IncidentStore(env.DB);
  const tenant = "incidents";
  const [first, second] = [await stored(Date.now(), tenant), await stored(Date.now(), tenant)];
  const failed = { provider: "openai", code: "provider_error", failures: 1 };
  const report = (task: StoredTask, seq: number, recoveries: number, failures: FailureCount[]) =>
    told(task, seq, { status: "running", incidents: { recoveries, failures } });
  expect(await counts.of(tenant)).toEqual({ recoveries: 0, failures: [] });
  await report(first, 4, 0, [limited(1)]);
  await report(first, 4, 0, [limited(1)]);
  await report(first, 9, 1, [limited(3), failed]);
  await report(first, 4, 0, [limited(1)]);
  await report(first, 9, 1, [limited(3), failed]);
  await report(second, 5, 2, [limited(2)]);
  await told(second, 8, {
    status: "completed",
    completed_at: iso(Date.now()),
    incidents: { recoveries: 3, failures: [limited(2)] },
  });
  await report(second, 12, 9, [limited(9)]);
  const all = {
    recoveries: 4,
    failures: [
      { provider: "openai", code: "provider_error", n: 1 },
      { provider: "openai", code: "rate_limited", n: 5 },
    ],
  };
  expect(await counts.of(tenant)).toEqual(all);
  await env.DB.prepare("DELETE FROM task WHERE tenant_id = ?").bind(tenant).run();
  await report(second, 20, 9, [limited(9)]);
  expect(await counts.of(tenant)).toEqual(all);
  expect(await counts.of("others")).toEqual({ recoveries: 0, failures: [] });
});

test("a wait writes the row and its check", async () => {
  const task = await stored(Date.now());
  await told(task, 2, { status: "running" });
  used();
  await told(task, 3, { status: "waiting", waiting_for: "timer", waiting_until: iso(0) });
  expect(written()).toBe(2);
  await told(task, 4, { status: "running" });
  expect(written()).toBe(1);
  await told(task, 5, { status: "waiting", waiting_for: "input" });
  expect(written()).toBe(1);
  await told(task, 6, { status: "running" });
  // Without a check it would not be found if its alarm were lost.
  expect(written()).toBe(3);
});

test("a pending task is found once its message is late, and a running one once it is silent", async () => {
  const now = Date.parse("2020-01-01T00:00:00Z");
  const pending = await stored(now);
  const running = await stored(now);
  await told(running, 2, { status: "running" });
  const asked = await stored(now);
  await told(asked, 2, { status: "running" });
  await told(asked, 3, { status: "waiting", waiting_for: "input" });
  const resumed = await stored(now);
  await told(resumed, 2, { status: "waiting", waiting_for: "input" });
  await told(resumed, 3, { status: "running" });
  const early = await stored(now);
  await told(early, 1, { status: "pending" });

  const forgotten = async (at: number) =>
    ids((await bookkeeping.takeForgotten(iso(at - MINUTE), iso(at), 10)).map(({ task }) => task));
  const unheard = async (at: number) =>
    ids(await bookkeeping.takeUnheard(iso(at), iso(at + 5 * MINUTE), 10));

  expect(await forgotten(now + MINUTE)).toEqual([]);
  expect(await forgotten(now + MINUTE + 1)).toEqual(ids([pending, early]));
  expect(await forgotten(now + MINUTE + 2)).toEqual([]);
  expect(await forgotten(now + 2 * MINUTE + 2)).toEqual(ids([pending, early]));
  expect(await unheard(now + 5 * MINUTE)).toEqual([]);
  expect(await unheard(now + 5 * MINUTE + 1)).toEqual(ids([running, resumed]));
  expect(await unheard(now + 10 * MINUTE)).toEqual([]);
  expect(await unheard(now + 11 * MINUTE)).toEqual(ids([running, resumed]));
});

test("a task of an older version, inserted without a check, is found too", async () => {
  const task = newTask({}, { createdAt: Date.parse("2019-01-01T00:00:00Z") });
  await tasks.insert(task, null);
  await env.DB.prepare("DELETE FROM task WHERE task_id = ?").bind(task.task_id).run();
  await env.DB.prepare(
    `INSERT INTO task (tenant_id, task_id, task_type, status, input_data, agent, agent_version,
       config, limits, metadata, priority, attempt, last_seq, created_at, updated_at,
       dispatched_at, dispatches)
     VALUES ('test', ?1, 'agent_run', 'pending', '{}', 'default', 1, '{}', '{}', '{}', 0, 1, 0,
       ?2, ?2, ?2, 1)`,
  )
    .bind(task.task_id, task.created_at)
    .run();
  const found = await bookkeeping.takeForgotten("2019-01-02T00:00:00.000Z", iso(Date.now()), 10);
  expect(found.map((one) => one.task.task_id)).toEqual([task.task_id]);
});

/** Each query of tasks, and the index that it must use. */
const QUERIES: readonly (readonly [string, string, () => Promise<unknown>])[] = [
  ["one task", "PRIMARY KEY", () => tasks.get("test", "task_1")],
  ["all", "PRIMARY KEY", () => tasks.list("test", { metadata: [] }, 10, "task_1")],
  ["completed", "PRIMARY KEY", () => listed("completed")],
  ["pending", "task_open", () => listed("pending")],
  ["running", "task_open", () => listed("running")],
  ["waiting", "task_open", () => listed("waiting")],
  ["failed", "task_failed", () => listed("failed")],
  ["cancelled", "task_failed", () => listed("cancelled")],
  ["of a tree", "task_by_root", () => listedBy({ rootTaskId: "task_1" })],
  ["of a parent", "task_by_root", () => listedBy({ rootTaskId: "task_1", parentTaskId: "task_2" })],
  ["of a schedule", "task_by_schedule", () => listedBy({ scheduleId: "schedule_1" })],
  ["of a batch", "task_by_group", () => listedBy({ groupId: "group_1" })],
  ["about a subject", "task_by_subject", () => listedBy({ subject: "user-1" })],
  ["below a task", "task_by_root", () => trees.below("test", TREE, "task_1", 10)],
  ["turns", "task_by_conversation", () => conversations.turns("test", "c", 0, 10)],
  ["open turns", "task_by_conversation", () => conversations.open("test", "c")],
  ["the turn before", "task_by_conversation", () => conversations.before("test", "c", 2)],
  ["queued turns", "task_to_check", () => conversations.takeQueued("1970", "1970", 10)],
  ["stuck turns", "task_queued", () => conversations.stuck("test", "1970", 10)],
  ["unfinished", "task_open", () => tasks.unfinished("test", 10)],
  ["invariants", "task_open", () => tasks.open("test", "task_1", 10)],
  ["forgotten", "task_to_check", () => bookkeeping.takeForgotten("1970", "1970", 10)],
  ["unheard", "task_to_check", () => bookkeeping.takeUnheard("1970-01-01T00:00:00Z", "1970", 10)],
  ["ended", "task_ended", () => bookkeeping.endedBefore("1970", null, 10)],
];

function listedBy(filter: Partial<TaskFilter>) {
  return tasks.list("test", { metadata: [], ...filter }, 10, "task_1");
}

function listed(status: "completed" | "pending" | "running" | "waiting" | "failed" | "cancelled") {
  return tasks.list("test", { status, metadata: [] }, 10, "task_1");
}

test("every query of tasks uses its index and sorts nothing, and no index is without a query", async () => {
  const found = new Set<string>();
  for (const [name, index, query] of QUERIES) {
    used();
    await query();
    const plans = await Promise.all(used().map((statement) => planOf(env.DB, statement)));
    const steps = plans.flat();
    expect(steps.filter((step) => step.startsWith("SEARCH task USING")).join("; "), name).toContain(
      index,
    );
    expect(steps.join("; "), name).not.toMatch(/SCAN task\b|TEMP B-TREE/);
    for (const step of steps) {
      found.add(/INDEX (task_\w+)/.exec(step)?.[1] ?? "");
    }
  }
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'task' AND sql IS NOT NULL",
  ).all<{ name: string }>();
  expect(results.map(({ name }) => name).filter((name) => !found.has(name))).toEqual([]);
});

test("a total reads the open tasks and the counts, not the ended tasks", async () => {
  const ended = { status: "completed" as const };
  for (const filter of [{}, { agent: "default" }, ended, { ...ended, agent: "default" }]) {
    used();
    await tasks.list("test", { metadata: [], ...filter }, 10, null);
    const [, total] = used();
    const steps = await planOf(env.DB, total ?? { sql: "", values: [] });
    const open = steps.filter((step) => / task /.test(step));
    expect(
      open.every((step) => step.includes("COVERING INDEX task_open")),
      steps.join("; "),
    ).toBe(true);
  }
});

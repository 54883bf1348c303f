/** The list of tasks: its totals are right, and cost the same however many tasks there are. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { firstIdAt } from "../../src/run/value/id.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { watched } from "./watched-database.ts";
import { newTask } from "./tasks.ts";

const tasks = new TaskStore(env.DB);
const MINUTE = 60_000;
const START = Date.parse("2026-11-24T12:00:00.000Z");

/** Makes tasks of a tenant, by default of a new one, a minute apart. */
async function tenantWith(
  count: number,
  tenant = `tenant-${crypto.randomUUID()}`,
): Promise<string> {
  for (let i = 0; i < count; i += 1) {
    const task = newTask({}, { createdAt: START + i * MINUTE });
    await tasks.insert({ ...task, tenant_id: tenant, agent: i % 2 === 0 ? "even" : "odd" }, null);
  }
  return tenant;
}

const ALL = { metadata: [] };

function at(minute: number): string {
  return new Date(START + minute * MINUTE).toISOString();
}

/** Ends all tasks of a tenant; a quarter fails, and a quarter is cancelled. */
async function endAll(tenant: string): Promise<void> {
  await env.DB.prepare(
    `UPDATE task SET completed_at = updated_at, check_at = NULL,
       status = CASE substr(created_at, 15, 2) % 4
         WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' ELSE 'completed' END
     WHERE tenant_id = ?`,
  )
    .bind(tenant)
    .run();
}

/** Rows that are read for a page and its total. */
async function rowsRead(tenant: string, filter: object): Promise<number> {
  const { db, used } = watched(env.DB);
  await new TaskStore(db).list(tenant, { ...ALL, ...filter }, 3, null);
  return used().reduce((rows, { read }) => rows + read, 0);
}

test("a total counts what is made, what changes its status, and what is deleted", async () => {
  const tenant = await tenantWith(5);
  const total = async (filter: Parameters<TaskStore["list"]>[1]) =>
    (await tasks.list(tenant, filter, 1, null)).total;
  expect(await total(ALL)).toBe(5);
  expect(await total({ ...ALL, agent: "even" })).toBe(3);
  const [newest] = (await tasks.list(tenant, ALL, 1, null)).tasks;
  const failed = env.DB.prepare(
    "UPDATE task SET status = 'failed', completed_at = updated_at WHERE task_id = ?",
  );
  await failed.bind(newest?.task_id ?? "").run();
  expect(await total({ ...ALL, status: "pending" })).toBe(4);
  expect(await total({ ...ALL, status: "failed", agent: "even" })).toBe(1);
  await env.DB.prepare("DELETE FROM task WHERE task_id = ?")
    .bind(newest?.task_id ?? "")
    .run();
  expect(await total(ALL)).toBe(4);
  expect(await total({ ...ALL, status: "failed" })).toBe(0);
  const counted = await env.DB.prepare("SELECT COUNT(*) AS n FROM task WHERE tenant_id = ?")
    .bind(tenant)
    .first("n");
  expect(await total(ALL)).toBe(counted);
});

test("times bound a list as the tasks' own times do", async () => {
  const tenant = await tenantWith(5);
  const list = async (filter: object) =>
    (await tasks.list(tenant, { ...ALL, ...filter }, 10, null)).tasks.map((t) => t.created_at);
  expect(await list({ createdAfter: at(3) })).toEqual([at(4), at(3)]);
  expect(await list({ createdBefore: at(1) })).toEqual([at(0)]);
  expect(await list({ createdAfter: at(1), createdBefore: at(3) })).toEqual([at(2), at(1)]);
  expect(await list({ createdAfter: "1969-01-01T00:00:00.000Z" })).toHaveLength(5);
});

test("filters combine, in both orders, and a page with filters is bounded", async () => {
  const tenant = await tenantWith(6);
  const rows = (await tasks.list(tenant, ALL, 10, null)).tasks.toReversed();
  const id = (place: number) => rows[place]?.task_id ?? "";
  const set = async (place: number, columns: string) => {
    await env.DB.prepare(`UPDATE task SET ${columns} WHERE task_id = ?`).bind(id(place)).run();
  };
  await set(0, "status = 'waiting', waiting_for = 'approval'");
  await set(1, "status = 'waiting', waiting_for = 'timer', name = 'Nightly REPORT'");
  await set(2, `status = 'running', updated_at = '${at(600)}'`);
  await set(3, "status = 'failed', completed_at = updated_at");
  await set(
    4,
    `status = 'completed', completed_at = updated_at, input_data = '{"goal":"Ship it"}'`,
  );
  const found = async (filter: object, order: "newest" | "oldest" = "oldest") => {
    const { tasks: page } = await tasks.list(tenant, { ...ALL, ...filter }, 10, null, order);
    return page.map(({ task_id }) => rows.findIndex((row) => row.task_id === task_id));
  };
  expect(await found({ status: ["running", "waiting"] })).toEqual([0, 1, 2]);
  expect(await found({ status: ["failed", "pending"] }, "newest")).toEqual([5, 3]);
  expect(await found({ waitingFor: "approval" })).toEqual([0]);
  expect(await found({ waitingFor: "timer", agent: "even" })).toEqual([]);
  expect(await found({ updatedAfter: at(500) })).toEqual([2]);
  expect(await found({ text: "report" })).toEqual([1]);
  expect(await found({ text: "SHIP" })).toEqual([4]);
  expect(await found({ text: id(3).slice(0, 18) })).toEqual([3]);
  const pages: string[] = [];
  for (let next: string | null = null; ;) {
    const page = await tasks.list(tenant, { ...ALL, agent: "even" }, 1, next, "oldest");
    pages.push(...page.tasks.map(({ task_id }) => task_id));
    next = page.next;
    if (next === null) {
      break;
    }
  }
  expect(pages).toEqual([id(0), id(2), id(4)]);
  const counts = await tasks.counts(tenant, "status", {});
  expect(counts).toEqual({
    groups: [
      { value: "waiting", count: 2 },
      { value: "failed", count: 1 },
      { value: "completed", count: 1 },
      { value: "pending", count: 1 },
      { value: "running", count: 1 },
    ].toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)),
    total: 6,
  });
  expect((await tasks.counts(tenant, "waiting_for", {})).groups).toHaveLength(2);
  expect((await tasks.counts(tenant, "agent", { status: ["waiting"] })).groups).toEqual([
    { value: "even", count: 1 },
    { value: "odd", count: 1 },
  ]);
});

test("a page and its total read as many rows of a long list as of a short one", async () => {
  const [short, long] = [await tenantWith(16), await tenantWith(200)];
  // A list ends where another tenant's begins: without one behind it, it would read a row less.
  await endAll(await tenantWith(4, "zzz"));
  await tenantWith(1, "zzz");
  await endAll(short);
  await endAll(long);
  for (const filter of [{}, { status: "failed" }, { status: "completed" }, { status: "running" }]) {
    expect([filter, await rowsRead(long, filter)]).toEqual([filter, await rowsRead(short, filter)]);
  }
});

test.each([
  [0, "task_00000000-0000"],
  [-5, "task_00000000-0000"],
  [1, "task_00000000-0001"],
  [2 ** 60, "task_ffffffff-ffff"],
])("the first id at %i is %s", (ms, id) => {
  expect(firstIdAt(ms)).toBe(id);
});

/** The inbox in D1: it holds what runs ask, costs the same however long it is, and is repaired. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { viewOf } from "../../src/run/decide/view.ts";
import { INITIAL_STATE, type TaskStatus } from "../../src/run/log/state.ts";
import {
  QUESTION_KINDS,
  type OpenQuestion,
  type QuestionKind,
} from "../../src/run/decide/questions.ts";
import {
  InboxStore,
  questionStatements,
  type InboxFilter,
  type InboxOrder,
} from "../../src/store/inbox.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "./tasks.ts";

const tasks = new TaskStore(env.DB);
const inbox = new InboxStore(env.DB);
const START = Date.parse("2026-11-24T12:00:00.000Z");
const MINUTE = 60_000;

function at(minute: number): string {
  return new Date(START + minute * MINUTE).toISOString();
}

function question(seq: number, minute: number, kind: QuestionKind = "approval"): OpenQuestion {
  return {
    kind,
    seq,
    for: kind === "approval" || kind === "budget" ? kind : "input",
    since: at(minute),
    // Later questions expire sooner, and each third never.
    until: minute % 3 === 0 ? null : at(10_000 - minute),
    on_expiry: minute % 3 === 0 ? null : "deny",
    call_id: `call_${seq}`,
    tool: kind === "approval" ? "refund" : "ask_human",
  };
}

/** Stores a task of a tenant, and returns what writes its status and questions. */
async function stored(tenant_id: string, agent = "default") {
  const task = { ...newTask({}, { createdAt: START }), tenant_id, agent };
  await tasks.insert(task, null);
  const { task_id } = task;
  const project = (last_seq: number, questions: readonly OpenQuestion[], status: TaskStatus) => {
    const view = { ...viewOf(INITIAL_STATE), status, last_seq, updated_at: at(last_seq) };
    return tasks.project({ tenant_id, task_id, agent, view, questions });
  };
  return { task_id, project };
}

const kindAt = (k: number) => QUESTION_KINDS[k % QUESTION_KINDS.length];
const prepare = (sql: string) => env.DB.prepare(sql);

/** A tenant of its own with `count` open questions of all kinds, of two tasks or more. */
async function tenantWith(count: number): Promise<string> {
  const tenant = `inbox-${crypto.randomUUID()}`;
  const each = Math.min(50, count / 2);
  for (let i = 0; i < count / each; i += 1) {
    const { project } = await stored(tenant, i % 2 === 0 ? "even" : "odd");
    const asked = Array.from({ length: each }, (_, k) => question(k + 1, i * each + k, kindAt(k)));
    await project(each, asked, "waiting");
  }
  return tenant;
}

/** An inbox that counts the rows that its queries read. */
function counted() {
  let read = 0;
  const batch: D1Database["batch"] = async (statements) => {
    const results = await env.DB.batch<never>(statements);
    read += results.reduce((sum, { meta }) => sum + meta.rows_read, 0);
    return results;
  };
  return { store: new InboxStore({ prepare, batch }), read: () => read };
}

async function rowsRead(tenant: string, order: InboxOrder): Promise<number> {
  const { store, read } = counted();
  expect((await store.list(tenant, {}, order, 5, null)).rows).toHaveLength(5);
  return read();
}

/** All entries, read in pages of seven. */
async function all(tenant: string, filter: InboxFilter = {}, order: InboxOrder = "oldest") {
  const found: OpenQuestion[] = [];
  for (let after = null as Parameters<InboxStore["list"]>[4]; ;) {
    const { rows, next } = await inbox.list(tenant, filter, order, 7, after);
    found.push(...rows.map((row) => row.question));
    if (next === null) {
      return found;
    }
    after = next;
  }
}

test("the first page reads as many rows of 1,000 questions as of 10", async () => {
  const [short, long] = [await tenantWith(10), await tenantWith(1000)];
  for (const order of ["oldest", "expiry"] as const) {
    expect(await rowsRead(long, order)).toBe(await rowsRead(short, order));
  }
});

test("pages hold each question once, in the order that was asked for", async () => {
  const tenant = await tenantWith(30);
  const oldest = await all(tenant);
  expect(oldest.map(({ since }) => since)).toEqual(Array.from({ length: 30 }, (_, i) => at(i)));
  const expiring = await all(tenant, {}, "expiry");
  const times = expiring.map(({ until }) => until ?? "never");
  expect(times).toEqual(times.toSorted());
  expect(new Set(expiring.map(({ since }) => since)).size).toBe(30);
});

test("filters find by kind, agent, tool and task, and every page of a long list is bounded", async () => {
  const tenant = await tenantWith(30);
  const kinds = async (filter: InboxFilter) =>
    Array.from(new Set((await all(tenant, filter)).map(({ kind }) => kind))).toSorted();
  expect(await kinds({ kinds: ["budget", "form"] })).toEqual(["budget", "form"]);
  expect(await kinds({ tool: "refund" })).toEqual(["approval"]);
  expect(await all(tenant, { agent: "odd" })).toHaveLength(15);
  expect(await all(tenant, { agent: "nobody" })).toEqual([]);
  const [first] = (await inbox.list(tenant, {}, "oldest", 1, null)).rows;
  expect(await all(tenant, { taskId: first?.task_id ?? "" })).toHaveLength(15);
  const { store, read } = counted();
  const many = await tenantWith(2_500);
  const page = await store.list(many, { agent: "nobody" }, "oldest", 20, null);
  expect(page.rows).toEqual([]);
  expect(page.next).not.toBeNull();
  expect(read()).toBeLessThan(5_000);
  expect(await all(many, { agent: "nobody" })).toEqual([]);
});

test("questions follow the status of their task: opened, answered, overtaken, over", async () => {
  const tenant = `inbox-${crypto.randomUUID()}`;
  const { project } = await stored(tenant);
  const open = async () => (await all(tenant)).map(({ seq }) => seq);
  await project(5, [question(4, 1), question(5, 2)], "waiting");
  expect(await open()).toEqual([4, 5]);
  await project(7, [question(5, 2)], "running");
  expect(await open()).toEqual([5]);
  // Late: an object that was replaced sends what it knew.
  await project(5, [question(4, 1), question(5, 2)], "waiting");
  expect(await open()).toEqual([5]);
  await project(9, [], "completed");
  expect(await open()).toEqual([]);
  await project(11, [question(10, 3)], "waiting");
  expect(await open()).toEqual([]);
});

test("the same questions again write no row", async () => {
  const tenant_id = `inbox-${crypto.randomUUID()}`;
  const { task_id, project } = await stored(tenant_id);
  await project(5, [question(4, 1)], "waiting");
  const written = async (asked: OpenQuestion) => {
    const run = { tenant_id, task_id, agent: "default", questions: [asked], lastSeq: 5 };
    const results = await env.DB.batch(questionStatements(env.DB, run));
    return results.map(({ meta }) => meta.changes);
  };
  expect(await written(question(4, 1))).toEqual([0, 0]);
  expect(await written({ ...question(4, 1), until: at(9) })).toEqual([0, 1]);
});

test("a task that fails from outside asks nothing more", async () => {
  const tenant_id = `inbox-${crypto.randomUUID()}`;
  const { task_id, project } = await stored(tenant_id);
  await project(5, [question(4, 1)], "waiting");
  const error = { code: "log_lost", message: "lost" };
  await tasks.failUnreadable({ tenant_id, task_id }, error, at(9));
  const row = await env.DB.prepare("SELECT COUNT(*) AS n FROM inbox WHERE task_id = ?")
    .bind(task_id)
    .first("n");
  expect(row).toBe(0);
  expect(await tasks.get(tenant_id, task_id)).toMatchObject({ status: "failed", waiting: null });
});

test("questions of tasks that are over or gone are not shown, and are deleted", async () => {
  const tenant = `inbox-${crypto.randomUUID()}`;
  const [over, gone, open] = [await stored(tenant), await stored(tenant), await stored(tenant)];
  for (const { project } of [over, gone, open]) {
    await project(5, [question(4, 1)], "waiting");
  }
  await env.DB.prepare("UPDATE task SET status = 'failed' WHERE task_id = ?")
    .bind(over.task_id)
    .run();
  await env.DB.prepare("DELETE FROM task WHERE task_id = ?").bind(gone.task_id).run();
  expect(await all(tenant)).toHaveLength(1);
  const start = { tenant_id: tenant, task_id: "", seq: 0 };
  const second = await inbox.dropStale(start, 2);
  expect(second).toMatchObject({ tenant_id: tenant });
  await inbox.dropStale(second, 2);
  const { results } = await env.DB.prepare("SELECT task_id FROM inbox WHERE tenant_id = ?")
    .bind(tenant)
    .all();
  expect(results).toEqual([{ task_id: open.task_id }]);
});

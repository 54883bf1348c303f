/** What breaks a promise is found by the invariants, and mended by the reconciler: each kind of it. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import { sendTask, type TaskMessage } from "../../src/queue/tasks/message.ts";
import { reconcile } from "../../src/queue/reconciler.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import type { RunView } from "../../src/run/decide/view.ts";
import { AttachmentStore } from "../../src/store/attachments.ts";
import { AuditStore } from "../../src/store/audit.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { TaskBookkeeping } from "../../src/store/tasks/bookkeeping.ts";
import { InboxStore } from "../../src/store/inbox.ts";
import { SubjectDeletionStore } from "../../src/store/subject-deletions.ts";
import { TreeStore } from "../../src/store/tasks/trees.ts";
import { UsageStore } from "../../src/store/usage.ts";
import { DeliveryStore } from "../../src/store/webhooks/deliveries.ts";
import { timetableStub } from "../../src/durable/timetable/rpc.ts";
import { filesIn } from "../../src/compose/files.ts";
import { releaserOf } from "../../src/compose/turns.ts";
import { ConversationStore } from "../../src/store/conversations.ts";
import { TimetableStore } from "../../src/store/timetables.ts";
import { newTask } from "./tasks.ts";

const tasks = new TaskStore(env.DB);
const observer = { count() {}, fault() {} };
const app = createApp((env_) => apiDeps(env_, observer));
const runOf = (tenantId: string, taskId: string) => runStub(env.RUNS, tenantId, taskId);
const HOUR = 3_600_000;
const WAIT = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
const ASK = { tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] };

await env.DB.prepare("INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)")
  .bind("key_admin", "test", "admin", await sha256("opsk_admin"), "admin", "2026-01-01")
  .run();

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A task whose run rests: its row, its object, and when D1 last heard of it. */
async function resting(script: JsonValue, more: Parameters<typeof newTask>[1] = {}) {
  const task = newTask({ script }, more);
  await tasks.insert(task, null);
  const run = runStub(env.RUNS, "test", task.task_id);
  const stub = env.RUNS.get(env.RUNS.idFromName(`test/${task.task_id}`));
  await run.start(JSON.stringify(specOf(task)));
  await run.settled(5000);
  await expect
    .poll(async () => (await tasks.get("test", task.task_id))?.last_seq ?? 0)
    .toBeGreaterThan(0);
  return { id: task.task_id, run, stub };
}

/** Makes a task's row look as if nothing had been heard of it for an hour. */
function age(id: string, more = ""): Promise<unknown> {
  const then = new Date(Date.now() - HOUR).toISOString();
  return env.DB.prepare(
    `UPDATE task SET updated_at = ?1, check_at = ?1, dispatched_at = ?1 ${more} WHERE task_id = ?2`,
  )
    .bind(then, id)
    .run();
}

async function offenders(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await app.request(
      `/api/v1/admin/invariants?limit=2${query}`,
      { headers: { Authorization: "Bearer opsk_admin" } },
      env,
    );
    expect(response.status).toBe(200);
    const { data, next_cursor } = await response.json<{
      data: { kind: string; task_id: string }[];
      next_cursor: string | null;
    }>();
    for (const { kind, task_id } of data) {
      found[kind] = [...(found[kind] ?? []), task_id];
    }
    cursor = next_cursor;
  }
  return found;
}

function kindsOf(found: Record<string, string[]>, id: string): string[] {
  return Object.keys(found).filter((kind) => found[kind]?.includes(id));
}

/** One turn of the cron trigger; messages go to the real queue. */
async function sweep(retentionMs = 30 * 86_400_000, now = Date.now()): Promise<void> {
  const queues = { high: env.TASKS_HIGH, normal: env.TASKS, low: env.TASKS_LOW };
  const settings = {
    reconcileAfterMs: 1000,
    checkAgainMs: 60_000,
    retentionMs,
    auditRetentionMs: 400 * 24 * HOUR,
  };
  const audit = new AuditStore(env.DB);
  const bookkeeping = new TaskBookkeeping(env.DB);
  const usage = new UsageStore(env.DB);
  const inbox = new InboxStore(env.DB);
  const trees = new TreeStore(env.DB);
  const webhooks = { store: new DeliveryStore(env.DB), queue: env.WEBHOOKS };
  await reconcile(
    {
      tasks,
      bookkeeping,
      attachments: { store: new AttachmentStore(env.DB), bytes: filesIn(env) },
      usage,
      timetables: new TimetableStore(env.DB),
      conversations: new ConversationStore(env.DB),
      releaseTurn: releaserOf(env, observer),
      timetable: (tenantId) => timetableStub(env.TIMETABLES, tenantId),
      inbox,
      subjectDeletions: new SubjectDeletionStore(env.DB),
      forgetSubject: async () => {},
      trees,
      observer,
      run: runOf,
      queues,
      webhooks,
      audit,
      ...settings,
    },
    now,
  );
}

async function statusOf(id: string): Promise<string | undefined> {
  return (await tasks.get("test", id))?.status;
}

test("a healthy service has no offenders, whatever its runs wait for", async () => {
  const scheduledAt = new Date(Date.now() + HOUR).toISOString();
  const limits = { max_tokens: 1 };
  const add = { tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] };
  const healthy = await Promise.all([
    resting([WAIT]),
    resting([ASK]),
    resting([{ text: "x" }], { scheduledAt }),
    resting([add, { text: "x" }], { limits }),
    resting([add], { config: { policy: { approve: ["*"] } } }),
  ]);
  await Promise.all(healthy.map(({ id }) => age(id)));
  const found = await offenders();
  expect(healthy.flatMap(({ id }) => kindsOf(found, id))).toEqual([]);
});

test("a task whose message is lost is found, and sent again", async () => {
  const task = newTask({ script: [{ text: "found" }] });
  await tasks.insert(task, null);
  await age(task.task_id);
  expect(kindsOf(await offenders(), task.task_id)).toEqual(["not_dispatched"]);
  await sweep();
  await expect.poll(() => statusOf(task.task_id), { timeout: 60_000 }).toBe("completed");
});

test("a run that lost its alarm is found, and gets one", async () => {
  const { id, run, stub } = await resting([WAIT, { text: "rested" }]);
  await runInDurableObject(stub, (_run, { storage }) => storage.deleteAlarm());
  await age(id);
  expect(kindsOf(await offenders(), id)).toEqual(["no_alarm"]);
  await sweep();
  expect((await run.health()).alarm).not.toBeNull();
  expect(kindsOf(await offenders(), id)).toEqual([]);
});

test("a run whose alarm is set far too late is found, and brought forward", async () => {
  const { id, run, stub } = await resting([WAIT, { text: "rested" }]);
  await runInDurableObject(stub, (_run, { storage }) => storage.setAlarm(Date.now() + 5 * HOUR));
  await age(id);
  expect(kindsOf(await offenders(), id)).toEqual(["overdue"]);
  await sweep();
  const { alarm, due_at } = await run.health();
  expect(alarm).toBe(due_at);
});

test("a run that is over and that the list does not know of is found, and told", async () => {
  const { id } = await resting([{ text: "over" }]);
  await age(id, ", status = 'running', last_seq = 1, completed_at = NULL");
  expect(kindsOf(await offenders(), id)).toEqual(["behind"]);
  await sweep();
  await expect.poll(() => statusOf(id)).toBe("completed");
});

test("a task that began and has no log is found, and fails with a code", async () => {
  const task = newTask({ script: [{ text: "never" }] });
  await tasks.insert(task, null);
  await age(task.task_id, ", status = 'running', last_seq = 3");
  expect(kindsOf(await offenders(), task.task_id)).toEqual(["no_log"]);
  await sweep();
  expect(await tasks.get("test", task.task_id)).toMatchObject({
    status: "failed",
    error: { code: "log_lost" },
  });
});

test("a run whose log cannot be read is found, and fails with a code, kept as it is", async () => {
  const { id, stub } = await resting([WAIT, { text: "never" }]);
  await runInDurableObject(stub, (_run, { storage }) => {
    storage.sql.exec("UPDATE log SET events = 'x' WHERE first_seq > 1");
  });
  await evictDurableObject(stub);
  await age(id);
  expect(kindsOf(await offenders(), id)).toEqual(["unreachable"]);
  await sweep();
  expect(await tasks.get("test", id)).toMatchObject({
    status: "failed",
    error: { code: "log_corrupt" },
  });
});

test("a run that waits for people holds nothing, survives eviction, and goes on when told", async () => {
  const { id, run, stub } = await resting([ASK, { text: "thanks" }]);
  await expect.poll(async () => (await run.health()).alarm).toBeNull();
  await evictDurableObject(stub);
  const command = { kind: "message", content: "yes", data: null, by: "key" };
  expect(await run.command(JSON.stringify(command))).toMatchObject({ ok: true });
  const view = JSON.parse(await run.settled(5000)) as RunView;
  expect(view).toMatchObject({ status: "completed", result: { answer: "thanks" } });
  await expect.poll(() => statusOf(id)).toBe("completed");
});

test("what ended long ago is deleted, log and row; what ended lately is kept", async () => {
  const old = await resting([{ text: "old" }]);
  const fresh = await resting([{ text: "fresh" }]);
  const longAgo = new Date(Date.now() - 2000).toISOString();
  await env.DB.prepare("UPDATE task SET completed_at = ? WHERE task_id = ?")
    .bind(longAgo, old.id)
    .run();
  // The row says so, but the run's own log has the last word on when it ended.
  await sweep(1000);
  expect(await tasks.get("test", old.id)).not.toBeNull();
  await expect
    .poll(
      async () => {
        await sweep(1000);
        return tasks.get("test", old.id);
      },
      { timeout: 60_000, interval: 200 },
    )
    .toBeNull();
  const kept = await runInDurableObject(old.stub, (_run, { storage }) =>
    Array.from(storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'log'")),
  );
  expect(kept).toEqual([]);
  await sweep();
  const still = await resting([{ text: "still" }]);
  await sweep();
  expect(await tasks.get("test", still.id)).not.toBeNull();
  expect(fresh.id).not.toBe(old.id);
});

/** The tasks with a row in the inbox. */
async function asks(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT task_id FROM inbox").all();
  return results.map(({ task_id }) => task_id);
}

test("a question of a task that is over leaves the inbox, and an open one stays", async () => {
  const over = await resting([{ text: "over" }]);
  const open = await resting([ASK]);
  await expect.poll(asks).toContain(open.id);
  await env.DB.prepare(
    `INSERT INTO inbox SELECT tenant_id, ?, seq, kind, agent, tool, since, due, question
     FROM inbox WHERE task_id = ?`,
  )
    .bind(over.id, open.id)
    .run();
  // The minute of the hour in which the inbox is checked.
  await sweep(HOUR, Date.parse("2026-11-24T12:17:30.000Z"));
  const left = await asks();
  expect(left).toContain(open.id);
  expect(left).not.toContain(over.id);
});

test("a task goes to the queue of its priority", async () => {
  const sent: [queue: string, task: string][] = [];
  const queue = (name: string) => ({
    send: async (message: TaskMessage) => {
      sent.push([name, message.task_id]);
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    },
  });
  const queues = { high: queue("high"), normal: queue("normal"), low: queue("low") };
  for (const priority of [7, 0, -1]) {
    await sendTask(queues, priority, { tenant_id: "test", task_id: String(priority) });
  }
  expect(sent).toEqual([
    ["high", "7"],
    ["normal", "0"],
    ["low", "-1"],
  ]);
});

test("all three queues start runs", async () => {
  const ids = await Promise.all(
    [env.TASKS_HIGH, env.TASKS, env.TASKS_LOW].map(async (queue) => {
      const task = newTask({ script: [{ text: "arrived" }] });
      await tasks.insert(task, null);
      await queue.send({ tenant_id: "test", task_id: task.task_id });
      return task.task_id;
    }),
  );
  for (const id of ids) {
    await expect.poll(() => statusOf(id), { timeout: 60_000 }).toBe("completed");
  }
});

test("only an admin may ask", async () => {
  const response = await app.request("/api/v1/admin/invariants", {}, env);
  expect(response.status).toBe(401);
});

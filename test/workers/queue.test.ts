/** The queues: duplicates, poison messages, failures, dead letters, and repairs by the reconciler. */
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import worker from "../../src/index.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import { messageFor, type TaskMessage, type TaskQueues } from "../../src/queue/tasks/message.ts";
import { reconcile } from "../../src/queue/reconciler.ts";
import { AttachmentStore } from "../../src/store/attachments.ts";
import { AuditStore, newActor } from "../../src/store/audit.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import type { StoredTask } from "../../src/store/tasks/rows.ts";
import { TaskBookkeeping } from "../../src/store/tasks/bookkeeping.ts";
import { InboxStore } from "../../src/store/inbox.ts";
import { SubjectDeletionStore, type DeletionName } from "../../src/store/subject-deletions.ts";
import { forgetSubject } from "../../src/api/subjects/forget.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { TreeStore } from "../../src/store/tasks/trees.ts";
import { UsageStore } from "../../src/store/usage.ts";
import { DeliveryStore } from "../../src/store/webhooks/deliveries.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { timetableStub } from "../../src/durable/timetable/rpc.ts";
import { filesIn } from "../../src/compose/files.ts";
import { releaserOf } from "../../src/compose/turns.ts";
import { ConversationStore } from "../../src/store/conversations.ts";
import { TimetableStore } from "../../src/store/timetables.ts";
import { newTask } from "./tasks.ts";

const tasks = new TaskStore(env.DB);
const observer = { count() {}, fault() {} };
const run = (tenantId: string, taskId: string) => runStub(env.RUNS, tenantId, taskId);

async function stored(script: JsonValue, createdAt?: number): Promise<StoredTask> {
  const task = newTask({ script }, createdAt === undefined ? {} : { createdAt });
  await tasks.insert(task, null);
  return task;
}

function messageOf(task: StoredTask): TaskMessage {
  return messageFor(task);
}

/** Queues that tell what they are given, and deliver nothing. */
function deafQueues(told: (message: TaskMessage, queue: string) => void): TaskQueues {
  const queue = (name: string) => ({
    send: async (message: TaskMessage) => {
      told(message, name);
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    },
  });
  return { high: queue("high"), normal: queue("normal"), low: queue("low") };
}

const timetable = (tenantId: string) => timetableStub(env.TIMETABLES, tenantId);

function reconcilerDeps(told: (message: TaskMessage, queue: string) => void) {
  const queues = deafQueues(told);
  const settings = {
    reconcileAfterMs: 1000,
    checkAgainMs: 60_000,
    retentionMs: 30 * 86_400_000,
    auditRetentionMs: 400 * 86_400_000,
  };
  const audit = new AuditStore(env.DB);
  const bookkeeping = new TaskBookkeeping(env.DB);
  const usage = new UsageStore(env.DB);
  const inbox = new InboxStore(env.DB);
  const trees = new TreeStore(env.DB);
  const webhooks = { store: new DeliveryStore(env.DB), queue: env.WEBHOOKS };
  const timetables = new TimetableStore(env.DB);
  const conversations = new ConversationStore(env.DB);
  const stores = { tasks, bookkeeping, usage, inbox, trees, timetables, audit, conversations };
  const releaseTurn = releaserOf(env, observer);
  const attachments = { store: new AttachmentStore(env.DB), bytes: filesIn(env) };
  const forgetting = {
    subjectDeletions: new SubjectDeletionStore(env.DB),
    forgetSubject: (name: DeletionName) => forgetSubject(apiDeps(env, observer), name),
  };
  return {
    ...stores,
    ...forgetting,
    attachments,
    releaseTurn,
    timetable,
    observer,
    run,
    queues,
    webhooks,
    ...settings,
  };
}

async function deliver(queue: string, ...bodies: readonly unknown[]) {
  const batch = createMessageBatch(
    queue,
    bodies.map((body, i) => ({ id: `m${i}`, timestamp: new Date(), attempts: 1, body })),
  );
  const ctx = createExecutionContext();
  await worker.queue(batch, env, ctx);
  return getQueueResult(batch, ctx);
}

test("a message that is delivered twice, in one batch and again, starts one run", async () => {
  const task = await stored([{ text: "hello" }]);
  const message = messageOf(task);
  const first = await deliver("opspawn-tasks", message, message);
  expect(first.explicitAcks).toEqual(["m0", "m1"]);
  await run("test", task.task_id).settled(5000);
  const before = await run("test", task.task_id).events(0, 100);
  await deliver("opspawn-tasks", message);
  expect(await run("test", task.task_id).events(0, 100)).toEqual(before);
});

test("a message without its spec is completed from D1", async () => {
  const task = await stored([{ text: "from the row" }]);
  await deliver("opspawn-tasks", { tenant_id: "test", task_id: task.task_id });
  const view = await run("test", task.task_id).settled(5000);
  expect(JSON.parse(view)).toMatchObject({ result: { answer: "from the row" } });
});

test("a large spec does not travel in the message", () => {
  const task = newTask({ script: [{ text: "x".repeat(100_000) }] });
  expect(messageOf(task)).toEqual({ tenant_id: "test", task_id: task.task_id });
});

test("a poison message is put aside and does not hold up its batch", async () => {
  const task = await stored([{ text: "fine" }]);
  const result = await deliver("opspawn-tasks", "poison", null, { task_id: 7 }, messageOf(task));
  expect(result.explicitAcks).toEqual(["m0", "m1", "m2", "m3"]);
  expect(JSON.parse(await run("test", task.task_id).settled(5000))).toMatchObject({
    status: "completed",
  });
});

test("a message whose run cannot be started is delivered again, the others are not", async () => {
  const task = await stored([{ text: "fine" }]);
  const broken = { tenant_id: "test", task_id: "task_broken", spec: "{ not json" };
  const result = await deliver("opspawn-tasks", broken, messageOf(task));
  expect(result.explicitAcks).toEqual(["m1"]);
  expect(result.retryMessages.map((message) => message.msgId)).toEqual(["m0"]);
});

test("a dead letter fails its task with a code, once, unless its run has started", async () => {
  const lost = await stored([{ text: "never" }]);
  const alive = await stored([{ text: "fine" }]);
  await deliver("opspawn-tasks", messageOf(alive));
  await deliver("opspawn-tasks-dead", messageOf(lost), messageOf(lost), messageOf(alive));
  await expect
    .poll(async () => tasks.get("test", lost.task_id))
    .toMatchObject({ status: "failed", error: { code: "dispatch_failed" } });
  expect(JSON.parse(await run("test", alive.task_id).settled(5000))).toMatchObject({
    status: "completed",
  });
});

test("a dead letter of a task that was deleted since makes no log for it", async () => {
  const deleted = newTask({ script: [{ text: "never" }] });
  const message = messageOf(deleted);
  expect(message.spec).toBeDefined();
  const result = await deliver("opspawn-tasks-dead", message);
  expect(result.explicitAcks).toEqual(["m0"]);
  expect(await run("test", deleted.task_id).health()).toMatchObject({ last_seq: 0 });
});

test("the reconciler sends a forgotten task again, and leaves a fresh one alone", async () => {
  const now = Date.now();
  const forgotten = await stored([{ text: "found" }], now - 120_000);
  const fresh = await stored([{ text: "in time" }], now - 1000);
  const sent: string[] = [];
  const deps = {
    ...reconcilerDeps((message) => sent.push(message.task_id)),
    reconcileAfterMs: 60_000,
  };
  await reconcile(deps, now);
  expect(sent).toContain(forgotten.task_id);
  expect(sent).not.toContain(fresh.task_id);
  const count = sent.length;
  await reconcile(deps, now + 1000);
  expect(sent).toHaveLength(count);
});

/** Runs the reconciler once a minute for as long as its patience lasts. */
async function reconcileForHours(deps: Partial<Parameters<typeof reconcile>[0]>): Promise<void> {
  const all = { ...reconcilerDeps(() => {}), ...deps };
  for (let minute = 0; minute < 25; minute += 1) {
    await reconcile(all, Date.now() + minute * 60_000);
  }
}

test("a task whose messages are all lost is started without the queue in the end", async () => {
  const task = await stored([{ text: "at last" }], Date.now() - 600_000);
  await reconcileForHours({});
  await expect
    .poll(async () => tasks.get("test", task.task_id))
    .toMatchObject({ status: "completed", result: { answer: "at last" } });
});

test("a task whose run refuses to start again and again is failed, and holds up no other", async () => {
  const task = await stored([{ text: "never" }], Date.now() - 600_000);
  const other = await stored([{ text: "fine" }], Date.now() - 600_000);
  await reconcileForHours({
    run: (tenantId, taskId) => {
      const real = run(tenantId, taskId);
      return taskId === task.task_id
        ? new Proxy(real, {
            get: (target, name) =>
              name === "start"
                ? () => Promise.reject(new Error("no"))
                : (...args: never[]) => Reflect.get(target, name)(...args),
          })
        : real;
    },
  });
  await expect
    .poll(async () => tasks.get("test", task.task_id))
    .toMatchObject({ status: "failed", error: { code: "dispatch_failed" } });
  await expect
    .poll(async () => tasks.get("test", other.task_id))
    .toMatchObject({ status: "completed" });
});

test("the whole way: a message on the real queue starts its run", async () => {
  const task = await stored([{ text: "arrived" }]);
  await env.TASKS.send(messageOf(task));
  await expect
    .poll(async () => (await tasks.get("test", task.task_id))?.status, { timeout: 60_000 })
    .toBe("completed");
});

test("entries of the audit are deleted when they are old, and no sooner", async () => {
  const now = Date.now();
  const { audit, auditRetentionMs, ...deps } = reconcilerDeps(() => {});
  const note = (at: number, subject: string) =>
    audit.note(newActor(at, "key"), { tenant_id: "audited", action: "budget.changed", subject });
  await note(now - auditRetentionMs - 1, "old");
  await note(now - auditRetentionMs + 60_000, "young");
  await reconcile({ ...deps, audit, auditRetentionMs }, now);
  expect((await audit.list("audited", 10, null)).map(({ subject }) => subject)).toEqual(["young"]);
});

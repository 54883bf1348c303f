/** What faults of queues and timetables say that they belong to. */
import { expect, test } from "vitest";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import type { ObservedIds } from "../../src/observe.ts";
import { consumeTasks, type QueueDeps } from "../../src/queue/tasks/consumer.ts";
import { consumeDeadLetters } from "../../src/queue/tasks/dead-letter.ts";
import { messageFor } from "../../src/queue/tasks/message.ts";
import { consumeWebhooks, type WebhookDeps } from "../../src/queue/webhooks/deliver.ts";
import { TimetableWorld } from "../timetable-world.ts";
import { newTask } from "../workers/tasks.ts";

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;
const TASK = { ...newTask({ goal: "canary" }), trace: { traceparent: TRACEPARENT } };
const { tenant_id, task_id } = TASK;

const down = async (): Promise<never> => Promise.reject(new Error("D1 is down"));
const faults: (readonly [string, ObservedIds | undefined])[] = [];
const observer: QueueDeps["observer"] = {
  count() {},
  fault: (name, _error, ids) => faults.push([name, ids]),
};

function batchOf(body: unknown): MessageBatch {
  return {
    queue: "opspawn-tasks",
    metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
    messages: [{ id: "1", timestamp: new Date(), attempts: 1, body, ack() {}, retry() {} }],
    ackAll() {},
    retryAll() {},
  };
}

/** Returns the faults since the last call. */
function reported(): typeof faults {
  return faults.splice(0);
}

test("a fault of a task queue has the ids of its task, and of its trace if the message has it", async () => {
  const deps: QueueDeps = { tasks: { get: down }, observer, run: () => expect.fail("no task") };
  const whole = messageFor(TASK);
  const all = { tenant_id, task_id, trace_id: TRACE_ID };
  await consumeTasks(batchOf({ tenant_id, task_id }), deps);
  await consumeTasks(batchOf(whole), deps);
  await consumeTasks(batchOf({ ...whole, spec: "{" }), deps);
  const own = sha256Hex(`${tenant_id}/${task_id}`).slice(0, 32);
  await consumeTasks(batchOf(messageFor({ ...TASK, trace: null })), deps);
  await consumeDeadLetters(batchOf(whole), deps);
  expect(reported()).toEqual([
    ["queue.start", { tenant_id, task_id }],
    ["queue.start", all],
    ["queue.start", { tenant_id, task_id }],
    ["queue.start", { ...all, trace_id: own }],
    ["queue.dead_letter", all],
  ]);
});

test("a fault of a webhook has the ids of its tenant and of its task, if it is about one", async () => {
  const deps: WebhookDeps = {
    deliveries: { note: down, take: down, attempted: down },
    secrets: { open: down },
    queue: { send: down, sendBatch: down },
    observer,
    fetch: down,
    timeoutMs: 1000,
    now: () => 0,
    random: () => 0,
    background: () => {},
  };
  const delivery = { kind: "delivery", tenant_id, webhook_id: "webhook_1" };
  await consumeWebhooks(batchOf({ ...delivery, message_id: `${task_id}:7` }), deps);
  await consumeWebhooks(batchOf({ ...delivery, message_id: "schedule_1:3" }), deps);
  const notices = {
    kind: "notices",
    tenant_id,
    notices: [{ seq: 1, type: "task.completed", body: "{}" }],
  };
  await consumeWebhooks(batchOf({ ...notices, task_id }), deps);
  await consumeWebhooks(
    batchOf({ ...notices, task_id: "schedule_1", schedule_id: "schedule_1" }),
    deps,
  );
  expect(reported()).toEqual([
    ["webhooks", { tenant_id, task_id }],
    ["webhooks", { tenant_id }],
    ["webhooks", { tenant_id, task_id }],
    ["webhooks", { tenant_id }],
  ]);
});

test("a fault of a timetable has the ids of its tenant, and of the task that it would have made", async () => {
  const world = new TimetableWorld(Date.UTC(2026, 10, 30, 12));
  await world.create({ every_s: 60 });
  world.isDown = true;
  await world.pass(60_000);
  expect(world.faults[0]).toBe("timetable.send");
  const [ids] = world.faultIds;
  world.isDown = false;
  await world.pass(60_000);
  const [made] = world.submitted;
  expect(ids).toEqual({
    tenant_id: "acme",
    task_id: made,
    trace_id: sha256Hex(`acme/${made}`).slice(0, 32),
  });
});

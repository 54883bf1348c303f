/** Dispatch: the queue always has the message, and the run is started directly where it may. */
import { expect, test } from "vitest";
import { dispatchTask, type DispatchDeps } from "../../src/queue/tasks/dispatch.ts";
import type { TaskMessage } from "../../src/queue/tasks/message.ts";
import { newTask } from "../workers/tasks.ts";

type More = Parameters<typeof newTask>[1];

const refuse = () => Promise.reject(new Error("overloaded"));

/** Dispatches a task; the queue and the run may fail. */
async function dispatched(
  more: More,
  { send, start }: { send?: () => Promise<never>; start?: () => Promise<never> } = {},
) {
  const sent: [queue: string, message: TaskMessage][] = [];
  const started: string[] = [];
  const faults: string[] = [];
  const after: Promise<void>[] = [];
  const queue = (name: string) => ({
    send: async (message: TaskMessage) => {
      sent.push([name, message]);
      return (await send?.()) ?? { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    },
  });
  const deps: DispatchDeps = {
    queues: { high: queue("high"), normal: queue("normal"), low: queue("low") },
    observer: { count() {}, fault: (name) => faults.push(name) },
    run: (tenant, task) => ({
      start: async (spec) => {
        started.push(`${tenant}/${task} ${spec}`);
        return (await start?.()) ?? { status: "running", changed: true };
      },
    }),
    background: (work) => after.push(work),
  };
  const task = newTask({ goal: "x" }, more);
  const outcome = await dispatchTask(task, deps).then(
    () => "sent",
    (error: unknown) => (error instanceof Error ? error.message : error),
  );
  await Promise.all(after);
  return { task, sent, started, faults, outcome };
}

test("a task is sent and started, with the same spec", async () => {
  const { task, sent, started, outcome } = await dispatched({});
  expect(outcome).toBe("sent");
  const [[queue, message] = ["", null]] = sent;
  expect(queue).toBe("normal");
  expect(started).toEqual([`test/${task.task_id} ${message?.spec}`]);
});

test("a task too large for its message is started with its whole spec", async () => {
  const goal = "x".repeat(20_000);
  const { sent, started } = await dispatched({ config: { instructions: goal } });
  expect(sent[0]?.[1].spec).toBeUndefined();
  expect(started[0]).toContain(goal);
});

test.each<[string, More]>([
  ["a start time", { scheduledAt: "2030-01-01T00:00:00.000Z" }],
  ["a slot to wait for", { slotted: true }],
  ["low priority", { priority: -1 }],
])("a task with %s is left to the queue", async (_, more) => {
  const { sent, started } = await dispatched(more);
  expect(sent).toHaveLength(1);
  expect(started).toEqual([]);
});

test("a run that does not start directly is left to the queue", async () => {
  const { sent, faults, outcome } = await dispatched({ priority: 1 }, { start: refuse });
  expect([outcome, faults]).toEqual(["sent", ["dispatch.start"]]);
  expect(sent).toMatchObject([["high", {}]]);
});

test("a queue that fails does not keep the run from starting", async () => {
  const { started, outcome } = await dispatched({}, { send: refuse });
  expect(outcome).toBe("overloaded");
  expect(started).toHaveLength(1);
});

/**
 * Hands queued tasks to their runs. `start` is idempotent and returns at once, so duplicates and
 * redeliveries are harmless, and a batch never waits for a run.
 */
import type { RunRpc } from "../durable/rpc.ts";
import type { Observer } from "../observe.ts";
import { specOf, type TaskStore } from "../store/tasks.ts";
import { readMessage, type TaskMessage } from "./message.ts";

export interface QueueDeps {
  readonly tasks: Pick<TaskStore, "get">;
  readonly observer: Observer;
  run(tenantId: string, taskId: string): RunRpc;
}

/** Longest pause before a message is delivered again, seconds. */
const MAX_DELAY_S = 300;

/** Messages handled side by side: one without a spec may load a megabyte from D1. */
const WIDTH = 10;

/** Starts the run of every message; each is acknowledged or retried for itself. */
export async function consumeTasks(batch: MessageBatch, deps: QueueDeps): Promise<void> {
  const rest = batch.messages.values();
  await Promise.all(
    Array.from({ length: WIDTH }, async () => {
      for (const message of rest) {
        await consume(message, deps);
      }
    }),
  );
}

async function consume(message: Message, deps: QueueDeps): Promise<void> {
  const task = readMessage(message.body);
  if (task === null) {
    deps.observer.fault("queue.poison", new Error("a message is not a task message"));
    message.ack();
    return;
  }
  try {
    const spec = await specFor(task, deps);
    if (spec !== null) {
      await deps.run(task.tenant_id, task.task_id).start(spec);
    }
    message.ack();
  } catch (error) {
    deps.observer.fault("queue.start", error);
    message.retry({ delaySeconds: Math.min(MAX_DELAY_S, 2 ** message.attempts) });
  }
}

/** The spec of a message's task as JSON text; null if there is no such task. */
export async function specFor(task: TaskMessage, deps: QueueDeps): Promise<string | null> {
  if (task.spec !== undefined) {
    return task.spec;
  }
  const row = await deps.tasks.get(task.tenant_id, task.task_id);
  return row === null ? null : JSON.stringify(specOf(row));
}

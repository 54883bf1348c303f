/**
 * Starts the runs of queued tasks. `start` is idempotent and returns at once, so duplicates and
 * redeliveries are harmless, and a batch never waits for a run.
 */
import { platformFailure } from "../../durable/platform-error.ts";
import type { RunRpc } from "../../durable/run/rpc.ts";
import type { Observer } from "../../observe.ts";
import { delayOf, type Backoff } from "../../run/value/backoff.ts";
import { specOf } from "../../store/tasks/rows.ts";
import type { TaskStore } from "../../store/tasks/tasks.ts";
import { idsInMessage } from "../observed.ts";
import { readMessage, type TaskMessage } from "./message.ts";

export interface QueueDeps {
  readonly tasks: Pick<TaskStore, "get">;
  readonly observer: Observer;
  run(tenantId: string, taskId: string): RunRpc;
}

/** Pauses before a message is delivered again. */
const BACKOFF: Backoff = { baseMs: 2000, maxMs: 300_000 };

/** Minimum delay of a redelivery if the Durable Object is overloaded, seconds. */
const OVERLOADED_DELAY_S = 30;

/**
 * The spec in a message older than this is ignored, and the spec is read from D1. The task may have
 * been deleted since, and must not start again.
 */
const OLD_MESSAGE_MS = 3_600_000;

/** Messages handled in parallel. Each one without a spec may load 1 MB from D1. */
const WIDTH = 10;

/** Starts the run of every message. Acknowledges or retries each message individually. */
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
    const old = Date.now() - message.timestamp.getTime() > OLD_MESSAGE_MS;
    const spec = await specFor(old ? nameOf(task) : task, deps);
    if (spec !== null) {
      await deps.run(task.tenant_id, task.task_id).start(spec);
    }
    message.ack();
  } catch (error) {
    deps.observer.fault("queue.start", error, idsInMessage(task));
    message.retry({ delaySeconds: pause(error, message.attempts) });
  }
}

/** Returns the delay of the redelivery, which grows with each attempt, in seconds. */
function pause(error: unknown, attempts: number): number {
  const least = platformFailure(error) === "overloaded" ? OVERLOADED_DELAY_S : 0;
  return Math.max(least, delayOf(BACKOFF, attempts) / 1000);
}

function nameOf({ tenant_id, task_id }: TaskMessage): TaskMessage {
  return { tenant_id, task_id };
}

/** Returns the spec of a message's task as JSON text, or null if there is no such task. */
export async function specFor(task: TaskMessage, deps: QueueDeps): Promise<string | null> {
  if (task.spec !== undefined) {
    return task.spec;
  }
  const row = await deps.tasks.get(task.tenant_id, task.task_id);
  return row === null ? null : JSON.stringify(specOf(row));
}

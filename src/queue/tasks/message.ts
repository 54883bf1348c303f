/** What is put on the task queue. A message names a task; a small spec travels along. */
import { isJsonObject } from "../../run/value/json.ts";
import { specOf, type StoredTask } from "../../store/tasks/rows.ts";

export interface TaskMessage {
  readonly tenant_id: string;
  readonly task_id: string;
  /** The run's spec as JSON text, where it is small; else the consumer reads it from D1. */
  readonly spec?: string;
}

/** Specs up to this many characters travel in the message: messages over 64 KB cost double. */
const INLINE_CHARS = 16_000;

/** The message for a task. */
export function messageFor(task: StoredTask): TaskMessage {
  const { tenant_id, task_id } = task;
  const spec = JSON.stringify(specOf(task));
  return spec.length <= INLINE_CHARS ? { tenant_id, task_id, spec } : { tenant_id, task_id };
}

/** The queues: what is urgent does not stand behind what is not. */
export interface TaskQueues {
  readonly high: Pick<Queue<TaskMessage>, "send">;
  readonly normal: Pick<Queue<TaskMessage>, "send">;
  readonly low: Pick<Queue<TaskMessage>, "send">;
}

/** Gives a task to the queue of its priority: above, at or below 0. */
export async function sendTask(
  queues: TaskQueues,
  priority: number,
  message: TaskMessage,
): Promise<void> {
  const queue = priority > 0 ? queues.high : priority < 0 ? queues.low : queues.normal;
  await queue.send(message);
}

/** Reads a message of any origin; null if it is not one of ours. */
export function readMessage(body: unknown): TaskMessage | null {
  if (!isJsonObject(body)) {
    return null;
  }
  const { tenant_id, task_id, spec } = body;
  if (typeof tenant_id !== "string" || typeof task_id !== "string") {
    return null;
  }
  return { tenant_id, task_id, ...(typeof spec === "string" ? { spec } : {}) };
}

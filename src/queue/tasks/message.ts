/** Messages of the task queues. A message has the key of a task, and its spec if that is small. */
import { isJsonObject } from "../../run/value/json.ts";
import { specOf, type StoredTask } from "../../store/tasks/rows.ts";

export interface TaskMessage {
  readonly tenant_id: string;
  readonly task_id: string;
  /** The run's spec as JSON text, if it is small. Otherwise the consumer reads it from D1. */
  readonly spec?: string;
}

/** Maximum characters of a spec in a message. Messages over 64 KB cost double. */
const INLINE_CHARS = 16_000;

/** Returns the message for a task. */
export function messageFor(task: StoredTask): TaskMessage {
  const { tenant_id, task_id } = task;
  const spec = JSON.stringify(specOf(task));
  return spec.length <= INLINE_CHARS ? { tenant_id, task_id, spec } : { tenant_id, task_id };
}

/** One queue per priority, so that urgent tasks do not wait behind others. */
export interface TaskQueues {
  readonly high: Pick<Queue<TaskMessage>, "send">;
  readonly normal: Pick<Queue<TaskMessage>, "send">;
  readonly low: Pick<Queue<TaskMessage>, "send">;
}

/** Sends a task to the queue of its priority: high above 0, low below 0. */
export async function sendTask(
  queues: TaskQueues,
  priority: number,
  message: TaskMessage,
): Promise<void> {
  const queue = priority > 0 ? queues.high : priority < 0 ? queues.low : queues.normal;
  await queue.send(message);
}

/** Parses a message. Returns null if it is not a task message. */
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

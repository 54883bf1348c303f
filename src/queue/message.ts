/** What is put on the task queue. A message names a task; a small spec travels along. */
import { isJsonObject } from "../run/json.ts";

export interface TaskMessage {
  readonly tenant_id: string;
  readonly task_id: string;
  /** The run's spec as JSON text, where it is small; else the consumer reads it from D1. */
  readonly spec?: string;
}

/** Specs up to this many characters travel in the message: messages over 64 KB cost double. */
const INLINE_CHARS = 16_000;

/** The message for a task. */
export function messageFor(tenantId: string, taskId: string, spec: string): TaskMessage {
  const message = { tenant_id: tenantId, task_id: taskId };
  return spec.length <= INLINE_CHARS ? { ...message, spec } : message;
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

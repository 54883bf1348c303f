/** Identifiers of the domain. Time and randomness are passed in; nothing here reads a clock. */
import { v7 } from "uuid";

const TASK_ID = /^task_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * A new task id, `task_<uuidv7>`: ids sort by the millisecond they were made in.
 * @param now milliseconds since the epoch
 * @param random 16 random bytes
 */
export function newTaskId(now: number, random: Uint8Array): string {
  return newId("task", now, random);
}

/** A new id of another kind, made like a task's. */
export function newId(kind: string, now: number, random: Uint8Array): string {
  return `${kind}_${v7({ msecs: now, random })}`;
}

/**
 * A text before all ids that were made in a millisecond or later, and after all earlier ones.
 * @param ms milliseconds since the epoch; what is out of an id's range is the nearest that is not
 */
export function firstIdAt(ms: number): string {
  const within = Math.min(2 ** 48 - 1, Math.max(0, Number.isNaN(ms) ? 0 : ms));
  const hex = within.toString(16).padStart(12, "0");
  return `task_${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** Whether a text has the shape of a task id; says nothing about its existence. */
export function isTaskId(text: string): boolean {
  return TASK_ID.test(text);
}

/** The id of a run's nth call, models and tools in one series: `call_1`, `call_2`, … */
export function callId(n: number): string {
  return `call_${n}`;
}

/** The key that is the same for every attempt of one call, and for no other call anywhere. */
export function idempotencyKey(taskId: string, call: string): string {
  return `${taskId}:${call}`;
}

/** Identifiers of the domain. Time and randomness are arguments; nothing here reads a clock. */
import { v7 } from "uuid";

const TASK_ID = /^task_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The bits of an id's last byte that hold the number of the task's database. */
const SHARD_BITS = 0b0011_1111;

/**
 * Returns a new task id, `task_<uuidv7>`. Ids sort by the millisecond of their creation. The low six
 * bits of the last byte are the number of the database that has the task; there is one, with the
 * number 0 (decision 56).
 * @param now milliseconds since the epoch
 * @param random 16 random bytes
 */
export function newTaskId(now: number, random: Uint8Array): string {
  const bytes = random.slice();
  bytes[15] = (bytes[15] ?? 0) & ~SHARD_BITS;
  return newId("task", now, bytes);
}

/**
 * Returns a new id of another kind, in the form `<kind>_<uuidv7>`.
 * @param now milliseconds since the epoch
 * @param random 16 random bytes
 */
export function newId(kind: string, now: number, random: Uint8Array): string {
  return `${kind}_${v7({ msecs: now, random })}`;
}

/**
 * Returns a text that sorts before all ids made at this time or later, and after all earlier ones.
 * @param ms milliseconds since the epoch; a time outside an id's range becomes the nearest in it
 */
export function firstIdAt(ms: number): string {
  const within = Math.min(2 ** 48 - 1, Math.max(0, Number.isNaN(ms) ? 0 : ms));
  const hex = within.toString(16).padStart(12, "0");
  return `task_${hex.slice(0, 8)}-${hex.slice(8)}`;
}

/** Returns when an id was made, in milliseconds since the epoch; NaN for a text that is no id. */
export function timeOfId(id: string): number {
  const [, high, low] = /^[a-z]+_([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id) ?? [];
  return high === undefined || low === undefined ? Number.NaN : Number.parseInt(high + low, 16);
}

/** Returns whether a text has the form of a task id. The task need not exist. */
export function isTaskId(text: string): boolean {
  return TASK_ID.test(text);
}

/**
 * Returns the id of a run's nth call, counting model and tool calls together: `call_1`, `call_2`, …
 */
export function callId(n: number): string {
  return `call_${n}`;
}

/**
 * Returns the idempotency key of a call: the same for all its attempts, and unique across all runs.
 */
export function idempotencyKey(taskId: string, call: string): string {
  return `${taskId}:${call}`;
}

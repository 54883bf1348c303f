/** Events of a run, as watchers get them. */

/**
 * One fact in a run's log. `type` is one of docs/reference/events.md or a newer one: skip what you
 * do not know. `data` is as that type has it.
 */
export interface TaskEvent {
  /** Counts from 1 without gaps, and is the order and the cursor. */
  readonly seq: number;
  /** RFC 3339, UTC; can be equal for events of one moment. */
  readonly at: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Types after which a log has no further event. */
export const TERMINAL_TYPES: ReadonlySet<string> = new Set([
  "run.completed",
  "run.failed",
  "run.cancelled",
]);

/** Statuses that a task never leaves. */
export const TERMINAL_STATUSES: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

const WAITS_FOR_PEOPLE: ReadonlySet<unknown> = new Set(["approval", "input", "budget"]);

/** Whether a wait of this name ends only when somebody does something: `approval`, `input`, `budget`. */
export function isForPeople(wait: unknown): boolean {
  return WAITS_FOR_PEOPLE.has(wait);
}

/** What one connection gives: that it stands, events, and that the log is at its end. */
export type Connection = AsyncGenerator<"open" | TaskEvent | "end", void, undefined>;

/** Events of a run, as a watch yields them. */

/**
 * One event in a run's log. docs/reference/events.md lists the types and the `data` of each. Ignore
 * unknown types: a newer service may send them.
 */
export interface TaskEvent {
  /** Counts from 1 without gaps. Defines the order and serves as the cursor. */
  readonly seq: number;
  /** RFC 3339, UTC. Several events can have the same time. */
  readonly at: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Event types that end a log. */
export const TERMINAL_TYPES: ReadonlySet<string> = new Set([
  "run.completed",
  "run.failed",
  "run.cancelled",
]);

/** Final task statuses. */
export const TERMINAL_STATUSES: ReadonlySet<string> = new Set(["completed", "failed", "cancelled"]);

const HUMAN_WAITS: ReadonlySet<unknown> = new Set(["approval", "input", "budget"]);

/** Whether a wait of this kind needs a person to end it: `approval`, `input` or `budget`. */
export function needsHuman(wait: unknown): boolean {
  return HUMAN_WAITS.has(wait);
}

/** What one connection yields: `open` once established, the events, and `end` after the last one. */
export type Connection = AsyncGenerator<"open" | TaskEvent | "end", void, undefined>;

/** Events of a run, as a watch yields them. */
import type { components } from "./gen/api.ts";
/**
 * One event in a run's log: a union by `type`, so that a check of `type` narrows `data`. Ignore
 * unknown types: a newer service may send them. docs/reference/events.md explains each.
 */
export type TaskEvent = components["schemas"]["Event"];
/** A known event type. */
export type EventType = TaskEvent["type"];
/** The event of one type, or of several. */
export type EventOf<Type extends EventType> = Extract<
  TaskEvent,
  {
    readonly type: Type;
  }
>;
/** What a task can wait for. */
export type WaitName = EventOf<"run.waiting">["data"]["for"];
/** Event types that end a log. */
export declare const TERMINAL_TYPES: ReadonlySet<string>;
/** Final task statuses. */
export declare const TERMINAL_STATUSES: ReadonlySet<string>;
/** Whether a wait of this kind needs a person to end it: `approval`, `input` or `budget`. */
export declare function needsHuman(wait: unknown): boolean;
/** What one connection yields: `open` once established, the events, and `end` after the last one. */
export type Connection = AsyncGenerator<"open" | TaskEvent | "end", void, undefined>;

/**
 * The events of a run: facts in the past tense, each with a `seq` in one log. `event-data.ts` has
 * the data of each type. A persisted event is a contract: a change of meaning takes a new `v` with a
 * step in `upcast`.
 */
import { z } from "zod";
import { isJsonObject, type JsonObject } from "../value/json.ts";
import { EVENT_DATA, type EventData, type EventType } from "./event-data.ts";

const seq = z.number().int().min(1);

/** An event that is not in the log yet. */
export type NewEvent = {
  [T in EventType]: { readonly type: T; readonly data: EventData<T> };
}[EventType];

/** An event in the log. `at` is RFC 3339 UTC with milliseconds; the order is `seq`. */
export type RunEvent = NewEvent & {
  readonly seq: number;
  readonly at: string;
  readonly v: EventVersion;
};

/** Versions of an event's data that this code can read. */
type EventVersion = 1 | 2;

/** Returns the version that events of a type are written in. `upcast` upgrades older ones. */
export function versionOf(type: EventType): EventVersion {
  return type === "run.created" ? 2 : 1;
}

/** Types that end a log. */
export const TERMINAL_TYPES: ReadonlySet<EventType> = new Set<EventType>([
  "run.completed",
  "run.failed",
  "run.cancelled",
]);

/** Returns the events up to and including the first that ends the run. */
export function eventsThroughEnd(events: readonly NewEvent[]): NewEvent[] {
  const end = events.findIndex((event) => TERMINAL_TYPES.has(event.type));
  return end === -1 ? [...events] : events.slice(0, end + 1);
}

const envelope = z.looseObject({
  seq,
  at: z.string(),
  type: z.string(),
  v: z.union([z.literal(1), z.literal(2)]),
  data: z.unknown(),
});

/** Thrown if the log contains something that no version of this code wrote. */
export class LogCorruption extends Error {
  /** True if newer code wrote the event: the newer deployment can read it. */
  readonly newer: boolean;
  constructor(reason: string, newer = false) {
    super(`The event log is corrupt: ${reason}`);
    this.name = "LogCorruption";
    this.newer = newer;
  }
}

/** Validates a stored event in full and upgrades it to the newest version. @throws LogCorruption */
export function parseEvent(raw: unknown): RunEvent {
  const parsed = envelope.safeParse(raw);
  if (!parsed.success) {
    throw new LogCorruption(`not an event: ${z.prettifyError(parsed.error)}`);
  }
  const { type } = parsed.data;
  if (!isEventType(type)) {
    throw new LogCorruption(`unknown event type ${type} at seq ${parsed.data.seq}`);
  }
  const event = upcast(raw);
  const data = EVENT_DATA[type].safeParse(event.data);
  if (!data.success) {
    throw new LogCorruption(
      `bad ${type} at seq ${parsed.data.seq}: ${z.prettifyError(data.error)}`,
    );
  }
  return event;
}

/**
 * Upgrades an event of this service to the newest version. Checks only the envelope: `reduce`
 * rejects what does not fit the history, and a wake-up must not cost a schema pass per event.
 * @throws LogCorruption
 */
export function upcast(raw: unknown): RunEvent {
  if (
    !isJsonObject(raw) ||
    typeof raw["seq"] !== "number" ||
    typeof raw["type"] !== "string" ||
    !isJsonObject(raw["data"])
  ) {
    throw new LogCorruption("a stored row holds something that is not an event");
  }
  const { seq: at, type, v } = raw;
  if (!isEventType(type)) {
    throw new LogCorruption(`unknown event type ${type} at seq ${at}`, true);
  }
  if (typeof v !== "number" || v < 1 || v > versionOf(type)) {
    throw new LogCorruption(`event ${at} was written by newer code`, true);
  }
  return (v === versionOf(type) ? raw : upgrade(raw, raw["data"])) as unknown as RunEvent;
}

/** Upgrades `run.created` to version 2, the only event that has one. */
function upgrade(raw: JsonObject, data: JsonObject): JsonObject {
  const { model: _model, planner: _planner, ...spec } = data;
  return { ...raw, v: 2, data: spec };
}

function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_DATA, type);
}

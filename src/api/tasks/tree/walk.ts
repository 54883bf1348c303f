/**
 * A reader's position in the logs of a tree of tasks. It learns from each log which tasks the run has
 * started, and adds them in this order. At most `MAX_TASKS` logs are read at a time, and the cursor
 * names only these: a task that is not in it was read to its end, or comes after the position in the
 * log of its parent. Pure.
 */
import { isJsonObject, type JsonObject } from "../../../run/value/json.ts";

/** Maximum number of logs that are read at a time. */
export const MAX_TASKS = 50;
/**
 * Types of the events that say which tasks a run has started. Only these are read again when a
 * position is restored.
 */
export const TASK_EVENTS = [
  "tool.requested",
  "tool.failed",
  "child.started",
  "child.waiting",
  "child.ended",
] as const;
/** Most places of a cursor: `MAX_TASKS`, and one more on each level of the deepest tree. */
const MAX_PLACES = MAX_TASKS + 6;
const VERSION = 1;
const ID_BYTES = 16;
const PREFIX = "task_";

/** An event of a log; `text` is its JSON. */
interface LoggedEvent {
  readonly seq: number;
  readonly type: string;
  readonly text: string;
}

/** Tasks of one call that are not added yet. */
interface Announced {
  readonly seq: number;
  readonly callId: string;
  readonly taskIds: readonly string[];
  /** Whether they were submitted, as far as the log says. */
  submitted: boolean;
}

/** The position in one log. */
interface Place {
  /** The bytes of the task's id. */
  readonly id: readonly number[];
  /** `seq` of the last event that was read. */
  seq: number;
  /** `seq` up to which the tasks that this run has started are added. */
  added: number;
  readonly announced: Announced[];
  /** Whether the log was read to its end. */
  isRead: boolean;
}

export class TreeWalk {
  readonly #places: Map<string, Place>;

  private constructor(places: Map<string, Place>) {
    this.#places = places;
  }

  /** Returns the position before the first event of a task. */
  static from(taskId: string): TreeWalk {
    return new TreeWalk(new Map([[taskId, newPlace(taskId, 0, 0)]]));
  }

  /** Returns the position of a cursor, or null if the text is not one. */
  static at(cursor: string): TreeWalk | null {
    if (!/^[A-Za-z0-9_-]{2,4096}$/.test(cursor)) {
      return null;
    }
    const bytes = new Uint8Array(Buffer.from(cursor, "base64url"));
    const places = new Map<string, Place>();
    let at = 1;
    while (at < bytes.length) {
      const id = bytes.subarray(at, at + ID_BYTES);
      const seq = numberAt(bytes, at + ID_BYTES);
      const ahead = seq === null ? null : numberAt(bytes, seq.end);
      if (id.length < ID_BYTES || seq === null || ahead === null || ahead.value > seq.value) {
        return null;
      }
      const taskId = idOf(id);
      places.set(taskId, newPlace(taskId, seq.value, seq.value - ahead.value));
      at = ahead.end;
    }
    return bytes[0] === VERSION && places.size <= MAX_PLACES ? new TreeWalk(places) : null;
  }

  /** The position as text: what is read after it is all that was not read before. */
  get cursor(): string {
    const bytes = [VERSION];
    for (const { id, seq, added } of this.#places.values()) {
      bytes.push(...id);
      pushNumber(bytes, seq);
      pushNumber(bytes, seq - added);
    }
    return Buffer.from(bytes).toString("base64url");
  }

  /** Whether every log of the tree was read to its end. */
  get isOver(): boolean {
    return this.#places.size === 0;
  }

  /** The tasks whose logs have more to read, as far as is known. */
  get reading(): string[] {
    return [...this.#places].flatMap(([id, { isRead }]) => (isRead ? [] : [id]));
  }

  /** Returns `seq` of the last event that was read of a task. */
  seqOf(taskId: string): number {
    return this.#places.get(taskId)?.seq ?? 0;
  }

  /** Returns the part of a log that has to be read again after `at`: events between the two. */
  unreadTasks(taskId: string): { readonly after: number; readonly through: number } | null {
    const place = this.#places.get(taskId);
    return place === undefined || place.added === place.seq
      ? null
      : { after: place.added, through: place.seq };
  }

  /** Takes the events of `TASK_EVENTS` in the part that `unreadTasks` names. */
  restore(taskId: string, events: readonly LoggedEvent[]): void {
    const place = this.#places.get(taskId);
    if (place !== undefined) {
      for (const event of events) {
        learn(place, event);
      }
      settle(place);
    }
  }

  /** Takes the next event of a task. */
  take(taskId: string, event: LoggedEvent): void {
    const place = this.#places.get(taskId);
    if (place !== undefined) {
      place.seq = event.seq;
      learn(place, event);
      settle(place);
    }
  }

  /** Notes that the log of a task was read to its end. */
  finish(taskId: string): void {
    const place = this.#places.get(taskId);
    if (place === undefined) {
      return;
    }
    place.isRead = true;
    for (const announced of place.announced) {
      // The log does not say. Those that were not submitted have no row.
      announced.submitted = true;
    }
    this.#forgetRead(taskId, place);
  }

  /** Leaves out a task without a log: it was deleted, or never submitted. */
  drop(taskId: string): void {
    this.#places.delete(taskId);
  }

  /** Adds tasks while there is room, and returns them. Those of the task added last go first. */
  add(): string[] {
    const all: string[] = [];
    for (;;) {
      const hasRoom = this.#places.size < MAX_TASKS || this.reading.length === 0;
      const next = [...this.#places].findLast(
        ([, { announced }]) => announced[0]?.submitted === true,
      );
      if (!hasRoom || next === undefined) {
        return all;
      }
      const [parent, place] = next;
      const taskIds = place.announced.shift()?.taskIds ?? [];
      for (const id of taskIds) {
        this.#places.set(id, newPlace(id, 0, 0));
      }
      all.push(...taskIds);
      settle(place);
      this.#forgetRead(parent, place);
    }
  }

  #forgetRead(taskId: string, { isRead, announced }: Place): void {
    if (isRead && announced.length === 0) {
      this.#places.delete(taskId);
    }
  }
}

function newPlace(taskId: string, seq: number, added: number): Place {
  const id = [...Buffer.from(taskId.slice(PREFIX.length).replaceAll("-", ""), "hex")];
  return { id, seq, added, announced: [], isRead: false };
}

/** Notes what an event says about the tasks of its run. */
function learn(place: Place, { seq, type, text }: LoggedEvent): void {
  const { announced } = place;
  switch (type) {
    case "tool.requested": {
      const data = text.includes('"wait":"children"') ? dataOf(text) : {};
      const { action, tasks, call_id } = data;
      if ((action === "run" || action === "start") && Array.isArray(tasks)) {
        const taskIds = tasks.flatMap((task) =>
          isJsonObject(task) ? textIn(task["task_id"]) : [],
        );
        announced.push({ seq, callId: textIn(call_id)[0] ?? "", taskIds, submitted: false });
      }
      return;
    }
    case "child.started":
    case "child.waiting":
    case "child.ended": {
      if (announced.length > 0) {
        const id = textIn(dataOf(text)["task_id"])[0] ?? "";
        for (const one of announced.filter(({ taskIds }) => taskIds.includes(id))) {
          one.submitted = true;
        }
      }
      return;
    }
    case "tool.failed": {
      if (announced.length > 0) {
        const { call_id, task_refused } = dataOf(text);
        const at = announced.findIndex(({ callId }) => callId === call_id);
        if (task_refused === true && at !== -1) {
          announced.splice(at, 1);
        }
      }
      return;
    }
    default:
      return;
  }
}

function settle(place: Place): void {
  place.added = (place.announced[0]?.seq ?? place.seq + 1) - 1;
}

function dataOf(text: string): JsonObject {
  const event: unknown = JSON.parse(text);
  const data = isJsonObject(event) ? event["data"] : null;
  return isJsonObject(data) ? data : {};
}

function textIn(value: unknown): string[] {
  return typeof value === "string" ? [value] : [];
}

function idOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return `${PREFIX}${[...parts, hex.slice(20)].join("-")}`;
}

/** Adds a number in groups of seven bits, the lowest first. */
function pushNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest > 127) {
    bytes.push(128 + (rest % 128));
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** Returns the number that `pushNumber` wrote, and where it ends; null if there is none. */
function numberAt(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let at = start, unit = 1; at < start + 7; at += 1, unit *= 128) {
    const byte = bytes[at];
    if (byte === undefined) {
      return null;
    }
    value += (byte % 128) * unit;
    if (byte < 128) {
      return { value, end: at + 1 };
    }
  }
  return null;
}

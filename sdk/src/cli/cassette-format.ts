/** What a cassette is made of: the hash of its log, and requests as changes of each other. */
import { createHash } from "node:crypto";

/** An event, as far as a cassette compares it. */
export interface LoggedEvent {
  readonly type: string;
  readonly data: object;
}

/** A text as a change of another: `same` characters of it, then `text`, then `end` of its last ones. */
export interface TextChange {
  readonly same: number;
  readonly text: string;
  readonly end: number;
}

/** Events that depend on watchers and on the speed of tools. */
const LEFT_OUT: ReadonlySet<string> = new Set(["model.delta", "tool.progressed", "tool.logged"]);

/**
 * Fields that depend on clocks and chance, on the events that are left out, or on another field.
 */
const VOLATILE: ReadonlySet<string> = new Set([
  "at",
  "body_chars",
  "due_at",
  "duration_ms",
  "expires_at",
  "retry_in_ms",
  "until",
  "up_to_seq",
]);

/** Returns whether an event counts for the hash of a log. */
export function isHashed({ type }: Pick<LoggedEvent, "type">): boolean {
  return !LEFT_OUT.has(type);
}

/** Returns the part of an event that counts: its type, and its data without times. */
export function hashedEvent({ type, data }: LoggedEvent): LoggedEvent {
  const counted = Object.entries(data).filter(([name]) => !VOLATILE.has(name));
  return { type, data: Object.fromEntries(counted) };
}

/** Returns the SHA-256 of a log over what a replay reproduces, as lower-case hex. */
export function logHash(events: Iterable<LoggedEvent>): string {
  const hash = createHash("sha256");
  for (const event of events) {
    if (isHashed(event)) {
      hash.update(`${JSON.stringify(hashedEvent(event), sorted)}\n`);
    }
  }
  return hash.digest("hex");
}

/** Sorts the keys of objects: equal values have equal texts. */
function sorted(_name: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

/** Returns a text as a change of the one before: requests of a run mostly repeat each other. */
export function changeOf(before: string, text: string): TextChange {
  const most = Math.min(before.length, text.length);
  let same = 0;
  while (same < most && before[same] === text[same]) {
    same += 1;
  }
  let end = 0;
  while (end < most - same && before.at(-1 - end) === text.at(-1 - end)) {
    end += 1;
  }
  return { same, text: text.slice(same, text.length - end), end };
}

/** Returns the text that a change makes of the one before. */
export function changed(before: string, { same, text, end }: TextChange): string {
  return before.slice(0, same) + text + (end === 0 ? "" : before.slice(-end));
}

/** The hash of a log, over what a replay reproduces. */
import { createHash } from "node:crypto";
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "../run/value/json.ts";

/** Events that depend on watchers and on the speed of tools. */
const LEFT_OUT: ReadonlySet<string> = new Set(["model.delta", "tool.progressed", "tool.logged"]);

/** Fields that depend on clocks and chance, or on the events that are left out. */
const VOLATILE: ReadonlySet<string> = new Set([
  "at",
  "due_at",
  "duration_ms",
  "expires_at",
  "retry_in_ms",
  "until",
  "up_to_seq",
]);

/** An event as far as the hash is concerned. */
export interface HashedEvent {
  readonly type: string;
  readonly data: JsonObject;
}

/** Returns whether an event counts for the hash. */
export function isHashed({ type }: Pick<HashedEvent, "type">): boolean {
  return !LEFT_OUT.has(type);
}

/** Returns an event without times: `type`, and `data` without the fields that a replay changes. */
export function hashedEvent({ type, data }: HashedEvent): HashedEvent {
  return { type, data: withoutVolatile(data) };
}

function withoutVolatile(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([name, value]) => !VOLATILE.has(name) && value !== undefined)
      .map(([name, value]): [string, JsonValue] => [
        name,
        isJsonObject(value) && !CONTENT.has(name) ? withoutVolatile(value) : value,
      ]),
  );
}

/** Fields with content of clients, models and tools, which counts whole. */
const CONTENT: ReadonlySet<string> = new Set([
  "arguments",
  "config",
  "data",
  "input_data",
  "metadata",
  "opaque",
  "output",
  "result",
  "schema",
]);

/** Returns the SHA-256 of a log, as lower-case hex. */
export function logHash(events: Iterable<HashedEvent>): string {
  const hash = createHash("sha256");
  for (const event of events) {
    if (isHashed(event)) {
      const { type, data } = hashedEvent(event);
      hash.update(canonicalJson({ type, data }));
      hash.update("\n");
    }
  }
  return hash.digest("hex");
}

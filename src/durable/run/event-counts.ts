/** Counts what the events of runs say, for the observer. Nothing is counted again after a crash. */
import type { Observer } from "../../observe.ts";
import { isJsonObject } from "../../run/value/json.ts";
import type { StoredEvent } from "./storage/event-log.ts";

/** Events that are counted: the name of the counter, and its label with the field that it shows. */
const COUNTED: Readonly<Record<string, readonly [name: string, label?: string, field?: string]>> = {
  "run.completed": ["runs.completed"],
  "run.failed": ["runs.failed", "code", "code"],
  "run.cancelled": ["runs.cancelled"],
  "run.waiting": ["runs.waited", "reason", "for"],
  "recovery.started": ["runs.recovered", "reason", "reason"],
  "model.failed": ["models.failed", "code", "code"],
};

/** Counts events that were appended. */
export function countEvents(observer: Observer, events: readonly StoredEvent[]): void {
  for (const { type, text } of events) {
    const [name, label, field] = COUNTED[type] ?? [];
    if (name !== undefined) {
      const labels = label === undefined ? {} : { [label]: fieldOf(text, field ?? label) };
      observer.count(name, 1, labels);
    }
  }
}

function fieldOf(text: string, field: string): string {
  const event: unknown = JSON.parse(text);
  const data = isJsonObject(event) ? event["data"] : undefined;
  const value = isJsonObject(data) ? data[field] : undefined;
  return typeof value === "string" ? value.slice(0, 64) : "unknown";
}

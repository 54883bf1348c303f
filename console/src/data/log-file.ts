/** The saved log that is open: one event a line, as `Save` writes it. */
import { signal, type Signal } from "@preact/signals";
import { parseLog } from "../log/file.ts";
import type { LogEvent } from "../log/store.ts";

/** A log that was opened from a file. */
interface OpenedLog {
  readonly name: string;
  readonly events: readonly LogEvent[];
}

/** The log that is open; null if none is. */
export const openedLog: Signal<OpenedLog | null> = signal<OpenedLog | null>(null);

/** Opens a log. Returns what is wrong with it and where, or null. */
export function openLog(name: string, text: string): string | null {
  const read = parseLog(text);
  if ("problem" in read) {
    return `${name}: ${read.problem}`;
  }
  openedLog.value = { name, events: read.events };
  return null;
}

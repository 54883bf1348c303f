/** Pure: reads a saved log. */
import type { LogEvent } from "./store.ts";

/** The events of a text with one event a line, or what is wrong with it and where. */
export function parseLog(
  text: string,
): { readonly events: readonly LogEvent[] } | { readonly problem: string } {
  const events: LogEvent[] = [];
  for (const [i, line] of text.split("\n").entries()) {
    if (line.trim() === "") {
      continue;
    }
    const event = eventIn(line);
    if (event === null) {
      return { problem: `line ${i + 1} is no event` };
    }
    events.push(event);
  }
  const sorted = events.toSorted((a, b) => a.seq - b.seq);
  if (sorted[0]?.type !== "run.created") {
    return { problem: "it does not begin with run.created" };
  }
  const gap = sorted.findIndex(({ seq }, i) => seq !== i + 1);
  return gap === -1 ? { events: sorted } : { problem: `event ${gap + 1} is missing or twice` };
}

function eventIn(line: string): LogEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? value : null;
  } catch {
    return null;
  }
}

function isEvent(value: unknown): value is LogEvent {
  const { seq, type, at, data } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const isEnvelope =
    Number.isSafeInteger(seq) && typeof type === "string" && typeof at === "string";
  return isEnvelope && typeof data === "object" && data !== null;
}

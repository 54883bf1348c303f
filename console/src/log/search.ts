/**
 * Pure: finds events of a log. A query is words and fields, all of which must fit: `type:tool`,
 * `call:call_7`, `tool:http`, `is:failed`, `seq:100..200`; a `-` in front turns one round. A phrase is
 * in double quotes.
 */
import type { LogEvent } from "./store.ts";

/** One condition of a query. */
export interface Term {
  readonly field: "text" | "type" | "call" | "tool" | "is" | "seq";
  readonly value: string;
  readonly isNot: boolean;
}

const TERM = /(-?)(?:(type|call|tool|is|seq):)?(?:"([^"]*)"?|(\S+))/g;
const FAILED: ReadonlySet<string> = new Set([
  "run.failed",
  "model.failed",
  "tool.failed",
  "tool.outcome_unknown",
]);
/** Text of an event that is searched. */
const MOST_CHARS = 20_000;

/** Reads a query. Never fails: what is no field is a word. */
export function parseQuery(query: string): Term[] {
  return Array.from(query.matchAll(TERM), ([, minus, field, phrase, word]) => ({
    field: (field ?? "text") as Term["field"],
    value: phrase ?? word ?? "",
    isNot: minus === "-",
  })).filter(({ value }) => value !== "");
}

/**
 * Whether an event fits all conditions.
 * @param sentence what the event says
 * @param toolOf the name of the tool of a call
 */
export function fits(
  event: LogEvent,
  terms: readonly Term[],
  sentence: () => string,
  toolOf: (callId: string) => string,
): boolean {
  return terms.every((term) => meets(event, term, sentence, toolOf) !== term.isNot);
}

/** Returns the place of an event among sorted events; -1 if it is not among them. */
export function placeOf(events: readonly LogEvent[], seq: number | null): number {
  if (seq === null) {
    return -1;
  }
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((events[middle]?.seq ?? seq) < seq) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return events[low]?.seq === seq ? low : -1;
}

/** Types of events by their first word, which a query can include or leave out. */
export const FAMILIES = [
  "run",
  "model",
  "tool",
  "approval",
  "message",
  "child",
  "limit",
  "recovery",
] as const;

/** How a query treats a family. */
export type FamilyState = "any" | "only" | "not";

/** Whether a query has only the events of a family, all but those, or does not care. */
export function familyState(query: string, family: string): FamilyState {
  const term = parseQuery(query).find(({ field, value }) => field === "type" && value === family);
  return term === undefined ? "any" : term.isNot ? "not" : "only";
}

/** The query with the next state of a family: only these, none of these, no matter. */
export function withNextFamily(query: string, family: string): string {
  const state = familyState(query, family);
  const others = query.replaceAll(new RegExp(`(^|\\s)-?type:${family}(?=\\s|$)`, "g"), "").trim();
  const term = { any: `type:${family}`, only: `-type:${family}`, not: "" }[state];
  return `${others} ${term}`.trim();
}

function meets(
  event: LogEvent,
  { field, value }: Term,
  sentence: () => string,
  toolOf: (callId: string) => string,
): boolean {
  const callId = "call_id" in event.data ? (event.data.call_id ?? "") : "";
  switch (field) {
    case "type":
      return value.split(",").some((one) => event.type.startsWith(one));
    case "call":
      return callId === value;
    case "tool":
      return callId !== "" && toolOf(callId).toLowerCase().includes(value.toLowerCase());
    case "is":
      return value === "failed" && FAILED.has(event.type);
    case "seq":
      return isInRange(event.seq, value);
    case "text": {
      const wanted = value.toLowerCase();
      return (
        event.type.includes(wanted) ||
        sentence().slice(0, MOST_CHARS).toLowerCase().includes(wanted)
      );
    }
  }
}

function isInRange(seq: number, value: string): boolean {
  const [from = "", to = from] = value.split("..");
  const [first, last] = [from === "" ? 1 : Number(from), to === "" ? Infinity : Number(to)];
  return seq >= first && seq <= last;
}

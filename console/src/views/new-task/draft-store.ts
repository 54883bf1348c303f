/** The draft of a new task, kept in this tab until it is sent. */
import type { Task } from "../../../../sdk/src/model.ts";
import { draftOf, EMPTY } from "./draft.ts";

type Json = Readonly<Record<string, unknown>>;

const KEY = "opspawn.draft.task";

/** What the form begins with: a copy of a task, a task of an agent, or the draft of this tab. */
export function baseOf(task: Task | null, agent: string): Json {
  if (task !== null) {
    return draftOf(task);
  }
  const draft = readDraft() ?? EMPTY;
  return agent === "" ? draft : { ...draft, agent };
}

/** Returns the draft of this tab; null if there is none. */
function readDraft(): Json | null {
  try {
    const draft: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return typeof draft === "object" && draft !== null ? (draft as Json) : null;
  } catch {
    return null;
  }
}

/** Keeps the draft in this tab, or forgets it. */
export function writeDraft(value: unknown): void {
  try {
    if (value === null) {
      sessionStorage.removeItem(KEY);
    } else {
      sessionStorage.setItem(KEY, JSON.stringify(value));
    }
  } catch {
    // Storage is full or forbidden: the draft lives until the page is left.
  }
}

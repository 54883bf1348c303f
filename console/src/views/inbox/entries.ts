/** Pure: open questions in words, in groups, and how they were answered. */
import type { TaskEvent } from "../../../../sdk/src/event.ts";
import type { InboxEntry } from "../../../../sdk/src/model.ts";

/** Names a question among all of a tenant. */
export function keyOf({ task_id, seq, key = "" }: InboxEntry): string {
  return `${task_id}.${seq}${key === "" ? "" : `.${key}`}`;
}

/** The groups of a list: one, or one for each agent in the order of their first question. */
export function groupsOf(
  entries: readonly InboxEntry[],
  isByAgent: boolean,
): { readonly name: string | null; readonly entries: readonly InboxEntry[] }[] {
  if (!isByAgent) {
    return [{ name: null, entries }];
  }
  const groups = Map.groupBy(entries, ({ agent }) => agent);
  return Array.from(groups, ([name, found]) => ({ name, entries: found }));
}

/** How a question was answered. */
export interface Outcome {
  readonly text: string;
  /** The id of the key that did it; null if time did. */
  readonly by: string | null;
  readonly at: string;
  readonly comment: string | null;
}

/** Types of events that can answer a question. */
export const ANSWERS = [
  "approval.decided",
  "approval.expired",
  "message.received",
  "input.withdrawn",
  "limit.changed",
  "tool.completed",
  "tool.failed",
  "run.resumed",
  "run.completed",
  "run.failed",
  "run.cancelled",
] as const;

/** Finds how a question was answered in the events after it; null while it is open. */
export function outcomeOf(entry: InboxEntry, events: readonly TaskEvent[]): Outcome | null {
  for (const event of events) {
    const found = event.seq > entry.seq ? outcomeIn(entry, event) : null;
    if (found !== null) {
      return { by: null, comment: null, at: event.at, ...found };
    }
  }
  return null;
}

function outcomeIn(
  { call_id, key, kind }: InboxEntry,
  { type, data }: TaskEvent,
): (Partial<Outcome> & { readonly text: string }) | null {
  switch (type) {
    case "approval.decided":
      return data.call_id === call_id
        ? {
            text: data.decision === "approve" ? approvedText(data) : "Denied",
            by: data.by,
            comment: data.comment ?? null,
          }
        : null;
    case "approval.expired":
      return data.call_id === call_id ? { text: "Expired" } : null;
    case "message.received":
      return (data.call_id ?? call_id) === call_id && (data.key ?? key) === key
        ? { text: data.action === "decline" ? "Declined" : "Answered", by: data.by }
        : null;
    case "input.withdrawn":
      return data.key === key && data.call_id === call_id ? { text: "Withdrawn" } : null;
    case "limit.changed":
      return kind === "budget" ? { text: "Limits changed", by: data.by } : null;
    case "tool.completed":
    case "tool.failed":
      return data.call_id === call_id ? { text: "The call has ended" } : null;
    case "run.resumed":
      return kind === "budget" ? { text: "The run has resumed" } : null;
    case "run.cancelled":
      return { text: "The run was cancelled", by: data.by };
    case "run.completed":
    case "run.failed":
      return { text: "The run has ended" };
    default:
      return null;
  }
}

function approvedText({ arguments: given }: { readonly arguments?: unknown }): string {
  return given === undefined ? "Approved" : "Approved with other arguments";
}

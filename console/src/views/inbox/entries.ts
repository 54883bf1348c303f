/** Pure: open questions in words, and the requests that answer them. */
import type { TaskEvent } from "../../../../sdk/src/event.ts";
import type { InboxEntry, Message } from "../../../../sdk/src/model.ts";
import type { Equivalent } from "../../parts/equivalent.ts";
import type { Failure } from "../../parts/failure.ts";
import type { FieldError } from "../../parts/form-state.ts";

/** Names a question among all of a tenant. */
export function keyOf({ task_id, seq, key = "" }: InboxEntry): string {
  return `${task_id}.${seq}${key === "" ? "" : `.${key}`}`;
}

/** What is asked, in a few words. */
export function titleOf({ kind, tool, limit, server, question }: InboxEntry): string {
  switch (kind) {
    case "approval":
      return tool ?? "A call";
    case "question":
      return question ?? "A question";
    case "form":
    case "address":
      return `${server ?? "A server"} asks`;
    case "budget":
      return `${limitText(limit ?? "A limit")} reached`;
  }
}

/** The kinds in one word. */
export const KINDS = {
  approval: "Approval",
  question: "Question",
  form: "Form",
  address: "Address",
  budget: "Budget",
} as const satisfies Record<InboxEntry["kind"], string>;

/** What follows when no answer comes in time, as the end of a sentence. */
export function afterExpiry({ on_expiry }: InboxEntry): string {
  switch (on_expiry) {
    case "deny":
      return "then the call is denied";
    case "fail":
      return "then the run fails";
    case "continue":
      return "then the run continues without an answer";
    case "resume":
      return "then the run resumes";
    default:
      return "then the wait ends";
  }
}

const LIMITS: Readonly<Record<string, string>> = {
  max_steps: "Step limit",
  max_tool_calls: "Tool call limit",
  max_duration_s: "Time limit",
  max_tokens: "Token limit",
  max_cost_usd: "Cost limit",
  tenant_day: "Daily budget of the tenant",
  tenant_month: "Monthly budget of the tenant",
  agent_day: "Daily budget of the agent",
  agent_month: "Monthly budget of the agent",
};

/** A limit of a run, or a budget above it, in words. */
export function limitText(limit: string): string {
  return Object.hasOwn(LIMITS, limit) ? (LIMITS[limit] ?? limit) : limit;
}

/** The address of the budget behind a limit; null for a limit of the run itself. */
export function budgetOf({ limit = "", agent }: InboxEntry): {
  readonly scope: string;
  readonly period: "day" | "month";
} | null {
  const [level, period] = limit.split("_");
  if ((level !== "tenant" && level !== "agent") || (period !== "day" && period !== "month")) {
    return null;
  }
  return { scope: level === "tenant" ? "tenant" : `agent:${agent}`, period };
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

/** What a decision says. */
export interface DecisionBody {
  readonly decision: "approve" | "deny";
  readonly arguments?: unknown;
  readonly comment?: string;
}

/** The request of a decision. */
export function decisionRequest(
  taskId: string,
  callId: string,
  { decision, ...given }: DecisionBody,
): Equivalent {
  const { arguments: args, comment } = given;
  return {
    method: "POST",
    path: `/api/v1/tasks/${taskId}/approvals/${callId}`,
    body: { decision, ...given },
    cli: [
      decision,
      taskId,
      callId,
      ...(args === undefined ? [] : ["--arguments", JSON.stringify(args)]),
      ...(comment === undefined ? [] : ["--comment", comment]),
    ],
    sdk: [`tasks.${decision}`, taskId, callId, ...(Object.keys(given).length === 0 ? [] : [given])],
  };
}

/** The request of an answer. */
export function messageRequest(taskId: string, message: Message): Equivalent {
  const { content, call_id, key, data, action } = message;
  return {
    method: "POST",
    path: `/api/v1/tasks/${taskId}/messages`,
    body: message,
    cli: [
      "send",
      taskId,
      ...(content === undefined ? [] : [content]),
      ...(call_id === undefined ? [] : ["--call", call_id]),
      ...(key === undefined ? [] : ["--key", key]),
      ...(data === undefined ? [] : ["--data", JSON.stringify(data)]),
      ...(action === undefined ? [] : ["--action", action]),
    ],
    sdk: ["tasks.send", taskId, message],
  };
}

/** What is wrong with arguments or an answer, by field: from the pointers of a refusal or of its sentence. */
export function argumentErrors({ code, detail, fields }: Failure): FieldError[] {
  if (fields.length > 0 || code !== "invalid_arguments") {
    return fields.map(({ pointer, detail: text }) => ({
      pointer: pointer.replace(/^\/(?:arguments|data)(?=\/|$)/, ""),
      detail: text,
    }));
  }
  return detail.split("; ").map((part) => {
    const { pointer = "", text = part } =
      /^(?<pointer>\/\S*) (?<text>.*)$/s.exec(part)?.groups ?? {};
    return { pointer, detail: text };
  });
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

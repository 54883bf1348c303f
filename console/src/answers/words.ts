/** Pure: an open question in words. */
import type { InboxEntry } from "../../../sdk/src/model.ts";

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

/** The heading of a question. */
export function headOf(entry: InboxEntry): string {
  switch (entry.kind) {
    case "approval":
      return `Approve ${titleOf(entry)}?`;
    case "question":
      return "The model asks";
    default:
      return titleOf(entry);
  }
}

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

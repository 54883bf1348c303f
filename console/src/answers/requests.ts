/** Pure: the requests that answer a question, and what the service found wrong with an answer. */
import type { InboxEntry, Message } from "../../../sdk/src/model.ts";
import type { Equivalent } from "../parts/equivalent.ts";
import type { Failure } from "../parts/failure.ts";
import type { FieldError } from "../parts/form-state.ts";

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

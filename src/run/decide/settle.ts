/** Settles tool calls by what time, people and other tasks have done. Pure. */
import type { NewEvent } from "../log/event.ts";
import type { RunState, TurnCall } from "../log/state.ts";
import {
  MAY_HAVE_ACTED,
  runFailure,
  TOOL_FAILURES,
  type ToolFailureCode,
} from "../value/failure.ts";
import { settledByChildren } from "./children.ts";
import { requestAgain } from "./recover.ts";
import { callDue, hasOpenDecision, isApproved, isResumable } from "./turn.ts";

/** Maximum attempts of a call that asks a question in each of them. */
const MAX_QUESTION_ROUNDS = 10;

/** Returns the events that time or a person caused since the last decision. */
export function settledByTimeOrPerson(state: RunState, call: TurnCall, now: number): NewEvent[] {
  if (call.result !== null) {
    return [];
  }
  if (hasOpenDecision(call)) {
    return applyDecision(state, call);
  }
  const due = callDue(call);
  const { approval, request } = call;
  const call_id = call.call.call_id;
  const on_expiry = state.spec?.config.waits?.on_expiry ?? "deny";
  if (request !== null && isResumable(call)) {
    return [
      request.attempt < MAX_QUESTION_ROUNDS
        ? requestAgain(state, call, request.arguments)
        : toolFailed(call_id, "questions_without_end", waitedMs(call, state.at)),
    ];
  }
  if (request?.waitsFor === "input" && request.answer !== null) {
    const { content, data } = request.answer;
    const output = data === null ? { answer: content } : { answer: content, data };
    return [
      { type: "tool.completed", data: { call_id, output, duration_ms: waitedMs(call, state.at) } },
    ];
  }
  if (request !== null && request.children !== null) {
    return settledByChildren(state, call, request.children, now);
  }
  if (due === null || due === 0 || now < due) {
    return [];
  }
  if (request?.waitsFor === "timer") {
    const output = { waited_until: new Date(due).toISOString() };
    return [
      { type: "tool.completed", data: { call_id, output, duration_ms: waitedMs(call, due) } },
    ];
  }
  if (approval !== null && approval.outcome === null) {
    return [{ type: "approval.expired", data: { call_id, policy: on_expiry } }];
  }
  // Only a person can answer a question of a server.
  const policy = call.questions.length > 0 && on_expiry === "continue" ? "deny" : on_expiry;
  switch (policy) {
    case "deny": {
      const acted = call.questions.length > 0 && request?.effect !== "pure";
      const text = TOOL_FAILURES.input_expired.message;
      const message = acted ? `${text} ${MAY_HAVE_ACTED}` : text;
      return [toolFailed(call_id, "input_expired", waitedMs(call, due), null, message)];
    }
    case "continue": {
      const output = { answer: null, expired: true };
      return [
        { type: "tool.completed", data: { call_id, output, duration_ms: waitedMs(call, due) } },
      ];
    }
    case "fail":
      return [
        { type: "run.failed", data: { ...runFailure("wait_expired"), details: { call_id } } },
      ];
    default:
      return policy satisfies never;
  }
}

/** Returns the events that apply a decision about a call, except its first run. */
function applyDecision(state: RunState, call: TurnCall): NewEvent[] {
  const { approval, request } = call;
  const call_id = call.call.call_id;
  const outcome = approval?.outcome ?? null;
  if (outcome?.kind === "expired" && outcome.policy === "fail") {
    return [{ type: "run.failed", data: { ...runFailure("wait_expired"), details: { call_id } } }];
  }
  if (request !== null) {
    return [
      isApproved(call)
        ? requestAgain(state, call, approval?.arguments ?? request.arguments)
        : { type: "tool.outcome_unknown", data: { call_id } },
    ];
  }
  if (outcome?.kind === "expired") {
    return [toolFailed(call_id, "approval_expired", 0)];
  }
  const comment = outcome?.kind === "deny" ? outcome.comment : null;
  return [toolFailed(call_id, "approval_denied", 0, comment)];
}

function toolFailed(
  call_id: string,
  code: ToolFailureCode,
  duration_ms: number,
  comment: string | null = null,
  text: string = TOOL_FAILURES[code].message,
): NewEvent {
  const message = comment === null ? text : `${text} Their comment: ${comment}`;
  return { type: "tool.failed", data: { call_id, code, message, duration_ms } };
}

function waitedMs({ request }: TurnCall, until: number): number {
  return Math.max(0, until - (request?.requestedAt ?? until));
}

/**
 * The tool calls of one turn. Each call is always in one of these states: to be prepared, awaiting
 * approval, waiting for time or input, running, or settled.
 */
import type { Question } from "../log/elicitation.ts";
import type { TurnCall } from "../log/state.ts";

/** Whether a person must decide before the call proceeds. */
function awaitsApproval({ approval }: TurnCall): boolean {
  return approval !== null && approval.outcome === null;
}

/** Returns whether the call may run, by a person's decision or by an expiry. */
export function isApproved({ approval }: TurnCall): boolean {
  const outcome = approval?.outcome ?? null;
  return (
    outcome?.kind === "approve" || (outcome?.kind === "expired" && outcome.policy === "continue")
  );
}

/** Returns whether the call's intent must be written next: the call is new, or was approved. */
export function needsPreparation(call: TurnCall): boolean {
  return (
    call.result === null && call.request === null && (call.approval === null || isApproved(call))
  );
}

/** Returns whether the intent is written and a tool runs, or ran when the process died. */
export function isRunning({ request, result }: TurnCall): boolean {
  return result === null && request !== null && request.waitsFor === null && !request.held;
}

/** Returns whether the call has a decision that is not applied yet. */
export function hasOpenDecision(call: TurnCall): boolean {
  const { approval, request, result } = call;
  return (
    result === null &&
    approval !== null &&
    approval.outcome !== null &&
    (request === null ? !isApproved(call) : request.held)
  );
}

/** Returns whether the call was stopped until its questions are answered. */
export function isSuspended({ request, questions, result }: TurnCall): boolean {
  return result === null && request?.waitsFor === "input" && questions.length > 0;
}

/** Returns whether the call was stopped and all its questions are answered. */
export function isResumable(call: TurnCall): boolean {
  return isSuspended(call) && call.questions.every((question) => question.answer !== null);
}

function isAnswered(call: TurnCall): boolean {
  return call.questions.length > 0 ? isResumable(call) : (call.request?.answer ?? null) !== null;
}

/** Returns the oldest unanswered question of a call, or null. */
export function openQuestion({ questions, result }: TurnCall): Question | null {
  return result === null ? (questions.find(({ answer }) => answer === null) ?? null) : null;
}

/**
 * Returns when the call can proceed, in milliseconds since the epoch: 0 for now, null if only a
 * command can continue it. Settled calls are never due.
 */
export function callDue(call: TurnCall): number | null {
  const { approval, request, result } = call;
  if (result !== null) {
    return null;
  }
  if (awaitsApproval(call)) {
    return approval?.expiresAt ?? null;
  }
  if (request?.waitsFor === "timer") {
    return request.until;
  }
  if (request?.waitsFor === "input") {
    return isAnswered(call) ? 0 : request.until;
  }
  return 0;
}

/** Returns the earliest time at which any of the calls can proceed, or null. */
export function turnDue(calls: readonly TurnCall[]): number | null {
  const times = calls.map(callDue).filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * Returns the reason for the wait of a turn that cannot proceed now. Waits for people come before
 * timers.
 */
export function turnWait(calls: readonly TurnCall[]): {
  readonly for: "approval" | "input" | "timer";
  readonly call: TurnCall;
} | null {
  const open = calls.filter((call) => call.result === null);
  const asked = open.find(awaitsApproval);
  if (asked !== undefined) {
    return { for: "approval", call: asked };
  }
  const input = open.find((call) => call.request?.waitsFor === "input");
  if (input !== undefined) {
    return { for: "input", call: input };
  }
  const [timer] = open.toSorted((a, b) => (callDue(a) ?? 0) - (callDue(b) ?? 0));
  return timer === undefined ? null : { for: "timer", call: timer };
}

/**
 * The tool calls of one turn. Each call is always in one of these states: to be prepared, awaiting
 * approval, waiting for time or input, running, or settled.
 */
import type { Question } from "../log/elicitation.ts";
import type { NewEvent } from "../log/event.ts";
import type { TurnCall } from "../log/state.ts";
import { childrenDue, haveEnded } from "./children.ts";

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
  if (request?.waitsFor === "children") {
    return childrenDue(request);
  }
  if (request?.waitsFor === "input") {
    return isAnswered(call) ? 0 : request.until;
  }
  return 0;
}

/**
 * Returns the earliest time at which any of the calls can proceed, or null. A call whose tasks have
 * ended is held until those of the other calls have: the model needs all of them, and each pause
 * less costs a write less.
 */
export function turnDue(calls: readonly TurnCall[]): number | null {
  const isHeld = calls.some((call) => awaitsChildren(call) && !hasEnded(call));
  const times = calls
    .filter((call) => !(isHeld && awaitsChildren(call) && hasEnded(call)))
    .map(callDue)
    .filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** Returns whether the call waits for tasks, or waited for tasks that have ended. */
function awaitsChildren({ request, result }: TurnCall): boolean {
  const action = request?.children?.action;
  return result === null && (action === "run" || action === "wait");
}

function hasEnded({ request }: TurnCall): boolean {
  return (
    request?.children !== null && request?.children !== undefined && haveEnded(request.children)
  );
}

/**
 * Returns the reason for the wait of a turn that cannot proceed now. Waits for people come before
 * children, and those before timers.
 */
function turnWait(calls: readonly TurnCall[]): {
  readonly for: "approval" | "input" | "children" | "timer";
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
  const tasks = open.find((call) => call.request?.waitsFor === "children");
  if (tasks !== undefined) {
    return { for: "children", call: tasks };
  }
  const [timer] = open.toSorted((a, b) => (callDue(a) ?? 0) - (callDue(b) ?? 0));
  return timer === undefined ? null : { for: "timer", call: timer };
}

/**
 * Returns the event by which a turn waits that cannot proceed now.
 * @throws Error if all calls are settled: a bug
 */
export function waitOfTurn(calls: readonly TurnCall[]): NewEvent {
  const wait = turnWait(calls);
  if (wait === null) {
    throw new Error("decide: a turn whose calls are all settled should have been closed");
  }
  const due = turnDue(calls);
  return {
    type: "run.waiting",
    data: {
      for: wait.for,
      call_id: wait.call.call.call_id,
      ...(due === null ? {} : { until: new Date(due).toISOString() }),
    },
  };
}

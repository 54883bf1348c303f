/**
 * The tool calls of one turn, and what each of them waits for. Every call is at any moment in one of
 * these places: to be prepared, held for a person, waiting for time or input, running, or settled.
 */
import type { Question } from "../log/elicitation.ts";
import type { TurnCall } from "../log/state.ts";

/** Whether a person has to say something before anything happens to the call. */
function isAsked({ approval }: TurnCall): boolean {
  return approval !== null && approval.outcome === null;
}

/** Whether a person, or the time, said that the call may be run. */
export function isApproved({ approval }: TurnCall): boolean {
  const outcome = approval?.outcome ?? null;
  return (
    outcome?.kind === "approve" || (outcome?.kind === "expired" && outcome.policy === "continue")
  );
}

/** Whether the call's intent is to be written next: it is new, or was approved. */
export function isToBePrepared(call: TurnCall): boolean {
  return (
    call.result === null && call.request === null && (call.approval === null || isApproved(call))
  );
}

/** Whether the intent is written and something runs, or ran when the process died. */
export function isRunning({ request, result }: TurnCall): boolean {
  return result === null && request !== null && request.waitsFor === null && !request.held;
}

/** Whether the decision about the call has not been carried out yet. */
export function isDecided(call: TurnCall): boolean {
  const { approval, request, result } = call;
  return (
    result === null &&
    approval !== null &&
    approval.outcome !== null &&
    (request === null ? !isApproved(call) : request.held)
  );
}

/** Whether a call was given up until its questions are answered. */
export function isSuspended({ request, questions, result }: TurnCall): boolean {
  return result === null && request?.waitsFor === "input" && questions.length > 0;
}

/** Whether a call that was given up for its questions has all the answers. */
export function isToBeResumed(call: TurnCall): boolean {
  return isSuspended(call) && call.questions.every((question) => question.answer !== null);
}

function isAnswered(call: TurnCall): boolean {
  return call.questions.length > 0 ? isToBeResumed(call) : (call.request?.answer ?? null) !== null;
}

/** The oldest question of a call that nobody has answered. */
export function openQuestion({ questions, result }: TurnCall): Question | null {
  return result === null ? (questions.find(({ answer }) => answer === null) ?? null) : null;
}

/**
 * When something can be done about a call: 0 for now, null where only somebody outside can say.
 * Settled calls are never due.
 */
export function callDue(call: TurnCall): number | null {
  const { approval, request, result } = call;
  if (result !== null) {
    return null;
  }
  if (isAsked(call)) {
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

/** The earliest moment at which something can be done about any of the calls. */
export function turnDue(calls: readonly TurnCall[]): number | null {
  const times = calls.map(callDue).filter((time) => time !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** What a turn waits for, where nothing can be done now: people before time. */
export function turnWait(calls: readonly TurnCall[]): {
  readonly for: "approval" | "input" | "timer";
  readonly call: TurnCall;
} | null {
  const open = calls.filter((call) => call.result === null);
  const asked = open.find(isAsked);
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

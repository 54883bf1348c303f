/**
 * What a run does next. `decide` is pure: the same state, planner and time give the same action.
 * The loop performs actions and writes their events; it has no opinion of its own.
 */
import type { NewEvent } from "./event.ts";
import { runFailure } from "./failure.ts";
import { callId } from "./id.ts";
import { deadline, durationReached, stepsReached, toolCallsReached } from "./limits.ts";
import type { Planner } from "./planner.ts";
import type { RunState, TurnCall } from "./state.ts";

export type Action =
  /** Facts that follow from the state alone; write them and decide again. */
  | { readonly kind: "record"; readonly events: readonly NewEvent[] }
  /** Compose a model request, write its intent, send it. */
  | {
      readonly kind: "ask";
      readonly call_id: string;
      readonly attempt: number;
      readonly step: number;
    }
  /** Look up the tools of these calls and write what becomes of each. */
  | { readonly kind: "prepare"; readonly modelCallId: string; readonly calls: readonly TurnCall[] }
  /** Run these calls, whose intents are written. */
  | { readonly kind: "perform"; readonly calls: readonly TurnCall[] }
  /** Nothing can be done before `until` (milliseconds), or before something happens (null). */
  | { readonly kind: "rest"; readonly until: number | null }
  | { readonly kind: "over" };

/** @param now milliseconds since the epoch */
export function decide(state: RunState, planner: Planner, now: number): Action {
  if (state.end !== null || state.spec === null) {
    return { kind: "over" };
  }
  if (state.status === "pending") {
    return record({ type: "run.started", data: { epoch: state.epoch + 1 } });
  }
  if (state.wait !== null) {
    const { until } = state.wait;
    return until !== null && now >= until
      ? record({ type: "run.resumed", data: { from: state.wait.for } })
      : { kind: "rest", until };
  }
  const overdue = durationReached(state, now);
  if (overdue !== null) {
    return { kind: "record", events: overdue };
  }
  if (state.model !== null) {
    return decideModel(state, state.model, now);
  }
  return state.turn === null ? decideStep(state, planner) : decideTurn(state, state.turn, now);
}

function decideModel(state: RunState, call: NonNullable<RunState["model"]>, now: number): Action {
  switch (call.phase) {
    case "dead":
      return record({
        type: "run.failed",
        data: {
          ...(call.failure ?? runFailure("internal_error")),
          details: { call_id: call.call_id, attempts: call.attempt },
        },
      });
    case "due":
      return now < call.retryAt
        ? { kind: "rest", until: Math.min(call.retryAt, deadline(state, now)) }
        : {
            kind: "ask",
            call_id: call.call_id,
            attempt: call.attempt + 1,
            step: state.usage.steps,
          };
    case "in_flight":
      throw new Error("decide: a model call is in flight; recover or wait for it first");
    default:
      return call.phase satisfies never;
  }
}

/** The calls of one turn: prepared first, run side by side, timers waited for last. */
function decideTurn(state: RunState, turn: NonNullable<RunState["turn"]>, now: number): Action {
  const fresh = turn.calls.filter((call) => call.request === null && call.result === null);
  if (fresh.length > 0) {
    const reached = toolCallsReached(state, fresh.length);
    return reached === null
      ? { kind: "prepare", modelCallId: turn.modelCallId, calls: fresh }
      : { kind: "record", events: reached };
  }
  const open = turn.calls.filter((call) => call.result === null);
  const running = open.filter((call) => call.request?.until === null);
  if (running.length > 0) {
    return { kind: "perform", calls: running };
  }
  const [next] = open.toSorted((a, b) => untilOf(a) - untilOf(b));
  if (next === undefined) {
    throw new Error("decide: a turn whose calls are all settled should have been closed");
  }
  const until = untilOf(next);
  const iso = new Date(until).toISOString();
  const call_id = next.call.call_id;
  if (now < until) {
    return record({ type: "run.waiting", data: { for: "timer", until: iso, call_id } });
  }
  const duration_ms = Math.max(0, until - (next.request?.requestedAt ?? until));
  return record({
    type: "tool.completed",
    data: { call_id, output: { waited_until: iso }, duration_ms },
  });
}

function decideStep(state: RunState, planner: Planner): Action {
  if (state.answer !== null) {
    return record({ type: "run.completed", data: { result: { answer: state.answer } } });
  }
  const next = planner.next(state);
  if (next.kind === "finish") {
    return record({ type: "run.completed", data: { result: { answer: next.answer } } });
  }
  const reached = stepsReached(state);
  return reached === null
    ? { kind: "ask", call_id: callId(state.nextCall), attempt: 1, step: state.usage.steps + 1 }
    : { kind: "record", events: reached };
}

function untilOf(call: TurnCall): number {
  return call.request?.until ?? Number.POSITIVE_INFINITY;
}

function record(...events: NewEvent[]): Action {
  return { kind: "record", events };
}

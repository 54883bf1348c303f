/**
 * What becomes of a run that stopped without warning: a fresh process finds a log whose last
 * events are intents. Nothing is guessed: each open call is settled by what it declared before it
 * began. Bounded by a count that progress does not reset.
 */
import type { NewEvent } from "./event.ts";
import { runFailure } from "./failure.ts";
import { idempotencyKey } from "./id.ts";
import type { RunState, TurnCall } from "./state.ts";

/** Interruptions after which a run is given up. */
const MAX_RECOVERIES = 100;

/**
 * The events that settle what an interruption left open; empty if nothing was interrupted (a run
 * that waits, or rests until its next attempt, was not). For the first slice of a fresh process, or
 * the first after one that threw.
 * @param failed whether a slice threw; that is counted whatever the run was at
 */
export function recover(state: RunState, failed = false): NewEvent[] {
  const { spec, status, model } = state;
  const active = status === "running" || status === "waiting";
  if (spec === null || !active || (!failed && rests(state))) {
    return [];
  }
  const calls = openCalls(state);
  const inFlight = model?.phase === "in_flight" ? model : null;
  const open = [
    ...(inFlight === null ? [] : [inFlight.call_id]),
    ...calls.map((c) => c.call.call_id),
  ];
  const events: NewEvent[] = [
    {
      type: "recovery.started",
      data: {
        epoch: state.epoch + 1,
        reason: failed ? "failed" : "interrupted",
        open_calls: open,
      },
    },
  ];
  if (state.recoveries >= MAX_RECOVERIES) {
    const message = `The run was interrupted ${MAX_RECOVERIES} times.`;
    return [...events, { type: "run.failed", data: runFailure("recovery_exhausted", message) }];
  }
  if (inFlight !== null) {
    const { call_id, attempt } = inFlight;
    events.push({ type: "model.superseded", data: { call_id, attempt } });
  }
  const modelCallId = state.turn?.modelCallId ?? "";
  return [...events, ...calls.map((call) => settle(call, modelCallId, spec.task_id))];
}

/** What is written with a cancellation: calls that are out have an outcome nobody will learn. */
export function abandon(state: RunState): NewEvent[] {
  return openCalls(state)
    .filter((call) => call.request?.effect !== "pure")
    .map((call) => ({ type: "tool.outcome_unknown", data: { call_id: call.call.call_id } }));
}

/** Whether the run may have been left like this on purpose: nothing was under way. */
function rests(state: RunState): boolean {
  if (state.status === "waiting") {
    return true;
  }
  // After a lost attempt the next one follows at once; after a failed one there is a pause.
  return state.model !== null
    ? state.model.phase === "due" && !state.model.superseded
    : state.turn !== null && openCalls(state).length === 0;
}

/** Calls whose intent is written and whose outcome is not; timers are not calls that run. */
function openCalls(state: RunState): TurnCall[] {
  return (state.turn?.calls ?? []).filter(
    (call) => call.request !== null && call.request.until === null && call.result === null,
  );
}

function settle({ call, request }: TurnCall, modelCallId: string, taskId: string): NewEvent {
  if (request === null || request.effect === "once") {
    return { type: "tool.outcome_unknown", data: { call_id: call.call_id } };
  }
  return {
    type: "tool.requested",
    data: {
      call_id: call.call_id,
      model_call_id: modelCallId,
      name: call.name,
      arguments: request.arguments,
      effect: request.effect,
      idempotency_key: idempotencyKey(taskId, call.call_id),
      attempt: request.attempt + 1,
    },
  };
}

/**
 * Crash recovery. Given a log that ends in unfinished intents, returns the events that settle them.
 * Nothing is guessed: each open call is settled by the effect it declared before it began. Bounded
 * by counts that progress does not reset. Waiting is not an interruption.
 */
import type { Effect } from "../value/effect.ts";
import { eventsThroughEnd, type NewEvent } from "../log/event.ts";
import type { RecoveryReason } from "../log/event-data.ts";
import { runFailure } from "../value/failure.ts";
import { idempotencyKey } from "../value/id.ts";
import type { JsonValue } from "../value/json.ts";
import type { InnerCall, OpenModelCall, RunState, TurnCall } from "../log/state.ts";
import { callsToStart } from "./children.ts";
import { isRunning, isSuspended, openQuestion } from "./turn.ts";

/** Incidents after which the run fails. */
const MAX_INCIDENTS = 100;
/** Interruptions of one call after which it is not attempted again. */
export const MAX_LOST = 20;
/**
 * Consecutive interruptions by a lack of memory after which the run fails: the next would fail the
 * same way.
 */
const MAX_OF_MEMORY = 3;

/**
 * Returns the events that settle what an interruption left open; empty if nothing was interrupted
 * (a run that waits, or rests until its next attempt). Called for the first slice of a new process,
 * and for the first slice after one that failed.
 * @param now milliseconds since the epoch
 * @param reason any reason except `interrupted` counts as an interruption whatever the run was
 * doing
 */
export function recover(
  state: RunState,
  now: number,
  reason: RecoveryReason = "interrupted",
): NewEvent[] {
  const { spec, status, model, interruptions } = state;
  const active = status === "running" || status === "waiting";
  if (spec === null || !active || (reason === "interrupted" && pausedOnPurpose(state, now))) {
    return [];
  }
  const calls = openCalls(state);
  const starting = callsToStart(state.turn?.calls ?? [], now);
  const inFlight = model?.phase === "in_flight" ? model : null;
  const open = [
    ...(inFlight === null ? [] : [inFlight.call_id]),
    ...calls.flatMap((c) => [c.call.call_id, ...openInner(c).map((inner) => inner.call_id)]),
    // Their tasks are submitted again under the same ids.
    ...starting.map(({ call }) => call.call_id),
  ];
  const events: NewEvent[] = [
    { type: "recovery.started", data: { epoch: state.epoch + 1, reason, open_calls: open } },
  ];
  // Money that may have been spent is booked in every case.
  events.push(...(inFlight === null ? [] : presumedUsage(inFlight)));
  if (reason === "out_of_memory" && interruptions.ofMemory + 1 >= MAX_OF_MEMORY) {
    const message = `The run's process ran out of memory ${MAX_OF_MEMORY} times in a row.`;
    return [...events, { type: "run.failed", data: runFailure("out_of_memory", message) }];
  }
  if (interruptions.incidents >= MAX_INCIDENTS) {
    const message = `The run was interrupted ${MAX_INCIDENTS} times.`;
    return [...events, { type: "run.failed", data: runFailure("recovery_exhausted", message) }];
  }
  if (inFlight !== null) {
    const { call_id, attempt } = inFlight;
    events.push({ type: "model.superseded", data: { call_id, attempt } });
  }
  return eventsThroughEnd([...events, ...calls.flatMap((call) => settle(state, call, now))]);
}

/**
 * Returns the usage of a lost attempt: its actual cost will never be known, so its whole
 * reservation is booked.
 */
export function presumedUsage({ call_id, attempt, reserved }: OpenModelCall): NewEvent[] {
  return reserved === 0
    ? []
    : [
        {
          type: "usage.recorded",
          data: {
            call_id,
            attempt,
            input_tokens: 0,
            cached_input_tokens: 0,
            output_tokens: 0,
            reasoning_tokens: 0,
            cost_micro_usd: reserved,
            estimated: true,
          },
        },
      ];
}

/** Returns the events for the open calls of a cancelled run: their outcomes will never be known. */
export function abandonOpenCalls(state: RunState): NewEvent[] {
  return abandonedCalls(state).flatMap((call) => {
    const { call_id } = call.call;
    const inner = openInner(call).filter(({ effect }) => effect !== "pure");
    const unknown = inner.map((one) => innerUnknown(call, one));
    return call.request?.effect === "pure"
      ? unknown
      : unknown.concat({ type: "tool.outcome_unknown", data: { call_id } });
  });
}

/** Effects of calls that run again after a crash, or whose tool is asked for the outcome. */
const REPEATABLE: ReadonlySet<Effect> = new Set<Effect>(["pure", "idempotent", "probe"]);

/** Returns the calls made by a call's code that have an intent and no outcome. */
function openInner({ inner }: TurnCall): InnerCall[] {
  return inner.filter((one) => one.result === null);
}

function innerUnknown(parent: TurnCall, { call_id }: InnerCall): NewEvent {
  const parent_call_id = parent.call.call_id;
  return { type: "tool.outcome_unknown", data: { call_id, parent_call_id } };
}

/** Returns the intent of one more attempt of a call, under its original idempotency key. */
export function requestAgain(
  state: RunState,
  { call, request }: TurnCall,
  args: JsonValue,
): NewEvent {
  return {
    type: "tool.requested",
    data: {
      call_id: call.call_id,
      model_call_id: state.turn?.modelCallId ?? "",
      name: request?.name ?? call.name,
      arguments: args,
      effect: request?.effect ?? "once",
      idempotency_key: idempotencyKey(state.spec?.task_id ?? "", call.call_id),
      attempt: (request?.attempt ?? 0) + 1,
    },
  };
}

/** Returns whether the run may have stopped on purpose: nothing was in progress. */
function pausedOnPurpose(state: RunState, now: number): boolean {
  if (state.status === "waiting") {
    return true;
  }
  // A lost attempt is retried at once; a failed one after a pause.
  return state.model !== null
    ? state.model.phase === "due" && !state.model.superseded
    : state.turn !== null &&
        openCalls(state).length === 0 &&
        callsToStart(state.turn.calls, now).length === 0;
}

/** Returns the calls that run, and those that were stopped to ask a person. */
function abandonedCalls(state: RunState): TurnCall[] {
  return (state.turn?.calls ?? []).filter((call) => isRunning(call) || isSuspended(call));
}

/** Returns the calls with an intent and no outcome. Waiting calls do not run. */
function openCalls(state: RunState): TurnCall[] {
  return (state.turn?.calls ?? []).filter(isRunning);
}

/**
 * Settles an open call made by code. The code will run again from its start and make the call
 * again: then the call runs, or its outcome is reported as unknown.
 */
function settleInner(state: RunState, parent: TurnCall, inner: InnerCall): NewEvent {
  const { call_id, name, effect, attempt } = inner;
  return !REPEATABLE.has(effect) || attempt >= MAX_LOST
    ? innerUnknown(parent, inner)
    : {
        type: "tool.requested",
        data: {
          call_id,
          model_call_id: state.turn?.modelCallId ?? "",
          name,
          arguments: inner.arguments,
          effect,
          idempotency_key: idempotencyKey(state.spec?.task_id ?? "", call_id),
          attempt: attempt + 1,
          parent_call_id: parent.call.call_id,
        },
      };
}

/** Settles one open call: runs it again if that is harmless, else follows the agent's setting. */
function settle(state: RunState, open: TurnCall, now: number): NewEvent[] {
  const { call, request } = open;
  const unknown: NewEvent = { type: "tool.outcome_unknown", data: { call_id: call.call_id } };
  if (request === null || request.attempt >= MAX_LOST) {
    return [...openInner(open).map((inner) => innerUnknown(open, inner)), unknown];
  }
  if (openQuestion(open) !== null) {
    // The server had asked a question: the call continues with the answer.
    return [{ type: "tool.suspended", data: { call_id: call.call_id } }];
  }
  if (REPEATABLE.has(request.effect)) {
    const inner = openInner(open).map((one) => settleInner(state, open, one));
    return [...inner, requestAgain(state, open, request.arguments)];
  }
  return onOutcomeUnknown(state, open, now);
}

/** Returns the events for a call with an unknown outcome, according to the agent's setting. */
export function onOutcomeUnknown(
  state: RunState,
  { call: { call_id, name }, request }: TurnCall,
  now: number,
): NewEvent[] {
  const unknown: NewEvent = { type: "tool.outcome_unknown", data: { call_id } };
  const { on_outcome_unknown = "tell_model", waits } = state.spec?.config ?? {};
  switch (on_outcome_unknown) {
    case "tell_model":
      return [unknown];
    case "fail":
      return [
        unknown,
        { type: "run.failed", data: { ...runFailure("outcome_unknown"), details: { call_id } } },
      ];
    case "ask": {
      const expires = waits?.approval_expires_s;
      return [
        { type: "tool.outcome_unknown", data: { call_id, held: true } },
        {
          type: "approval.requested",
          data: {
            call_id,
            name: request?.name ?? name,
            arguments: request?.arguments ?? null,
            reason: "outcome_unknown",
            ...(expires === undefined
              ? {}
              : { expires_at: new Date(now + expires * 1000).toISOString() }),
          },
        },
      ];
    }
    default:
      return on_outcome_unknown satisfies never;
  }
}

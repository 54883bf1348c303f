/**
 * What becomes of a run that stopped without warning: a fresh process finds a log whose last
 * events are intents. Nothing is guessed: each open call is settled by what it declared before it
 * began. Bounded by counts that progress does not reset; waiting is no interruption.
 */
import type { Effect } from "../value/effect.ts";
import { upToEnd, type NewEvent, type RecoveryReason } from "../log/event.ts";
import { runFailure } from "../value/failure.ts";
import { idempotencyKey } from "../value/id.ts";
import type { JsonValue } from "../value/json.ts";
import type { InnerCall, OpenModelCall, RunState, TurnCall } from "../log/state.ts";
import { isRunning, isSuspended, openQuestion } from "./turn.ts";

/** Incidents after which a run is given up. */
const MAX_INCIDENTS = 100;
/** Interruptions of one call after which it is given up. */
export const MAX_LOST = 20;
/** Deaths of memory in a row after which a run is given up: the next would be the same. */
const MAX_OF_MEMORY = 3;

/**
 * The events that settle what an interruption left open; empty if nothing was interrupted (a run
 * that waits, or rests until its next attempt, was not). For the first slice of a fresh process, or
 * the first after one that failed.
 * @param now milliseconds since the epoch
 * @param reason other than `interrupted`, it is counted whatever the run was at
 */
export function recover(
  state: RunState,
  now: number,
  reason: RecoveryReason = "interrupted",
): NewEvent[] {
  const { spec, status, model, interruptions } = state;
  const active = status === "running" || status === "waiting";
  if (spec === null || !active || (reason === "interrupted" && rests(state))) {
    return [];
  }
  const calls = openCalls(state);
  const inFlight = model?.phase === "in_flight" ? model : null;
  const open = [
    ...(inFlight === null ? [] : [inFlight.call_id]),
    ...calls.flatMap((c) => [c.call.call_id, ...openInner(c).map((inner) => inner.call_id)]),
  ];
  const events: NewEvent[] = [
    { type: "recovery.started", data: { epoch: state.epoch + 1, reason, open_calls: open } },
  ];
  // Money that may have been spent is booked, whatever else follows.
  events.push(...(inFlight === null ? [] : presumed(inFlight)));
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
  return upToEnd([...events, ...calls.flatMap((call) => settle(state, call, now))]);
}

/**
 * What a lost attempt is booked with: nobody will ever say what it used, so the budgets take it for
 * all that it held back.
 */
export function presumed({ call_id, attempt, reserved }: OpenModelCall): NewEvent[] {
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

/** What is written with a cancellation: calls that are out have an outcome nobody will learn. */
export function abandon(state: RunState): NewEvent[] {
  return abandonedCalls(state).flatMap((call) => {
    const { call_id } = call.call;
    const inner = openInner(call).filter(({ effect }) => effect !== "pure");
    const unknown = inner.map((one) => innerUnknown(call, one));
    return call.request?.effect === "pure"
      ? unknown
      : unknown.concat({ type: "tool.outcome_unknown", data: { call_id } });
  });
}

/** Effects of calls that are made again after a crash, or asked what became of them. */
const REPEATABLE: ReadonlySet<Effect> = new Set<Effect>(["pure", "idempotent", "probe"]);

/** Calls of a call's code whose intent is written and whose outcome is not. */
function openInner({ inner }: TurnCall): InnerCall[] {
  return inner.filter((one) => one.result === null);
}

function innerUnknown(parent: TurnCall, { call_id }: InnerCall): NewEvent {
  const parent_call_id = parent.call.call_id;
  return { type: "tool.outcome_unknown", data: { call_id, parent_call_id } };
}

/** The intent of one more attempt of a call, under the key it always had. */
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

/** Calls that run, and those that ran until they asked a person something. */
function abandonedCalls(state: RunState): TurnCall[] {
  return (state.turn?.calls ?? []).filter((call) => isRunning(call) || isSuspended(call));
}

/** Calls whose intent is written and whose outcome is not; what waits does not run. */
function openCalls(state: RunState): TurnCall[] {
  return (state.turn?.calls ?? []).filter(isRunning);
}

/**
 * What becomes of an open call that code made. The code will run again from its start, and asks for
 * the call again: then it is run, or told that nobody knows.
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

/** What becomes of one open call: run again where that is harmless, else as the agent's policy says. */
function settle(state: RunState, open: TurnCall, now: number): NewEvent[] {
  const { call, request } = open;
  const unknown: NewEvent = { type: "tool.outcome_unknown", data: { call_id: call.call_id } };
  if (request === null || request.attempt >= MAX_LOST) {
    return [...openInner(open).map((inner) => innerUnknown(open, inner)), unknown];
  }
  if (openQuestion(open) !== null) {
    // The server had stopped to ask: the call goes on when there is an answer.
    return [{ type: "tool.suspended", data: { call_id: call.call_id } }];
  }
  if (REPEATABLE.has(request.effect)) {
    const inner = openInner(open).map((one) => settleInner(state, open, one));
    return [...inner, requestAgain(state, open, request.arguments)];
  }
  return outcomeUnknown(state, open, now);
}

/** What follows where nobody knows whether a call took effect, as the agent's policy says. */
export function outcomeUnknown(
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

/**
 * Decides what a run does next. `decide` is pure: the same state, planner and time produce the same
 * action. The loop performs actions and writes their events; every policy is here.
 */
import { awaitedTasks, callsToStart, childrenCheckAt } from "./children.ts";
import { dueAt } from "./due.ts";
import { eventsThroughEnd, type NewEvent } from "../log/event.ts";
import type { EventType } from "../log/event-data.ts";
import { mayFallBack, runFailure } from "../value/failure.ts";
import { callId } from "../value/id.ts";
import {
  reachedByModelCall,
  reachedBySteps,
  reachedDuration,
  reachedByToolCalls,
  onLoop,
  onLimitReached,
} from "./limits.ts";
import { listingsDue } from "../value/mcp-listing.ts";
import { compactionDue, type Compaction } from "./memory.ts";
import { compactable } from "../value/message.ts";
import type { Planner } from "./planner.ts";
import { MAX_LOST } from "./recover.ts";
import { modelOf, nextModel, type RunState, type TurnCall } from "../log/state.ts";
import { settledByTimeOrPerson } from "./settle.ts";
import { isRunning, needsPreparation, waitOfTurn } from "./turn.ts";

/** How the log records one kind of work. */
interface Phases {
  /** Written before the work. Null if repeating it is harmless and nothing need be known of it. */
  readonly intent: EventType | null;
  /** What the loop does outside the run once the intent is durable. */
  readonly effect: string;
  /** Events that each settle the intent. */
  readonly outcomes: readonly EventType[];
  /** Events that `recover` writes after a crash between intent and outcome. */
  readonly recovery: readonly EventType[];
}

/**
 * All work of a run in one table: job, intent, effect, outcomes, recovery. test/unit/phases.test.ts
 * checks it against `decide`, `reduce` and `recover`; docs/crash-table.md covers the points in
 * between.
 */
export const PHASES = {
  /** The attempt is superseded and retried: a model call changes nothing outside. */
  model: {
    intent: "model.requested",
    effect: "one request to the provider",
    outcomes: ["model.completed", "model.failed", "model.superseded", "memory.compacted"],
    recovery: ["model.superseded"],
  },
  /** Runs again. */
  "tool: pure": {
    intent: "tool.requested",
    effect: "the tool runs",
    outcomes: ["tool.completed", "tool.failed"],
    recovery: ["tool.requested"],
  },
  /** Runs again with the same idempotency key. */
  "tool: idempotent": {
    intent: "tool.requested",
    effect: "the tool runs under its idempotency key",
    outcomes: ["tool.completed", "tool.failed"],
    recovery: ["tool.requested"],
  },
  /** The next attempt asks the tool's own status function before it runs. */
  "tool: probe": {
    intent: "tool.requested",
    effect: "the tool runs, unless its probe says that it has run",
    outcomes: ["tool.completed", "tool.failed", "tool.outcome_unknown"],
    recovery: ["tool.requested"],
  },
  /** Does not run again: the model is informed, a person decides, or the run fails. */
  "tool: once": {
    intent: "tool.requested",
    effect: "the tool runs once, or not at all",
    outcomes: ["tool.completed", "tool.failed", "tool.outcome_unknown"],
    recovery: ["tool.outcome_unknown"],
  },
  /** Submitted again under the ids of the intent, which changes nothing. */
  children: {
    intent: "tool.requested",
    effect: "the tasks of the call are submitted",
    outcomes: ["child.started", "tool.failed"],
    recovery: [],
  },
  /** Recalling changes nothing, so it is repeated. */
  recall: {
    intent: null,
    effect: "the memory stores of the run are read",
    outcomes: ["memory.recalled"],
    recovery: [],
  },
  /** Listing changes nothing, so it is repeated. */
  list: {
    intent: null,
    effect: "MCP servers are asked for their tools",
    outcomes: ["mcp.listed"],
    recovery: [],
  },
} as const satisfies Record<string, Phases>;

/** The next action of the loop. */
export type Action =
  /** Write events that follow from the state alone, then decide again. */
  | { readonly kind: "record"; readonly events: readonly NewEvent[] }
  /** Compose a model request, write its intent, send it. */
  | {
      readonly kind: "ask";
      readonly call_id: string;
      readonly attempt: number;
      readonly step: number;
      readonly purpose: "step" | "compact";
    }
  /** Look up the tools of these calls and write how each proceeds. */
  | { readonly kind: "prepare"; readonly modelCallId: string; readonly calls: readonly TurnCall[] }
  /** Submit the tasks of these calls, whose intents are written. */
  | { readonly kind: "spawn"; readonly calls: readonly TurnCall[] }
  /** Ask these tasks whether they have ended: they have not told for long. */
  | { readonly kind: "check"; readonly tasks: readonly string[] }
  /** Read the run's memory stores and write what they return. */
  | { readonly kind: "recall" }
  /** List these MCP servers and write the result. */
  | { readonly kind: "list"; readonly servers: readonly string[] }
  /** Run these calls, whose intents are written. */
  | { readonly kind: "perform"; readonly calls: readonly TurnCall[] }
  /** Rest until this time (milliseconds since the epoch), or until a command (null). */
  | { readonly kind: "rest"; readonly until: number | null }
  | { readonly kind: "over" };

/**
 * Returns the next action of the run.
 * @param now milliseconds since the epoch
 * @throws Error if a model call is in flight, or a settled turn was not closed: a bug
 */
export function decide(state: RunState, planner: Planner, now: number): Action {
  if (state.end !== null || state.spec === null) {
    return { kind: "over" };
  }
  if (state.wait !== null) {
    const due = dueAt(state);
    return due !== null && now >= due
      ? record({ type: "run.resumed", data: { from: state.wait.for } })
      : { kind: "rest", until: due };
  }
  if (state.status === "pending") {
    return begin(state, now);
  }
  const reached = reachedDuration(state, now);
  if (reached !== null) {
    return record(...onLimitReached(state, reached));
  }
  const { pauseUntil } = state.interruptions;
  if (now < pauseUntil) {
    return { kind: "rest", until: dueAt(state) };
  }
  if (state.model !== null) {
    return decideModel(state, state.model, now);
  }
  return state.turn === null ? decideStep(state, planner, now) : decideTurn(state, state.turn, now);
}

function begin(state: RunState, now: number): Action {
  const until = state.spec?.scheduled_at;
  return until !== undefined && now < Date.parse(until)
    ? record({ type: "run.waiting", data: { for: "schedule", until } })
    : record({ type: "run.started", data: { epoch: state.epoch + 1 } });
}

function decideModel(state: RunState, call: NonNullable<RunState["model"]>, now: number): Action {
  switch (call.phase) {
    case "dead":
      return record(afterFailure(state, call));
    case "due": {
      if (call.lost >= MAX_LOST) {
        const message = `A model call was interrupted ${MAX_LOST} times.`;
        const details = { call_id: call.call_id, attempts: call.attempt };
        const failure = runFailure("recovery_exhausted", message);
        return record({ type: "run.failed", data: { ...failure, details } });
      }
      if (now < call.retryAt) {
        return { kind: "rest", until: dueAt(state) };
      }
      const reached = reachedByModelCall(state);
      return reached === null
        ? {
            kind: "ask",
            call_id: call.call_id,
            attempt: call.attempt + 1,
            step: state.usage.steps,
            purpose: call.purpose,
          }
        : record(...onLimitReached(state, reached));
    }
    case "in_flight":
      throw new Error("decide: a model call is in flight; recover or wait for it first");
    default:
      return call.phase satisfies never;
  }
}

/**
 * Returns the event after a model call that failed for good: a compaction, a fallback model, or the
 * end of the run.
 */
function afterFailure(state: RunState, call: NonNullable<RunState["model"]>): NewEvent {
  const failure = call.failure ?? runFailure("internal_error");
  const to = nextModel(state);
  const older = compactable(state.conversation);
  if (failure.code === "context_too_long" && older.some((turn) => turn.role === "assistant")) {
    return compactedEvent(state, "turns");
  }
  if (to !== null && mayFallBack(failure.code)) {
    const from = modelOf(state);
    return {
      type: "model.switched",
      data: { call_id: call.call_id, from, to, code: failure.code },
    };
  }
  // A failed summary does not end the run: the older turns are left out without one.
  return call.purpose === "compact"
    ? compactedEvent(state, "turns")
    : {
        type: "run.failed",
        data: { ...failure, details: { call_id: call.call_id, attempts: call.attempt } },
      };
}

function compactedEvent(state: RunState, kind: Compaction): NewEvent {
  return { type: "memory.compacted", data: { up_to_seq: state.seq, kind, summary: "" } };
}

/**
 * Advances the calls of one turn, in this order: record what time or people settled, prepare new
 * calls, run all that can run concurrently, and wait last.
 */
function decideTurn(state: RunState, turn: NonNullable<RunState["turn"]>, now: number): Action {
  const settled = eventsThroughEnd(
    turn.calls.flatMap((call) => settledByTimeOrPerson(state, call, now)),
  );
  if (settled.length > 0) {
    return record(...settled);
  }
  const fresh = turn.calls.filter(needsPreparation);
  if (fresh.length > 0) {
    const reached = reachedByToolCalls(state, fresh.length);
    return reached === null
      ? { kind: "prepare", modelCallId: turn.modelCallId, calls: fresh }
      : record(...onLimitReached(state, reached));
  }
  const starting = callsToStart(turn.calls, now);
  if (starting.length > 0) {
    return { kind: "spawn", calls: starting };
  }
  const running = turn.calls.filter(isRunning);
  if (running.length > 0) {
    return { kind: "perform", calls: running };
  }
  const checkAt = childrenCheckAt(state);
  return checkAt !== null && now >= checkAt
    ? { kind: "check", tasks: awaitedTasks(turn.calls) }
    : record(waitOfTurn(turn.calls));
}

function decideStep(state: RunState, planner: Planner, now: number): Action {
  if (state.answer !== null) {
    return record({ type: "run.completed", data: { result: state.answer } });
  }
  const next = planner.next(state);
  if (next.kind === "finish") {
    return record({ type: "run.completed", data: { result: { answer: next.answer } } });
  }
  const looping = onLoop(state);
  if (looping.length > 0) {
    return record(...looping);
  }
  if (next.kind === "calls") {
    const full = reachedBySteps(state);
    return record(...(full === null ? [planned(state, next)] : onLimitReached(state, full)));
  }
  const reached = reachedByModelCall(state);
  if (reached !== null) {
    return record(...onLimitReached(state, reached));
  }
  if (state.memory === null && state.spec?.config.long_term_memory !== undefined) {
    return { kind: "recall" };
  }
  const servers = listingsDue(state.spec?.mcp_servers ?? [], state.mcp, now);
  if (servers.length > 0) {
    return { kind: "list", servers };
  }
  const due = compactionDue(state);
  const { steps } = state.usage;
  const call = { kind: "ask", call_id: callId(state.nextCall), attempt: 1 } as const;
  // The built-in models cannot summarise.
  if (due === "outputs" || (due === "turns" && modelOf(state).startsWith("local/"))) {
    return record(compactedEvent(state, due));
  }
  return due === "turns"
    ? { ...call, step: steps, purpose: "compact" }
    : { ...call, step: steps + 1, purpose: "step" };
}

/** Returns the event by which a planner makes calls without a model. */
function planned(
  { nextCall }: RunState,
  { calls, key }: Extract<ReturnType<Planner["next"]>, { kind: "calls" }>,
): NewEvent {
  const made = calls.map((call, i) => ({ call_id: callId(nextCall + 1 + i), ...call }));
  return {
    type: "step.planned",
    data: { call_id: callId(nextCall), ...(key === undefined ? {} : { key }), calls: made },
  };
}

function record(...events: NewEvent[]): Action {
  return { kind: "record", events };
}

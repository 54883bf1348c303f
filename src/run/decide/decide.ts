/**
 * What a run does next. `decide` is pure: the same state, planner and time give the same action.
 * The loop performs actions and writes their events; it has no opinion of its own.
 */
import { dueAt } from "./due.ts";
import { upToEnd, type EventType, type NewEvent } from "../log/event.ts";
import {
  MAY_HAVE_ACTED,
  mayFallBack,
  runFailure,
  TOOL_FAILURES,
  type ToolFailureCode,
} from "../value/failure.ts";
import { callId } from "../value/id.ts";
import { askingMet, durationMet, toolCallsMet, whenLooping, whenMet } from "./limits.ts";
import { listingsDue } from "../value/mcp-listing.ts";
import { compactionDue, type Compaction } from "./memory.ts";
import { compactable } from "../value/message.ts";
import type { Planner } from "./planner.ts";
import { MAX_LOST, requestAgain } from "./recover.ts";
import { modelOf, nextModel, type RunState, type TurnCall } from "../log/state.ts";
import {
  callDue,
  isApproved,
  isDecided,
  isRunning,
  isToBePrepared,
  isToBeResumed,
  turnDue,
  turnWait,
} from "./turn.ts";

/** How one kind of work passes through the log. */
interface Phases {
  /** Written before the work begins; null where a second try is harmless and nothing need be known. */
  readonly intent: EventType | null;
  /** What the loop does to the world once the intent is durable. */
  readonly effect: string;
  /** Each of these settles the intent. */
  readonly outcomes: readonly EventType[];
  /** What `recover` writes after a crash between intent and outcome. */
  readonly recovery: readonly EventType[];
}

/**
 * The whole life of a run in one table: job, intent, effect, outcome, recovery. It is held against
 * `decide`, `reduce` and `recover` by test/unit/phases.test.ts; docs/crash-table.md has the points in
 * between.
 */
export const PHASES = {
  /** The attempt is superseded and made again: a model call changes nothing outside. */
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
  /** Does not run again: the model is told, a person decides, or the run fails. */
  "tool: once": {
    intent: "tool.requested",
    effect: "the tool runs once, or not at all",
    outcomes: ["tool.completed", "tool.failed", "tool.outcome_unknown"],
    recovery: ["tool.outcome_unknown"],
  },
  /** Listing changes nothing: it is simply done again. */
  list: {
    intent: null,
    effect: "MCP servers are asked for their tools",
    outcomes: ["mcp.listed"],
    recovery: [],
  },
} as const satisfies Record<string, Phases>;

export type Action =
  /** Facts that follow from the state alone; write them and decide again. */
  | { readonly kind: "record"; readonly events: readonly NewEvent[] }
  /** Compose a model request, write its intent, send it. */
  | {
      readonly kind: "ask";
      readonly call_id: string;
      readonly attempt: number;
      readonly step: number;
      readonly purpose: "step" | "compact";
    }
  /** Look up the tools of these calls and write what becomes of each. */
  | { readonly kind: "prepare"; readonly modelCallId: string; readonly calls: readonly TurnCall[] }
  /** Find out what these MCP servers offer, and write it. */
  | { readonly kind: "list"; readonly servers: readonly string[] }
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
  if (state.wait !== null) {
    const due = dueAt(state);
    return due !== null && now >= due
      ? record({ type: "run.resumed", data: { from: state.wait.for } })
      : { kind: "rest", until: due };
  }
  if (state.status === "pending") {
    return begin(state, now);
  }
  const met = durationMet(state, now);
  if (met !== null) {
    return record(...whenMet(state, met));
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
      const met = askingMet(state);
      return met === null
        ? {
            kind: "ask",
            call_id: call.call_id,
            attempt: call.attempt + 1,
            step: state.usage.steps,
            purpose: call.purpose,
          }
        : record(...whenMet(state, met));
    }
    case "in_flight":
      throw new Error("decide: a model call is in flight; recover or wait for it first");
    default:
      return call.phase satisfies never;
  }
}

/** What follows a model call that failed for good: another way to go on, or the run's end. */
function afterFailure(state: RunState, call: NonNullable<RunState["model"]>): NewEvent {
  const failure = call.failure ?? runFailure("internal_error");
  const to = nextModel(state);
  const older = compactable(state.conversation);
  if (failure.code === "context_too_long" && older.some((turn) => turn.role === "assistant")) {
    return leftOut(state, "turns");
  }
  if (to !== null && mayFallBack(failure.code)) {
    const from = modelOf(state);
    return {
      type: "model.switched",
      data: { call_id: call.call_id, from, to, code: failure.code },
    };
  }
  // A summary that cannot be had is no reason to end: the older turns are left out without one.
  return call.purpose === "compact"
    ? leftOut(state, "turns")
    : {
        type: "run.failed",
        data: { ...failure, details: { call_id: call.call_id, attempts: call.attempt } },
      };
}

function leftOut(state: RunState, kind: Compaction): NewEvent {
  return { type: "memory.compacted", data: { up_to_seq: state.seq, kind, summary: "" } };
}

/**
 * The calls of one turn: what time or people have settled is written down, what is new is prepared,
 * what can run is run side by side, and the rest is waited for last.
 */
function decideTurn(state: RunState, turn: NonNullable<RunState["turn"]>, now: number): Action {
  const settled = upToEnd(turn.calls.flatMap((call) => settledOutside(state, call, now)));
  if (settled.length > 0) {
    return record(...settled);
  }
  const fresh = turn.calls.filter(isToBePrepared);
  if (fresh.length > 0) {
    const met = toolCallsMet(state, fresh.length);
    return met === null
      ? { kind: "prepare", modelCallId: turn.modelCallId, calls: fresh }
      : record(...whenMet(state, met));
  }
  const running = turn.calls.filter(isRunning);
  if (running.length > 0) {
    return { kind: "perform", calls: running };
  }
  const wait = turnWait(turn.calls);
  if (wait === null) {
    throw new Error("decide: a turn whose calls are all settled should have been closed");
  }
  const due = turnDue(turn.calls);
  return record({
    type: "run.waiting",
    data: {
      for: wait.for,
      call_id: wait.call.call.call_id,
      ...(due === null ? {} : { until: new Date(due).toISOString() }),
    },
  });
}

/** What time or a person has made of a call since it was last looked at. */
function settledOutside(state: RunState, call: TurnCall, now: number): NewEvent[] {
  if (call.result !== null) {
    return [];
  }
  if (isDecided(call)) {
    return carriedOut(state, call);
  }
  const due = callDue(call);
  const { approval, request } = call;
  const call_id = call.call.call_id;
  const on_expiry = state.spec?.config.waits?.on_expiry ?? "deny";
  if (request !== null && isToBeResumed(call)) {
    return [
      request.attempt < MAX_ASKED
        ? requestAgain(state, call, request.arguments)
        : failed(call_id, "questions_without_end", waited(call, state.at)),
    ];
  }
  if (request?.waitsFor === "input" && request.answer !== null) {
    const { content, data } = request.answer;
    const output = data === null ? { answer: content } : { answer: content, data };
    return [
      { type: "tool.completed", data: { call_id, output, duration_ms: waited(call, state.at) } },
    ];
  }
  if (due === null || due === 0 || now < due) {
    return [];
  }
  if (request?.waitsFor === "timer") {
    const output = { waited_until: new Date(due).toISOString() };
    return [{ type: "tool.completed", data: { call_id, output, duration_ms: waited(call, due) } }];
  }
  if (approval !== null && approval.outcome === null) {
    return [{ type: "approval.expired", data: { call_id, policy: on_expiry } }];
  }
  // A question of a server has no answer but a person's.
  const policy = call.questions.length > 0 && on_expiry === "continue" ? "deny" : on_expiry;
  switch (policy) {
    case "deny": {
      const acted = call.questions.length > 0 && request?.effect !== "pure";
      const says = TOOL_FAILURES.input_expired.message;
      const message = acted ? `${says} ${MAY_HAVE_ACTED}` : says;
      return [failed(call_id, "input_expired", waited(call, due), null, message)];
    }
    case "continue": {
      const output = { answer: null, expired: true };
      return [
        { type: "tool.completed", data: { call_id, output, duration_ms: waited(call, due) } },
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

/** What follows from a decision about a call, other than that it is run for the first time. */
function carriedOut(state: RunState, call: TurnCall): NewEvent[] {
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
    return [failed(call_id, "approval_expired", 0)];
  }
  const comment = outcome?.kind === "deny" ? outcome.comment : null;
  return [failed(call_id, "approval_denied", 0, comment)];
}

function failed(
  call_id: string,
  code: ToolFailureCode,
  duration_ms: number,
  comment: string | null = null,
  says: string = TOOL_FAILURES[code].message,
): NewEvent {
  const message = comment === null ? says : `${says} Their comment: ${comment}`;
  return { type: "tool.failed", data: { call_id, code, message, duration_ms } };
}

function waited({ request }: TurnCall, until: number): number {
  return Math.max(0, until - (request?.requestedAt ?? until));
}

function decideStep(state: RunState, planner: Planner, now: number): Action {
  if (state.answer !== null) {
    return record({ type: "run.completed", data: { result: state.answer } });
  }
  const next = planner.next(state);
  if (next.kind === "finish") {
    return record({ type: "run.completed", data: { result: { answer: next.answer } } });
  }
  const looping = whenLooping(state);
  if (looping.length > 0) {
    return record(...looping);
  }
  const met = askingMet(state);
  if (met !== null) {
    return record(...whenMet(state, met));
  }
  const servers = listingsDue(state.spec?.mcp_servers ?? [], state.mcp, now);
  if (servers.length > 0) {
    return { kind: "list", servers };
  }
  const due = compactionDue(state);
  const { steps } = state.usage;
  const call = { kind: "ask", call_id: callId(state.nextCall), attempt: 1 } as const;
  // The models that ship do not summarise.
  if (due === "outputs" || (due === "turns" && modelOf(state).startsWith("local/"))) {
    return record(leftOut(state, due));
  }
  return due === "turns"
    ? { ...call, step: steps, purpose: "compact" }
    : { ...call, step: steps + 1, purpose: "step" };
}

/** How often a call is made that asks people something each time. */
const MAX_ASKED = 10;

function record(...events: NewEvent[]): Action {
  return { kind: "record", events };
}

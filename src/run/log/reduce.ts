/**
 * How a log becomes a state. `reduce` is total and pure, and the only way there is. A log that could
 * not have happened is rejected with a reason, never repaired in silence.
 */
import { LogCorruption, versionOf, type NewEvent, type RunEvent } from "./event.ts";
import { expect, misfit, updateTurnCall, windowOf, withInbox, type EventOf } from "./fold.ts";
import { compacted, extend, openWith, picturesIn, withShortOutputs } from "../value/message.ts";
import {
  approvalRequested,
  approvalSettled,
  expectRunning,
  outcomeOf,
  tainted,
  toolRequested,
  toolSettled,
} from "./reduce-call.ts";
import {
  inputRequested,
  inputWithdrawn,
  mcpListed,
  messageReceived,
  toolSuspended,
} from "./reduce-input.ts";
import { interrupted } from "./interruptions.ts";
import { openingTurns, type RunLimits } from "../spec/spec.ts";
import {
  activeTime,
  modelOf,
  nextModel,
  type OpenModelCall,
  type RunEnd,
  type RunState,
  type UsageEntry,
} from "./state.ts";

/** The state after one more event. @throws LogCorruption if the event cannot follow. */
export function reduce(state: RunState, event: RunEvent): RunState {
  if (event.seq !== state.seq + 1) {
    throw new LogCorruption(`seq ${event.seq} follows ${state.seq}`);
  }
  if (state.end !== null) {
    throw new LogCorruption(`${event.type} at seq ${event.seq} follows the end`);
  }
  if ((state.spec === null) !== (event.type === "run.created")) {
    throw new LogCorruption(`${event.type} cannot be event ${event.seq}`);
  }
  // An `at` before its predecessor's is a clock that was set back; time in the state never is.
  const at = Math.max(state.at, Date.parse(event.at));
  if (Number.isNaN(at)) {
    throw new LogCorruption(`seq ${event.seq} has no valid time`);
  }
  return { ...apply(state, event, at), seq: event.seq, at };
}

/** Folds events that have no place yet, as if they were appended at `now`. */
export function foldNew(state: RunState, events: readonly NewEvent[], now: number): RunState {
  const at = new Date(now).toISOString();
  let folded = state;
  for (const event of events) {
    folded = reduce(folded, { ...event, seq: folded.seq + 1, at, v: versionOf(event.type) });
  }
  return folded;
}

function apply(state: RunState, event: RunEvent, at: number): RunState {
  switch (event.type) {
    case "run.created":
      return {
        ...state,
        spec: event.data,
        createdAt: at,
        conversation: openWith(openingTurns(event.data.input_data)),
      };
    case "run.started":
      expect(state.status === "pending", event);
      return {
        ...state,
        status: "running",
        epoch: event.data.epoch,
        startedAt: at,
        activeSince: at,
        statusSeq: event.seq,
      };
    case "run.waiting":
      expect(
        event.data.for === "schedule"
          ? state.status === "pending"
          : state.status === "running" && state.model?.phase !== "in_flight",
        event,
      );
      return {
        ...state,
        status: "waiting",
        wait: {
          for: event.data.for,
          until: event.data.until === undefined ? null : Date.parse(event.data.until),
          call_id: event.data.call_id ?? null,
          limit: event.data.limit ?? null,
          changed: false,
        },
        activeMs: activeTime(state, at),
        activeSince: null,
        statusSeq: event.seq,
      };
    case "run.resumed":
      expect(state.status === "waiting" && state.wait?.for === event.data.from, event);
      // What was scheduled has not begun yet: its start follows.
      return event.data.from === "schedule"
        ? { ...state, status: "pending", wait: null }
        : { ...state, status: "running", wait: null, activeSince: at, statusSeq: event.seq };
    case "run.completed":
      expect(state.status === "running" && state.model === null && state.turn === null, event);
      return ended(state, event, at, { status: "completed", result: event.data.result });
    case "run.failed": {
      const { code, message, details } = event.data;
      const error = details === undefined ? { code, message } : { code, message, details };
      return ended(state, event, at, { status: "failed", error });
    }
    case "run.cancelled":
      return ended(state, event, at, { status: "cancelled", reason: event.data.reason ?? null });
    case "model.requested":
      return modelRequested(state, event);
    case "model.delta":
      openAttempt(state, event);
      return state;
    case "usage.recorded":
      return usageRecorded(state, event, at);
    case "model.completed":
      return modelCompleted(state, event);
    case "model.failed": {
      const call = openAttempt(state, event);
      const { code, message, retry_in_ms } = event.data;
      return {
        ...state,
        model: {
          ...call,
          failedAttempts: call.failedAttempts + 1,
          phase: retry_in_ms === null ? "dead" : "due",
          retryAt: at + (retry_in_ms ?? 0),
          failure: { code, message },
        },
      };
    }
    case "model.superseded": {
      const call = openAttempt(state, event);
      return {
        ...state,
        model: { ...call, phase: "due", retryAt: at, superseded: true, lost: call.lost + 1 },
      };
    }
    case "model.switched": {
      const call = state.model;
      expect(call !== null && call.phase === "dead" && call.call_id === event.data.call_id, event);
      expect(nextModel(state) === event.data.to, event);
      return {
        ...state,
        switches: state.switches + 1,
        counted: null,
        model: { ...call, phase: "due", retryAt: at, failedAttempts: 0, failure: null },
      };
    }
    case "memory.compacted":
      return memoryCompacted(state, event, at);
    case "tool.requested":
      return toolRequested(state, event, at);
    case "tool.completed":
    case "tool.failed":
      return toolSettled(tainted(state, event), event, outcomeOf(event));
    case "tool.outcome_unknown":
      return event.data.held === true
        ? updateTurnCall(state, event, (call) => {
            expect(call.result === null && call.request !== null && !call.request.held, event);
            return { ...call, request: { ...call.request, held: true } };
          })
        : toolSettled(state, event, outcomeOf(event));
    case "tool.progressed":
    case "tool.logged":
      expectRunning(state, event);
      return state;
    case "input.requested":
      return inputRequested(state, event);
    case "input.withdrawn":
      return inputWithdrawn(state, event);
    case "tool.suspended":
      return toolSuspended(state, event, at);
    case "mcp.listed":
      return mcpListed(state, event, at);
    case "approval.requested":
      return approvalRequested(state, event);
    case "approval.decided": {
      const { decision, comment = null } = event.data;
      return approvalSettled(state, event, { kind: decision, comment }, event.data.arguments);
    }
    case "approval.expired":
      return approvalSettled(state, event, { kind: "expired", policy: event.data.policy });
    case "message.received":
      return messageReceived(state, event);
    case "limit.reached":
      return state;
    case "limit.changed":
      return limitChanged(state, event);
    case "loop.detected":
      return event.data.action === "stop"
        ? state
        : {
            ...state,
            repeats: { ...state.repeats, nudged: true },
            conversation: extend(
              state.conversation,
              { role: "notice", text: nudge(event.data) },
              windowOf(state),
            ),
          };
    case "recovery.started":
      expect(state.status !== "pending" && event.data.epoch > state.epoch, event);
      return {
        ...state,
        epoch: event.data.epoch,
        interruptions: interrupted(state.interruptions, event.data.reason, at),
      };
    default:
      return event satisfies never;
  }
}

function ended(state: RunState, event: RunEvent, at: number, end: RunEnd): RunState {
  return {
    ...state,
    status: end.status,
    end,
    wait: null,
    model: null,
    turn: null,
    activeMs: activeTime(state, at),
    activeSince: null,
    endedAt: at,
    statusSeq: event.seq,
  };
}

function modelRequested(state: RunState, event: EventOf<"model.requested">): RunState {
  const { call_id, attempt, step, reserved_micro_usd = 0, purpose = "step" } = event.data;
  expect(state.status === "running" && state.turn === null, event);
  const open = state.model;
  if (open === null) {
    expect(attempt === 1 && step === state.usage.steps + (purpose === "step" ? 1 : 0), event);
  } else {
    expect(open.phase === "due" && open.call_id === call_id, event);
    expect(attempt === open.attempt + 1 && step === state.usage.steps, event);
  }
  return {
    ...state,
    model: {
      call_id,
      attempt,
      reserved: reserved_micro_usd,
      bodyChars: event.data.body_chars ?? null,
      purpose,
      failedAttempts: open?.failedAttempts ?? 0,
      phase: "in_flight",
      retryAt: 0,
      superseded: false,
      lost: open?.lost ?? 0,
      failure: null,
    },
    reservedOnce: state.reservedOnce || reserved_micro_usd > 0,
    nextCall: open === null ? state.nextCall + 1 : state.nextCall,
    usage: { ...state.usage, steps: step, model_calls: state.usage.model_calls + 1 },
  };
}

function modelCompleted(state: RunState, event: EventOf<"model.completed">): RunState {
  const { text, tool_calls, problem, answer, call_id, opaque } = event.data;
  openAttempt(state, event);
  const window = windowOf(state);
  const reply = {
    role: "assistant" as const,
    text,
    tool_calls,
    ...(opaque === undefined ? {} : { opaque }),
  };
  let conversation = extend(state.conversation, reply, window);
  if (problem !== undefined) {
    conversation = extend(conversation, { role: "notice", text: problem.message }, window);
  }
  const completed: RunState = {
    ...state,
    model: null,
    replies: state.replies + 1,
    nextCall: state.nextCall + tool_calls.length,
    answer:
      answer === undefined
        ? null
        : { answer, ...("data" in event.data ? { data: event.data.data } : {}) },
    conversation,
  };
  return tool_calls.length === 0
    ? withInbox(completed)
    : {
        ...completed,
        turn: {
          modelCallId: call_id,
          calls: tool_calls.map((call) => ({
            call,
            approval: null,
            request: null,
            result: null,
            inner: [],
            questions: [],
          })),
        },
      };
}

function usageRecorded(state: RunState, event: EventOf<"usage.recorded">, at: number): RunState {
  const { input_tokens, cached_input_tokens, output_tokens, cost_micro_usd } = event.data;
  const call = openAttempt(state, event);
  const { usage } = state;
  const day = new Date(at).toISOString().slice(0, 10);
  const model = modelOf(state);
  const known = state.ledger.findIndex((one) => one.day === day && one.model === model);
  const before = state.ledger[known];
  const entry: UsageEntry = {
    day,
    model,
    model_calls: (before?.model_calls ?? 0) + 1,
    input_tokens: (before?.input_tokens ?? 0) + input_tokens,
    cached_input_tokens: (before?.cached_input_tokens ?? 0) + cached_input_tokens,
    output_tokens: (before?.output_tokens ?? 0) + output_tokens,
    cost_micro_usd: (before?.cost_micro_usd ?? 0) + cost_micro_usd,
  };
  const { bodyChars } = call;
  const isCounted = event.data.estimated !== true && input_tokens > 0 && (bodyChars ?? 0) > 0;
  return {
    ...state,
    model: { ...call, reserved: 0 },
    ledger: before === undefined ? [...state.ledger, entry] : state.ledger.with(known, entry),
    counted: isCounted
      ? {
          tokens: input_tokens,
          chars: bodyChars ?? 0,
          pictures: call.purpose === "step" ? picturesIn(state.conversation) : 0,
        }
      : state.counted,
    usage: {
      ...usage,
      input_tokens: usage.input_tokens + input_tokens,
      output_tokens: usage.output_tokens + output_tokens,
      cost_micro_usd: usage.cost_micro_usd + cost_micro_usd,
    },
  };
}

function memoryCompacted(
  state: RunState,
  event: EventOf<"memory.compacted">,
  at: number,
): RunState {
  const { kind, summary, call_id } = event.data;
  const { model } = state;
  expect(state.status === "running" && state.turn === null, event);
  expect(
    call_id === undefined
      ? model === null || model.phase === "dead"
      : model?.phase === "in_flight" && model.purpose === "compact" && model.call_id === call_id,
    event,
  );
  const compactedState: RunState = {
    ...state,
    // A step whose request was too long is asked for again; a summary is not a step.
    model:
      model === null || model.purpose === "compact"
        ? null
        : { ...model, phase: "due", retryAt: at, failure: null },
    conversation:
      kind === "outputs"
        ? withShortOutputs(state.conversation)
        : compacted(state.conversation, summary),
  };
  return compactedState.model === null ? withInbox(compactedState) : compactedState;
}

function limitChanged(state: RunState, event: EventOf<"limit.changed">): RunState {
  const { limit, to } = event.data;
  if (state.spec === null) {
    throw misfit(event);
  }
  const kept = Object.entries(state.spec.limits).filter(([name]) => name !== limit);
  const entries = to === null ? kept : [...kept, [limit, to] as const];
  // What may be set is checked where the change is accepted; the log is our own.
  const limits = Object.fromEntries(entries) as RunLimits;
  return {
    ...state,
    spec: { ...state.spec, limits },
    wait: state.wait === null ? null : { ...state.wait, changed: true },
    statusSeq: event.seq,
  };
}

function nudge({ tools, repeats }: EventOf<"loop.detected">["data"]): string {
  return `You have made the same calls (${tools.join(", ")}) ${repeats} times in a row with the same arguments. Doing it again will not change anything: use what you know, try another way, or answer.`;
}

/** The model call that an event belongs to, if its attempt is the one that is out. */
function openAttempt(
  state: RunState,
  event: EventOf<
    "model.delta" | "model.completed" | "model.failed" | "model.superseded" | "usage.recorded"
  >,
): OpenModelCall {
  const open = state.model;
  if (
    open === null ||
    open.phase !== "in_flight" ||
    open.call_id !== event.data.call_id ||
    open.attempt !== event.data.attempt
  ) {
    throw new LogCorruption(`${event.type} at seq ${event.seq} is for an attempt that is not open`);
  }
  return open;
}

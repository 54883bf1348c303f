/** The part of `reduce` for model calls: attempts, replies, usage and compaction. */
import { callId } from "../value/id.ts";
import { compacted, extend, withShortOutputs, type ToolCall } from "../value/message.ts";
import { LogCorruption } from "./event.ts";
import { expect, windowOf, deliverInbox, type EventOf } from "./fold.ts";
import { withFailure } from "./failure-count.ts";
import { compactedMemory } from "./reduce-memory.ts";
import { modelOf, nextModel, type OpenModelCall, type RunState, type UsageEntry } from "./state.ts";

/** The intent of an attempt: the first one of a call, or one more. */
export function modelRequested(state: RunState, event: EventOf<"model.requested">): RunState {
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

/** Streamed text does not change the state: the complete reply follows. */
export function modelDelta(state: RunState, event: EventOf<"model.delta">): RunState {
  openAttempt(state, event);
  return state;
}

/** A reply arrived. Its tool calls become the new turn. */
export function modelCompleted(state: RunState, event: EventOf<"model.completed">): RunState {
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
    providerSince: null,
    replies: state.replies + 1,
    nextCall: state.nextCall + tool_calls.length,
    answer:
      answer === undefined
        ? null
        : { answer, ...("data" in event.data ? { data: event.data.data } : {}) },
    conversation,
  };
  return tool_calls.length === 0
    ? deliverInbox(completed)
    : { ...completed, turn: turnOf(call_id, tool_calls) };
}

/** The planner made calls without a model: they are a turn of their own. */
export function stepPlanned(state: RunState, event: EventOf<"step.planned">): RunState {
  const { call_id, calls } = event.data;
  expect(state.status === "running" && state.turn === null && state.model === null, event);
  expect(call_id === callId(state.nextCall), event);
  const tool_calls = calls.map(({ step: _step, ...call }) => call);
  return {
    ...state,
    nextCall: state.nextCall + 1 + calls.length,
    usage: { ...state.usage, steps: state.usage.steps + 1 },
    conversation: extend(
      state.conversation,
      { role: "assistant", text: "", tool_calls },
      windowOf(state),
    ),
    turn: turnOf(call_id, tool_calls),
  };
}

function turnOf(modelCallId: string, calls: readonly ToolCall[]): NonNullable<RunState["turn"]> {
  return {
    modelCallId,
    calls: calls.map((call) => ({
      call,
      approval: null,
      request: null,
      result: null,
      inner: [],
      questions: [],
    })),
  };
}

/** An attempt failed. Without a retry the call is dead. */
export function modelFailed(state: RunState, event: EventOf<"model.failed">, at: number): RunState {
  const call = openAttempt(state, event);
  const { code, message, retry_in_ms } = event.data;
  return {
    ...state,
    failures: withFailure(state.failures, modelOf(state), code),
    model: {
      ...call,
      failedAttempts: call.failedAttempts + 1,
      phase: retry_in_ms === null ? "dead" : "due",
      retryAt: at + (retry_in_ms ?? 0),
      failure: { code, message },
    },
  };
}

/** An attempt was lost to an interruption. The next one is due now. */
export function modelSuperseded(
  state: RunState,
  event: EventOf<"model.superseded">,
  at: number,
): RunState {
  const call = openAttempt(state, event);
  return {
    ...state,
    model: { ...call, phase: "due", retryAt: at, superseded: true, lost: call.lost + 1 },
  };
}

/** A fallback model takes over the call. */
export function modelSwitched(
  state: RunState,
  event: EventOf<"model.switched">,
  at: number,
): RunState {
  const call = state.model;
  // A call that waits for its provider has not failed, and its first attempt is not in the log yet.
  const callIdInLog = call === null ? callId(state.nextCall) : call.call_id;
  expect(call?.phase !== "in_flight" && callIdInLog === event.data.call_id, event);
  expect(nextModel(state) === event.data.to, event);
  return {
    ...state,
    switches: state.switches + 1,
    ownCallsFrom: state.nextCall,
    counted: null,
    providerSince: null,
    model:
      call === null
        ? null
        : { ...call, phase: "due", retryAt: at, failedAttempts: 0, failure: null },
  };
}

/** Adds the usage of an attempt and releases its reservation. */
export function usageRecorded(
  state: RunState,
  event: EventOf<"usage.recorded">,
  at: number,
): RunState {
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
          pictures: call.purpose === "step" ? state.conversation.pictures : 0,
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

/** The conversation was compacted: outputs shortened, or older turns replaced. */
export function memoryCompacted(
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
    // A step whose request was too long is retried; a summary is not a step.
    model:
      model === null || model.purpose === "compact"
        ? null
        : { ...model, phase: "due", retryAt: at, failure: null },
    providerSince: null,
    conversation:
      kind === "outputs"
        ? withShortOutputs(state.conversation)
        : compacted(state.conversation, summary),
    memory: kind === "outputs" ? state.memory : compactedMemory(state.memory),
  };
  return compactedState.model === null ? deliverInbox(compactedState) : compactedState;
}

/**
 * Returns the event's model call if this attempt is in flight.
 * @throws LogCorruption otherwise
 */
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

/**
 * How a log becomes a state. `reduce` is total and pure, and the only way there is. A log that could
 * not have happened is rejected with a reason, never repaired in silence.
 */
import { LogCorruption, type NewEvent, type RunEvent } from "./event.ts";
import { isJsonObject } from "./json.ts";
import { DEFAULT_WINDOW, extend, openWith, type ToolResult } from "./message.ts";
import { openingTurns } from "./spec.ts";
import {
  activeTime,
  type OpenModelCall,
  type RunEnd,
  type RunState,
  type TurnCall,
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
    folded = reduce(folded, { ...event, seq: folded.seq + 1, at, v: 1 });
  }
  return folded;
}

function apply(state: RunState, event: RunEvent, at: number): RunState {
  switch (event.type) {
    case "run.created":
      return {
        ...state,
        spec: {
          task_id: event.data.task_id,
          tenant_id: event.data.tenant_id,
          input_data: event.data.input_data,
          agent: event.data.agent,
          agent_version: event.data.agent_version,
          config: event.data.config,
          limits: event.data.limits,
        },
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
      expect(state.status === "running" && state.model?.phase !== "in_flight", event);
      return {
        ...state,
        status: "waiting",
        wait: {
          for: event.data.for,
          until: event.data.until === undefined ? null : Date.parse(event.data.until),
          call_id: event.data.call_id ?? null,
        },
        activeMs: activeTime(state, at),
        activeSince: null,
        statusSeq: event.seq,
      };
    case "run.resumed":
      expect(state.status === "waiting" && state.wait?.for === event.data.from, event);
      return { ...state, status: "running", wait: null, activeSince: at, statusSeq: event.seq };
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
      openAttempt(state, event);
      return {
        ...state,
        usage: {
          ...state.usage,
          input_tokens: state.usage.input_tokens + event.data.input_tokens,
          output_tokens: state.usage.output_tokens + event.data.output_tokens,
          cost_micro_usd: state.usage.cost_micro_usd + event.data.cost_micro_usd,
        },
      };
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
    case "model.superseded":
      return {
        ...state,
        model: { ...openAttempt(state, event), phase: "due", retryAt: at, superseded: true },
      };
    case "tool.requested":
      return toolRequested(state, event, at);
    case "tool.completed":
      return toolSettled(state, event, { output: event.data.output });
    case "tool.failed": {
      const { code, message } = event.data;
      return toolSettled(state, event, { error: { code, message } });
    }
    case "tool.outcome_unknown":
      return toolSettled(state, event, {
        error: {
          code: "outcome_unknown",
          message:
            "The service was interrupted during this call. It may or may not have taken effect, and it was not run again.",
        },
      });
    case "limit.reached":
      return state;
    case "recovery.started":
      expect(state.status !== "pending" && event.data.epoch > state.epoch, event);
      return { ...state, epoch: event.data.epoch, recoveries: state.recoveries + 1 };
    default:
      return event satisfies never;
  }
}

type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

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
  const { call_id, attempt, step } = event.data;
  expect(state.status === "running" && state.turn === null, event);
  const open = state.model;
  if (open === null) {
    expect(attempt === 1 && step === state.usage.steps + 1, event);
  } else {
    expect(open.phase === "due" && open.call_id === call_id, event);
    expect(attempt === open.attempt + 1 && step === state.usage.steps, event);
  }
  return {
    ...state,
    model: {
      call_id,
      attempt,
      failedAttempts: open?.failedAttempts ?? 0,
      phase: "in_flight",
      retryAt: 0,
      superseded: false,
      failure: null,
    },
    nextCall: open === null ? state.nextCall + 1 : state.nextCall,
    usage: { ...state.usage, steps: step, model_calls: state.usage.model_calls + 1 },
  };
}

function modelCompleted(state: RunState, event: EventOf<"model.completed">): RunState {
  const { text, tool_calls, problem, answer, call_id, opaque } = event.data;
  openAttempt(state, event);
  const window = state.spec?.config.memory?.max_messages ?? DEFAULT_WINDOW;
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
  return {
    ...state,
    model: null,
    replies: state.replies + 1,
    nextCall: state.nextCall + tool_calls.length,
    answer: answer ?? null,
    conversation,
    turn:
      tool_calls.length === 0
        ? null
        : {
            modelCallId: call_id,
            calls: tool_calls.map((call) => ({ call, request: null, result: null })),
          },
  };
}

function toolRequested(state: RunState, event: EventOf<"tool.requested">, at: number): RunState {
  const { attempt, effect, until } = event.data;
  const requested = updateTurnCall(state, event, (call) => {
    expect(call.result === null && attempt === (call.request?.attempt ?? 0) + 1, event);
    return {
      ...call,
      request: {
        attempt,
        effect,
        arguments: event.data.arguments,
        requestedAt: call.request?.requestedAt ?? at,
        until: until === undefined ? null : Date.parse(until),
      },
    };
  });
  if (attempt > 1) {
    return requested;
  }
  const { call_id, name } = event.data;
  return {
    ...requested,
    scripted: isScripted(state, name)
      ? { call_id, name, arguments: event.data.arguments, earlier: state.scripted }
      : state.scripted,
    usage: { ...state.usage, tool_calls: state.usage.tool_calls + 1 },
  };
}

function isScripted(state: RunState, name: string): boolean {
  const tools = state.spec?.input_data["script_tools"];
  return Array.isArray(tools) && tools.some((tool) => isJsonObject(tool) && tool["name"] === name);
}

function toolSettled(
  state: RunState,
  event: EventOf<"tool.completed" | "tool.failed" | "tool.outcome_unknown">,
  outcome: Pick<ToolResult, "output" | "error">,
): RunState {
  const settled = updateTurnCall(state, event, (call) => {
    expect(call.result === null, event);
    expect(call.request !== null || event.type === "tool.failed", event);
    const { call_id, name, provider_id } = call.call;
    const result = {
      call_id,
      name,
      ...(provider_id === undefined ? {} : { provider_id }),
      ...outcome,
    };
    return { ...call, result };
  });
  const results = settled.turn?.calls.map((call) => call.result) ?? [];
  if (!results.every((result) => result !== null)) {
    return settled;
  }
  const window = state.spec?.config.memory?.max_messages ?? DEFAULT_WINDOW;
  return {
    ...settled,
    turn: null,
    conversation: extend(settled.conversation, { role: "tool", results }, window),
  };
}

function updateTurnCall(
  state: RunState,
  event: EventOf<"tool.requested" | "tool.completed" | "tool.failed" | "tool.outcome_unknown">,
  change: (call: TurnCall) => TurnCall,
): RunState {
  const turn = state.turn;
  const index = turn?.calls.findIndex((call) => call.call.call_id === event.data.call_id) ?? -1;
  const call = turn?.calls[index];
  if (turn === null || call === undefined) {
    throw new LogCorruption(`${event.type} at seq ${event.seq} is for a call nobody made`);
  }
  return { ...state, turn: { ...turn, calls: turn.calls.with(index, change(call)) } };
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

function expect(legal: boolean, event: RunEvent): void {
  if (!legal) {
    throw new LogCorruption(`${event.type} at seq ${event.seq} does not fit what came before`);
  }
}

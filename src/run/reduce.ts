/**
 * How a log becomes a state. `reduce` is total and pure, and the only way there is. A log that could
 * not have happened is rejected with a reason, never repaired in silence.
 */
import { LogCorruption, type NewEvent, type RunEvent } from "./event.ts";
import { callId } from "./id.ts";
import { isJsonObject, type JsonValue } from "./json.ts";
import { NO_REPEATS, withTurn } from "./loop-detection.ts";
import { DEFAULT_WINDOW, extend, openWith, type ToolResult, type Turn } from "./message.ts";
import { counted } from "./policy.ts";
import { interrupted } from "./recover.ts";
import { openingTurns, type RunLimits } from "./spec.ts";
import {
  activeTime,
  type Approval,
  type InnerCall,
  type InnerResult,
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
          ...(event.data.scheduled_at === undefined
            ? {}
            : { scheduled_at: event.data.scheduled_at }),
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
    case "model.superseded": {
      const call = openAttempt(state, event);
      return {
        ...state,
        model: { ...call, phase: "due", retryAt: at, superseded: true, lost: call.lost + 1 },
      };
    }
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
      lost: open?.lost ?? 0,
      failure: null,
    },
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
    answer: answer ?? null,
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
          })),
        },
      };
}

/** What was said meanwhile becomes part of the conversation; an answer given before it is none. */
function withInbox(state: RunState): RunState {
  const window = windowOf(state);
  return state.inbox.length === 0
    ? state
    : {
        ...state,
        inbox: [],
        answer: null,
        conversation: state.inbox.reduce(
          (conversation, turn) => extend(conversation, turn, window),
          state.conversation,
        ),
      };
}

function messageReceived(state: RunState, event: EventOf<"message.received">): RunState {
  const { content, data = null, call_id } = event.data;
  if (call_id !== undefined) {
    return updateTurnCall(state, event, (call) => {
      const { request } = call;
      expect(
        request?.waitsFor === "input" && request.answer === null && call.result === null,
        event,
      );
      return { ...call, request: { ...request, answer: { content, data } } };
    });
  }
  const said = [content, ...(data === null ? [] : [JSON.stringify(data)])];
  const turn: Turn = { role: "user", text: said.filter((part) => part !== "").join("\n\n") };
  const received = { ...state, inbox: [...state.inbox, turn] };
  // Between a call and its outcome there is no place in the conversation for anything else.
  return state.model === null && state.turn === null ? withInbox(received) : received;
}

function approvalRequested(state: RunState, event: EventOf<"approval.requested">): RunState {
  const { reason, expires_at } = event.data;
  return updateTurnCall(state, event, (call) => {
    expect(call.result === null && call.approval?.outcome !== null, event);
    expect(reason === "policy" ? call.request === null : call.request?.held === true, event);
    return {
      ...call,
      approval: {
        reason,
        expiresAt: expires_at === undefined ? null : Date.parse(expires_at),
        outcome: null,
        arguments: event.data.arguments,
      },
    };
  });
}

function approvalSettled(
  state: RunState,
  event: EventOf<"approval.decided" | "approval.expired">,
  outcome: NonNullable<Approval["outcome"]>,
  args?: JsonValue,
): RunState {
  return updateTurnCall(state, event, (call) => {
    const { approval } = call;
    if (approval === null || approval.outcome !== null || call.result !== null) {
      throw misfit(event);
    }
    return { ...call, approval: { ...approval, outcome, arguments: args ?? approval.arguments } };
  });
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
  return { ...state, spec: { ...state.spec, limits }, statusSeq: event.seq };
}

function nudge({ tools, repeats }: EventOf<"loop.detected">["data"]): string {
  return `You have made the same calls (${tools.join(", ")}) ${repeats} times in a row with the same arguments. Doing it again will not change anything: use what you know, try another way, or answer.`;
}

function windowOf(state: RunState): number {
  return state.spec?.config.memory?.max_messages ?? DEFAULT_WINDOW;
}

function toolRequested(state: RunState, event: EventOf<"tool.requested">, at: number): RunState {
  const { attempt, effect, until, wait, parent_call_id } = event.data;
  if (parent_call_id !== undefined) {
    return innerRequested(state, event, parent_call_id, at);
  }
  const requested = updateTurnCall(state, event, (call) => {
    expect(call.result === null && attempt === (call.request?.attempt ?? 0) + 1, event);
    return {
      ...call,
      request: {
        attempt,
        effect,
        arguments: event.data.arguments,
        requestedAt: call.request?.requestedAt ?? at,
        waitsFor: wait ?? (until === undefined ? null : "timer"),
        until: until === undefined ? null : Date.parse(until),
        held: false,
        answer: null,
      },
    };
  });
  if (attempt > 1) {
    return requested;
  }
  return begun(requested, event, at);
}

/** What the first intent of a call counts for. */
function begun(state: RunState, event: EventOf<"tool.requested">, at: number): RunState {
  const { call_id, name } = event.data;
  return {
    ...state,
    scripted: isScripted(state, name)
      ? { call_id, name, arguments: event.data.arguments, earlier: state.scripted }
      : state.scripted,
    rates: counted(state.rates, state.spec?.config.policy, name, at),
    usage: { ...state.usage, tool_calls: state.usage.tool_calls + 1 },
  };
}

/** A call that code makes: a new one, or one more attempt of a call without an outcome. */
function innerRequested(
  state: RunState,
  event: EventOf<"tool.requested">,
  parent: string,
  at: number,
): RunState {
  const { call_id, name, effect, attempt } = event.data;
  const made = {
    call_id,
    name,
    arguments: event.data.arguments,
    effect,
    attempt,
    madeAt: event.seq,
    settledAt: null,
    result: null,
  };
  if (attempt > 1) {
    return updateInner(state, event, parent, (inner) => {
      expect(inner.result === null && attempt === inner.attempt + 1, event);
      return { ...inner, attempt };
    });
  }
  expect(call_id === callId(state.nextCall), event);
  const requested = updateCall(state, event, parent, (call) => {
    expect(call.request !== null && call.result === null, event);
    return { ...call, inner: [...call.inner, made] };
  });
  return begun({ ...requested, nextCall: state.nextCall + 1 }, event, at);
}

function innerSettled(
  state: RunState,
  event: SettlingEvent,
  parent: string,
  outcome: Outcome,
): RunState {
  const { call_id } = event.data;
  const output_sha256 = event.type === "tool.completed" ? (event.data.output_sha256 ?? null) : null;
  const result: InnerResult = { ...outcome, output_sha256 };
  if (event.type === "tool.failed" && event.data.name !== undefined) {
    // It was refused before there was an intent.
    expect(call_id === callId(state.nextCall), event);
    const refused: InnerCall = {
      call_id,
      name: event.data.name,
      arguments: event.data.arguments ?? null,
      effect: "pure",
      attempt: 0,
      madeAt: event.seq,
      settledAt: event.seq,
      result,
    };
    const settled = updateCall(state, event, parent, (call) => {
      expect(call.request !== null && call.result === null, event);
      return { ...call, inner: [...call.inner, refused] };
    });
    return { ...settled, nextCall: state.nextCall + 1 };
  }
  return updateInner(state, event, parent, (inner) => {
    expect(inner.result === null, event);
    return { ...inner, settledAt: event.seq, result };
  });
}

function updateInner(
  state: RunState,
  event: CallEvent,
  parent: string,
  change: (inner: InnerCall) => InnerCall,
): RunState {
  return updateCall(state, event, parent, (call) => {
    const index = call.inner.findIndex((inner) => inner.call_id === event.data.call_id);
    const inner = call.inner[index];
    if (inner === undefined) {
      throw misfit(event);
    }
    return { ...call, inner: call.inner.with(index, change(inner)) };
  });
}

/** From here on the model has seen, or is about to see, what nobody vouches for. */
function tainted(state: RunState, event: EventOf<"tool.completed" | "tool.failed">): RunState {
  const { untrusted } = event.data;
  return untrusted === undefined || state.untrusted !== null ? state : { ...state, untrusted };
}

type SettlingEvent = EventOf<"tool.completed" | "tool.failed" | "tool.outcome_unknown">;
type Outcome = Pick<ToolResult, "output" | "error" | "untrusted">;

function outcomeOf(event: SettlingEvent): Outcome {
  if (event.type === "tool.outcome_unknown") {
    const message =
      "The service was interrupted during this call. It may or may not have taken effect, and it was not run again.";
    return { error: { code: "outcome_unknown", message } };
  }
  const { untrusted } = event.data;
  const from = untrusted === undefined ? {} : { untrusted };
  if (event.type === "tool.completed") {
    return { output: event.data.output, ...from };
  }
  const { code, message } = event.data;
  return { error: { code, message }, ...from };
}

function isScripted(state: RunState, name: string): boolean {
  const tools = state.spec?.input_data["script_tools"];
  return Array.isArray(tools) && tools.some((tool) => isJsonObject(tool) && tool["name"] === name);
}

function toolSettled(state: RunState, event: SettlingEvent, outcome: Outcome): RunState {
  const { parent_call_id } = event.data;
  if (parent_call_id !== undefined) {
    return innerSettled(state, event, parent_call_id, outcome);
  }
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
  const calls = settled.turn?.calls ?? [];
  const results = calls.map((call) => call.result);
  if (!results.every((result) => result !== null)) {
    return settled;
  }
  // Waiting, for time or for people, is no running in circles.
  const waited = calls.some(
    ({ approval, request }) => approval !== null || (request?.waitsFor ?? null) !== null,
  );
  return withInbox({
    ...settled,
    turn: null,
    repeats: waited
      ? NO_REPEATS
      : withTurn(
          settled.repeats,
          calls.map((call) => call.call),
        ),
    conversation: extend(settled.conversation, { role: "tool", results }, windowOf(state)),
  });
}

type CallEvent = EventOf<
  | "tool.requested"
  | "tool.completed"
  | "tool.failed"
  | "tool.outcome_unknown"
  | "approval.requested"
  | "approval.decided"
  | "approval.expired"
  | "message.received"
>;

function updateTurnCall(
  state: RunState,
  event: CallEvent,
  change: (call: TurnCall) => TurnCall,
): RunState {
  return updateCall(state, event, event.data.call_id, change);
}

function updateCall(
  state: RunState,
  event: CallEvent,
  id: string | undefined,
  change: (call: TurnCall) => TurnCall,
): RunState {
  const turn = state.turn;
  const index = turn?.calls.findIndex((call) => call.call.call_id === id) ?? -1;
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

function expect(legal: boolean, event: RunEvent): asserts legal {
  if (!legal) {
    throw misfit(event);
  }
}

function misfit(event: RunEvent): LogCorruption {
  return new LogCorruption(`${event.type} at seq ${event.seq} does not fit what came before`);
}

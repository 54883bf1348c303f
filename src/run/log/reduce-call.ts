/**
 * The part of `reduce` for tool calls: the calls of a turn, and the calls that code makes inside
 * one.
 */
import { callId } from "../value/id.ts";
import { isJsonObject, type JsonValue } from "../value/json.ts";
import {
  expect,
  illegalEvent,
  questionsChanged,
  updateCall,
  updateTurnCall,
  windowOf,
  deliverInbox,
  type CallEvent,
  type EventOf,
} from "./fold.ts";
import { NO_REPEATS, withTurn } from "./loop-detection.ts";
import { countMemoryWrite } from "./reduce-memory.ts";
import { childrenRequest, settledChildren, withChildren } from "./reduce-child.ts";
import { extend, omitPictures, type ToolResult } from "../value/message.ts";
import { dataChars, MAX_TURN_PICTURES_CHARS } from "../value/picture.ts";
import { countCall } from "../spec/policy.ts";
import type {
  Approval,
  ChildrenRequest,
  InnerCall,
  InnerResult,
  RunState,
  TurnCall,
} from "./state.ts";

/** A person is asked to approve a call. */
export function approvalRequested(
  state: RunState,
  event: EventOf<"approval.requested">,
  at: number,
): RunState {
  const { name, reason, rule = null, expires_at } = event.data;
  return updateTurnCall(questionsChanged(state, event), event, (call) => {
    expect(call.result === null && call.approval?.outcome !== null, event);
    expect(reason === "policy" ? call.request === null : call.request?.held === true, event);
    return {
      ...call,
      approval: {
        name,
        reason,
        rule,
        seq: event.seq,
        requestedAt: at,
        expiresAt: expires_at === undefined ? null : Date.parse(expires_at),
        outcome: null,
        arguments: event.data.arguments,
      },
    };
  });
}

/** The approval of a call was decided, or expired. */
export function approvalSettled(
  state: RunState,
  event: EventOf<"approval.decided" | "approval.expired">,
  outcome: NonNullable<Approval["outcome"]>,
  args?: JsonValue,
): RunState {
  return updateTurnCall(questionsChanged(state, event), event, (call) => {
    const { approval } = call;
    if (approval === null || approval.outcome !== null || call.result !== null) {
      throw illegalEvent(event);
    }
    return { ...call, approval: { ...approval, outcome, arguments: args ?? approval.arguments } };
  });
}

/** Asserts that the event's call is running: it has an intent and no outcome. */
export function expectRunning(
  state: RunState,
  event: EventOf<"tool.progressed" | "tool.logged">,
): void {
  const { call_id, parent_call_id = call_id } = event.data;
  const call = state.turn?.calls.find((one) => one.call.call_id === parent_call_id);
  expect(call !== undefined && call.request !== null && call.result === null, event);
}

/** The intent of a call: its first attempt, or one more. */
export function toolRequested(
  state: RunState,
  event: EventOf<"tool.requested">,
  at: number,
): RunState {
  const { name, attempt, effect, until, wait, parent_call_id } = event.data;
  if (parent_call_id !== undefined) {
    return innerRequested(state, event, parent_call_id, at);
  }
  const asking = wait === "input" ? questionsChanged(state, event) : state;
  const requested = updateTurnCall(asking, event, (call) => {
    expect(call.result === null && attempt === (call.request?.attempt ?? 0) + 1, event);
    return {
      ...call,
      request: {
        name,
        attempt,
        effect,
        arguments: event.data.arguments,
        requestedAt: call.request?.requestedAt ?? at,
        seq: event.seq,
        waitsFor: wait ?? (until === undefined ? null : "timer"),
        children: childrenRequest(state, event),
        until: until === undefined ? null : Date.parse(until),
        held: false,
        answer: null,
      },
    };
  });
  if (attempt > 1) {
    return requested;
  }
  return countFirstAttempt(withChildren(requested, event), event, at);
}

/** Counts the first intent of a call. */
function countFirstAttempt(
  state: RunState,
  event: EventOf<"tool.requested">,
  at: number,
): RunState {
  const { call_id, name } = event.data;
  return {
    ...state,
    scripted: isScripted(state, name)
      ? { call_id, name, arguments: event.data.arguments, earlier: state.scripted }
      : state.scripted,
    rates: countCall(state.rates, state.spec?.config.policy, name, at),
    memoryWrites: countMemoryWrite(state, name),
    usage: { ...state.usage, tool_calls: state.usage.tool_calls + 1 },
  };
}

/** A call that code makes: a new call, or one more attempt of a call without an outcome. */
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
  return countFirstAttempt({ ...requested, nextCall: state.nextCall + 1 }, event, at);
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
    // The call was rejected before its intent was written.
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
      throw illegalEvent(event);
    }
    return { ...call, inner: call.inner.with(index, change(inner)) };
  });
}

/** Marks the run once untrusted content reaches the conversation. The first source stays. */
export function markUntrusted(
  state: RunState,
  event: EventOf<"tool.completed" | "tool.failed">,
  at: number,
): RunState {
  const { untrusted } = event.data;
  return untrusted === undefined || state.untrusted !== null
    ? state
    : { ...state, untrusted, untrustedAt: at };
}

type SettlingEvent = EventOf<"tool.completed" | "tool.failed" | "tool.outcome_unknown">;

type Outcome = Pick<ToolResult, "output" | "error" | "images" | "untrusted">;

/** Returns the outcome of a call, as the model or code sees it. */
export function outcomeOf(event: SettlingEvent): Outcome {
  if (event.type === "tool.outcome_unknown") {
    const message =
      "The service was interrupted during this call. It may or may not have taken effect, and it was not run again.";
    return { error: { code: "outcome_unknown", message } };
  }
  const { untrusted } = event.data;
  const from = untrusted === undefined ? {} : { untrusted };
  if (event.type === "tool.completed") {
    const { output, images = [], parent_call_id } = event.data;
    if (parent_call_id !== undefined) {
      // Code receives the stored part, reads the rest itself, and cannot see pictures.
      return { output, ...from };
    }
    const shown = images.length === 0 ? {} : { images };
    return { output: outputForModel(event.data), ...shown, ...from };
  }
  const { code, message } = event.data;
  return { error: { code, message }, ...from };
}

/**
 * Returns the output with the location of its rest if it was shortened. Older logs have no
 * location, and their output stays as it was.
 */
function outputForModel({
  output,
  output_sha256,
  next_offset,
}: EventOf<"tool.completed">["data"]): JsonValue {
  if (output_sha256 === undefined || next_offset === undefined) {
    return output;
  }
  const beginning = isJsonObject(output) ? output : { preview: output };
  return { ...beginning, output_sha256, next_offset };
}

function isScripted(state: RunState, name: string): boolean {
  const tools = state.spec?.input_data["script_tools"];
  return Array.isArray(tools) && tools.some((tool) => isJsonObject(tool) && tool["name"] === name);
}

/** Returns the outcome, without its pictures if those of the turn exceed the maximum. */
function withinTurn(calls: readonly TurnCall[], outcome: Outcome): Outcome {
  const images = calls.flatMap(({ result }) => result?.images ?? []).concat(outcome.images ?? []);
  const chars = images.reduce((sum, image) => sum + dataChars(image), 0);
  return chars <= MAX_TURN_PICTURES_CHARS ? outcome : omitPictures(outcome);
}

/** Marks the questions as changed if the outcome of a call closes one of its questions. */
function closing(state: RunState, event: SettlingEvent): RunState {
  const call = state.turn?.calls.find((one) => one.call.call_id === event.data.call_id);
  const open =
    call?.request?.waitsFor === "input" ||
    call?.questions.some((question) => question.answer === null) === true;
  return open ? questionsChanged(state, event) : state;
}

function isStarting(children: ChildrenRequest | null): boolean {
  return children?.action === "run" || children?.action === "start";
}

/** Settles a call. The last outcome of a turn closes the turn. */
export function toolSettled(state: RunState, event: SettlingEvent, outcome: Outcome): RunState {
  const { parent_call_id } = event.data;
  if (parent_call_id !== undefined) {
    return innerSettled(state, event, parent_call_id, outcome);
  }
  const settled = updateTurnCall(closing(state, event), event, (call) => {
    expect(call.result === null, event);
    expect(call.request !== null || event.type === "tool.failed", event);
    const { call_id, name, provider_id } = call.call;
    const result = {
      call_id,
      name,
      ...(provider_id === undefined ? {} : { provider_id }),
      ...withinTurn(state.turn?.calls ?? [], outcome),
    };
    return { ...call, result };
  });
  const kept = settledChildren(settled, event);
  const calls = kept.turn?.calls ?? [];
  const results = calls.map((call) => call.result);
  if (!results.every((result) => result !== null)) {
    return kept;
  }
  // A turn that waited is not part of a loop. One that started tasks may be.
  const waited = calls.some(
    ({ approval, request }) =>
      approval !== null ||
      (request !== null && request.waitsFor !== null && !isStarting(request.children)),
  );
  return deliverInbox({
    ...kept,
    turn: null,
    repeats: waited
      ? NO_REPEATS
      : withTurn(
          kept.repeats,
          calls.map((call) => call.call),
        ),
    conversation: extend(kept.conversation, { role: "tool", results }, windowOf(state)),
  });
}

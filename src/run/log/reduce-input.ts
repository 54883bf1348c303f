/**
 * The part of `reduce` for external input between calls: messages of people, questions, and
 * listings of MCP servers.
 */
import type { InputAnswer } from "./elicitation.ts";
import {
  expect,
  illegalEvent,
  questionsChanged,
  updateTurnCall,
  windowOf,
  deliverInbox,
  type EventOf,
} from "./fold.ts";
import { ownValue } from "../value/json.ts";
import { applyListed, availabilityNotice } from "../value/mcp-listing.ts";
import { extend, type Turn } from "../value/message.ts";
import type { RunState, TurnCall } from "./state.ts";

/** A running call asks a person a question. */
export function inputRequested(
  state: RunState,
  event: EventOf<"input.requested">,
  at: number,
): RunState {
  const { key, server, message, schema = null, url = null } = event.data;
  return updateTurnCall(questionsChanged(state, event), event, (call) => {
    expect(call.request !== null && call.result === null, event);
    expect(
      call.questions.every((question) => question.key !== key),
      event,
    );
    const { seq } = event;
    const question = { key, server, message, url, schema, seq, askedAt: at, answer: null };
    return { ...call, questions: [...call.questions, question] };
  });
}

/** The server withdrew its question. The answer counts as `cancel`. */
export function inputWithdrawn(state: RunState, event: EventOf<"input.withdrawn">): RunState {
  const { key } = event.data;
  return updateTurnCall(questionsChanged(state, event), event, (call) =>
    withAnswer(call, event, key, { action: "cancel", content: null }),
  );
}

/** A call is stopped until its questions are answered. */
export function toolSuspended(
  state: RunState,
  event: EventOf<"tool.suspended">,
  at: number,
): RunState {
  const expires = state.spec?.config.waits?.input_expires_s;
  return updateTurnCall(questionsChanged(state, event), event, (call) => {
    const { request } = call;
    expect(request !== null && call.result === null && call.questions.length > 0, event);
    const until = expires === undefined ? null : at + expires * 1000;
    return { ...call, request: { ...request, waitsFor: "input", until } };
  });
}

/** A person sends a message: the answer to a call, or a message for the model. */
export function messageReceived(state: RunState, event: EventOf<"message.received">): RunState {
  const { content, data = null, call_id, key } = event.data;
  if (call_id !== undefined) {
    return updateTurnCall(questionsChanged(state, event), event, (call) =>
      key === undefined ? inputGiven(call, event) : questionAnswered(call, event, key),
    );
  }
  const said = [content, ...(data === null ? [] : [JSON.stringify(data)])];
  const turn: Turn = { role: "user", text: said.filter((part) => part !== "").join("\n\n") };
  const received = { ...state, inbox: [...state.inbox, turn] };
  // No other turn may stand between a call and its outcome.
  return state.model === null && state.turn === null ? deliverInbox(received) : received;
}

function inputGiven(call: TurnCall, event: EventOf<"message.received">): TurnCall {
  const { content, data = null } = event.data;
  const { request } = call;
  expect(request?.waitsFor === "input" && request.answer === null && call.result === null, event);
  return { ...call, request: { ...request, answer: { content, data } } };
}

function questionAnswered(
  call: TurnCall,
  event: EventOf<"message.received">,
  key: string,
): TurnCall {
  const { data = null, action = "accept" } = event.data;
  return withAnswer(call, event, key, { action, content: data });
}

function withAnswer(
  call: TurnCall,
  event: EventOf<"message.received" | "input.withdrawn">,
  key: string,
  answer: InputAnswer,
): TurnCall {
  const index = call.questions.findIndex((question) => question.key === key);
  const question = call.questions[index];
  if (question === undefined || question.answer !== null || call.result !== null) {
    throw illegalEvent(event);
  }
  return { ...call, questions: call.questions.with(index, { ...question, answer }) };
}

/** A server was listed, or could not be. */
export function mcpListed(state: RunState, event: EventOf<"mcp.listed">, at: number): RunState {
  const { server } = event.data;
  expect(state.spec?.mcp_servers?.some(({ name }) => name === server) === true, event);
  const before = ownValue(state.mcp, server);
  const after = applyListed(before, event.data, at);
  const notice = availabilityNotice(before, after, server);
  const known = { ...state, mcp: { ...state.mcp, [server]: after } };
  return notice === null
    ? known
    : {
        ...known,
        conversation: extend(state.conversation, { role: "notice", text: notice }, windowOf(state)),
      };
}

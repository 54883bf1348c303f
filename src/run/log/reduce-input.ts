/** The part of `reduce` that is about what comes from outside between calls: people, and listings of servers. */
import type { InputAnswer } from "./elicitation.ts";
import { expect, misfit, updateTurnCall, windowOf, withInbox, type EventOf } from "./fold.ts";
import { ownValue } from "../value/json.ts";
import { applyListed, availabilityNotice } from "../value/mcp-listing.ts";
import { extend, type Turn } from "../value/message.ts";
import type { RunState, TurnCall } from "./state.ts";

/** A call that is under way asks a person something. */
export function inputRequested(state: RunState, event: EventOf<"input.requested">): RunState {
  const { key, schema = null } = event.data;
  return updateTurnCall(state, event, (call) => {
    expect(call.request !== null && call.result === null, event);
    expect(
      call.questions.every((question) => question.key !== key),
      event,
    );
    const question = { key, schema, askedAt: event.seq, answer: null };
    return { ...call, questions: [...call.questions, question] };
  });
}

/** Whoever asked does not want to know any more. */
export function inputWithdrawn(state: RunState, event: EventOf<"input.withdrawn">): RunState {
  const { key } = event.data;
  return updateTurnCall(state, event, (call) =>
    withAnswer(call, event, key, { action: "cancel", content: null }),
  );
}

/** A call is given up until its questions are answered. */
export function toolSuspended(
  state: RunState,
  event: EventOf<"tool.suspended">,
  at: number,
): RunState {
  const expires = state.spec?.config.waits?.input_expires_s;
  return updateTurnCall(state, event, (call) => {
    const { request } = call;
    expect(request !== null && call.result === null && call.questions.length > 0, event);
    const until = expires === undefined ? null : at + expires * 1000;
    return { ...call, request: { ...request, waitsFor: "input", until } };
  });
}

/** Somebody says something: an answer, or something for the model to hear. */
export function messageReceived(state: RunState, event: EventOf<"message.received">): RunState {
  const { content, data = null, call_id, key } = event.data;
  if (call_id !== undefined) {
    return updateTurnCall(state, event, (call) =>
      key === undefined ? inputGiven(call, event) : questionAnswered(call, event, key),
    );
  }
  const said = [content, ...(data === null ? [] : [JSON.stringify(data)])];
  const turn: Turn = { role: "user", text: said.filter((part) => part !== "").join("\n\n") };
  const received = { ...state, inbox: [...state.inbox, turn] };
  // Between a call and its outcome there is no place in the conversation for anything else.
  return state.model === null && state.turn === null ? withInbox(received) : received;
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
    throw misfit(event);
  }
  return { ...call, questions: call.questions.with(index, { ...question, answer }) };
}

/** What a server offers, or that it cannot be asked. */
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

/** What the parts of `reduce` share: finding the call that an event is about, and rejecting what cannot be. */
import { LogCorruption, type RunEvent } from "./event.ts";
import { DEFAULT_WINDOW, extend } from "../value/message.ts";
import type { RunState, TurnCall } from "./state.ts";

/** The event of a type. */
export type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** Events that are about a tool call. */
export type CallEvent = EventOf<
  | "tool.requested"
  | "tool.completed"
  | "tool.failed"
  | "tool.outcome_unknown"
  | "approval.requested"
  | "approval.decided"
  | "approval.expired"
  | "message.received"
  | "input.requested"
  | "input.withdrawn"
  | "tool.suspended"
>;

/** The state with the call of this event changed. */
export function updateTurnCall(
  state: RunState,
  event: CallEvent,
  change: (call: TurnCall) => TurnCall,
): RunState {
  return updateCall(state, event, event.data.call_id, change);
}

/** The state with one call of the turn changed. */
export function updateCall(
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

/** What was said meanwhile becomes part of the conversation; an answer given before it is none. */
export function withInbox(state: RunState): RunState {
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

/** How many turns the conversation may hold. */
export function windowOf(state: RunState): number {
  return state.spec?.config.memory?.max_messages ?? DEFAULT_WINDOW;
}

/** @throws LogCorruption if an event does not fit what came before */
export function expect(legal: boolean, event: RunEvent): asserts legal {
  if (!legal) {
    throw misfit(event);
  }
}

/** Why an event is rejected that does not fit what came before. */
export function misfit(event: RunEvent): LogCorruption {
  return new LogCorruption(`${event.type} at seq ${event.seq} does not fit what came before`);
}

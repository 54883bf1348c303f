/**
 * Shared by the parts of `reduce`: finds the call that an event refers to, and rejects impossible
 * events.
 */
import { LogCorruption, type RunEvent } from "./event.ts";
import { DEFAULT_WINDOW, extend } from "../value/message.ts";
import type { RunState, TurnCall } from "./state.ts";

/** The event of one type. */
export type EventOf<T extends RunEvent["type"]> = Extract<RunEvent, { readonly type: T }>;

/** Events about a tool call. */
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
  | "child.started"
  | "child.delayed"
>;

/**
 * Returns the state with the event's call changed.
 * @throws LogCorruption if the turn has no such call
 */
export function updateTurnCall(
  state: RunState,
  event: CallEvent,
  change: (call: TurnCall) => TurnCall,
): RunState {
  return updateCall(state, event, event.data.call_id, change);
}

/**
 * Returns the state with one call of the turn changed.
 * @throws LogCorruption if the turn has no such call
 */
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
    throw new LogCorruption(`${event.type} at seq ${event.seq} is for an unknown call`);
  }
  return { ...state, turn: { ...turn, calls: turn.calls.with(index, change(call)) } };
}

/** Returns the state with the event as the last one that opened or closed a question. */
export function questionsChanged(state: RunState, { seq }: RunEvent): RunState {
  return { ...state, questionSeq: seq };
}

/** Moves the inbox into the conversation. An answer from before these messages is discarded. */
export function deliverInbox(state: RunState): RunState {
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

/** Returns the maximum turns of the conversation. */
export function windowOf(state: RunState): number {
  return state.spec?.config.memory?.max_messages ?? DEFAULT_WINDOW;
}

/**
 * Asserts that an event fits the history.
 * @throws LogCorruption
 */
export function expect(legal: boolean, event: RunEvent): asserts legal {
  if (!legal) {
    throw illegalEvent(event);
  }
}

/** Returns the error for an event that does not fit the history. */
export function illegalEvent(event: RunEvent): LogCorruption {
  return new LogCorruption(`${event.type} at seq ${event.seq} does not fit what came before`);
}

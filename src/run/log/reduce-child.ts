/** The part of `reduce` for tasks that a run starts: its children. */
import { expect, updateTurnCall, type EventOf } from "./fold.ts";
import { isJsonObject, type JsonValue } from "../value/json.ts";
import type { Child, ChildEnd, ChildrenRequest, RunState, TurnCall } from "./state.ts";

/** Returns what an intent does with children; null for any other call. */
export function childrenRequest(
  state: RunState,
  { data }: EventOf<"tool.requested">,
): ChildrenRequest | null {
  if (data.wait !== "children") {
    return null;
  }
  const { action = "wait", mode = "all", as_answer = false } = data;
  const tasks = (data.tasks ?? []).map(({ task_id }) => task_id);
  const isNew = action === "run" || action === "start";
  return {
    action,
    mode,
    asAnswer: as_answer,
    tasks,
    unstarted: isNew ? tasks : [],
    open: isNew ? tasks : tasks.filter((id) => isOpen(state.children[id])),
    delays: 0,
    retryAt: 0,
  };
}

/** Adds the children that an intent fixes the ids of, or marks those that it cancels. */
export function withChildren(state: RunState, event: EventOf<"tool.requested">): RunState {
  const { action, tasks = [], call_id } = event.data;
  if (event.data.wait !== "children" || action === undefined || action === "wait") {
    return state;
  }
  if (action === "cancel") {
    return tasks.reduce((folded, { task_id }) => unwanted(folded, task_id), state);
  }
  const made = tasks.map(({ task_id, agent = "" }): [string, Child] => [
    task_id,
    {
      call_id,
      agent,
      started: false,
      onEnd: action === "start" && goesOn(event.data.arguments) ? "continue" : "cancel",
      background: action === "start",
      unwanted: false,
      waits: 0,
      end: null,
    },
  ]);
  expect(!made.some(([id]) => state.children[id] !== undefined), event);
  return {
    ...state,
    children: { ...state.children, ...Object.fromEntries(made) },
    childrenMade: state.childrenMade + made.length,
  };
}

/** A child was submitted. It may have told its end before that was known. */
export function childStarted(
  state: RunState,
  event: EventOf<"child.started">,
  at: number,
): RunState {
  const { task_id } = event.data;
  const child = state.children[task_id];
  if (child === undefined || child.started) {
    return state;
  }
  const started = updateTurnCall(state, event, (call) =>
    withRequest(call, (children) => ({
      ...children,
      unstarted: children.unstarted.filter((id) => id !== task_id),
    })),
  );
  return withChild({ ...started, childrenHeardAt: at }, task_id, { ...child, started: true });
}

/** The children of a call could not be submitted yet. */
export function childDelayed(
  state: RunState,
  event: EventOf<"child.delayed">,
  at: number,
): RunState {
  const { retry_in_ms } = event.data;
  return updateTurnCall(state, event, (call) =>
    withRequest(call, (children) => ({
      ...children,
      delays: children.delays + 1,
      retryAt: at + retry_in_ms,
    })),
  );
}

/** A child waits for a person. */
export function childWaiting(state: RunState, event: EventOf<"child.waiting">): RunState {
  const { task_id } = event.data;
  const child = state.children[task_id];
  expect(child !== undefined && child.end === null, event);
  return withChild(state, task_id, { ...child, waits: child.waits + 1 });
}

/** A child has ended. Calls that wait for it may go on. */
export function childEnded(state: RunState, event: EventOf<"child.ended">, at: number): RunState {
  const { task_id, status, answer = "", answer_sha256, code, message, untrusted } = event.data;
  const child = state.children[task_id];
  expect(child !== undefined && child.end === null, event);
  const end: ChildEnd = {
    status,
    answer,
    ...("data" in event.data ? { data: event.data.data } : {}),
    sha256: answer_sha256 ?? null,
    code: code ?? null,
    message: message ?? null,
    untrusted: untrusted ?? false,
  };
  const heard: RunState = {
    ...state,
    childrenHeardAt: at,
    turn:
      state.turn === null ? null : { ...state.turn, calls: state.turn.calls.map(without(task_id)) },
  };
  const isAwaited = heard.turn?.calls.some((call) => awaits(call, task_id)) === true;
  return isAwaited || child.background
    ? withChild(heard, task_id, { ...child, started: true, end })
    : withoutChildren(heard, [task_id]);
}

/**
 * Forgets the children of a settled call: those that have ended, since the call has their answers. Those
 * that have not, because the call did not wait any longer, are to be cancelled.
 */
export function settledChildren(
  state: RunState,
  event: EventOf<"tool.completed" | "tool.failed" | "tool.outcome_unknown">,
): RunState {
  const refused = event.type === "tool.failed" && event.data.task_refused === true;
  const mine = Object.entries(state.children).filter(
    ([, child]) => child.call_id === event.data.call_id && (refused || !child.background),
  );
  const over = mine.filter(([, child]) => refused || child.end !== null);
  return mine
    .filter(([, child]) => !refused && child.end === null)
    .reduce(
      (folded, [id]) => unwanted(folded, id),
      withoutChildren(
        state,
        over.map(([id]) => id),
      ),
    );
}

function unwanted(state: RunState, id: string): RunState {
  const child = state.children[id];
  return child === undefined || child.end !== null
    ? state
    : withChild(state, id, { ...child, unwanted: true });
}

function isOpen(child: Child | undefined): boolean {
  return child !== undefined && child.end === null;
}

function goesOn(args: JsonValue): boolean {
  return isJsonObject(args) && args["on_parent_end"] === "continue";
}

function awaits({ request, result }: TurnCall, task: string): boolean {
  return result === null && request?.children?.tasks.includes(task) === true;
}

/** Returns the function that removes a task from those that a call waits for. */
function without(task: string): (call: TurnCall) => TurnCall {
  return (call) =>
    awaits(call, task)
      ? withRequest(call, (children) => ({
          ...children,
          unstarted: children.unstarted.filter((id) => id !== task),
          open: children.open.filter((id) => id !== task),
        }))
      : call;
}

function withRequest(
  call: TurnCall,
  change: (children: ChildrenRequest) => ChildrenRequest,
): TurnCall {
  const { request } = call;
  return request === null || request.children === null
    ? call
    : { ...call, request: { ...request, children: change(request.children) } };
}

function withChild(state: RunState, id: string, child: Child): RunState {
  return { ...state, children: { ...state.children, [id]: child } };
}

function withoutChildren(state: RunState, ids: readonly string[]): RunState {
  if (ids.length === 0) {
    return state;
  }
  const gone = new Set(ids);
  const kept = Object.entries(state.children).filter(([id]) => !gone.has(id));
  return { ...state, children: Object.fromEntries(kept) };
}

/**
 * React hooks: a task, its text and the pending approvals, live. Components of the same task share
 * one connection, which ends with the last of them. Needs React 18 or newer.
 */
import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useMemo,
  useSyncExternalStore,
  type ReactElement,
  type ReactNode,
} from "react";
import type { Message, Task } from "../model.ts";
import type { Opspawn } from "../opspawn.ts";
import type { CallChoice, Decision } from "../task-stream.ts";
import {
  ApprovalsWatcher,
  NO_APPROVALS,
  type Approval,
  type ApprovalsQuery,
  type ApprovalsState,
} from "./approvals-watcher.ts";
import { LOADING, taskStore, type TaskState } from "./task-watcher.ts";

export type { Approval, ApprovalsQuery, ApprovalsState } from "./approvals-watcher.ts";
export type { TaskState } from "./task-watcher.ts";

const Client = createContext<Opspawn | null>(null);

/** Gives the client to the hooks of all components in it. */
export function OpspawnProvider({
  client,
  children,
}: {
  readonly client: Opspawn;
  readonly children?: ReactNode;
}): ReactElement {
  return createElement(Client.Provider, { value: client }, children);
}

/** Returns the client of the provider. @throws Error outside of one */
export function useOpspawn(): Opspawn {
  const client = useContext(Client);
  if (client === null) {
    throw new Error("Put the component into <OpspawnProvider client={…}>.");
  }
  return client;
}

/** A task and what can be done with it. */
export interface TaskView extends TaskState {
  /** Approves a pending call: the only one, or that of `callId`. @throws QuestionError, APIError */
  readonly approve: (decision?: Decision & CallChoice) => Promise<Task>;
  /** Denies a pending call: the only one, or that of `callId`. @throws QuestionError, APIError */
  readonly deny: (decision?: Omit<Decision, "arguments"> & CallChoice) => Promise<Task>;
  /** Answers an open question. @throws QuestionError, APIError */
  readonly answer: (message: string | Message) => Promise<Task>;
  /** Cancels the task. @throws APIError */
  readonly cancel: (body?: { readonly reason?: string }) => Promise<Task>;
}

/**
 * Follows a task: its status, what it waits for, its text and its result. `null` follows nothing, for
 * a task that is not submitted yet.
 */
export function useTask(id: string | null): TaskView {
  const store = useTaskStore(id);
  const state = useSyncExternalStore(store.subscribe, store.state, loading);
  const actions = useMemo(() => {
    const stream = () => {
      const watcher = store.current();
      if (watcher === undefined) {
        throw new Error("There is no task yet.");
      }
      return watcher.stream;
    };
    return {
      approve: async (decision?: Decision & CallChoice) => stream().approve(decision),
      deny: async (decision?: Omit<Decision, "arguments"> & CallChoice) => stream().deny(decision),
      answer: async (message: string | Message) => stream().answer(message),
      cancel: async (body?: { readonly reason?: string }) => stream().cancel(body),
    };
  }, [store]);
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

/**
 * Follows only the text of a task. It is what the model writes now, and the answer in the end: text
 * of a reply that was lost in a crash disappears.
 */
export function useTaskText(id: string | null): string {
  const store = useTaskStore(id);
  const text = useCallback(() => store.state().text, [store]);
  return useSyncExternalStore(store.subscribe, text, noText);
}

/** The pending approvals and how to decide. */
export interface ApprovalsView extends ApprovalsState {
  /** Approves a call. @throws APIError, with status 409 if another person was faster */
  readonly approve: (approval: Approval, decision?: Decision) => Promise<Task>;
  /** Denies a call. @throws APIError, with status 409 if another person was faster */
  readonly deny: (approval: Approval, decision?: Omit<Decision, "arguments">) => Promise<Task>;
}

/** Follows the calls that wait for approval, of all tasks or of those that the query names. */
export function useApprovals(query: ApprovalsQuery = {}): ApprovalsView {
  const client = useOpspawn();
  const { agent, tool, task_id, order } = query;
  const watcher = useMemo(
    () => new ApprovalsWatcher(client, { agent, tool, task_id, order }),
    [client, agent, tool, task_id, order],
  );
  const subscribe = useCallback(
    (listener: () => void) => watcher.subscribe(listener, ignore),
    [watcher],
  );
  const state = useSyncExternalStore(subscribe, () => watcher.state, noApprovals);
  const actions = useMemo(() => {
    const decided = async (call: PromiseLike<Task>): Promise<Task> => {
      try {
        return await call;
      } finally {
        watcher.refresh();
      }
    };
    return {
      approve: ({ task_id: id, call_id }: Approval, decision: Decision = {}) =>
        decided(client.tasks.approve(id, call_id, decision)),
      deny: ({ task_id: id, call_id }: Approval, decision: Omit<Decision, "arguments"> = {}) =>
        decided(client.tasks.deny(id, call_id, decision)),
    };
  }, [client, watcher]);
  return useMemo(() => ({ ...state, ...actions }), [state, actions]);
}

const NOTHING = {
  current: () => undefined,
  state: loading,
  subscribe: () => ignore,
};

function useTaskStore(id: string | null) {
  const client = useOpspawn();
  return useMemo(() => (id === null ? NOTHING : taskStore(client, id)), [client, id]);
}

function loading(): TaskState {
  return LOADING;
}

function noApprovals(): ApprovalsState {
  return NO_APPROVALS;
}

function noText(): string {
  return "";
}

function ignore(): void {
  // Nothing is kept of it.
}

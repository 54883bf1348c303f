/** What a task's log says so far, as one immutable value for views. */
import type { TaskEvent } from "../event.ts";
import type { Task } from "../model.ts";
import type { Opspawn } from "../opspawn.ts";
import type { TaskStream, Waiting } from "../task-stream.ts";
import { ReplyText } from "../view/reply-text.ts";
import { Shared, type Store } from "./shared.ts";

/** The state of a task. A new object after each change. */
export interface TaskState {
  /** `loading` until the first event. */
  readonly status: Task["status"] | "loading";
  /** What the run waits for from a person; null if it does not wait. */
  readonly waiting: Waiting | null;
  /** The text while it is written; in the end the answer. */
  readonly text: string;
  /** The result of a completed run; null before. */
  readonly result: { readonly answer: string; readonly data?: unknown } | null;
  /** Why the run failed; null if it did not. */
  readonly error: { readonly code: string; readonly message: string } | null;
  /** Why the task cannot be followed, such as an `APIError`; null if it can. */
  readonly failure: unknown;
}

/** The state before the first event. */
export const LOADING: TaskState = {
  status: "loading",
  waiting: null,
  text: "",
  result: null,
  error: null,
  failure: null,
};

/** Follows a task while a view shows it. Views of the same task share one connection. */
export class TaskWatcher extends Shared<TaskState> {
  readonly #open: () => TaskStream;
  #stream: TaskStream | null = null;

  constructor(open: () => TaskStream) {
    super(LOADING);
    this.#open = open;
  }

  /** The stream, to answer what the run asks. @throws Error before a view subscribes */
  get stream(): TaskStream {
    if (this.#stream === null) {
      throw new Error("The task is not followed: the component is not mounted.");
    }
    return this.#stream;
  }

  protected override begin(): void {
    this.#stream = this.#open();
    void this.#follow(this.#stream);
  }

  protected override end(): void {
    this.#stream?.close();
    this.#stream = null;
  }

  async #follow(stream: TaskStream): Promise<void> {
    const reply = new ReplyText();
    try {
      for await (const event of stream.events) {
        const text = reply.observe(event)?.text ?? this.state.text;
        this.#update(stream, { ...changesOf(event), text, waiting: stream.waiting });
      }
    } catch (failure) {
      this.#update(stream, { failure });
    }
  }

  /** Changes the state, unless the stream is no longer followed. */
  #update(stream: TaskStream, changes: Partial<TaskState>): void {
    if (this.#stream === stream) {
      this.set({ ...this.state, ...changes });
    }
  }
}

function changesOf(event: TaskEvent): Partial<TaskState> {
  switch (event.type) {
    case "run.waiting":
      return { status: "waiting" };
    case "run.completed":
      return { status: "completed", result: event.data.result };
    case "run.failed":
      return { status: "failed", error: event.data };
    case "run.cancelled":
      return { status: "cancelled" };
    case "run.created":
    case "run.resumed":
      return { status: "running" };
    default:
      return {};
  }
}

const watchers = new WeakMap<Opspawn, Map<string, TaskWatcher>>();

/** The watcher of a task, made by its first view and forgotten after the last. */
export function taskStore(
  client: Opspawn,
  id: string,
): Store<TaskState> & {
  readonly current: () => TaskWatcher | undefined;
} {
  const current = (): TaskWatcher | undefined => watchers.get(client)?.get(id);
  return {
    current,
    state: () => current()?.state ?? LOADING,
    subscribe(listener) {
      const known = watchers.get(client) ?? new Map<string, TaskWatcher>();
      watchers.set(client, known);
      const watcher = known.get(id) ?? new TaskWatcher(() => client.tasks.attach(id));
      known.set(id, watcher);
      return watcher.subscribe(listener, () => {
        known.delete(id);
      });
    },
  };
}

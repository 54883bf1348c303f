/** Tasks: submit, watch, and send messages, approvals and limits. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, KeyedOptions } from "./api.ts";
import { type EventType, type TaskEvent } from "./event.ts";
import type {
  BatchResult,
  BulkResult,
  CancelTasks,
  EventPage,
  Limits,
  Message,
  OutputPage,
  Prompt,
  RetryTasks,
  SubmitTask,
  Task,
  TaskCounts,
  TaskList,
  Ticket,
  UpdateTask,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
import { type JsonSchema, type StandardSchema } from "./schema.ts";
import { type WebSocketClass } from "./socket-events.ts";
import { TaskStream, type Decision } from "./task-stream.ts";
import { type WatchOptions } from "./watch.ts";
/** Filters of a task list. */
export type TaskQuery = Omit<QueryOf<"listTasks">, "status"> & {
  /** Only tasks with this status, or with one of these. */
  readonly status?: Task["status"] | readonly Task["status"][];
  /** Only tasks with these metadata values. */
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
};
/** What a page of events shows. */
export type EventQuery = Omit<QueryOf<"listEvents">, "types" | "outline"> & {
  /** Only events of these types. A page may then be short or empty and not the last one. */
  readonly types?: readonly EventType[] | undefined;
  /** Each event in outline, with `bytes`: texts, lists and free content are cut. */
  readonly outline?: boolean | undefined;
};
/** Filters of a count. */
export type CountsQuery = Omit<QueryOf<"countTasks">, "status"> & Pick<TaskQuery, "status">;
/** Options of a call that can wait for a task. */
export interface WaitOptions extends CallOptions {
  /** Long poll: seconds (at most 60) to wait until the task finishes or pauses. */
  readonly wait?: number | undefined;
}
export interface FollowOptions extends WatchOptions, CallOptions {
  /** Called for each event, and awaited before the next one. */
  readonly onEvent?: ((event: TaskEvent) => unknown) | undefined;
  /** Keep following while the run waits for a person, until it finishes. */
  readonly throughWaits?: boolean | undefined;
}
/** Options of `attach`. */
export interface AttachOptions extends Omit<WatchOptions, "after"> {
  /**
   * A schema that types and validates `result().data`: of zod or another library with Standard
   * Schema, or a JSON Schema.
   */
  readonly schema?: JsonSchema | StandardSchema | undefined;
}
/** Options of `stream`. */
export interface StreamOptions extends AttachOptions, KeyedOptions {
  /** The JSON Schema of `schema`, for a library that cannot make one itself. */
  readonly jsonSchema?: JsonSchema | undefined;
}
export declare class Tasks {
  #private;
  /** @internal */
  constructor(api: Api, socket: WebSocketClass | null);
  /**
   * Submits a task. Once this resolves, the task either finishes or pauses for a stated reason, even
   * if the service or this program crashes.
   */
  create(body: SubmitTask, options?: WaitOptions & KeyedOptions): ApiPromise<Task>;
  /**
   * Submits a task and resolves when it finishes or waits for a person (`task.status` is `waiting`,
   * `task.waiting_for` is `approval`, `input` or `budget`). A failed run is returned, not thrown.
   */
  run(body: SubmitTask, options?: Omit<FollowOptions, "after"> & KeyedOptions): Promise<Task>;
  /** Follows a task and resolves when it finishes or waits for a person. */
  wait(id: string, { onEvent, throughWaits, ...options }?: FollowOptions): Promise<Task>;
  /**
   * Submits a task and follows it: its text, events, open questions and result. `schema` types and
   * validates the result; it becomes the agent's `output_schema`.
   * @throws TypeError for a schema that has no JSON Schema
   */
  stream<Output>(
    goal: string | SubmitTask,
    options: StreamOptions & {
      readonly schema: StandardSchema<Output>;
    },
  ): TaskStream<Output>;
  stream(goal: string | SubmitTask, options?: StreamOptions): TaskStream;
  /** Follows an existing task from its first event, as `stream` does. */
  attach<Output>(
    id: string,
    options: AttachOptions & {
      readonly schema: StandardSchema<Output>;
    },
  ): TaskStream<Output>;
  attach(id: string, options?: AttachOptions): TaskStream;
  get(id: string, options?: WaitOptions): ApiPromise<Task>;
  /** Tasks, newest first; with `order: "oldest"`, oldest first. */
  list({ metadata, status, ...query }?: TaskQuery, options?: CallOptions): Paged<TaskList>;
  /** Counts tasks by status, agent or wait, the largest group first. */
  counts({ status, ...query }?: CountsQuery, options?: CallOptions): ApiPromise<TaskCounts>;
  /**
   * Yields the events of a task from the cursor to the one that ends the run: exactly once and in
   * order, across lost connections and restarts of the service. Leaving the loop ends the watch.
   * @throws APIError, ConnectionError, StreamGapError, the signal's reason, or TypeError at once
   * for a cursor that is not a whole number
   */
  watch(
    id: string,
    { after, via, signal, onConnection }?: WatchOptions,
  ): AsyncGenerator<TaskEvent, void, undefined>;
  /** The log so far, without waiting for new events. `limit` is at most 1,000 (default 100). */
  events(
    id: string,
    { types, outline, ...rest }?: EventQuery,
    options?: CallOptions,
  ): Paged<EventPage>;
  /** Cancels a task and aborts its call in flight. Does nothing to a finished task. */
  cancel(
    id: string,
    body?: {
      readonly reason?: string;
    },
    options?: CallOptions,
  ): ApiPromise<Task>;
  /**
   * Submits a new task with the input of a finished one. `config` chooses its config (`same`, the
   * default) or its agent as it is today (`current`).
   */
  retry(
    id: string,
    body?: {
      readonly config?: "same" | "current";
    },
    options?: KeyedOptions,
  ): ApiPromise<Task>;
  /**
   * Cancels many tasks. First call it with a filter: it returns how many match, and `confirm`. Then
   * repeat the body with `dry_run: false` and this text, and with `cursor` until `next_cursor` is
   * null.
   */
  cancelMany(body: CancelTasks, options?: CallOptions): ApiPromise<BulkResult>;
  /** Retries many finished tasks, in steps as `cancelMany`. Each is retried once, if repeated. */
  retryMany(body: RetryTasks, options?: CallOptions): ApiPromise<BulkResult>;
  /**
   * Submits up to 100 tasks. Each has its own outcome, in the same order: the task, or the problem
   * of a refused one.
   */
  createMany(tasks: readonly SubmitTask[], options?: KeyedOptions): ApiPromise<BatchResult>;
  /** Changes the name and metadata of a task. Metadata is merged by key; null removes a key. */
  update(id: string, labels: UpdateTask, options?: CallOptions): ApiPromise<Task>;
  /** Deletes a finished task with its log and outputs. */
  delete(id: string, options?: CallOptions): ApiPromise<void>;
  /** Sends a message to a run, or answers its question: with text, or with `data` for a structured question. */
  send(id: string, message: string | Message, options?: KeyedOptions): ApiPromise<Task>;
  /** Approves a pending tool call, optionally with other arguments. */
  approve(
    id: string,
    callId: string,
    decision?: Decision,
    options?: KeyedOptions,
  ): ApiPromise<Task>;
  /** Denies a pending tool call. The model sees the denial and the comment. */
  deny(
    id: string,
    callId: string,
    decision?: Omit<Decision, "arguments">,
    options?: KeyedOptions,
  ): ApiPromise<Task>;
  /** Changes the limits of a live run. Null removes one. */
  updateLimits(id: string, limits: Limits, options?: CallOptions): ApiPromise<Task>;
  /** Reads part of an output that was too long for the log. `offset` and `limit` count characters. */
  output(
    id: string,
    sha256: string,
    query?: QueryOf<"readOutput">,
    options?: CallOptions,
  ): ApiPromise<OutputPage>;
  /**
   * Reads what the model saw in a model call: the last attempt, or `attempt`. `matches` says whether
   * the rebuilt request is the one that was sent.
   */
  prompt(
    id: string,
    callId: string,
    query?: QueryOf<"getPrompt">,
    options?: CallOptions,
  ): ApiPromise<Prompt>;
  /** Creates a ticket, valid for one minute, that lets a browser watch this task without a key. */
  ticket(id: string, options?: CallOptions): ApiPromise<Ticket>;
}

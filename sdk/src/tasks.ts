/** Tasks: submit, watch, and send messages, approvals and limits. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, KeyedOptions } from "./api.ts";
import { needsHuman, type TaskEvent } from "./event.ts";
import type {
  BatchResult,
  BulkResult,
  CancelTasks,
  EventPage,
  Limits,
  Message,
  OutputPage,
  Prompt,
  Trace,
  RetryTasks,
  SubmitTask,
  Task,
  TaskCounts,
  TaskTree,
  TreeEventPage,
  TaskList,
  Ticket,
  UpdateTask,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";
import { selected, type EventQuery, type TreeEventQuery } from "./event-query.ts";
import { jsonSchemaOf, type JsonSchema, type StandardSchema } from "./schema.ts";
import { checkWhole } from "./settings.ts";
import { socketEvents, type WebSocketClass } from "./socket-events.ts";
import { streamEvents } from "./stream-events.ts";
import { parserOf, TaskStream, type Decision } from "./task-stream.ts";
import { watchTree, type TreeWatchOptions, type WatchedTreeEvent } from "./tree-events.ts";
import { watchTask, type WatchOptions } from "./watch.ts";

/** Filters of a task list. */
export type TaskQuery = Omit<QueryOf<"listTasks">, "status"> & {
  /** Only tasks with this status, or with one of these. */
  readonly status?: Task["status"] | readonly Task["status"][];
  /** Only tasks with these metadata values. */
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
};

/** A page of a tree. */
export type TreeQuery = QueryOf<"getTaskTree">;

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

/** The first step of a change of many tasks. */
const STEPS = { dry_run: true, limit: 50 };

export class Tasks {
  readonly #api: Api;
  readonly #socket: WebSocketClass | null;

  /** @internal */
  constructor(api: Api, socket: WebSocketClass | null) {
    this.#api = api;
    this.#socket = socket;
  }

  /**
   * Submits a task. Once this resolves, the task either finishes or pauses for a stated reason, even
   * if the service or this program crashes.
   */
  create(body: SubmitTask, options: WaitOptions & KeyedOptions = {}): ApiPromise<Task> {
    return this.#api.call("submitTask", { ...options, body });
  }

  /**
   * Submits a task and resolves when it finishes or waits for a person (`task.status` is `waiting`,
   * `task.waiting_for` is `approval`, `input` or `budget`). A failed run is returned, not thrown.
   */
  async run(
    body: SubmitTask,
    options: Omit<FollowOptions, "after"> & KeyedOptions = {},
  ): Promise<Task> {
    const { idempotencyKey, signal, timeout, maxRetries, headers } = options;
    const call = { idempotencyKey, signal, timeout, maxRetries, headers };
    const { id } = await this.create(body, call);
    return this.wait(id, options);
  }

  /** Follows a task and resolves when it finishes or waits for a person. */
  async wait(
    id: string,
    { onEvent, throughWaits = false, ...options }: FollowOptions = {},
  ): Promise<Task> {
    const { signal, timeout, headers } = options;
    // Retries as often as the watch does: losing the service at the last step should not fail the call.
    const { maxRetries = this.#api.settings.reconnect.maxAttempts } = options;
    const call = { signal, timeout, headers, maxRetries };
    const now = () => this.#api.call("getTask", { ...call, path: { id } });
    const { after = 0 } = options;
    // A wait that began before the cursor will not produce another event.
    const found = throughWaits || after === 0 ? null : await now();
    const waitsAt = found !== null && isWaiting(found) ? found.last_seq : null;
    if (found !== null && waitsAt !== null && waitsAt <= after) {
      return found;
    }
    for await (const event of this.watch(id, options)) {
      await onEvent?.(event);
      const begins = event.type === "run.waiting" && needsHuman(event.data.for);
      if (!throughWaits && (begins || event.seq === waitsAt)) {
        const task = await now();
        // Otherwise the wait has been answered since that event.
        if (isWaiting(task)) {
          return task;
        }
      }
    }
    return now();
  }

  /**
   * Submits a task and follows it: its text, events, open questions and result. `schema` types and
   * validates the result; it becomes the agent's `output_schema`.
   * @throws TypeError for a schema that has no JSON Schema
   */
  stream<Output>(
    goal: string | SubmitTask,
    options: StreamOptions & { readonly schema: StandardSchema<Output> },
  ): TaskStream<Output>;
  stream(goal: string | SubmitTask, options?: StreamOptions): TaskStream;
  stream(goal: string | SubmitTask, options: StreamOptions = {}): TaskStream {
    const { schema, jsonSchema, idempotencyKey, timeout, maxRetries, headers, ...rest } = options;
    const given = typeof goal === "string" ? { input_data: { goal } } : goal;
    const config = schema && { output_schema: jsonSchemaOf(schema, jsonSchema) };
    const body = config ? { ...given, agent_config: { ...given.agent_config, ...config } } : given;
    const call = { idempotencyKey, timeout, maxRetries, headers };
    const submit = async (signal: AbortSignal) => (await this.create(body, { ...call, signal })).id;
    return new TaskStream(this, submit, parserOf(schema), rest);
  }

  /** Follows an existing task from its first event, as `stream` does. */
  attach<Output>(
    id: string,
    options: AttachOptions & { readonly schema: StandardSchema<Output> },
  ): TaskStream<Output>;
  attach(id: string, options?: AttachOptions): TaskStream;
  attach(id: string, { schema, ...options }: AttachOptions = {}): TaskStream {
    return new TaskStream(this, () => Promise.resolve(id), parserOf(schema), options);
  }

  get(id: string, options: WaitOptions = {}): ApiPromise<Task> {
    return this.#api.call("getTask", { ...options, path: { id } });
  }

  /** Tasks, newest first; with `order: "oldest"`, oldest first. */
  list({ metadata, status, ...query }: TaskQuery = {}, options: CallOptions = {}): Paged<TaskList> {
    const filters = Object.entries(metadata ?? {}).map(([key, value]) => [
      `metadata.${key}`,
      value,
    ]);
    const filtered = {
      ...(status !== undefined && { status: [status].flat() }),
      ...query,
      ...Object.fromEntries(filters),
    };
    return new Paged((cursor) =>
      this.#api.call("listTasks", { ...options, query: queryAt(filtered, cursor) }),
    );
  }

  /** A task and all tasks below it, the task itself first. Each page has what they have used. */
  tree(id: string, query: TreeQuery = {}, options: CallOptions = {}): Paged<TaskTree> {
    return new Paged((cursor) =>
      this.#api.call("getTaskTree", { ...options, path: { id }, query: queryAt(query, cursor) }),
    );
  }

  /** Counts tasks by status, agent or wait, the largest group first. */
  counts(
    { status, ...query }: CountsQuery = {},
    options: CallOptions = {},
  ): ApiPromise<TaskCounts> {
    const filtered = { ...(status !== undefined && { status: [status].flat() }), ...query };
    return this.#api.call("countTasks", { ...options, query: filtered });
  }

  /**
   * Yields the events of a task from the cursor to the one that ends the run: exactly once and in
   * order, across lost connections and restarts of the service. Leaving the loop ends the watch.
   * With `tree: true`, yields the events of the task and of all tasks below it, each with `task_id`
   * and `cursor`, until all of them have ended.
   * @throws APIError, ConnectionError, StreamGapError, the signal's reason, or TypeError at once
   * for a cursor that is not a whole number
   */
  watch(id: string, options: TreeWatchOptions): AsyncGenerator<WatchedTreeEvent, void, undefined>;
  watch(id: string, options?: WatchOptions): AsyncGenerator<TaskEvent, void, undefined>;
  watch(
    id: string,
    options: (WatchOptions & { readonly tree?: undefined }) | TreeWatchOptions = {},
  ): AsyncGenerator<TaskEvent, void, undefined> {
    if (options.tree === true) {
      return watchTree(this.#api, id, options);
    }
    const { after = 0, via, signal, onConnection } = options;
    checkWhole("after", after);
    const Socket = via === "sse" ? null : this.#socket;
    if (via === "websocket" && Socket === null) {
      throw new TypeError("WebSocket is not available: pass one to the client, or watch via sse.");
    }
    const upgrades = { isReasonKnown: false };
    const connect = (cursor: number) =>
      Socket === null
        ? streamEvents(this.#api, id, cursor, signal)
        : socketEvents(this.#api, Socket, id, cursor, signal, upgrades);
    return watchTask(this.#api, connect, id, { after, signal, onConnection });
  }

  /** The events of a task and of all tasks below it so far, without waiting for new ones. */
  treeEvents(
    id: string,
    shown: TreeEventQuery = {},
    options: CallOptions = {},
  ): Paged<TreeEventPage> {
    const query = selected(shown);
    return new Paged((cursor) =>
      this.#api.call("listTreeEvents", { ...options, path: { id }, query: queryAt(query, cursor) }),
    );
  }

  /** The log so far, without waiting for new events. `limit` is at most 1,000 (default 100). */
  events(id: string, shown: EventQuery = {}, options: CallOptions = {}): Paged<EventPage> {
    const query = selected(shown);
    return new Paged((cursor) =>
      this.#api.call("listEvents", { ...options, path: { id }, query: queryAt(query, cursor) }),
    );
  }

  /** Cancels a task and aborts its call in flight. Does nothing to a finished task. */
  cancel(
    id: string,
    body: { readonly reason?: string } = {},
    options: CallOptions = {},
  ): ApiPromise<Task> {
    return this.#api.call("cancelTask", { ...options, path: { id }, body });
  }

  /**
   * Submits a new task with the input of a finished one. `config` chooses its config (`same`, the
   * default) or its agent as it is today (`current`).
   */
  retry(
    id: string,
    body: { readonly config?: "same" | "current" } = {},
    options: KeyedOptions = {},
  ): ApiPromise<Task> {
    return this.#api.call("retryTask", {
      ...options,
      path: { id },
      body: { config: "same", ...body },
    });
  }

  /**
   * Cancels many tasks. First call it with a filter: it returns how many match, and `confirm`. Then
   * repeat the body with `dry_run: false` and this text, and with `cursor` until `next_cursor` is
   * null.
   */
  cancelMany(body: CancelTasks, options: CallOptions = {}): ApiPromise<BulkResult> {
    return this.#api.call("cancelTasks", { ...options, body: { ...STEPS, ...body } });
  }

  /** Retries many finished tasks, in steps as `cancelMany`. Each is retried once, if repeated. */
  retryMany(body: RetryTasks, options: CallOptions = {}): ApiPromise<BulkResult> {
    return this.#api.call("retryTasks", {
      ...options,
      body: { ...STEPS, config: "same", ...body },
    });
  }

  /**
   * Submits up to 100 tasks. Each has its own outcome, in the same order: the task, or the problem
   * of a refused one.
   */
  createMany(tasks: readonly SubmitTask[], options: KeyedOptions = {}): ApiPromise<BatchResult> {
    return this.#api.call("submitBatch", { ...options, body: { tasks: [...tasks] } });
  }

  /** Changes the name and metadata of a task. Metadata is merged by key; null removes a key. */
  update(id: string, labels: UpdateTask, options: CallOptions = {}): ApiPromise<Task> {
    return this.#api.call("updateTask", { ...options, path: { id }, body: labels });
  }

  /** Deletes a finished task with its log and outputs. */
  delete(id: string, options: CallOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteTask", { ...options, path: { id } });
  }

  /** Sends a message to a run, or answers its question: with text, or with `data` for a structured question. */
  send(id: string, message: string | Message, options: KeyedOptions = {}): ApiPromise<Task> {
    const body = typeof message === "string" ? { content: message } : message;
    return this.#api.call("sendMessage", { ...options, path: { id }, body });
  }

  /** Approves a pending tool call, optionally with other arguments. */
  approve(
    id: string,
    callId: string,
    decision: Decision = {},
    options: KeyedOptions = {},
  ): ApiPromise<Task> {
    return this.#decide(id, callId, { decision: "approve", ...decision }, options);
  }

  /** Denies a pending tool call. The model sees the denial and the comment. */
  deny(
    id: string,
    callId: string,
    decision: Omit<Decision, "arguments"> = {},
    options: KeyedOptions = {},
  ): ApiPromise<Task> {
    return this.#decide(id, callId, { decision: "deny", ...decision }, options);
  }

  /** Changes the limits of a live run. Null removes one. */
  updateLimits(id: string, limits: Limits, options: CallOptions = {}): ApiPromise<Task> {
    return this.#api.call("changeLimits", { ...options, path: { id }, body: limits });
  }

  /** Reads part of an output that was too long for the log. `offset` and `limit` count characters. */
  output(
    id: string,
    sha256: string,
    query: QueryOf<"readOutput"> = {},
    options: CallOptions = {},
  ): ApiPromise<OutputPage> {
    return this.#api.call("readOutput", { ...options, path: { id, sha256 }, query });
  }

  /**
   * Reads what the model saw in a model call: the last attempt, or `attempt`. `matches` says whether
   * the rebuilt request is the one that was sent.
   */
  prompt(
    id: string,
    callId: string,
    query: QueryOf<"getPrompt"> = {},
    options: CallOptions = {},
  ): ApiPromise<Prompt> {
    return this.#api.call("getPrompt", { ...options, path: { id, call_id: callId }, query });
  }

  /** Reads the spans of a task that have ended, as OTLP JSON. `content` adds messages, or all. */
  trace(id: string, query: QueryOf<"getTrace"> = {}, options: CallOptions = {}): ApiPromise<Trace> {
    return this.#api.call("getTrace", { ...options, path: { id }, query });
  }

  /** Creates a ticket, valid for one minute, that lets a browser watch this task without a key. */
  ticket(id: string, options: CallOptions = {}): ApiPromise<Ticket> {
    return this.#api.call("createTicket", { ...options, path: { id } });
  }

  #decide(
    id: string,
    callId: string,
    { comment, ...body }: Decision & { readonly decision: "approve" | "deny" },
    options: KeyedOptions,
  ): ApiPromise<Task> {
    return this.#api.call("decideApproval", {
      ...options,
      path: { id, call_id: callId },
      body: { ...body, ...(comment !== undefined && { comment }) },
    });
  }
}

/** Whether the task is waiting for a person. */
function isWaiting({ status, waiting_for }: Task): boolean {
  return status === "waiting" && needsHuman(waiting_for);
}

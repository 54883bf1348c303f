/** Tasks: submitting one, following it, and what people say to it. */
import type { Api, CallOptions, KeyedOptions } from "./api.ts";
import { isForPeople, type TaskEvent } from "./event.ts";
import type {
  EventPage,
  Limits,
  Message,
  OutputPage,
  SubmitTask,
  Task,
  TaskList,
  Ticket,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { itemsOf } from "./pages.ts";
import { socketEvents, type WebSocketClass } from "./socket-events.ts";
import { streamEvents } from "./stream-events.ts";
import { watchTask, type ConnectionChange } from "./watch.ts";

/** Which tasks to list. */
export type TaskQuery = QueryOf<"listTasks"> & {
  /** Only tasks whose metadata has these values. */
  readonly metadata?: Readonly<Record<string, string | number | boolean>>;
};

/** How a call waits for a task. */
export interface WaitOptions extends CallOptions {
  /** Seconds, at most 60, for which the answer may be held back until the task is over or rests. */
  readonly wait?: number | undefined;
}

export interface WatchOptions extends CallOptions {
  /** The cursor: `seq` of the last event that is known already; 0 (the default) gives all. */
  readonly after?: number | undefined;
  /**
   * `websocket` where there is one, `sse` (a stream over HTTP) elsewhere, and where the client was
   * given a `fetch` of its own but no `WebSocket`.
   */
  readonly via?: "websocket" | "sse" | undefined;
  /** Is told when the connection is lost, after which others are tried, and when one stands again. */
  readonly onConnection?: ((change: ConnectionChange) => unknown) | undefined;
}

export interface FollowOptions extends WatchOptions {
  /** Is told of each event as it comes; the next one waits until it is done. */
  readonly onEvent?: ((event: TaskEvent) => unknown) | undefined;
  /** Goes on where the run waits for people, until it is over. */
  readonly throughWaits?: boolean | undefined;
}

/** What a person decides about a tool call that waits for it. */
export interface Decision {
  /** Take the place of the model's; checked against the tool's schema. */
  readonly arguments?: unknown;
  readonly comment?: string | undefined;
}

const LOG_PAGE = 1000;

export class Tasks {
  readonly #api: Api;
  readonly #socket: WebSocketClass | null;

  /** @internal */
  constructor(api: Api, socket: WebSocketClass | null) {
    this.#api = api;
    this.#socket = socket;
  }

  /**
   * Submits a task. Once this resolves, the task reaches an end or a named wait, whatever happens to
   * the service or to this program.
   */
  create(body: SubmitTask, options: WaitOptions & KeyedOptions = {}): Promise<Task> {
    return this.#api.call("submitTask", { ...options, body });
  }

  /**
   * Submits a task and gives it once it is over, or waits for people (`task.status` is `waiting`,
   * `task.waiting_for` is `approval`, `input` or `budget`). A run that failed is no error here.
   */
  async run(
    body: SubmitTask,
    options: Omit<FollowOptions, "after"> & KeyedOptions = {},
  ): Promise<Task> {
    const { task_id } = await this.create(body, {
      idempotencyKey: options.idempotencyKey,
      signal: options.signal,
    });
    return this.settled(task_id, options);
  }

  /** Follows a task until it is over or waits for people, and gives it. */
  async settled(
    id: string,
    { onEvent, throughWaits = false, ...options }: FollowOptions = {},
  ): Promise<Task> {
    const { signal } = options;
    // As patient as the watch: a service that is away now was there for all that came before.
    const retries = this.#api.patience.maxReconnects;
    const now = () => this.#api.call("getTask", { path: { id }, signal, retries });
    const { after = 0 } = options;
    // A wait that began before the cursor has no event that is still to come.
    const found = throughWaits || after === 0 ? null : await now();
    const waitsAt = found !== null && isWaiting(found) ? found.last_seq : null;
    if (found !== null && waitsAt !== null && waitsAt <= after) {
      return found;
    }
    for await (const event of this.watch(id, options)) {
      await onEvent?.(event);
      const begins = event.type === "run.waiting" && isForPeople(event.data["for"]);
      if (!throughWaits && (begins || event.seq === waitsAt)) {
        const task = await now();
        // Else it is an event of the past: somebody has answered since.
        if (isWaiting(task)) {
          return task;
        }
      }
    }
    return now();
  }

  get(id: string, options: WaitOptions = {}): Promise<Task> {
    return this.#api.call("getTask", { ...options, path: { id } });
  }

  /** A page of tasks, newest first. */
  list({ metadata, ...query }: TaskQuery = {}, options: CallOptions = {}): Promise<TaskList> {
    const filters = Object.entries(metadata ?? {}).map(([key, value]) => [
      `metadata.${key}`,
      value,
    ]);
    return this.#api.call("listTasks", {
      ...options,
      query: { ...query, ...Object.fromEntries(filters) },
    });
  }

  /** Every task, newest first, page by page. */
  all(query: TaskQuery = {}, options: CallOptions = {}): AsyncGenerator<Task, void, undefined> {
    return itemsOf(
      (cursor) => this.list({ ...query, ...(cursor !== undefined && { cursor }) }, options),
      (page) => page.tasks,
      query.cursor,
    );
  }

  /**
   * The events of a task, from the cursor to the one that ends the run: each exactly once, in order,
   * whatever happens to the connection or the service meanwhile. Leaving the loop ends the watch.
   * @throws RefusedError, UnreachableError, StreamGapError, or the signal's reason
   */
  watch(
    id: string,
    { after = 0, via, signal, onConnection }: WatchOptions = {},
  ): AsyncGenerator<TaskEvent, void, undefined> {
    const Socket = via === "sse" ? null : this.#socket;
    if (via === "websocket" && Socket === null) {
      throw new TypeError("There is no WebSocket here: give the client one, or watch via sse.");
    }
    const connect = (cursor: number) =>
      Socket === null
        ? streamEvents(this.#api, id, cursor, signal)
        : socketEvents(this.#api, Socket, id, cursor, signal);
    return watchTask(this.#api, connect, id, { after, signal, onConnection });
  }

  /** A page of the log; `after` is the cursor, `limit` at most 1,000. */
  events(
    id: string,
    query: { readonly after?: number; readonly limit?: number } = {},
    options: CallOptions = {},
  ): Promise<EventPage> {
    return this.#api.call("listEvents", { ...options, path: { id }, query });
  }

  /** The log as far as it goes now, page by page. */
  async *log(
    id: string,
    { after = 0, ...options }: CallOptions & { readonly after?: number } = {},
  ): AsyncGenerator<TaskEvent, void, undefined> {
    let cursor = after;
    let more = true;
    while (more) {
      const page = await this.events(id, { after: cursor, limit: LOG_PAGE }, options);
      yield* page.events;
      cursor = page.events.at(-1)?.seq ?? cursor;
      more = page.has_more;
    }
  }

  /** Ends a task and aborts the call that is in flight; one that is over stays as it is. */
  cancel(
    id: string,
    body: { readonly reason?: string } = {},
    options: CallOptions = {},
  ): Promise<Task> {
    return this.#api.call("cancelTask", { ...options, path: { id }, body });
  }

  /** A new task with the same input, of one that is over. */
  retry(id: string, options: KeyedOptions = {}): Promise<Task> {
    return this.#api.call("retryTask", { ...options, path: { id } });
  }

  /** Says something to a run, or answers its question: a text, or `data` for a structured one. */
  send(id: string, message: string | Message, options: KeyedOptions = {}): Promise<Task> {
    const body = typeof message === "string" ? { content: message } : message;
    return this.#api.call("sendMessage", { ...options, path: { id }, body });
  }

  /** Lets a tool call happen that waits for approval, with other arguments if you say so. */
  approve(
    id: string,
    callId: string,
    decision: Decision = {},
    options: KeyedOptions = {},
  ): Promise<Task> {
    return this.#decide(id, callId, { decision: "approve", ...decision }, options);
  }

  /** Forbids a tool call that waits for approval; the model is told, with the comment. */
  deny(
    id: string,
    callId: string,
    decision: Omit<Decision, "arguments"> = {},
    options: KeyedOptions = {},
  ): Promise<Task> {
    return this.#decide(id, callId, { decision: "deny", ...decision }, options);
  }

  /** Raises or lowers the caps of a live run; null lifts one. */
  setLimits(id: string, limits: Limits, options: CallOptions = {}): Promise<Task> {
    return this.#api.call("changeLimits", { ...options, path: { id }, body: limits });
  }

  /** A part of an output that was too long for the log; `offset` and `limit` count characters. */
  output(
    id: string,
    sha256: string,
    query: QueryOf<"readOutput"> = {},
    options: CallOptions = {},
  ): Promise<OutputPage> {
    return this.#api.call("readOutput", { ...options, path: { id, sha256 }, query });
  }

  /** A ticket of one minute, with which a browser that has no key may watch this task. */
  ticket(id: string, options: CallOptions = {}): Promise<Ticket> {
    return this.#api.call("createTicket", { ...options, path: { id } });
  }

  #decide(
    id: string,
    callId: string,
    { comment, ...body }: Decision & { readonly decision: "approve" | "deny" },
    options: KeyedOptions,
  ): Promise<Task> {
    return this.#api.call("decideApproval", {
      ...options,
      path: { id, call_id: callId },
      body: { ...body, ...(comment !== undefined && { comment }) },
    });
  }
}

/** Whether a task waits for people right now. */
function isWaiting({ status, waiting_for }: Task): boolean {
  return status === "waiting" && isForPeople(waiting_for);
}

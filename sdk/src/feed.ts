/** The feed: status changes of all tasks. */
import type { Api, CallOptions } from "./api.ts";
import { ConnectionError, OpspawnError } from "./errors.ts";
import type { FeedPage, StatusChange } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";
import { recordIn } from "./problem.ts";
import {
  mapped,
  socketMessages,
  SUBPROTOCOL,
  throwRefusal,
  type WebSocketClass,
} from "./socket-events.ts";
import { linesOf, STREAM } from "./stream-events.ts";
import { Reconnection, type WatchOptions } from "./watch.ts";

/** A status change of a task, with the cursor after it. */
export interface FeedChange extends StatusChange {
  /** `after` of a watch that continues with the next change. */
  readonly cursor: string;
}

/** Options of a watch of the feed. */
export interface FeedWatchOptions extends Omit<WatchOptions, "after"> {
  /** The cursor of the last known change. Absent: only changes from now on. */
  readonly after?: string | undefined;
  /**
   * Called with the position at which the watch starts, before its first change: `after` of a later
   * watch, even if no change came.
   */
  readonly onStart?: ((cursor: string) => unknown) | undefined;
}

/** A message of one connection: where it starts, or a change. */
type Message = { readonly start: string } | FeedChange;

/** A key that a WebSocket can offer as a subprotocol: a token of HTTP. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

export class Feed {
  readonly #api: Api;
  readonly #socket: WebSocketClass | null;
  readonly #key: string;

  /** @internal */
  constructor(api: Api, socket: WebSocketClass | null, key: string) {
    this.#api = api;
    this.#key = key;
    this.#socket = TOKEN.test(key) ? socket : null;
  }

  /** Status changes after a cursor. `cursor` of a page continues later, or a live stream. */
  changes(query: QueryOf<"followFeed"> = {}, options: CallOptions = {}): Paged<FeedPage> {
    return new Paged((cursor) =>
      this.#api.call("followFeed", { ...options, query: queryAt(query, cursor) }),
    );
  }

  /**
   * Yields status changes of all tasks without an end: each once, and those of one task in order,
   * across lost connections and restarts of the service. Leaving the loop ends the watch.
   * @throws APIError (`cursor_expired` for a cursor from before the retention), ConnectionError, or
   * the signal's reason
   */
  watch(options: FeedWatchOptions = {}): AsyncGenerator<FeedChange, void, undefined> {
    const Socket = options.via === "sse" ? null : this.#socket;
    if (options.via === "websocket" && Socket === null) {
      throw new TypeError("WebSocket is not available: pass one to the client, or watch via sse.");
    }
    return this.#watch(Socket, options);
  }

  async *#watch(
    Socket: WebSocketClass | null,
    { after, signal, onConnection, onStart }: FeedWatchOptions,
  ): AsyncGenerator<FeedChange, void, undefined> {
    const { url, settings } = this.#api;
    const connection = new Reconnection(url, settings, { signal, onConnection });
    let cursor = after;
    let hasStarted = false;
    for (;;) {
      let failure: unknown;
      try {
        const messages =
          Socket === null ? this.#streamed(cursor, signal) : this.#socketed(Socket, cursor, signal);
        for await (const message of messages) {
          signal?.throwIfAborted();
          connection.works();
          connection.progressed();
          if ("start" in message) {
            // Before the first change, the start is the only position that is known.
            cursor ??= message.start;
            if (!hasStarted) {
              hasStarted = true;
              onStart?.(cursor);
            }
          } else if (message.cursor !== cursor) {
            ({ cursor } = message);
            yield message;
          }
        }
      } catch (error) {
        failure = error;
      }
      await connection.failed(failure);
    }
  }

  async *#socketed(
    Socket: WebSocketClass,
    after: string | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Message, void, undefined> {
    const query = after === undefined ? "" : `?${new URLSearchParams({ after }).toString()}`;
    const path = `/api/v1/feed${query}`;
    // In a header, since a URL is written to logs.
    const protocols = [SUBPROTOCOL, `bearer.${this.#key}`];
    const texts = socketMessages(this.#api, Socket, path, protocols, signal);
    const closed = yield* mapped(texts, messageIn);
    if (!closed.wasOpen || closed.code === 4410) {
      // A WebSocket does not say why it was rejected; the same request over HTTP does.
      const page = { query: queryFrom(after), maxRetries: 0, signal };
      await this.#api.call("followFeed", { ...page });
    }
    throwRefusal(closed);
  }

  async *#streamed(
    after: string | undefined,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Message, void, undefined> {
    const stop = new AbortController();
    const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
    try {
      const spec = { query: queryFrom(after), signal: either };
      const response = await this.#api.open("followFeed", spec, STREAM);
      if (response.headers.get("Content-Type")?.startsWith(STREAM) !== true) {
        throw new ConnectionError(this.#api.url, "the response is not an event stream", {
          code: "not_opspawn",
          status: response.status,
        });
      }
      let cursor = "";
      for await (const line of linesOf(response, this.#api, stop)) {
        if (line.startsWith("id: ")) {
          cursor = line.slice("id: ".length);
        }
        const data = line.startsWith("data:") ? recordIn(line.slice("data:".length)) : null;
        if (data?.["type"] === "hello") {
          yield { start: cursor };
        } else if (data !== null) {
          yield { ...(data as unknown as StatusChange), cursor };
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      throw error instanceof OpspawnError
        ? error
        : new ConnectionError(this.#api.url, "the stream was interrupted", { cause: error });
    } finally {
      stop.abort();
    }
  }
}

function queryFrom(after: string | undefined): { readonly after?: string; readonly limit: number } {
  return { limit: 1, ...(after !== undefined && { after }) };
}

function messageIn(text: string): Message | null {
  const message = recordIn(text);
  const cursor = message?.["cursor"];
  if (typeof cursor !== "string") {
    return null;
  }
  switch (message?.["type"]) {
    case "hello":
      return { start: cursor };
    case "change":
      return { ...(message["change"] as StatusChange), cursor };
    default:
      return null;
  }
}

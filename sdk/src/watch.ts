/**
 * Yields a task's events exactly once and in order, over as many connections as needed. A connection
 * that breaks, goes silent or skips an event is replaced by a new one at the cursor; repeated events
 * are dropped.
 */
import type { Api, CallOptions } from "./api.ts";
import { APIError, ConnectionError, isTransient, StreamGapError } from "./errors.ts";
import { TERMINAL_TYPES, type Connection, type TaskEvent } from "./event.ts";
import { retryDelay, sleep } from "./retry.ts";
import type { Settings } from "./settings.ts";
import { SOCKET_REFUSED } from "./socket-events.ts";

/** Opens a connection for the events after a cursor. */
export type Connect = (after: number) => Connection;

/**
 * A change of the connection: `lost`, with the error, or `back`. A watch that gives up throws
 * instead.
 */
export type ConnectionChange =
  | { readonly state: "lost"; readonly error: unknown }
  | { readonly state: "back" };

/** Options of a watch. */
export interface WatchOptions extends Pick<CallOptions, "signal"> {
  /** The cursor: `seq` of the last known event. 0 (the default) yields all events. */
  readonly after?: number | undefined;
  /**
   * Transport. Default: `websocket` if available, otherwise `sse` (a stream over HTTP). A client with
   * a custom `fetch` but no custom `WebSocket` uses `sse`.
   */
  readonly via?: "websocket" | "sse" | undefined;
  /** Called when the connection is lost (the watch then reconnects) and when it is back. */
  readonly onConnection?: ((change: ConnectionChange) => unknown) | undefined;
}

/** Parameters of a watch. */
export interface WatchParams {
  /** The cursor to start at. */
  readonly after: number;
  readonly signal: AbortSignal | undefined;
  readonly onConnection: ((change: ConnectionChange) => unknown) | undefined;
}

/**
 * Yields every event after a cursor, up to the one that ends the run.
 * @throws APIError, ConnectionError, StreamGapError, or the signal's reason
 */
export async function* watchTask(
  { url, settings }: Api,
  connect: Connect,
  taskId: string,
  { after, signal, onConnection }: WatchParams,
): AsyncGenerator<TaskEvent, void, undefined> {
  const connection = new Reconnection(url, settings, { signal, onConnection });
  let cursor = after;
  for (;;) {
    try {
      for await (const event of connect(cursor)) {
        signal?.throwIfAborted();
        if (event === "end") {
          return;
        }
        connection.works();
        if (event === "open" || event.seq <= cursor) {
          continue;
        }
        if (event.seq > cursor + 1) {
          throw new StreamGapError(taskId, cursor + 1);
        }
        cursor = event.seq;
        connection.progressed();
        yield event;
        if (TERMINAL_TYPES.has(event.type)) {
          return;
        }
      }
    } catch (error) {
      await connection.failed(error);
      continue;
    }
    await connection.failed();
  }
}

/** Counts failed connections of a watch, and waits before the next one. */
export class Reconnection {
  readonly #url: string;
  readonly #settings: Settings;
  readonly #watch: Pick<WatchParams, "signal" | "onConnection">;
  #tries = 0;
  #isLost = false;

  constructor(
    url: string,
    settings: Settings,
    watch: Pick<WatchParams, "signal" | "onConnection">,
  ) {
    this.#url = url;
    this.#settings = settings;
    this.#watch = watch;
  }

  /** Notes a message: the connection is there. */
  works(): void {
    if (this.#isLost) {
      this.#isLost = false;
      this.#watch.onConnection?.({ state: "back" });
    }
  }

  /** Notes that the cursor moved: failures are counted from 0 again. */
  progressed(): void {
    this.#tries = 0;
  }

  /**
   * Waits before the next connection. @throws the error if it is final, or the last of too many
   * @param error absent for a connection that was closed
   */
  async failed(
    error: unknown = new ConnectionError(this.#url, "the connection keeps closing"),
  ): Promise<void> {
    const { reconnect, maxRetryAfter, backoff } = this.#settings;
    const { signal, onConnection } = this.#watch;
    this.#tries += 1;
    if (!canReconnect(error) || this.#tries > reconnect.maxAttempts) {
      throw error;
    }
    if (!this.#isLost) {
      this.#isLost = true;
      onConnection?.({ state: "lost", error });
    }
    const { retryAfter } = error as { retryAfter?: number | null };
    const requested = Math.min((retryAfter ?? 0) * 1000, maxRetryAfter);
    await sleep(Math.max(requested, retryDelay(this.#tries, backoff)), signal);
  }
}

/**
 * Whether a new connection may succeed. Includes server errors and an expired ticket. An invalid key
 * is not retried: it is rejected when the ticket is requested.
 */
function canReconnect(error: unknown): boolean {
  const isServerError = error instanceof APIError && error.status >= 500;
  const isExpiredTicket =
    error instanceof APIError && error.status === 401 && error.code === SOCKET_REFUSED;
  return isTransient(error) || isServerError || isExpiredTicket;
}

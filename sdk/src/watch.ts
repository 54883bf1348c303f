/**
 * Yields a task's events exactly once and in order, over as many connections as needed. A connection
 * that breaks, goes silent or skips an event is replaced by a new one at the cursor; repeated events
 * are dropped.
 */
import type { Api, CallOptions } from "./api.ts";
import { APIError, ConnectionError, isTransient, StreamGapError } from "./errors.ts";
import { TERMINAL_TYPES, type Connection, type TaskEvent } from "./event.ts";
import { retryDelay, sleep } from "./retry.ts";
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
  let cursor = after;
  let tries = 0;
  let isLost = false;
  for (;;) {
    let failure: unknown = new ConnectionError(url, "the connection keeps closing");
    try {
      for await (const event of connect(cursor)) {
        signal?.throwIfAborted();
        if (event === "end") {
          return;
        }
        if (isLost) {
          isLost = false;
          onConnection?.({ state: "back" });
        }
        if (event === "open") {
          continue;
        }
        if (event.seq <= cursor) {
          continue;
        }
        if (event.seq > cursor + 1) {
          throw new StreamGapError(taskId, cursor + 1);
        }
        [cursor, tries] = [event.seq, 0];
        yield event;
        if (TERMINAL_TYPES.has(event.type)) {
          return;
        }
      }
    } catch (error) {
      if (!canReconnect(error)) {
        throw error;
      }
      failure = error;
    }
    tries += 1;
    if (tries > settings.reconnect.maxAttempts) {
      throw failure;
    }
    if (!isLost) {
      isLost = true;
      onConnection?.({ state: "lost", error: failure });
    }
    const { retryAfter } = failure as { retryAfter?: number | null };
    const requested = Math.min((retryAfter ?? 0) * 1000, settings.maxRetryAfter);
    await sleep(Math.max(requested, retryDelay(tries, settings.backoff)), signal);
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

/**
 * A task's events, each exactly once and in order, over as many connections as it takes: one that
 * is cut, goes silent, repeats or leaves something out is given up for a new one at the cursor.
 */
import type { Api } from "./api.ts";
import { isPassing, RefusedError, StreamGapError, UnreachableError } from "./errors.ts";
import { TERMINAL_TYPES, type Connection, type TaskEvent } from "./event.ts";
import { pause, pauseBefore } from "./patience.ts";
import { SOCKET_REFUSED } from "./socket-events.ts";

/** Opens a connection for what comes after a cursor. */
export type Connect = (after: number) => Connection;

/**
 * What became of a watch's connection: `lost`, and why, until it is `back`. A watch that gives up
 * throws.
 */
export type ConnectionChange =
  | { readonly state: "lost"; readonly error: unknown }
  | { readonly state: "back" };

/** What a watch needs besides where it watches. */
export interface WatchTerms {
  /** The cursor to begin at. */
  readonly after: number;
  readonly signal: AbortSignal | undefined;
  readonly onConnection: ((change: ConnectionChange) => unknown) | undefined;
}

/**
 * Every event after a cursor, up to the one that ends the run.
 * @throws RefusedError, UnreachableError, StreamGapError, or the signal's reason
 */
export async function* watchTask(
  { url, patience }: Api,
  connect: Connect,
  taskId: string,
  { after, signal, onConnection }: WatchTerms,
): AsyncGenerator<TaskEvent, void, undefined> {
  let cursor = after;
  let tries = 0;
  let isLost = false;
  for (;;) {
    let failure: unknown = new UnreachableError(url, "the connection keeps closing");
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
      if (!mayComeBack(error)) {
        throw error;
      }
      failure = error;
    }
    tries += 1;
    if (tries > patience.maxReconnects) {
      throw failure;
    }
    if (!isLost) {
      isLost = true;
      onConnection?.({ state: "lost", error: failure });
    }
    const { retryAfter } = failure as { retryAfter?: number | null };
    const asked = Math.min(retryAfter ?? 0, patience.maxRetryAfter) * 1000;
    await pause(Math.max(asked, pauseBefore(tries, patience)), signal);
  }
}

/**
 * Whether another connection may bring what this one did not: also after a fault of the service, and
 * where a ticket grew old on its way. A key that is not valid is refused when a ticket is asked for.
 */
function mayComeBack(error: unknown): boolean {
  const isFault = error instanceof RefusedError && error.status >= 500;
  const isOldTicket =
    error instanceof RefusedError && error.status === 401 && error.code === SOCKET_REFUSED;
  return isPassing(error) || isFault || isOldTicket;
}

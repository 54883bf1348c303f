/**
 * Yields a task's events exactly once and in order, over as many connections as needed. A connection
 * that breaks, goes silent or skips an event is replaced by a new one at the cursor; repeated events
 * are dropped.
 */
import type { Api, CallOptions } from "./api.ts";
import { type Connection, type TaskEvent } from "./event.ts";
import type { Settings } from "./settings.ts";
/** Opens a connection for the events after a cursor. */
export type Connect = (after: number) => Connection;
/**
 * A change of the connection: `lost`, with the error, or `back`. A watch that gives up throws
 * instead.
 */
export type ConnectionChange =
  | {
      readonly state: "lost";
      readonly error: unknown;
    }
  | {
      readonly state: "back";
    };
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
export declare function watchTask(
  { url, settings }: Api,
  connect: Connect,
  taskId: string,
  { after, signal, onConnection }: WatchParams,
): AsyncGenerator<TaskEvent, void, undefined>;
/** Counts failed connections of a watch, and waits before the next one. */
export declare class Reconnection {
  #private;
  constructor(url: string, settings: Settings, watch: Pick<WatchParams, "signal" | "onConnection">);
  /** Notes a message: the connection is there. */
  works(): void;
  /** Notes that the cursor moved: failures are counted from 0 again. */
  progressed(): void;
  /**
   * Waits before the next connection. @throws the error if it is final, or the last of too many
   * @param error absent for a connection that was closed
   */
  failed(error?: unknown): Promise<void>;
}

/** A task's events over one stream of server-sent events. Plain HTTP, so a slow consumer slows the sender. */
import type { Api } from "./api.ts";
import { type Connection } from "./event.ts";
/** The media type of server-sent events. */
export declare const STREAM = "text/event-stream";
/** Yields the events of one connection until it closes. @throws APIError, ConnectionError */
export declare function streamEvents(
  api: Api,
  taskId: string,
  from: number,
  signal: AbortSignal | undefined,
): Connection;
/** Yields the lines of a body. Fails if the stream is silent for too long. */
export declare function linesOf(
  { body }: Response,
  { url, settings }: Api,
  stop: AbortController,
): AsyncGenerator<string, void, undefined>;

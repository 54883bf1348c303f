/** A task's events over one stream of server-sent events. Plain HTTP, so a slow consumer slows the sender. */
import type { Api } from "./api.ts";
import { ConnectionError, OpspawnError } from "./errors.ts";
import { TERMINAL_STATUSES, type Connection, type TaskEvent } from "./event.ts";
import { recordIn } from "./problem.ts";
import { after } from "./timers.ts";

/** The media type of server-sent events. */
export const STREAM = "text/event-stream";

/** Yields the events of one connection until it closes. @throws APIError, ConnectionError */
export async function* streamEvents(
  api: Api,
  taskId: string,
  from: number,
  signal: AbortSignal | undefined,
): Connection {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const path = { id: taskId };
  let cursor = from;
  try {
    const response = await api.open(
      "listEvents",
      { path, query: { after: from }, signal: either },
      STREAM,
    );
    if (response.headers.get("Content-Type")?.startsWith(STREAM) !== true) {
      throw new ConnectionError(api.url, "the response is not an event stream", {
        code: "not_opspawn",
        status: response.status,
      });
    }
    yield "open";
    for await (const line of linesOf(response, api, stop)) {
      const event = eventIn(line);
      if (event !== null) {
        cursor = event.seq;
        yield event;
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof OpspawnError
      ? error
      : new ConnectionError(api.url, "the stream was interrupted", { cause: error });
  } finally {
    stop.abort();
  }
  // A stream ends after the last event of a log, but also when a proxy closes it.
  const query = { after: cursor, limit: 1 };
  const { last_seq, status } = await api.call("listEvents", { path, query, signal, maxRetries: 0 });
  if (TERMINAL_STATUSES.has(status) && last_seq <= cursor) {
    yield "end";
  }
}

/** Yields the lines of a body. Fails if the stream is silent for too long. */
export async function* linesOf(
  { body }: Response,
  { url, settings }: Api,
  stop: AbortController,
): AsyncGenerator<string, void, undefined> {
  const reader = (body ?? new Blob([]).stream()).getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const heard = after(settings.reconnect.silence, () =>
      stop.abort(new ConnectionError(url, "the connection went silent")),
    );
    const { done, value } = await reader.read().finally(heard);
    if (done) {
      return;
    }
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    yield* lines;
  }
}

/** The service sends each event as one `data:` line that includes its type and seq. */
function eventIn(line: string): TaskEvent | null {
  const event = line.startsWith("data:") ? recordIn(line.slice("data:".length)) : null;
  return typeof event?.["seq"] === "number" ? (event as unknown as TaskEvent) : null;
}

/** The events of a task and of all tasks below it, over streams of server-sent events. */
import type { Api } from "./api.ts";
import { ConnectionError, OpspawnError, StreamGapError } from "./errors.ts";
import type { TaskEvent } from "./event.ts";
import { recordIn } from "./problem.ts";
import { linesOf, STREAM } from "./stream-events.ts";
import { Reconnection, type WatchOptions } from "./watch.ts";

/** An event of a task of a tree, with the cursor after it. */
export type WatchedTreeEvent = TaskEvent & {
  /** The task whose log has the event. */
  readonly task_id: string;
  /** `after` of a watch that continues with the next event. */
  readonly cursor: string;
};

/** Options of a watch of a tree. */
export interface TreeWatchOptions extends Pick<WatchOptions, "signal" | "onConnection"> {
  /** Watches the task and all tasks below it. */
  readonly tree: true;
  /** The cursor of the last known event. Absent: all events. */
  readonly after?: string | undefined;
}

/**
 * Yields the events of a tree until all of its tasks have ended: each once, those of one task in
 * order. @throws APIError, ConnectionError, StreamGapError, or the signal's reason
 */
export async function* watchTree(
  api: Api,
  id: string,
  { after, signal, onConnection }: TreeWatchOptions,
): AsyncGenerator<WatchedTreeEvent, void, undefined> {
  const connection = new Reconnection(api.url, api.settings, { signal, onConnection });
  const seen = new Map<string, number>();
  let cursor = after;
  for (;;) {
    let failure: unknown;
    try {
      for await (const event of streamed(api, id, cursor, signal)) {
        signal?.throwIfAborted();
        connection.works();
        if (event === "open") {
          continue;
        }
        const last = seen.get(event.task_id);
        if (last !== undefined && event.seq > last + 1) {
          throw new StreamGapError(event.task_id, last + 1);
        }
        ({ cursor } = event);
        connection.progressed();
        if (last === undefined || event.seq > last) {
          seen.set(event.task_id, event.seq);
          yield event;
        }
      }
      // A stream ends with its tree, but also when a proxy closes it.
      const query = { limit: 1, ...(cursor !== undefined && { after: cursor }) };
      const spec = { path: { id }, query, signal, maxRetries: 0 };
      const { over, data } = await api.call("listTreeEvents", spec);
      if (over && data.length === 0) {
        return;
      }
    } catch (error) {
      failure = error;
    }
    await connection.failed(failure);
  }
}

async function* streamed(
  api: Api,
  id: string,
  after: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<"open" | WatchedTreeEvent, void, undefined> {
  const stop = new AbortController();
  const either = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  try {
    const query = after === undefined ? {} : { after };
    const spec = { path: { id }, query, signal: either };
    const response = await api.open("listTreeEvents", spec, STREAM);
    if (response.headers.get("Content-Type")?.startsWith(STREAM) !== true) {
      throw new ConnectionError(api.url, "the response is not an event stream", {
        code: "not_opspawn",
        status: response.status,
      });
    }
    yield "open";
    let cursor = "";
    for await (const line of linesOf(response, api, stop)) {
      if (line.startsWith("id: ")) {
        cursor = line.slice("id: ".length);
      }
      const event = line.startsWith("data:") ? recordIn(line.slice("data:".length)) : null;
      const task_id = event?.["task_id"];
      if (typeof event?.["seq"] === "number" && typeof task_id === "string") {
        yield { ...(event as unknown as TaskEvent), task_id, cursor };
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
}

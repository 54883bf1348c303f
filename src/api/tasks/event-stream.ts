/**
 * Streams a run's events as server-sent events. `run-follower.ts` owns the cursor. The stream ends
 * when the client disconnects.
 */
import type { TaskRow } from "../../store/tasks/rows.ts";
import type { Credential } from "../../store/keys.ts";
import type { ApiContext } from "../context.ts";
import type { EventSelection } from "../../durable/run/rpc.ts";
import { outlineOfText } from "../../run/log/outline.ts";
import { followRun, type FollowedEvent } from "./run-follower.ts";

/** Returns the live stream of a task's events after a cursor. Ends after the terminal event. */
export function sseResponse(
  c: ApiContext,
  row: TaskRow,
  by: Credential,
  after: number,
  selection: EventSelection = {},
): Response {
  return streamOf(c, (stream) =>
    followRun(c.var.deps, row, by, after, {
      take: (event) => stream.take(event, selection),
      gone: stream.gone,
    }),
  );
}

/**
 * Returns a response of server-sent events.
 * @param follow writes the events; returns whether the stream is complete
 */
export function streamOf(
  c: ApiContext,
  follow: (stream: EventStream) => Promise<boolean>,
): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stream = new EventStream(writable.getWriter());
  c.executionCtx.waitUntil(stream.run(() => follow(stream), c.var.deps.config.ssePingMs));
  return c.body(readable, 200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
  });
}

/** The events of one response. Writing to a client that has left is harmless. */
export class EventStream {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #gone = new AbortController();

  constructor(writer: WritableStreamDefaultWriter<Uint8Array>) {
    this.#writer = writer;
    this.#writer.closed.catch(() => this.#gone.abort());
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Writes an event of a run. One that is not selected moves the client's cursor only. */
  take(
    { seq, type, text }: FollowedEvent,
    { types, outline = false }: EventSelection,
  ): Promise<void> {
    return types?.includes(type) === false
      ? this.move(String(seq))
      : this.put(String(seq), type, outline ? outlineOfText(text) : text);
  }

  /** Writes an event; resolves when there is room for another. @param text one line */
  put(id: string, type: string, text: string): Promise<void> {
    return this.#write(`id: ${id}\nevent: ${type}\ndata: ${text}\n\n`);
  }

  /** Moves the client's cursor without an event. */
  move(id: string): Promise<void> {
    return this.#write(`id: ${id}\n\n`);
  }

  async run(follow: () => Promise<boolean>, pingMs: number): Promise<void> {
    const ping = setInterval(() => void this.#write(": ping\n\n"), pingMs);
    try {
      await this.#write("retry: 1000\n\n");
      const whole = await follow();
      // A cut stream must not look complete.
      await (whole ? this.#writer.close() : this.#writer.abort("the run cannot be reached"));
    } catch {
      // The client has disconnected.
    } finally {
      clearInterval(ping);
    }
  }

  async #write(text: string): Promise<void> {
    if (!this.gone.aborted) {
      await this.#writer.write(this.#encoder.encode(text)).catch(() => this.#gone.abort());
    }
  }
}

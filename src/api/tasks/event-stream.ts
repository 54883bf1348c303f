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
  const { deps } = c.var;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stream = new EventStream(writable.getWriter(), selection);
  const follow = () => followRun(deps, row, by, after, stream);
  c.executionCtx.waitUntil(stream.run(follow, deps.config.ssePingMs));
  return c.body(readable, 200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
  });
}

class EventStream {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #selection: EventSelection;
  readonly #encoder = new TextEncoder();
  readonly #gone = new AbortController();

  constructor(writer: WritableStreamDefaultWriter<Uint8Array>, selection: EventSelection) {
    this.#writer = writer;
    this.#selection = selection;
    this.#writer.closed.catch(() => this.#gone.abort());
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  readonly take = ({ seq, type, text }: FollowedEvent): Promise<void> => {
    const { types, outline = false } = this.#selection;
    // An id without data moves the client's cursor and is no event to it.
    return types?.includes(type) === false
      ? this.#write(`id: ${seq}\n\n`)
      : this.#write(
          `id: ${seq}\nevent: ${type}\ndata: ${outline ? outlineOfText(text) : text}\n\n`,
        );
  };

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

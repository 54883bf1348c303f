/**
 * Server-sent events, translated from the run's live protocol. The stream owns a cursor: when the
 * run's object restarts, or a slow client lets too much pile up, the socket to the object is given
 * up and opened again at the cursor, so nothing is lost, doubled or buffered without bound.
 */
import type { TaskRow } from "../store/tasks.ts";
import type { ApiContext } from "./context.ts";

/** Characters that may wait for a slow client before the object is asked to stop. */
const MAX_BACKLOG = 1_000_000;
const RECONNECTS = 5;
const RECONNECT_MS = 500;

/** The live stream of a task's events after a cursor; ends after the terminal event. */
export function sseResponse(c: ApiContext, row: TaskRow, after: number): Response {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const stream = new EventStream(writable.getWriter(), async (cursor) => {
    // A stub that has failed once fails for ever: each socket gets its own.
    const run = c.var.deps.run(row.tenant_id, row.task_id);
    const url = `https://run/?task=${row.task_id}&by=sse&write=0&after=${cursor}`;
    const response = await run.fetch(new Request(url, { headers: { Upgrade: "websocket" } }));
    return response.webSocket ?? null;
  });
  c.executionCtx.waitUntil(stream.run(after, c.var.deps.config.ssePingMs));
  return c.body(readable, 200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
  });
}

type Open = (cursor: number) => Promise<WebSocket | null>;

class EventStream {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #open: Open;
  readonly #encoder = new TextEncoder();
  #gone = false;

  constructor(writer: WritableStreamDefaultWriter<Uint8Array>, open: Open) {
    this.#writer = writer;
    this.#open = open;
    this.#writer.closed.catch(() => {
      this.#gone = true;
    });
  }

  async run(after: number, pingMs: number): Promise<void> {
    const ping = setInterval(() => void this.#write(": ping\n\n"), pingMs);
    try {
      await this.#write("retry: 1000\n\n");
      const whole = await this.#follow(after);
      // A stream that is cut must not look like one that has ended.
      await (whole ? this.#writer.close() : this.#writer.abort("the run cannot be reached"));
    } catch {
      // The client is gone.
    } finally {
      clearInterval(ping);
    }
  }

  /** Follows the log from a cursor, over as many sockets as it takes. True if it got to its end. */
  async #follow(after: number): Promise<boolean> {
    let cursor = after;
    for (let failures = 0; failures < RECONNECTS && !this.#gone;) {
      const { cursor: reached, over } = await this.#connect(cursor);
      if (over) {
        return true;
      }
      failures = reached > cursor ? 0 : failures + 1;
      cursor = reached;
      await scheduler.wait(failures === 0 ? 0 : RECONNECT_MS);
    }
    return false;
  }

  /** One socket, from its opening to its end; an object that cannot be reached has no events. */
  async #connect(cursor: number): Promise<{ cursor: number; over: boolean }> {
    try {
      const socket = await this.#open(cursor);
      return socket === null ? { cursor, over: false } : await this.#relay(socket, cursor);
    } catch {
      return { cursor, over: false };
    }
  }

  /** Passes on one socket's events; ends when it closes, all of them written. */
  async #relay(socket: WebSocket, after: number): Promise<{ cursor: number; over: boolean }> {
    let cursor = after;
    let backlog = 0;
    let givenUp = false;
    let writing = Promise.resolve();
    const over = await new Promise<boolean>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const frame = typeof data === "string" ? frameOf(data) : null;
        // What was on its way when the socket was given up still arrives; it comes again from the
        // cursor, over the next socket.
        if (frame === null || givenUp || frame.seq !== cursor + 1) {
          return;
        }
        backlog += frame.text.length;
        cursor = frame.seq;
        writing = writing.then(async () => {
          await this.#write(frame.text);
          backlog -= frame.text.length;
        });
        if (backlog > MAX_BACKLOG || this.#gone) {
          givenUp = true;
          socket.close(1000);
          resolve(false);
        }
      });
      socket.addEventListener("close", ({ code }) => resolve(code === 1000));
      socket.addEventListener("error", () => resolve(false));
      this.#writer.closed.catch(() => {
        socket.close(1000);
        resolve(true);
      });
      socket.accept();
    });
    await writing;
    return { cursor, over };
  }

  async #write(text: string): Promise<void> {
    if (!this.#gone) {
      await this.#writer.write(this.#encoder.encode(text)).catch(() => {
        this.#gone = true;
      });
    }
  }
}

/** An event's message as an SSE frame; null for the protocol's other messages. */
function frameOf(message: string): { readonly seq: number; readonly text: string } | null {
  const prefix = '{"type":"event","event":';
  if (!message.startsWith(prefix)) {
    return null;
  }
  const text = message.slice(prefix.length, -1);
  const { seq, type } = JSON.parse(text) as { seq: number; type: string };
  return { seq, text: `id: ${seq}\nevent: ${type}\ndata: ${text}\n\n` };
}

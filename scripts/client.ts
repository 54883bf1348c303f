/**
 * A small client of the API: submit a task, watch its events, cancel it. Watching survives cut
 * connections and restarts of the service: it comes back with its cursor, and every event is given
 * exactly once, in order.
 */
import { on } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { refusalOf, RefusedError, UnreachableError } from "./api-error.ts";
import type { TaskEvent } from "./run-progress.ts";

/** How a client waits; the defaults suit a person at a terminal. */
export interface Patience {
  /** The first wait before a connection is tried again; each further one is twice as long. */
  readonly retryMs: number;
  readonly maxRetryMs: number;
  /** Tries in a row that bring no event, after which watching gives up. */
  readonly maxTries: number;
  /** How often a quiet connection is asked whether it is still there. */
  readonly pingMs: number;
  readonly requestMs: number;
}

const PATIENCE: Patience = {
  retryMs: 100,
  maxRetryMs: 3000,
  maxTries: 15,
  pingMs: 10_000,
  requestMs: 30_000,
};

/** The field of a task that these programs use. */
export interface Task {
  readonly task_id: string;
}

/** Types after which a log has no further event. */
export const TERMINAL_TYPES: ReadonlySet<string> = new Set([
  "run.completed",
  "run.failed",
  "run.cancelled",
]);

const SUBPROTOCOL = "opspawn.v1";
const RUN_IS_OVER = 1000;
const SOCKET_REFUSED = "socket_refused";
/** Close codes that say no, and the status that a request would have had. */
const REFUSING_CODES: ReadonlyMap<number, number> = new Map([
  [4400, 400],
  [4401, 401],
  [4404, 404],
]);
const MAX_UNANSWERED = 2;

/** The API at one address, with one key. */
export class Client {
  readonly url: string;
  readonly #key: string;
  readonly #patience: Patience;

  /** @throws TypeError if the address is not one of the web */
  constructor(url: string, key: string, patience: Partial<Patience> = {}) {
    const { protocol, href } = new URL(url);
    if (protocol !== "http:" && protocol !== "https:") {
      throw new TypeError("not an address of the web");
    }
    this.url = href.replace(/\/+$/, "");
    this.#key = key;
    this.#patience = { ...PATIENCE, ...patience };
  }

  /** @throws RefusedError, UnreachableError, as do the others */
  async submit(body: Readonly<Record<string, unknown>>): Promise<Task> {
    return (await this.#post("/api/v1/tasks", body)) as Task;
  }

  /** Makes a key, and gives it: nobody is told it again. */
  async createKey(body: object): Promise<string> {
    const { key } = (await this.#post("/api/v1/keys", { ...body })) as { key: string };
    return key;
  }

  async cancel(taskId: string, reason: string): Promise<void> {
    await this.#post(`/api/v1/tasks/${taskId}/cancel`, { reason });
  }

  /** Every event after the cursor, up to the one that ends the run. */
  async *watch(taskId: string, after = 0): AsyncGenerator<TaskEvent, void, undefined> {
    let cursor = after;
    let tries = 0;
    for (;;) {
      let failure: Error = new UnreachableError(this.url, "the connection keeps closing");
      try {
        const path = `/api/v1/tasks/${taskId}`;
        const { ticket } = (await this.#post(`${path}/ticket`)) as { ticket: string };
        const query = `after=${cursor}&ticket=${encodeURIComponent(ticket)}`;
        const address = `${this.url.replace(/^http/, "ws")}${path}/events?${query}`;
        for await (const event of this.#connection(address)) {
          if (event === null) {
            return;
          }
          if (event.seq <= cursor) {
            continue;
          }
          if (event.seq > cursor + 1) {
            throw new UnreachableError(this.url, `event ${cursor + 1} is missing from the stream`);
          }
          [cursor, tries] = [event.seq, 0];
          yield event;
          if (TERMINAL_TYPES.has(event.type)) {
            return;
          }
        }
      } catch (error) {
        if (!isPassing(error)) {
          throw error;
        }
        failure = error;
      }
      tries += 1;
      const { retryMs, maxRetryMs, maxTries } = this.#patience;
      if (tries > maxTries) {
        throw failure;
      }
      await sleep(Math.min(retryMs * 2 ** (tries - 1), maxRetryMs));
    }
  }

  /** The events of one connection while it holds; null: the run is over and there are no more. */
  async *#connection(address: string): AsyncGenerator<TaskEvent | null, void, undefined> {
    const socket = new WebSocket(address, SUBPROTOCOL);
    // The runtime is slow to end a connection that its client has never used.
    socket.addEventListener("open", () => socket.send("ping"));
    let closed = { code: 1006, reason: "" };
    socket.addEventListener("close", ({ code, reason }) => {
      closed = { code, reason };
    });
    // A peer that vanished without a word is noticed only by asking.
    const vanished = new AbortController();
    let unanswered = 0;
    const pinger = setInterval(() => {
      unanswered += 1;
      if (unanswered > MAX_UNANSWERED) {
        vanished.abort();
      } else if (socket.readyState === WebSocket.OPEN) {
        socket.send("ping");
      }
    }, this.#patience.pingMs);
    try {
      const messages = on(socket, "message", { close: ["close"], signal: vanished.signal });
      for await (const [message] of messages) {
        unanswered = 0;
        const event = eventIn((message as MessageEvent).data);
        if (event !== null) {
          yield event;
        }
      }
    } catch (error) {
      throw vanished.signal.aborted
        ? new UnreachableError(this.url, "the connection went silent", error)
        : error;
    } finally {
      clearInterval(pinger);
      socket.close();
    }
    if (closed.code === RUN_IS_OVER) {
      yield null;
    }
    const status = REFUSING_CODES.get(closed.code);
    if (status !== undefined) {
      throw new RefusedError(status, SOCKET_REFUSED, closed.reason || "the events were refused");
    }
  }

  async #post(path: string, body?: Readonly<Record<string, unknown>>): Promise<unknown> {
    let response: Response;
    let text: string;
    try {
      response = await fetch(this.url + path, {
        method: "POST",
        headers: {
          Authorization: `Bearer ${this.#key}`,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(this.#patience.requestMs),
      });
      text = await response.text();
    } catch (error) {
      throw new UnreachableError(this.url, `no connection${codeOf(error)}`, error);
    }
    const answer = parseObject(text);
    if (!response.ok) {
      throw refusalOf(this.url, response.status, answer);
    }
    if (answer === null) {
      throw new UnreachableError(this.url, "the answer is not JSON");
    }
    return answer;
  }
}

/** Whether it may be over soon: the service is away or busy, or the ticket grew old on its way. */
function isPassing(error: unknown): error is Error {
  if (error instanceof RefusedError) {
    const { status, code } = error;
    return status >= 500 || status === 429 || (status === 401 && code === SOCKET_REFUSED);
  }
  return error instanceof UnreachableError;
}

/** The system's name for what happened, such as ECONNREFUSED. */
function codeOf(error: unknown): string {
  const { cause } = error as { cause?: { code?: unknown } };
  return typeof cause?.code === "string" ? ` (${cause.code})` : "";
}

function eventIn(data: unknown): TaskEvent | null {
  const message = typeof data === "string" ? parseObject(data) : null;
  return message?.["type"] === "event" ? (message["event"] as TaskEvent) : null;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/**
 * A task's events over one WebSocket of the protocol `opspawn.v1`. A ticket opens it, since browsers
 * can set no header; so the key is in no address.
 */
import type { Api } from "./api.ts";
import { RefusedError, UnreachableError } from "./errors.ts";
import type { Connection, TaskEvent } from "./event.ts";
import { Inbox } from "./inbox.ts";
import { recordIn } from "./problem.ts";

/** A class of WebSockets as browsers have it. */
export type WebSocketClass = new (url: string, protocols: string) => WebSocket;

const SUBPROTOCOL = "opspawn.v1";
const RUN_IS_OVER = 1000;
/** What a connection that broke is closed with. */
const BROKEN = 1006;
const OPEN = 1;
/** The code of a refusal that came as the close of a socket. */
export const SOCKET_REFUSED = "socket_refused";
/** Close codes that say no, and the status that a request would have had. */
const REFUSING_CODES: ReadonlyMap<number, number> = new Map([
  [4400, 400],
  [4401, 401],
  [4404, 404],
]);
const MAX_UNANSWERED = 2;
/**
 * Events that may wait for a slow reader: a WebSocket cannot be told to pause. Beyond them it is
 * closed, and whoever reads comes back with its cursor.
 */
const MAX_WAITING = 1000;

/** The events of one connection while it holds. @throws RefusedError, UnreachableError */
export async function* socketEvents(
  api: Api,
  Socket: WebSocketClass,
  taskId: string,
  after: number,
  signal: AbortSignal | undefined,
): Connection {
  const { ticket } = await api.call("createTicket", { path: { id: taskId }, retries: 0, signal });
  const query = new URLSearchParams({ after: String(after), ticket });
  const path = `/api/v1/tasks/${encodeURIComponent(taskId)}/events?${query.toString()}`;
  signal?.throwIfAborted();
  const socket = new Socket(`${api.url.replace(/^http/, "ws")}${path}`, SUBPROTOCOL);
  const inbox = new Inbox<string>(MAX_WAITING);
  let closed = { code: BROKEN, reason: "" };
  let unanswered = 0;
  // The runtime is slow to end a connection that its client has never used.
  socket.addEventListener("open", () => socket.send("ping"));
  socket.addEventListener("message", ({ data }: { readonly data: unknown }) => {
    unanswered = 0;
    if (typeof data === "string" && data !== "pong" && !inbox.push(data)) {
      inbox.end();
      socket.close();
    }
  });
  socket.addEventListener("close", ({ code, reason }) => {
    // The close of one that was given up here says nothing about the run.
    if (!inbox.over) {
      closed = { code, reason };
    }
    inbox.end();
  });
  socket.addEventListener("error", () => inbox.end());
  const abort = () => inbox.fail(signal?.reason);
  signal?.addEventListener("abort", abort);
  // A peer that vanished without a word is noticed only by asking.
  const pinger = setInterval(() => {
    unanswered += 1;
    if (unanswered > MAX_UNANSWERED) {
      inbox.fail(new UnreachableError(api.url, "the connection went silent"));
    } else if (socket.readyState === OPEN) {
      socket.send("ping");
    }
  }, api.patience.pingMs);
  try {
    for await (const text of inbox.items()) {
      const message = messageIn(text);
      if (message !== null) {
        yield message;
      }
    }
  } finally {
    clearInterval(pinger);
    signal?.removeEventListener("abort", abort);
    socket.close();
  }
  if (closed.code === RUN_IS_OVER) {
    yield "end";
  }
  const status = REFUSING_CODES.get(closed.code);
  if (status !== undefined) {
    const detail = closed.reason || "the events were refused";
    throw new RefusedError({ status, code: SOCKET_REFUSED, detail });
  }
}

function messageIn(text: string): "open" | TaskEvent | null {
  const message = recordIn(text);
  if (message?.["type"] === "hello") {
    return "open";
  }
  const event = message?.["type"] === "event" ? (message["event"] as Partial<TaskEvent>) : null;
  return typeof event?.seq === "number" && typeof event.type === "string"
    ? (event as TaskEvent)
    : null;
}

/**
 * A task's events over one WebSocket (subprotocol `opspawn.v1`). It is authenticated with a ticket,
 * because browsers cannot set headers; the key never appears in a URL.
 */
import type { Api } from "./api.ts";
import { apiError, ConnectionError } from "./errors.ts";
import type { Connection, TaskEvent } from "./event.ts";
import { Inbox } from "./inbox.ts";
import { recordIn } from "./problem.ts";

/** The browser's WebSocket class, or a compatible one. */
export type WebSocketClass = new (url: string, protocols: string | string[]) => WebSocket;

export const SUBPROTOCOL = "opspawn.v1";
const RUN_IS_OVER = 1000;
/** Close code of a broken connection. */
const BROKEN = 1006;
const OPEN = 1;
/** Error code of a rejection that arrived as a close frame. */
export const SOCKET_REFUSED = "socket_refused";
/** Close codes that reject the connection, with the equivalent HTTP status. */
const REFUSING_CODES: ReadonlyMap<number, number> = new Map([
  [4400, 400],
  [4401, 401],
  [4404, 404],
  [4410, 410],
]);
const MAX_UNANSWERED = 2;
/**
 * Events buffered for a slow consumer, since a WebSocket cannot be paused. Beyond that the socket is
 * closed, and the watch reconnects at its cursor.
 */
const MAX_WAITING = 1000;

/** What one watch knows about its rejected upgrades. */
export interface Upgrades {
  /** Whether the reason was already requested over HTTP, which happens once. */
  isReasonKnown: boolean;
}

/** Yields the events of one connection until it closes. @throws APIError, ConnectionError */
export async function* socketEvents(
  api: Api,
  Socket: WebSocketClass,
  taskId: string,
  after: number,
  signal: AbortSignal | undefined,
  upgrades: Upgrades,
): Connection {
  const { ticket } = await api.call("createTicket", {
    path: { id: taskId },
    maxRetries: 0,
    signal,
  });
  const query = new URLSearchParams({ after: String(after), ticket });
  const path = `/api/v1/tasks/${encodeURIComponent(taskId)}/events?${query.toString()}`;
  const messages = socketMessages(api, Socket, path, SUBPROTOCOL, signal);
  const closed = yield* mapped(messages, messageIn);
  if (!closed.wasOpen && !upgrades.isReasonKnown) {
    // A WebSocket does not say why its upgrade was rejected; the same request over HTTP does.
    upgrades.isReasonKnown = true;
    const page = { path: { id: taskId }, query: { after, limit: 1 }, maxRetries: 0, signal };
    await api.call("listEvents", page);
  }
  if (closed.code === RUN_IS_OVER) {
    yield "end";
  }
  throwRefusal(closed);
}

/** How a socket was closed. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
  /** Whether the upgrade succeeded. */
  readonly wasOpen: boolean;
}

/**
 * Yields the text messages of one socket until it closes, and pings it.
 * @param path address below the service's URL
 * @param protocols the subprotocols to offer
 * @returns how it was closed
 * @throws ConnectionError if the peer went silent, or the signal's reason
 */
export async function* socketMessages(
  api: Api,
  Socket: WebSocketClass,
  path: string,
  protocols: string | string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<string, Closed, undefined> {
  signal?.throwIfAborted();
  const socket = new Socket(`${api.url.replace(/^http/, "ws")}${path}`, protocols);
  const inbox = new Inbox<string>(MAX_WAITING);
  let closed = { code: BROKEN, reason: "" };
  let unanswered = 0;
  let wasOpen = false;
  socket.addEventListener("open", () => {
    wasOpen = true;
    // workerd is slow to close a connection on which the client never sent anything.
    socket.send("ping");
  });
  socket.addEventListener("message", ({ data }: { readonly data: unknown }) => {
    unanswered = 0;
    if (typeof data === "string" && data !== "pong" && !inbox.push(data)) {
      inbox.end();
      socket.close();
    }
  });
  socket.addEventListener("close", ({ code, reason }) => {
    // If the client closed the socket itself, the code says nothing about the service.
    if (!inbox.over) {
      closed = { code, reason };
    }
    inbox.end();
  });
  socket.addEventListener("error", () => inbox.end());
  const abort = () => inbox.fail(signal?.reason);
  signal?.addEventListener("abort", abort);
  // Only a ping detects a peer that vanished without closing.
  const ping = () => {
    unanswered += 1;
    if (unanswered > MAX_UNANSWERED) {
      inbox.fail(new ConnectionError(api.url, "the connection went silent"));
    } else if (socket.readyState === OPEN) {
      socket.send("ping");
    }
  };
  const { ping: pingMs } = api.settings.reconnect;
  const pinger = pingMs === Infinity ? undefined : setInterval(ping, pingMs);
  try {
    yield* inbox.items();
  } finally {
    clearInterval(pinger);
    signal?.removeEventListener("abort", abort);
    socket.close();
  }
  return { ...closed, wasOpen };
}

/** Yields what `read` makes of each text, without the nulls. */
export async function* mapped<Message, Result>(
  texts: AsyncGenerator<string, Result, undefined>,
  read: (text: string) => Message | null,
): AsyncGenerator<Message, Result, undefined> {
  try {
    for (;;) {
      const next = await texts.next();
      if (next.done === true) {
        return next.value;
      }
      const message = read(next.value);
      if (message !== null) {
        yield message;
      }
    }
  } finally {
    await texts.return(undefined as never);
  }
}

/** @throws APIError if the service closed the socket to reject it */
export function throwRefusal({ code, reason }: Closed): void {
  const status = REFUSING_CODES.get(code);
  if (status !== undefined) {
    const detail = reason || "the connection was rejected";
    throw apiError({ status, code: SOCKET_REFUSED, detail });
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

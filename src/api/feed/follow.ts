/**
 * Follows a tenant's feed from a cursor over its hibernating WebSocket, for server-sent events. Opens
 * a new socket at the cursor when the object restarts or a slow reader's backlog is too large. So no
 * change is lost or repeated, and the buffer is bounded.
 */
import { feedAddress, type FeedRpc } from "../../durable/feed/rpc.ts";
import type { Credential } from "../../store/keys.ts";

/** Maximum characters that wait for a slow reader before the socket is closed. */
const MAX_BACKLOG = 1_000_000;
const RECONNECTS = 5;
const RECONNECT_MS = 500;
/** Close code of the live protocol for an invalid key. */
const NOT_AUTHORISED = 4401;

/** The receiver of changes. */
export interface FeedReader {
  /** Takes a message of the feed; resolves when there is room for another, and never fails. */
  readonly take: (message: FeedMessage) => Promise<void> | void;
  /** Aborted when the reader needs no more changes. */
  readonly gone: AbortSignal;
}

/** A message of the feed: `hello` at the start, then changes. `text` is JSON. */
export interface FeedMessage {
  readonly type: "hello" | "change";
  readonly cursor: string;
  readonly text: string;
}

/** Opens a socket of a feed; the response has none if the feed refuses the cursor. */
export function openFeed(
  feed: FeedRpc,
  by: Credential,
  after: string | null,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const upgrade = { headers: { Upgrade: "websocket", ...headers } };
  return feed.fetch(new Request(feedAddress({ by, after }), upgrade));
}

/**
 * Passes every change after a cursor to a reader, once and in order, until the reader is gone.
 * Returns false if the feed cannot be reached or the reader's key is not valid any more.
 * @param open opens a socket at a cursor
 */
export async function followFeed(
  first: WebSocket,
  open: (after: string | null) => Promise<WebSocket | null>,
  reader: FeedReader,
): Promise<boolean> {
  let socket: WebSocket | null = first;
  let cursor: string | null = null;
  for (let failures = 0; failures < RECONNECTS && !reader.gone.aborted;) {
    const relayed: Relayed =
      socket === null ? { cursor, refused: false } : await relay(socket, cursor, reader);
    if (relayed.refused) {
      return false;
    }
    failures = relayed.cursor === cursor ? failures + 1 : 0;
    ({ cursor } = relayed);
    if (!reader.gone.aborted) {
      await scheduler.wait(failures === 0 ? 0 : RECONNECT_MS);
      socket = await open(cursor).catch(() => null);
    }
  }
  return reader.gone.aborted;
}

interface Relayed {
  readonly cursor: string | null;
  readonly refused: boolean;
}

/** Relays one socket. Resolves when it is closed and the reader took all of its changes. */
async function relay(
  socket: WebSocket,
  after: string | null,
  { take, gone }: FeedReader,
): Promise<Relayed> {
  let cursor = after;
  let backlog = 0;
  let taking = Promise.resolve();
  let givenUp = false;
  const code = await new Promise<number>((resolve) => {
    const leave = (): void => {
      givenUp = true;
      socket.close(1000);
      resolve(1000);
    };
    socket.addEventListener("message", ({ data }) => {
      const message = typeof data === "string" ? messageOf(data) : null;
      // Only the first socket greets: a reader sees one `hello`.
      if (message === null || givenUp || (message.type === "hello" && cursor !== null)) {
        return;
      }
      ({ cursor } = message);
      backlog += message.text.length;
      taking = taking.then(async () => {
        await take(message);
        backlog -= message.text.length;
      });
      if (backlog > MAX_BACKLOG) {
        leave();
      }
    });
    socket.addEventListener("close", (event) => {
      gone.removeEventListener("abort", leave);
      resolve(event.code);
    });
    socket.addEventListener("error", () => resolve(1011));
    gone.addEventListener("abort", leave);
    socket.accept();
    if (gone.aborted) {
      leave();
    }
  });
  await taking;
  return { cursor, refused: code === NOT_AUTHORISED };
}

const CHANGE = /^\{"type":"change","cursor":"(\d+)","change":/;
const HELLO = /^\{"type":"hello","cursor":"(\d+)"/;

/** Returns a message of the feed's protocol, or null for others. */
function messageOf(text: string): FeedMessage | null {
  const change = CHANGE.exec(text);
  if (change !== null) {
    const [head, cursor = ""] = change;
    return { type: "change", cursor, text: text.slice(head.length, -1) };
  }
  const cursor = HELLO.exec(text)?.[1];
  return cursor === undefined ? null : { type: "hello", cursor, text };
}

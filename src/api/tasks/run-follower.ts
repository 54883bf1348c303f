/**
 * Follows a run's log from a cursor over its live protocol. Opens a new socket at the cursor when
 * the run's object restarts or a slow reader's backlog is too large. So no event is lost or
 * repeated, and the buffer is bounded.
 */
import type { TaskRow } from "../../store/tasks/rows.ts";
import { watchAddress } from "../../durable/run/rpc.ts";
import type { Credential } from "../../store/keys.ts";
import type { ApiDeps } from "../context.ts";

/** Default of `maxBacklog`. */
const MAX_BACKLOG = 1_000_000;
const RECONNECTS = 5;
const RECONNECT_MS = 500;
/** Close code of the live protocol for an invalid key. */
const NOT_AUTHORISED = 4401;

/** An event of the log. */
export interface FollowedEvent {
  readonly seq: number;
  readonly type: string;
  /** Its exact JSON. */
  readonly text: string;
}

/** The receiver of events. */
export interface Reader {
  /** Takes the next event; resolves when the reader has room for another, and never fails. */
  readonly take: (event: FollowedEvent) => Promise<void> | void;
  /** Aborted when the reader needs no more events. */
  readonly gone: AbortSignal;
  /** Maximum characters that wait before the socket is closed. Default: 1,000,000. */
  readonly maxBacklog?: number;
}

/**
 * Passes every event after a cursor to a reader, once and in order, up to the run's last event or
 * until the reader is gone. Returns false if the run cannot be reached or the reader's key is not
 * valid any more.
 */
export async function followRun(
  deps: ApiDeps,
  row: TaskRow,
  by: Credential,
  after: number,
  reader: Reader,
): Promise<boolean> {
  let cursor = after;
  for (let failures = 0; failures < RECONNECTS && !reader.gone.aborted;) {
    const { cursor: reached, over, refused } = await connect(deps, row, by, cursor, reader);
    if (over || refused) {
      return over;
    }
    failures = reached > cursor ? 0 : failures + 1;
    cursor = reached;
    await scheduler.wait(failures === 0 ? 0 : RECONNECT_MS);
  }
  return reader.gone.aborted;
}

/** Position and outcome of one socket. */
interface Relayed {
  readonly cursor: number;
  readonly over: boolean;
  readonly refused: boolean;
}

/** Opens one socket and relays its events until it closes. An unreachable object has no events. */
async function connect(
  deps: ApiDeps,
  row: TaskRow,
  by: Credential,
  cursor: number,
  reader: Reader,
): Promise<Relayed> {
  try {
    // A stub that failed once always fails: each socket uses its own.
    const run = deps.run(row.tenant_id, row.task_id);
    const url = watchAddress({ taskId: row.task_id, by, mayWrite: false, after: cursor });
    const response = await run.fetch(new Request(url, { headers: { Upgrade: "websocket" } }));
    const socket = response.webSocket ?? null;
    return socket === null
      ? { cursor, over: false, refused: false }
      : await relay(socket, cursor, reader);
  } catch {
    return { cursor, over: false, refused: false };
  }
}

/** Relays the events of one socket. Resolves when it is closed and the reader took all of them. */
async function relay(
  socket: WebSocket,
  after: number,
  { take, gone, maxBacklog = MAX_BACKLOG }: Reader,
): Promise<Relayed> {
  let cursor = after;
  let backlog = 0;
  let givenUp = false;
  let refused = false;
  let taking = Promise.resolve();
  const over = await new Promise<boolean>((resolve) => {
    const end = (whole: boolean): void => {
      gone.removeEventListener("abort", leave);
      resolve(whole);
    };
    const giveUp = (whole: boolean): void => {
      givenUp = true;
      socket.close(1000);
      end(whole);
    };
    const leave = (): void => giveUp(true);
    socket.addEventListener("message", ({ data }) => {
      const event = typeof data === "string" ? eventOf(data) : null;
      // Events in flight still arrive after `giveUp`. The next socket sends them again.
      if (event === null || givenUp || event.seq !== cursor + 1) {
        return;
      }
      backlog += event.text.length;
      cursor = event.seq;
      taking = taking.then(async () => {
        await take(event);
        backlog -= event.text.length;
      });
      if (backlog > maxBacklog) {
        giveUp(false);
      }
    });
    socket.addEventListener("close", ({ code }) => {
      refused = code === NOT_AUTHORISED;
      end(code === 1000);
    });
    socket.addEventListener("error", () => end(false));
    gone.addEventListener("abort", leave);
    socket.accept();
    if (gone.aborted) {
      leave();
    }
  });
  await taking;
  return { cursor, over, refused };
}

/** Returns the event in a message of the live protocol, or null for other messages. */
function eventOf(message: string): FollowedEvent | null {
  const prefix = '{"type":"event","event":';
  if (!message.startsWith(prefix)) {
    return null;
  }
  const text = message.slice(prefix.length, -1);
  const { seq, type } = JSON.parse(text) as { seq: number; type: string };
  return { seq, type, text };
}

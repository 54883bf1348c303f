/**
 * Follows a run's log over its live protocol, from a cursor, over as many sockets as it takes: when
 * the run's object restarts, or a slow reader lets too much pile up, the socket to the object is
 * given up and opened again at the cursor, so nothing is lost, doubled or buffered without bound.
 */
import type { TaskRow } from "../../store/tasks/rows.ts";
import { watchAddress } from "../../durable/run/rpc.ts";
import type { Credential } from "../../store/keys.ts";
import type { ApiDeps } from "../context.ts";

/** Characters that may wait for a slow reader before the object is asked to stop. */
const MAX_BACKLOG = 1_000_000;
const RECONNECTS = 5;
const RECONNECT_MS = 500;
/** The live protocol's close code for who may not watch any more. */
const NOT_AUTHORISED = 4401;

/** An event as it is in the log. */
export interface FollowedEvent {
  readonly seq: number;
  readonly type: string;
  /** Its exact JSON. */
  readonly text: string;
}

/** Who follows. */
export interface Reader {
  /** Takes the next event; resolves when the reader has room for another, and never fails. */
  readonly take: (event: FollowedEvent) => Promise<void> | void;
  /** Aborted when the reader wants no more. */
  readonly gone: AbortSignal;
}

/**
 * Gives a reader every event after a cursor, once and in order, until the run's last one, or until
 * the reader is gone. False if neither came about: the run cannot be reached, or the reader's key
 * is not valid any more.
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

/** How far one socket went, and why it ended. */
interface Relayed {
  readonly cursor: number;
  readonly over: boolean;
  readonly refused: boolean;
}

/** One socket, from its opening to its end; an object that cannot be reached has no events. */
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

/** Passes on one socket's events; ends when it closes, all of them taken. */
async function relay(socket: WebSocket, after: number, { take, gone }: Reader): Promise<Relayed> {
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
      // What was on its way when the socket was given up still arrives; it comes again from the
      // cursor, over the next socket.
      if (event === null || givenUp || event.seq !== cursor + 1) {
        return;
      }
      backlog += event.text.length;
      cursor = event.seq;
      taking = taking.then(async () => {
        await take(event);
        backlog -= event.text.length;
      });
      if (backlog > MAX_BACKLOG) {
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

/** The event that a message of the live protocol carries; null for its other messages. */
function eventOf(message: string): FollowedEvent | null {
  const prefix = '{"type":"event","event":';
  if (!message.startsWith(prefix)) {
    return null;
  }
  const text = message.slice(prefix.length, -1);
  const { seq, type } = JSON.parse(text) as { seq: number; type: string };
  return { seq, type, text };
}

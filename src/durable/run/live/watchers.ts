/**
 * The live view. Every watcher is a hibernating WebSocket with a cursor into the log, stored in its
 * attachment. Sending means reading the log from the cursor, so there are no gaps and no
 * duplicates, regardless of evictions and restarts. An idle watcher costs nothing.
 */
import type { RunCommand } from "../../../run/decide/command.ts";
import { isTerminal } from "../../../run/decide/view.ts";
import { TERMINAL_TYPES } from "../../../run/log/event.ts";
import type { EventType } from "../../../run/log/event-data.ts";
import { outlineOfText } from "../../../run/log/outline.ts";
import { isoTime } from "../../../run/value/time.ts";
import type { EventLog, StoredEvent } from "../storage/event-log.ts";
import { KeyRecheck, type KeyCheck } from "./key-recheck.ts";
import {
  CLOSE,
  parseMessage,
  readRequest,
  SUBPROTOCOL,
  type ReadRequest,
  type Refusal,
} from "./live-protocol.ts";
import { attach, attachmentOf, close, send, sendText } from "./watcher-socket.ts";

/** Commands that a watcher may send to a run. */
export interface WatcherCommands {
  /** Counts a command against the tenant's rate limit. Returns whether it is within the limit. */
  isWithinRate(): Promise<boolean>;
  /** Appends the events of a command, or returns why not. Never throws. */
  append(command: RunCommand): Appended;
  /** Publishes the events and wakes the run. */
  onAppended(stored: readonly StoredEvent[]): void;
}

/** The appended events of a command, or why there are none. */
export type Appended =
  | { readonly ok: true; readonly stored: readonly StoredEvent[] }
  | ({ readonly ok: false } & Refusal);

const PAGE_EVENTS = 200;
const PAGE_CHARS = 256_000;
/**
 * Maximum characters of past events sent to one socket. Unread data stays in this process's memory,
 * and the runtime does not report whether the peer reads. So the socket is closed, and the client
 * reconnects with its cursor for the rest.
 */
const MAX_UNREAD_CHARS = 16_000_000;
const RATE_LIMITED: Refusal = {
  code: "rate_limited",
  message: "Too many requests; retry in 10 seconds.",
};
const KEY_UNKNOWN: ReadRequest = {
  ok: false,
  refusal: {
    code: "unavailable",
    message: "The key could not be checked; try again.",
  },
};

/** The part of the object that manages its sockets; nothing here may write. */
type SocketHost = Pick<
  DurableObjectState,
  "acceptWebSocket" | "getWebSockets" | "setWebSocketAutoResponse"
>;

/** The watchers of one run. */
export class Watchers {
  readonly #ctx: SocketHost;
  readonly #log: EventLog;
  /** Not persisted: sockets that are currently receiving past events, page by page. */
  readonly #pumping = new WeakSet<WebSocket>();
  readonly #keys: KeyRecheck;

  constructor(ctx: SocketHost, log: EventLog, keys: KeyCheck) {
    this.#ctx = ctx;
    this.#log = log;
    this.#keys = new KeyRecheck(keys);
  }

  /**
   * Accepts an upgrade with a URL of `watchAddress`. The Worker has checked all of it.
   */
  accept(request: Request): Response {
    const { searchParams } = new URL(request.url);
    const after = searchParams.get("after");
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const { status, seq } = this.#log.state;
    if (after !== null && isTerminal(status)) {
      // The complete log can be sent and nothing will follow. A hibernating socket would be
      // pointless, and the runtime ends its connection only seconds after its close.
      server.accept();
    } else {
      this.#ctx.acceptWebSocket(server);
    }
    attach(server, {
      cursor: after === null ? null : Number(after),
      types: searchParams.get("types")?.split(",") ?? null,
      outline: searchParams.has("outline"),
      caughtUp: false,
      by: searchParams.get("by") ?? "",
      secret: Number(searchParams.get("secret") ?? 0),
      checkedAt: this.#keys.now(),
      mayWrite: searchParams.get("write") === "1",
    });
    const now = isoTime(this.#keys.now());
    send(server, { type: "hello", task_id: searchParams.get("task"), status, last_seq: seq, now });
    this.#pump(server);
    const protocol = request.headers.get("Sec-WebSocket-Protocol");
    const headers = protocol === null ? {} : { "Sec-WebSocket-Protocol": SUBPROTOCOL };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  /** Whether any socket receives events now. */
  get any(): boolean {
    return this.#ctx.getWebSockets().some((socket) => attachmentOf(socket).cursor !== null);
  }

  /**
   * Sends every watcher the events up to the end of the log. A socket whose key is due for a lookup
   * gets its events after the lookup, or is closed if the key is no longer valid.
   */
  publish(fresh: readonly StoredEvent[]): void {
    const sockets = this.#ctx.getWebSockets();
    const due = new Set(
      sockets.filter((socket) => this.#keys.isDue(socket) && this.#keys.mayAsk(socket)),
    );
    for (const socket of sockets) {
      if (!due.has(socket)) {
        this.#pump(socket, fresh);
      }
    }
    for (const [socket, checked] of this.#keys.check([...due])) {
      void checked.then((outcome) => (outcome === "invalid" ? undefined : this.#pump(socket)));
    }
  }

  /**
   * Handles a message of a watcher. The answer to a command repeats its `ref`: `ok` after its
   * events are appended, which the platform sends once they are durable, or `error`.
   */
  async receive(
    socket: WebSocket,
    message: string | ArrayBuffer,
    commands: WatcherCommands,
  ): Promise<void> {
    const parsed = parseMessage(message);
    if (parsed === null) {
      close(socket, CLOSE.badMessage, "expected a JSON object with a type");
      return;
    }
    const key = await this.#keys.stateOf(socket);
    if (key === "invalid") {
      return;
    }
    const { ref } = parsed.fields;
    const answer = (reply: { readonly type: "ok" } | (Refusal & { readonly type: "error" })) => {
      send(socket, { ...reply, ...(ref === undefined ? {} : { ref }) });
    };
    const { by, mayWrite } = attachmentOf(socket);
    const read: ReadRequest = key === "unknown" ? KEY_UNKNOWN : readRequest(parsed, by, mayWrite);
    if (!read.ok) {
      answer({ type: "error", ...read.refusal });
      return;
    }
    const { request } = read;
    if (request.kind === "subscribe") {
      if (ref !== undefined) {
        answer({ type: "ok" });
      }
      this.#subscribe(socket, request.after, request.types);
      return;
    }
    if (!(await commands.isWithinRate())) {
      answer({ type: "error", ...RATE_LIMITED });
      return;
    }
    const accepted = commands.append(request.command);
    if (!accepted.ok) {
      answer({ type: "error", code: accepted.code, message: accepted.message });
      return;
    }
    if (ref !== undefined) {
      answer({ type: "ok" });
    }
    // After the answer, because the events may end the run, and with it the socket.
    commands.onAppended(accepted.stored);
  }

  /** Closes every socket: no more events can follow. */
  closeAll(): void {
    for (const socket of this.#ctx.getWebSockets()) {
      close(socket, CLOSE.broken, "the log cannot be read");
    }
  }

  /** Completes the closing handshake. */
  closed(socket: WebSocket, code: number): void {
    // 1005 and 1006 mean "no code" and cannot be sent.
    close(socket, code === 1005 || code === 1006 ? CLOSE.done : code, "");
  }

  #subscribe(socket: WebSocket, after: number, types: readonly string[] | null): void {
    attach(socket, { ...attachmentOf(socket), cursor: after, types, caughtUp: false });
    this.#pump(socket);
  }

  /** Sends a socket its missing events in pages; reads nothing if `fresh` contains all of them. */
  #pump(socket: WebSocket, fresh: readonly StoredEvent[] = []): void {
    if (this.#pumping.has(socket)) {
      return;
    }
    const { cursor } = attachmentOf(socket);
    if (cursor !== null && fresh[0]?.seq === cursor + 1) {
      this.#deliver(socket, fresh, false);
      return;
    }
    this.#pumping.add(socket);
    this.#pumpPages(socket)
      .catch(() => close(socket, CLOSE.broken, "the log cannot be read"))
      .finally(() => this.#pumping.delete(socket));
  }

  async #pumpPages(socket: WebSocket): Promise<void> {
    let sent = 0;
    for (let more = true; more;) {
      const { cursor } = attachmentOf(socket);
      if (cursor === null || socket.readyState !== WebSocket.OPEN) {
        return;
      }
      const page = this.#log.read(cursor, PAGE_EVENTS, PAGE_CHARS);
      more = page.more;
      this.#deliver(socket, page.events, more);
      sent += page.events.reduce((sum, event) => sum + event.text.length, 0);
      if (more && sent > MAX_UNREAD_CHARS) {
        close(socket, CLOSE.restart, "reconnect with the cursor");
        return;
      }
      if (more) {
        // Lets other work run and the socket drain.
        await scheduler.wait(0);
      }
    }
  }

  #deliver(socket: WebSocket, events: readonly StoredEvent[], more: boolean): void {
    const before = attachmentOf(socket);
    const cursor = Math.max(before.cursor ?? 0, events.at(-1)?.seq ?? 0);
    for (const event of events) {
      if (before.types === null || before.types.includes(event.type)) {
        const text = before.outline === true ? outlineOfText(event.text) : event.text;
        sendText(socket, `{"type":"event","event":${text}}`);
      }
    }
    const caughtUp = before.caughtUp || !more;
    if (caughtUp && !before.caughtUp) {
      send(socket, { type: "caught_up", seq: this.#log.state.seq });
    }
    if (events.length > 0 || caughtUp !== before.caughtUp) {
      attach(socket, { ...before, cursor, caughtUp });
    }
    const last = events.at(-1);
    const over = last !== undefined && TERMINAL_TYPES.has(last.type as EventType);
    if (over || (!more && isTerminal(this.#log.state.status))) {
      close(socket, CLOSE.done, "the run is over");
    }
  }
}

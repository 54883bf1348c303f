/**
 * The feed of a tenant: status changes of its tasks, for watchers on hibernating WebSockets. Runs
 * send changes only while the feed is on (a row in D1), which the first watcher turns on and the
 * object turns off a day after the last one left. So neither idle watchers nor tenants without
 * watchers cost a row, a timer or a wake-up.
 */
import { DurableObject } from "cloudflare:workers";
import { isoTime } from "../../run/value/time.ts";
import type { FeedStore } from "../../store/feeds.ts";
import { KeyRecheck, type KeyCheck } from "../run/live/key-recheck.ts";
import { CLOSE, SUBPROTOCOL } from "../run/live/live-protocol.ts";
import { attach, attachmentOf, close, send, sendText } from "../run/live/watcher-socket.ts";
import { Changes, FEED_RETENTION_MS, idAt } from "./changes.ts";
import type { FeedPage, FeedRefusal, FeedRpc, StatusChange } from "./rpc.ts";

/** The parts that the object is built from. */
export interface FeedParts {
  readonly feeds: Pick<FeedStore, "turnOn" | "turnOff">;
  readonly keys: KeyCheck;
  readonly now: () => number;
}

const PAGE = 500;
/** Maximum characters of past changes sent to one socket; see `watchers.ts`. */
const MAX_UNREAD_CHARS = 16_000_000;
/** Old changes are deleted at most this often. */
const CLEAN_MS = 3_600_000;
/** When the last watcher left, milliseconds since the epoch. */
const LEFT_AT = "left_at";

/** The Durable Object of a tenant's feed. Its name is the tenant id. */
export class FeedObject extends DurableObject<Env> implements FeedRpc {
  readonly #parts: FeedParts;
  readonly #keys: KeyRecheck;
  readonly #changes: Changes;
  // Not persisted: sockets that are receiving past changes, and the id since which the feed is on.
  readonly #pumping = new WeakSet<WebSocket>();
  #since: number | null = null;
  /** Settles when the newest switch on or off has completed or failed. */
  #switched: Promise<unknown> = Promise.resolve();

  constructor(ctx: DurableObjectState, env: Env, parts: FeedParts) {
    super(ctx, env);
    this.#parts = parts;
    this.#keys = new KeyRecheck(parts.keys);
    this.#changes = new Changes(ctx.storage.sql, parts.now);
  }

  async changed(change: StatusChange): Promise<void> {
    const since = await this.#on();
    const entry = this.#changes.add(change, since);
    if (entry === null) {
      return;
    }
    this.#publish();
    if ((await this.ctx.storage.getAlarm()) === null) {
      await this.ctx.storage.setAlarm(this.#parts.now() + FEED_RETENTION_MS + CLEAN_MS);
    }
  }

  async page(after: string | null, limit: number): Promise<FeedPage> {
    const since = await this.#on();
    const start = this.#startOf(after, since);
    if (typeof start !== "number") {
      return start;
    }
    const found = this.#changes.after(start, limit + 1);
    const entries = found.slice(0, limit);
    const now = this.#parts.now();
    const leftAt = (await this.ctx.storage.get<number>(LEFT_AT)) ?? 0;
    if (this.ctx.getWebSockets().length === 0 && leftAt < now - CLEAN_MS) {
      // A reader of pages is a watcher that leaves at once.
      await this.#noteLeft(now);
    }
    return {
      ok: true,
      entries,
      cursor: entries.at(-1)?.cursor ?? String(start),
      has_more: found.length > limit,
    };
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("Upgrade")?.toLowerCase() !== "websocket") {
      return new Response(null, { status: 426, headers: { Upgrade: "websocket" } });
    }
    const { searchParams } = new URL(request.url);
    const since = await this.#on();
    const start = this.#startOf(searchParams.get("after"), since);
    if (typeof start !== "number") {
      return new Response(null, { status: start.reason === "expired" ? 410 : 422 });
    }
    if ((await this.ctx.storage.get(LEFT_AT)) !== undefined) {
      await this.ctx.storage.delete(LEFT_AT);
    }
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    this.ctx.acceptWebSocket(server);
    attach(server, {
      cursor: start,
      types: null,
      caughtUp: false,
      by: searchParams.get("by") ?? "",
      secret: Number(searchParams.get("secret") ?? 0),
      checkedAt: this.#parts.now(),
      mayWrite: false,
    });
    send(server, { type: "hello", cursor: String(start), now: isoTime(this.#parts.now()) });
    this.#pump(server);
    const protocol = request.headers.get("Sec-WebSocket-Protocol");
    const headers = protocol === null ? {} : { "Sec-WebSocket-Protocol": SUBPROTOCOL };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  override webSocketMessage(socket: WebSocket): void {
    close(socket, CLOSE.badMessage, "a feed takes no messages");
  }

  override async webSocketClose(socket: WebSocket, code: number): Promise<void> {
    close(socket, code === 1005 || code === 1006 ? CLOSE.done : code, "");
    if (this.ctx.getWebSockets().every((other) => other === socket)) {
      await this.#noteLeft(this.#parts.now());
    }
  }

  override async alarm(): Promise<void> {
    const next = this.#changes.deleteOld();
    const leftAt = await this.ctx.storage.get<number>(LEFT_AT);
    const now = this.#parts.now();
    if (this.ctx.getWebSockets().length > 0) {
      if (next !== null) {
        await this.ctx.storage.setAlarm(Math.max(next, now) + CLEAN_MS);
      }
    } else if (leftAt !== undefined && leftAt <= now - FEED_RETENTION_MS) {
      await this.#off();
    } else {
      // Sockets are lost without a notice when the process dies.
      await this.#noteLeft(leftAt ?? now);
    }
  }

  /** Turns the feed on. Returns the id of that moment. */
  async #on(): Promise<number> {
    if (this.#since === null) {
      const turned = this.#switched.then(async () => {
        const since = await this.#parts.feeds.turnOn(this.#tenant, isoTime(this.#parts.now()));
        this.#since = idAt(Date.parse(since));
      });
      this.#switched = turned.catch(() => undefined);
      await turned;
    }
    return this.#since ?? idAt(this.#parts.now());
  }

  /** Turns the feed off, unless a watcher has come in between. */
  async #off(): Promise<void> {
    const turned = this.#switched.then(async () => {
      this.#since = null;
      await this.#parts.feeds.turnOff(this.#tenant);
      if (this.ctx.getWebSockets().length > 0) {
        return;
      }
      await this.ctx.storage.deleteAll();
      this.#changes.reload();
    });
    this.#switched = turned.catch(() => undefined);
    await turned;
    if (this.ctx.getWebSockets().length > 0) {
      await this.#on();
    }
  }

  /** Notes when the last watcher left, and checks a day later whether none has come. */
  async #noteLeft(at: number): Promise<void> {
    await this.ctx.storage.put(LEFT_AT, at);
    await this.ctx.storage.setAlarm(at + FEED_RETENTION_MS + CLEAN_MS);
  }

  /** Returns the position to continue from, or why there is none. */
  #startOf(after: string | null, since: number): number | FeedRefusal {
    if (after === null) {
      return this.#changes.head(since);
    }
    const id = /^\d{1,16}$/.test(after) ? Number(after) : Number.NaN;
    if (!(id <= this.#changes.head(since))) {
      return { ok: false, reason: "unknown" };
    }
    return id < this.#changes.floor(since) ? { ok: false, reason: "expired" } : id;
  }

  /** Sends new changes to all watchers; to those whose key is due for a lookup, after the lookup. */
  #publish(): void {
    const sockets = this.ctx.getWebSockets();
    const due = new Set(
      sockets.filter((socket) => this.#keys.isDue(socket) && this.#keys.mayAsk(socket)),
    );
    for (const socket of sockets) {
      if (!due.has(socket)) {
        this.#pump(socket);
      }
    }
    for (const [socket, checked] of this.#keys.check([...due])) {
      void checked.then((outcome) => (outcome === "invalid" ? undefined : this.#pump(socket)));
    }
  }

  /** Sends a socket the changes after its cursor, in pages. */
  #pump(socket: WebSocket): void {
    if (this.#pumping.has(socket)) {
      return;
    }
    this.#pumping.add(socket);
    this.#pumpPages(socket).catch(() => close(socket, CLOSE.broken, "the feed cannot be read"));
  }

  async #pumpPages(socket: WebSocket): Promise<void> {
    try {
      await this.#sendPages(socket);
    } finally {
      this.#pumping.delete(socket);
    }
  }

  async #sendPages(socket: WebSocket): Promise<void> {
    let sent = 0;
    for (;;) {
      const before = attachmentOf(socket);
      if (socket.readyState !== WebSocket.OPEN) {
        return;
      }
      const page = this.#changes.after(before.cursor ?? 0, PAGE);
      for (const { cursor, text } of page) {
        sendText(socket, `{"type":"change","cursor":"${cursor}","change":${text}}`);
        sent += text.length;
      }
      const last = page.at(-1)?.cursor;
      const cursor = last === undefined ? before.cursor : Number(last);
      const caughtUp = before.caughtUp || page.length < PAGE;
      if (last !== undefined || caughtUp !== before.caughtUp) {
        attach(socket, { ...attachmentOf(socket), cursor, caughtUp });
      }
      if (caughtUp && !before.caughtUp) {
        send(socket, { type: "caught_up", cursor: String(cursor) });
      }
      if (page.length < PAGE) {
        return;
      }
      if (sent > MAX_UNREAD_CHARS) {
        close(socket, CLOSE.restart, "reconnect with the cursor");
        return;
      }
      // Lets other work run and the socket drain.
      await scheduler.wait(0);
    }
  }

  /** The tenant id, which is the object's name. */
  get #tenant(): string {
    const { name } = this.ctx.id;
    if (name === undefined) {
      throw new Error("a feed without a name has no tenant");
    }
    return name;
  }
}

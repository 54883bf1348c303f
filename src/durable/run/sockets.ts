/**
 * The live view: every watcher is a hibernating WebSocket that owns a cursor into the log, kept in
 * its attachment. Sending means reading the log from the cursor, so no gap and no duplicate can
 * arise, whatever was evicted or restarted in between. Nothing here runs while nothing happens.
 */
import { TERMINAL_TYPES, type EventType } from "../../run/log/event.ts";
import { INPUT_ACTIONS, type InputAction } from "../../run/log/elicitation.ts";
import { isJsonObject, jsonDefect, type JsonObject } from "../../run/value/json.ts";
import type { CommandRefusal, RunCommand } from "../../run/decide/command.ts";
import { isPlainText, MAX_REASON_CHARS } from "../../run/value/plain-text.ts";
import { isTerminal } from "../../run/decide/view.ts";
import type { Credential } from "../../store/keys.ts";
import type { EventLog, StoredEvent } from "./event-log.ts";
import { within } from "../../timing.ts";

/** The live protocol's name, offered and echoed at the upgrade. */
const SUBPROTOCOL = "opspawn.v1";

/** Close codes of the live protocol. */
const CLOSE = {
  done: 1000,
  badMessage: 4400,
  notAuthorised: 4401,
  broken: 1011,
  restart: 1012,
} as const;

/** What one socket is owed next; survives hibernation. At most 16 KB. */
interface Attachment {
  /** `seq` of the last event that was dealt with; null before the first subscription. */
  readonly cursor: number | null;
  readonly types: readonly string[] | null;
  readonly caughtUp: boolean;
  /** Who opened it, with which of the key's secrets, and whether it may act on the run. */
  readonly by: string;
  readonly secret?: number;
  readonly mayWrite: boolean;
  /** When the key was last known to be valid, milliseconds. */
  readonly checkedAt?: number;
}

/** Looks up whether who watches may still do so. */
export interface KeyCheck {
  /** Which of these can still be used, by their place in the list. */
  stillValid(shown: readonly Credential[]): Promise<ReadonlySet<number>>;
  /** How long a key that was found valid is not looked up again, milliseconds. */
  readonly everyMs: () => number;
  readonly now: () => number;
}

/** What a watcher may do to a run besides watching it. */
export interface WatcherCommands {
  consider(command: RunCommand): Considered;
}

/** A command before it is carried out: refused, or ready. */
export type Considered =
  | { readonly ok: true; readonly run: () => void }
  | ({ readonly ok: false } & CommandRefusal);

const PAGE_EVENTS = 200;
const PAGE_CHARS = 256_000;
/**
 * Past sent to one socket without a pause: nothing tells whether the peer reads, and what it does
 * not read waits in this process's memory. It comes back with its cursor for the rest.
 */
const MAX_UNREAD_CHARS = 16_000_000;
const MAX_MESSAGE_CHARS = 1_048_576;
const MAX_CONTENT_CHARS = 500_000;
const MAX_TYPES = 64;
/** Longest that events wait for a key to be looked up, and the pause before it is tried again. */
const LOOKUP_MS = 3000;
const ASK_AGAIN_MS = 1000;

/** The part of an object that holds its sockets; nothing here may write. */
type SocketHost = Pick<
  DurableObjectState,
  "acceptWebSocket" | "getWebSockets" | "setWebSocketAutoResponse"
>;

export class Watchers {
  readonly #ctx: SocketHost;
  readonly #log: EventLog;
  /** Not persisted: sockets whose past is being sent right now, page by page. */
  readonly #pumping = new WeakSet<WebSocket>();
  readonly #keys: KeyCheck;
  /** Not persisted: sockets whose key is being looked up, each with how that comes out. */
  readonly #checking = new Map<WebSocket, Promise<Checked>>();
  /** Not persisted: when the key of a socket could not be looked up last. */
  readonly #unknownAt = new WeakMap<WebSocket, number>();

  constructor(ctx: SocketHost, log: EventLog, keys: KeyCheck) {
    this.#ctx = ctx;
    this.#log = log;
    this.#keys = keys;
  }

  /**
   * Answers an upgrade. The address says which `task` this is, where to begin (`after`), who
   * watches (`by`) and whether they may act (`write=1`); the Worker has checked all of it.
   */
  accept(request: Request): Response {
    const { searchParams } = new URL(request.url);
    const after = searchParams.get("after");
    const { 0: client, 1: server } = new WebSocketPair();
    this.#ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
    const { status, seq } = this.#log.state;
    if (after !== null && isTerminal(status)) {
      // The whole log is there to be sent and nothing will follow: no reason to hibernate, and the
      // runtime ends the connection of a socket that does only some seconds after its close.
      server.accept();
    } else {
      this.#ctx.acceptWebSocket(server);
    }
    attach(server, {
      cursor: after === null ? null : Number(after),
      types: null,
      caughtUp: false,
      by: searchParams.get("by") ?? "",
      secret: Number(searchParams.get("secret") ?? 0),
      checkedAt: this.#keys.now(),
      mayWrite: searchParams.get("write") === "1",
    });
    send(server, { type: "hello", task_id: searchParams.get("task"), status, last_seq: seq });
    this.#pump(server);
    const protocol = request.headers.get("Sec-WebSocket-Protocol");
    const headers = protocol === null ? {} : { "Sec-WebSocket-Protocol": SUBPROTOCOL };
    return new Response(null, { status: 101, webSocket: client, headers });
  }

  /** Whether anybody receives events now. */
  get any(): boolean {
    return this.#ctx.getWebSockets().some((socket) => attachmentOf(socket).cursor !== null);
  }

  /**
   * Brings every watcher up to the end of the log. Whose key has not been looked up for a while
   * gets what it is owed once that is done, and is closed if the key is not valid any more.
   */
  publish(fresh: readonly StoredEvent[]): void {
    const sockets = this.#ctx.getWebSockets();
    const due = new Set(sockets.filter((socket) => this.#isDue(socket) && this.#mayAsk(socket)));
    for (const socket of sockets) {
      if (!due.has(socket)) {
        this.#pump(socket, fresh);
      }
    }
    for (const [socket, checked] of this.#check([...due])) {
      void checked.then((outcome) => (outcome === "invalid" ? undefined : this.#pump(socket)));
    }
  }

  /** Handles what a watcher sent; commands go to the run and are answered with their `ref`. */
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
    const checked = this.#isDue(socket) ? await this.#check([socket]).get(socket) : "valid";
    if (checked === "invalid") {
      return;
    }
    const command =
      checked === "unknown"
        ? refusal("unavailable", "Nobody can tell right now whether the key is valid; try again.")
        : this.#understand(socket, parsed, commands);
    const ref = parsed["ref"];
    if ("code" in command) {
      send(socket, { type: "error", ...(ref === undefined ? {} : { ref }), ...command });
      return;
    }
    // Answered before it is done: what it leads to may close the socket.
    if (ref !== undefined) {
      send(socket, { type: "ok", ref });
    }
    command.run();
  }

  /** Closes every socket, where nothing more can come. */
  closeAll(): void {
    for (const socket of this.#ctx.getWebSockets()) {
      close(socket, CLOSE.broken, "the log cannot be read");
    }
  }

  /** Completes the closing handshake. */
  closed(socket: WebSocket, code: number): void {
    // 1005 and 1006 stand for "no code" and cannot be sent back.
    close(socket, code === 1005 || code === 1006 ? CLOSE.done : code, "");
  }

  #understand(
    socket: WebSocket,
    message: JsonObject,
    commands: WatcherCommands,
  ): Refusal | { readonly run: () => void } {
    const attachment = attachmentOf(socket);
    switch (message["type"]) {
      case "subscribe": {
        const { after, types } = message;
        if (typeof after !== "number" || !Number.isSafeInteger(after) || after < 0) {
          return refusal("validation_failed", "after must be a whole number from 0");
        }
        if (types !== undefined && !isTypeList(types)) {
          return refusal("validation_failed", `types must be a list of at most ${MAX_TYPES} names`);
        }
        return {
          run: () => {
            attach(socket, { ...attachment, cursor: after, types: types ?? null, caughtUp: false });
            this.#pump(socket);
          },
        };
      }
      case "cancel":
      case "message":
      case "approve":
      case "deny": {
        if (!attachment.mayWrite) {
          return refusal("forbidden", "The key has no scope tasks:write.");
        }
        const command = readCommand(message, attachment.by);
        if (typeof command === "string") {
          return refusal("validation_failed", command);
        }
        const considered = commands.consider(command);
        return considered.ok ? considered : refusal(considered.code, considered.message);
      }
      default:
        return refusal(
          "unknown_command",
          "type must be subscribe, message, approve, deny or cancel",
        );
    }
  }

  #isDue(socket: WebSocket): boolean {
    const { checkedAt = 0 } = attachmentOf(socket);
    return this.#keys.now() - checkedAt >= this.#keys.everyMs();
  }

  /** Who cannot be asked is not asked with every event. */
  #mayAsk(socket: WebSocket): boolean {
    const at = this.#unknownAt.get(socket);
    return at === undefined || this.#keys.now() - at >= ASK_AGAIN_MS || this.#checking.has(socket);
  }

  /** Looks up the keys of sockets, in one question for those that are not being looked up already. */
  #check(sockets: readonly WebSocket[]): ReadonlyMap<WebSocket, Promise<Checked>> {
    const fresh = sockets.filter((socket) => !this.#checking.has(socket));
    if (fresh.length > 0) {
      const shown = fresh.map((socket) => {
        const { by, secret = 0 } = attachmentOf(socket);
        return { keyId: by, secret };
      });
      // What cannot be looked up is asked for again with a later event: events go on meanwhile.
      const answer = within(this.#keys.stillValid(shown), LOOKUP_MS).catch(() => null);
      for (const [place, socket] of fresh.entries()) {
        this.#checking.set(
          socket,
          answer.then((valid) => this.#checked(socket, valid?.has(place) ?? null)),
        );
      }
    }
    return new Map(
      sockets.map((socket) => [socket, this.#checking.get(socket) ?? Promise.resolve("unknown")]),
    );
  }

  #checked(socket: WebSocket, valid: boolean | null): Checked {
    this.#checking.delete(socket);
    if (valid === null) {
      this.#unknownAt.set(socket, this.#keys.now());
      return "unknown";
    }
    this.#unknownAt.delete(socket);
    if (!valid) {
      close(socket, CLOSE.notAuthorised, "the key is not valid any more");
      return "invalid";
    }
    attach(socket, { ...attachmentOf(socket), checkedAt: this.#keys.now() });
    return "valid";
  }

  /** Sends a socket what it is owed, in pages; `fresh` spares the read where it is all there is. */
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
        close(socket, CLOSE.restart, "come back with the cursor");
        return;
      }
      if (more) {
        // Between pages others get their turn, and the socket time to drain.
        await scheduler.wait(0);
      }
    }
  }

  #deliver(socket: WebSocket, events: readonly StoredEvent[], more: boolean): void {
    const before = attachmentOf(socket);
    const cursor = Math.max(before.cursor ?? 0, events.at(-1)?.seq ?? 0);
    for (const event of events) {
      if (before.types === null || before.types.includes(event.type)) {
        sendText(socket, `{"type":"event","event":${event.text}}`);
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

/** What became of looking up a key; `unknown`: it could not be. */
type Checked = "valid" | "invalid" | "unknown";

function attach(socket: WebSocket, attachment: Attachment): void {
  socket.serializeAttachment(attachment);
}

function attachmentOf(socket: WebSocket): Attachment {
  return socket.deserializeAttachment() as Attachment;
}

function send(socket: WebSocket, message: JsonObject): void {
  sendText(socket, JSON.stringify(message));
}

/** A socket that has gone needs no message; its close is reported separately. */
function sendText(socket: WebSocket, text: string): void {
  try {
    socket.send(text);
  } catch {
    // The peer is gone: it comes back with its cursor.
  }
}

function close(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(code, reason);
  } catch {
    // Closed already.
  }
}

function parseMessage(message: string | ArrayBuffer): JsonObject | null {
  if (typeof message !== "string" || message.length > MAX_MESSAGE_CHARS) {
    return null;
  }
  try {
    const parsed: unknown = JSON.parse(message);
    return isJsonObject(parsed) && typeof parsed["type"] === "string" ? parsed : null;
  } catch {
    return null;
  }
}

function isTypeList(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_TYPES &&
    value.every((item) => typeof item === "string" && item.length <= 64)
  );
}

/** A command as the live protocol has it, or what is wrong with it. */
function readCommand(message: JsonObject, by: string): RunCommand | string {
  const { type, reason, content, data, call_id, key, comment, action = "accept" } = message;
  switch (type) {
    case "cancel":
      return reason === undefined || isPlainText(reason, MAX_REASON_CHARS)
        ? { kind: "cancel", reason: reason ?? null, by }
        : `reason must be at most ${MAX_REASON_CHARS} characters of plain text`;
    case "message":
      if (!isInputAction(action)) {
        return `action must be one of ${INPUT_ACTIONS.join(", ")}`;
      }
      if (
        (content !== undefined && typeof content !== "string") ||
        !isSaying(content, data, action)
      ) {
        return "a message needs content, a text that is not empty, or data, an object";
      }
      if ((content ?? "").length > MAX_CONTENT_CHARS || jsonDefect(message) !== null) {
        return `content must be at most ${MAX_CONTENT_CHARS} characters, and all of it storable`;
      }
      if (!isShortText(call_id) || !isShortText(key)) {
        return "call_id and key must be those of a question";
      }
      return {
        kind: "message",
        content: content ?? "",
        data: data ?? null,
        action,
        ...(call_id === undefined ? {} : { call_id }),
        ...(key === undefined ? {} : { key }),
        by,
      };
    default:
      if (typeof call_id !== "string") {
        return "call_id must be the id of a call";
      }
      if (jsonDefect(message) !== null) {
        return "the message cannot be stored";
      }
      if (comment !== undefined && !isPlainText(comment, MAX_REASON_CHARS)) {
        return `comment must be at most ${MAX_REASON_CHARS} characters of plain text`;
      }
      return {
        kind: "decide",
        call_id,
        decision: type === "approve" ? "approve" : "deny",
        ...("arguments" in message ? { arguments: message["arguments"] ?? null } : {}),
        comment: comment ?? null,
        by,
      };
  }
}

function isSaying(
  content: string | undefined,
  data: unknown,
  action: InputAction,
): data is JsonObject | undefined {
  return data === undefined
    ? action !== "accept" || (content ?? "").trim() !== ""
    : isJsonObject(data);
}

function isShortText(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === "string" && value.length <= 64);
}

function isInputAction(value: unknown): value is InputAction {
  return INPUT_ACTIONS.some((action) => action === value);
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}

function refusal(code: string, message: string): Refusal {
  return { code, message };
}

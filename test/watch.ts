/** Watchers of a run, as a client outside has them: server-sent events and WebSocket, byte for byte. */
import { WebSocket } from "ws";
import type { Service } from "./service.ts";

/** What a watcher has seen so far, and how it ended. */
class Watch {
  /** The exact text of each event, in the order of its arrival. */
  readonly texts: string[] = [];
  #over = false;
  #wake = Promise.withResolvers<void>();

  /** Resolves when `met` is true of what has been seen. @throws Error if the watch ends before */
  async until(met: () => boolean, what = "it happened"): Promise<void> {
    while (!met()) {
      if (this.#over) {
        throw new Error(`The watch ended before ${what}, after ${this.texts.length} events`);
      }
      await this.#wake.promise;
    }
  }

  /** Resolves when this many events have been seen. */
  async count(n: number): Promise<void> {
    await this.until(() => this.texts.length >= n, `there were ${n} events`);
  }

  /** The data of the first event of a type, as soon as it is seen. */
  async event(type: string): Promise<Readonly<Record<string, unknown>>> {
    const found = () => this.texts.find((text) => text.includes(`"type":"${type}"`));
    await this.until(() => found() !== undefined, `there was ${type}`);
    return (JSON.parse(found() ?? "") as { data: Readonly<Record<string, unknown>> }).data;
  }

  /** `seq` of the last event seen. */
  get cursor(): number {
    const last = this.texts.at(-1);
    return last === undefined ? 0 : (JSON.parse(last) as { seq: number }).seq;
  }

  protected changed(over = false): void {
    this.#over ||= over;
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}

/** A stream of server-sent events, parsed strictly: what is not a frame of ours is an error. */
export class SseWatch extends Watch {
  pings = 0;
  /** `seq` of each event that was left out: its frame has an id alone. */
  readonly skipped: number[] = [];
  /** Resolves when the server has ended the stream; rejects if it broke or was not well-formed. */
  readonly done: Promise<void>;
  readonly #stop = new AbortController();

  private constructor(response: Response, stop: AbortController) {
    super();
    this.#stop = stop;
    this.done = this.#read(response);
    this.done.catch(() => undefined);
  }

  static async open(
    service: Service,
    taskId: string,
    { query = "", headers = {} }: { query?: string; headers?: Record<string, string> } = {},
  ): Promise<SseWatch> {
    const stop = new AbortController();
    const response = await service.request(`/api/v1/tasks/${taskId}/events${query}`, {
      headers: { Accept: "text/event-stream", ...headers },
      signal: stop.signal,
    });
    const type = response.headers.get("Content-Type");
    if (response.status !== 200 || type !== "text/event-stream") {
      throw new Error(`Not a stream: ${response.status} ${type} ${await response.text()}`);
    }
    return new SseWatch(response, stop);
  }

  /** Cuts the connection, as a client that goes away does. */
  drop(): void {
    this.#stop.abort();
  }

  async #read(response: Response): Promise<void> {
    try {
      const decoder = new TextDecoder();
      let rest = "";
      for await (const chunk of response.body ?? []) {
        const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          this.#take(block);
        }
        this.changed();
      }
      if (rest !== "") {
        throw new Error(`The stream ended inside a frame: ${rest}`);
      }
    } finally {
      this.changed(true);
    }
  }

  #take(block: string): void {
    if (block === ": ping") {
      this.pings += 1;
    } else if (/^id: \d+$/.test(block)) {
      this.skipped.push(Number(block.slice(4)));
    } else if (block !== "retry: 1000") {
      const [, id, type, data = ""] =
        /^id: (\d+)\nevent: ([\w.]+)\ndata: ([^\r\n]*)$/.exec(block) ?? [];
      const event = (data === "" ? {} : JSON.parse(data)) as { seq?: unknown; type?: unknown };
      if (id === undefined || event.seq !== Number(id) || event.type !== type) {
        throw new Error(`Not a frame of an event: ${block}`);
      }
      this.texts.push(data);
    }
  }
}

/**
 * workerd says at once that a socket is closed, but to a client that never sent anything it ends
 * the TCP connection only when the object goes to sleep, ten seconds later. Not waited for.
 */
const CLOSE_MS = 20;

type Message = Readonly<Record<string, unknown>>;

/** A socket of the live protocol. */
export class SocketWatch extends Watch {
  /** Everything but events, in the order of its arrival; text that is not JSON as it is. */
  readonly messages: (Message | string)[] = [];
  /** How many events had come before each message of `messages`. */
  readonly eventsBefore: number[] = [];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on("message", (data) => this.#take((data as Buffer).toString("utf8")));
    socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        this.changed(true);
        resolve({ code, reason: reason.toString("utf8") });
      });
    });
  }

  /** Opens a socket. @throws Error with the status if the upgrade was refused */
  static async open(
    service: Service,
    taskId: string,
    options: { query?: string; key?: string | null; protocols?: string[] } = {},
  ): Promise<SocketWatch> {
    const { query = "", key = service.key, protocols = [] } = options;
    const url = `${service.url.replace("http", "ws")}/api/v1/tasks/${taskId}/events${query}`;
    const headers = key === null ? {} : { Authorization: `Bearer ${key}` };
    // A variable, since the types do not know `closeTimeout` yet.
    const settings = { headers, closeTimeout: CLOSE_MS };
    const socket = new WebSocket(url, protocols, settings);
    const watch = new SocketWatch(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.once("error", reject);
      socket.once("unexpected-response", (_request, response) => {
        reject(new Error(`refused with ${response.statusCode}`));
        socket.terminate();
      });
    });
    return watch;
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.#socket.protocol;
  }

  send(message: Message | string): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  sendBytes(bytes: Uint8Array): void {
    this.#socket.send(bytes);
  }

  /** The answer to a command that carried this `ref`. */
  async answer(ref: unknown): Promise<Message> {
    let found: Message | undefined;
    await this.until(
      () => {
        found = this.messages.find(
          (message): message is Message => typeof message === "object" && message["ref"] === ref,
        );
        return found !== undefined;
      },
      `an answer to ${JSON.stringify(ref)}`,
    );
    return found ?? {};
  }

  ofType(type: string): Message[] {
    return this.messages.filter(
      (message): message is Message => typeof message === "object" && message["type"] === type,
    );
  }

  /** Cuts the connection without a word. */
  drop(): void {
    this.#socket.terminate();
  }

  #take(text: string): void {
    const prefix = '{"type":"event","event":';
    if (text.startsWith(prefix)) {
      this.texts.push(text.slice(prefix.length, -1));
    } else {
      this.messages.push(text.startsWith("{") ? (JSON.parse(text) as Message) : text);
      this.eventsBefore.push(this.texts.length);
    }
    this.changed();
  }
}

/** A ticket for a task's events. */
export async function ticketFor(service: Service, taskId: string): Promise<string> {
  const response = await service.request(`/api/v1/tasks/${taskId}/ticket`, { method: "POST" });
  const { ticket } = await response.json<{ ticket: string }>();
  return ticket;
}

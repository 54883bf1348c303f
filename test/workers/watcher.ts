/** A watcher of a run, as the Worker opens one for a client. */
import { vi } from "vitest";
import type { RunRpc } from "../../src/durable/run/rpc.ts";
import type { RunEvent } from "../../src/run/log/event.ts";

type Message = { readonly type: string; readonly [key: string]: unknown };

export class Watcher {
  readonly messages: Message[] = [];
  closed: { code: number } | null = null;
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      this.messages.push(JSON.parse(String(data)) as Message);
    });
    socket.addEventListener("close", ({ code }) => {
      this.closed = { code };
    });
    socket.accept();
  }

  static async open(run: RunRpc, query: Record<string, string> = {}): Promise<Watcher> {
    const params = new URLSearchParams({ task: "t", by: "key", write: "1", ...query });
    const request = new Request(`https://run/?${params.toString()}`, {
      headers: { Upgrade: "websocket" },
    });
    const { status, webSocket } = await run.fetch(request);
    if (status !== 101 || webSocket === null) {
      throw new Error(`the upgrade was answered ${status}`);
    }
    return new Watcher(webSocket);
  }

  say(message: unknown): void {
    this.#socket.send(typeof message === "string" ? message : JSON.stringify(message));
  }

  get events(): RunEvent[] {
    return this.messages.flatMap((m) => (m.type === "event" ? [m["event"] as RunEvent] : []));
  }

  get seqs(): number[] {
    return this.events.map((event) => event.seq);
  }

  async until(check: () => boolean): Promise<void> {
    await vi.waitUntil(check, { timeout: 60_000, interval: 10 });
  }
}

/** SSE under back pressure: sockets are given up and opened again, and no event is lost for it. */
import { expect, test } from "vitest";
import type { ApiContext } from "../../src/api/context.ts";
import { sseResponse } from "../../src/api/tasks/event-stream.ts";
import { asAccepted } from "../../src/store/tasks/rows.ts";
import { newTask } from "./tasks.ts";

const LAST = 60;
const BY = { keyId: "key", secret: 0 };

/**
 * A run far away: frames travel for a while, so some are still on their way when the other side
 * has given the socket up. Counts its sockets.
 */
class DistantRun {
  sockets = 0;
  readonly #frameChars: number;

  constructor(frameChars: number) {
    this.#frameChars = frameChars;
  }

  async fetch(request: Request): Promise<Response> {
    this.sockets += 1;
    const after = Number(new URL(request.url).searchParams.get("after"));
    const { 0: client, 1: server } = new WebSocketPair();
    server.accept();
    void this.#send(server, after);
    return new Response(null, { status: 101, webSocket: client });
  }

  async #send(socket: WebSocket, after: number): Promise<void> {
    const pad = "x".repeat(this.#frameChars);
    for (let seq = after + 1; seq <= LAST && socket.readyState === WebSocket.OPEN; seq += 1) {
      const type = seq === LAST ? "run.completed" : "model.delta";
      const event = { seq, at: "", type, v: 1, data: { pad } };
      socket.send(JSON.stringify({ type: "event", event }));
      if (seq % 12 === 0) {
        await scheduler.wait(1);
      }
    }
    if (socket.readyState === WebSocket.OPEN) {
      socket.close(1000);
    }
  }
}

/** The seqs that a client of the stream reads, pausing before each read. */
async function seqsRead(run: DistantRun, after: number, pauseMs: number): Promise<number[]> {
  const context = {
    var: { deps: { run: () => run, config: { ssePingMs: 60_000 } } },
    executionCtx: { waitUntil: () => {} },
    body: (stream: ReadableStream) => new Response(stream),
  } as unknown as ApiContext;
  const response = sseResponse(context, asAccepted(newTask({})), BY, after);
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    await scheduler.wait(pauseMs);
  }
  return [...text.matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]));
}

const from = (first: number) => Array.from({ length: LAST - first + 1 }, (_, i) => first + i);

test("a slow client of large events gets each of them once and in order", async () => {
  const run = new DistantRun(150_000);
  expect(await seqsRead(run, 0, 4)).toEqual(from(1));
  expect(run.sockets).toBeGreaterThan(1);
});

test("an event larger than all that may wait is delivered", async () => {
  const run = new DistantRun(1_200_000);
  expect(await seqsRead(run, LAST - 5, 0)).toEqual(from(LAST - 4));
});

test("a quick client needs one socket", async () => {
  const run = new DistantRun(100);
  expect(await seqsRead(run, 10, 0)).toEqual(from(11));
  expect(run.sockets).toBe(1);
});

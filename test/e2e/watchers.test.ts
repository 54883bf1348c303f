/**
 * Many watchers of one run: while it rests they cost it nothing, and what happens reaches all of
 * them. Who counts is not the service: see `test/entries/witness.ts`.
 */
import { resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Seen } from "../entries/witness.ts";
import { memoryOf } from "../memory.ts";
import { Service } from "../service.ts";
import { ended, pause, scripted, storedLog, submit } from "../tasks.ts";
import { SocketWatch } from "../watch.ts";

/** Upgrades under way at a time. */
const WIDTH = 50;
/** The runtime puts an object to sleep that had nothing to do for ten seconds. */
const IDLE_MS = 14_000;

let service: Service;

beforeAll(async () => {
  const config = resolve(import.meta.dirname, "../entries/witness.toml");
  service = await Service.start({ config });
});
afterAll(() => service.stop());

// The witness is no part of the service, and of no document.
const seen = async (id: string) =>
  (await fetch(`${service.url}/witness?run=test/${id}`)).json<Seen>();

/** Opens this many watchers of a run, each from its first event. */
async function watch(id: string, count: number): Promise<SocketWatch[]> {
  const sockets: SocketWatch[] = [];
  while (sockets.length < count) {
    const opening = Array.from({ length: WIDTH }, () =>
      SocketWatch.open(service, id, { query: "?after=0" }),
    );
    sockets.push(...(await Promise.all(opening)));
  }
  return sockets;
}

/** Resolves when each of the sockets has this many messages of the kind. */
async function each(sockets: readonly SocketWatch[], count: number, kind: string): Promise<void> {
  await Promise.all(
    sockets.map((socket) => socket.until(() => countOf(socket, kind) >= count, kind)),
  );
}

function countOf({ messages }: SocketWatch, kind: string): number {
  return messages.filter(
    (message) => (typeof message === "string" ? message : message["type"]) === kind,
  ).length;
}

test("a thousand idle watchers never wake their run, and what then happens reaches each of them once", async () => {
  const wait = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
  const task = await submit(service, scripted([wait]), { Prefer: "wait=30" });
  expect(task.status).toBe("waiting");
  const id = task.task_id;
  const empty = memoryOf(service);
  const sockets = await watch(id, 1000);
  await each(sockets, 1, "caught_up");

  const before = await seen(id);
  expect(before).toMatchObject({ made: 1, calls: { fetch: 1000 } });
  for (const socket of sockets) {
    socket.send("ping");
  }
  await pause(IDLE_MS);
  for (const socket of sockets) {
    socket.send("ping");
  }
  await each(sockets, 2, "pong");
  expect(await seen(id)).toEqual(before);
  const full = memoryOf(service);

  const from = performance.now();
  const cancel = service.request(`/api/v1/tasks/${id}/cancel`, { method: "POST", body: "{}" });
  await Promise.all(sockets.map((socket) => socket.count(task.last_seq + 1)));
  const took = performance.now() - from;
  expect((await cancel).status).toBe(202);
  const ends = await Promise.all(sockets.map((socket) => socket.closed));

  // Made for a second time, so it had slept; and it was the cancel that woke it, not a watcher.
  const after = await seen(id);
  expect([after.made, after.calls["cancel"], after.calls["fetch"]]).toEqual([2, 1, 1000]);
  expect(after.calls["webSocketMessage"]).toBeUndefined();
  expect(after.rowsWritten - before.rowsWritten).toBe(1);
  const log = await storedLog(service, id);
  expect(log).toHaveLength(task.last_seq + 1);
  for (const [i, socket] of sockets.entries()) {
    expect([ends[i]?.code, socket.messages.length]).toEqual([1000, 4]);
    expect(socket.texts).toEqual(log);
  }
  const kilobytes = Math.round((full - empty) / 1024 / sockets.length);
  // oxlint-disable-next-line no-console -- figures to read, not to test
  console.log(`watchers: ${kilobytes} KiB each; ${Math.round(took)} ms from event to the last`);
});

test("watchers who come while a reply streams all get the whole of it, in order", async () => {
  const text = "all of it ".repeat(20);
  const script = [{ text, chunks: 100, delay_ms: 30 }];
  const { task_id: id } = await submit(service, scripted(script));
  const sockets = await watch(id, 200);
  const ends = await Promise.all(sockets.map((socket) => socket.closed));
  expect((await ended(service, id)).result?.answer).toBe(text);
  const log = await storedLog(service, id);
  expect(log.filter((event) => event.includes('"model.delta"')).length).toBeGreaterThan(1);
  for (const [i, socket] of sockets.entries()) {
    expect(ends[i]?.code).toBe(1000);
    expect(socket.texts).toEqual(log);
  }
});

/** Watching the feed against a real server that cuts, repeats and refuses, over both transports. */
import { expect, test } from "vitest";
import type { WebSocket as ServerSocket } from "ws";
import { GoneError, Opspawn, type ConnectionChange, type FeedChange } from "../../sdk/src/index.ts";
import { fakeService, problem, type Fake } from "../fake-service.ts";

const KEY = "opsk_test";

function clientOf({ url }: Fake): Opspawn {
  return new Opspawn({ url, key: KEY, backoff: { initial: 1, max: 5 } });
}

function changeOf(seq: number) {
  const task = { task_id: "task_1", waiting_for: null, agent: "default", deleted: false };
  return { ...task, seq, status: "running", at: "2026-11-22T19:05:12.345Z" };
}

/** Sends a greeting, then changes by their numbers; the cursor of each is its number and two zeros. */
function send(socket: ServerSocket, start: string, ...seqs: readonly number[]): void {
  socket.send(JSON.stringify({ type: "hello", cursor: start, now: "" }));
  for (const seq of seqs) {
    socket.send(
      JSON.stringify({ type: "change", cursor: String(seq * 100), change: changeOf(seq) }),
    );
  }
  socket.send(JSON.stringify({ type: "caught_up", cursor: String((seqs.at(-1) ?? 0) * 100) }));
}

/** Reads changes until `count` have arrived. */
async function read(
  changes: AsyncGenerator<FeedChange, void, undefined>,
  count: number,
): Promise<FeedChange[]> {
  const found: FeedChange[] = [];
  for await (const change of changes) {
    found.push(change);
    if (found.length === count) {
      break;
    }
  }
  return found;
}

test("a socket that is cut is taken up at its cursor, also before the first change", async () => {
  const fake = await fakeService([
    (socket) => {
      send(socket, "50");
      socket.close(1012, "restart");
    },
    (socket) => {
      send(socket, "50", 1, 2);
      socket.close(1012, "restart");
    },
    (socket) => send(socket, "200", 3),
  ]);
  const starts: string[] = [];
  const states: ConnectionChange["state"][] = [];
  const changes = clientOf(fake).feed.watch({
    onStart: (cursor) => starts.push(cursor),
    onConnection: ({ state }) => states.push(state),
  });
  expect(await read(changes, 3)).toEqual([
    { ...changeOf(1), cursor: "100" },
    { ...changeOf(2), cursor: "200" },
    { ...changeOf(3), cursor: "300" },
  ]);
  expect(fake.upgrades.map((query) => query.get("after"))).toEqual([null, "50", "200"]);
  expect(starts).toEqual(["50"]);
  expect(states).toEqual(["lost", "back", "lost", "back"]);
  // The key is in a header, and no ticket was requested.
  expect(fake.requests).toEqual([]);
});

test("a stream over HTTP is taken up at its cursor", async () => {
  let opened = 0;
  const fake = await fakeService([], () => ({
    status: 200,
    by: (response) => {
      opened += 1;
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      const hello = { type: "hello", cursor: "50", now: "" };
      response.write(`: ping\n\nid: 50\nevent: hello\ndata: ${JSON.stringify(hello)}\n\n`);
      for (const seq of opened === 1 ? [1, 2] : [3]) {
        const data = JSON.stringify(changeOf(seq));
        response.write(`id: ${seq}00\nevent: change\ndata: ${data}\n\n`);
      }
      response.write("", () => setImmediate(() => response.end()));
    },
  }));
  const found = await read(clientOf(fake).feed.watch({ via: "sse", after: "50" }), 3);
  expect(found.map(({ seq, cursor }) => [seq, cursor])).toEqual([
    [1, "100"],
    [2, "200"],
    [3, "300"],
  ]);
  expect(fake.requests.map(({ line }) => /after=(\d+)/.exec(line)?.[1])).toEqual(["50", "200"]);
});

test("a cursor that has expired ends a watch, over each transport", async () => {
  const fake = await fakeService([(socket) => socket.close(4410, "expired")], () =>
    problem(410, "cursor_expired"),
  );
  for (const via of ["websocket", "sse"] as const) {
    const watch = read(clientOf(fake).feed.watch({ via, after: "1" }), 1);
    await expect(watch).rejects.toThrow(GoneError);
    await expect(watch).rejects.toMatchObject({ code: "cursor_expired", status: 410 });
  }
});

test("leaving the loop closes the socket, and so does the signal", async () => {
  const codes: Promise<number>[] = [];
  const fake = await fakeService([
    (socket) => {
      codes.push(new Promise((resolve) => socket.once("close", resolve)));
      send(socket, "50", 1);
    },
  ]);
  await read(clientOf(fake).feed.watch(), 1);
  const stop = new AbortController();
  const watch = clientOf(fake).feed.watch({ signal: stop.signal });
  expect(await watch.next()).toMatchObject({ value: { seq: 1 } });
  const next = watch.next();
  stop.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
  expect(await Promise.all(codes)).toHaveLength(2);
});

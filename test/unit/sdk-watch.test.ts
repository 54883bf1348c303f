/** Watching against a real server that cuts, repeats, refuses and goes silent, over both transports. */
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { WebSocket as ServerSocket } from "ws";
import { TERMINAL_TYPES as TERMINAL_TYPES_OF_THE_LOG } from "../../src/run/log/event.ts";
import {
  Opspawn,
  StreamGapError,
  TERMINAL_TYPES,
  ConnectionError,
  type ConnectionChange,
  type OpspawnOptions,
  type TaskEvent,
} from "../../sdk/src/index.ts";
import { fakeService, problem, type Answer, type Asked, type Fake } from "../fake-service.ts";

const KEY = "opsk_test";
const FAST_RETRY = { backoff: { initial: 1, max: 5 } };
const ALL = [1, 2, 3, 4, 5, 6];

function clientOf({ url }: Fake, options: OpspawnOptions = {}): Opspawn {
  return new Opspawn({ url, key: KEY, ...FAST_RETRY, ...options });
}

function eventOf(seq: number) {
  return { seq, at: "", type: seq === 6 ? "run.completed" : "model.delta", data: {} };
}

function waiting(seq: number, wait: string) {
  return { ...eventOf(seq), type: "run.waiting", data: { for: wait } };
}

/** Sends events by their numbers, greeting included. */
function send(socket: ServerSocket, ...seqs: readonly number[]): void {
  socket.send(JSON.stringify({ type: "hello", task_id: "task_1", status: "running", last_seq: 6 }));
  for (const seq of seqs) {
    socket.send(JSON.stringify({ type: "event", event: eventOf(seq) }));
  }
  socket.send(JSON.stringify({ type: "caught_up", seq: seqs.at(-1) ?? 0 }));
}

async function seqsOf(events: AsyncIterable<TaskEvent>): Promise<number[]> {
  const seqs: number[] = [];
  for await (const { seq } of events) {
    seqs.push(seq);
  }
  return seqs;
}

/** A stream of the service's form, ended in its own way. */
function stream(seqs: readonly number[], end: (response: ServerResponse) => void): Answer {
  return {
    status: 200,
    by: (response) => {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      response.write("retry: 1000\n\n: ping\n\n");
      for (const seq of seqs) {
        const event = eventOf(seq);
        response.write(`id: ${seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      }
      // What is written must be on its way before the connection is cut.
      response.write("", () => setImmediate(() => end(response)));
    },
  };
}

const atEnd = (response: ServerResponse) => response.end();
const closing = (socket: ServerSocket) => socket.close(1012, "restart");
const cut = (response: ServerResponse) => response.destroy();

/** A service of event streams: each request for one is given the next, and a page says `status`. */
function streamService(streams: readonly Answer[], status = "running"): Promise<Fake> {
  let opened = 0;
  return fakeService([], ({ headers, line }: Asked) => {
    if (headers["accept"] !== "text/event-stream") {
      const after = Number(new URL(line.slice(4), "http://fake").searchParams.get("after"));
      return { status: 200, body: { data: [], next_cursor: null, last_seq: after, status } };
    }
    opened += 1;
    return streams[Math.min(opened, streams.length) - 1] ?? problem(404, "not_found");
  });
}

function cursorsOf({ requests }: Fake): (string | null)[] {
  return requests
    .filter(({ headers }) => headers["accept"] === "text/event-stream")
    .map(({ line }) => new URL(line.slice(4), "http://fake").searchParams.get("after"));
}

test("a socket that is cut in mid-stream is taken up at its cursor: exactly the rest follows", async () => {
  const fake = await fakeService([
    (socket) => {
      send(socket, 1, 2, 3);
      // Bytes that are on their way arrive before the end of the connection.
      socket.close(1012, "restart");
    },
    (socket) => {
      // Repeats what the client has: it must not be doubled.
      send(socket, 2, 3, 4);
      setImmediate(() => socket.terminate());
    },
    (socket) => send(socket, 5, 6),
  ]);
  expect(await seqsOf(clientOf(fake).tasks.watch("task_1"))).toEqual(ALL);
  expect(fake.upgrades.map((query) => query.get("after")).slice(0, 2)).toEqual(["0", "3"]);
});

test("each socket has a ticket of its own, and the key is in no address", async () => {
  const fake = await fakeService([
    (socket) => socket.close(1012),
    (socket) => send(socket, ...ALL),
  ]);
  await seqsOf(new Opspawn({ url: `${fake.url}/`, key: KEY, ...FAST_RETRY }).tasks.watch("task_1"));
  const asked = {
    line: "POST /api/v1/tasks/task_1/ticket",
    headers: { authorization: `Bearer ${KEY}` },
  };
  expect(fake.requests).toMatchObject([asked, asked]);
  expect(fake.upgrades.map((query) => query.get("ticket"))).toEqual(["t/1", "t/1"]);
  expect(fake.upgrades.join()).not.toContain(KEY);
});

test("an event that is missing from the stream is fetched, not skipped", async () => {
  const fake = await fakeService([
    (socket) => send(socket, 1, 2, 4, 5, 6),
    (socket) => send(socket, 3, 4, 5, 6),
  ]);
  expect(await seqsOf(clientOf(fake).tasks.watch("task_1"))).toEqual(ALL);
});

test("an event that never comes ends the watch with its number", async () => {
  const fake = await fakeService([(socket) => send(socket, 1, 2, 4)]);
  const watch = seqsOf(clientOf(fake, { reconnect: { maxAttempts: 2 } }).tasks.watch("task_1"));
  await expect(watch).rejects.toThrow(StreamGapError);
  await expect(watch).rejects.toMatchObject({
    code: "stream_gap",
    taskId: "task_1",
    missing: 3,
  });
});

test("watching from a cursor gives what comes after it, and ends with the run's last event", async () => {
  const fake = await fakeService([(socket) => send(socket, 5, 6)]);
  expect(await seqsOf(clientOf(fake).tasks.watch("task_1", { after: 4 }))).toEqual([5, 6]);
  expect(fake.upgrades.map((query) => query.get("after"))).toEqual(["4"]);
});

test("a cursor at the end of the log gives nothing, at once, by either transport", async () => {
  const sockets = await fakeService([(socket) => socket.close(1000, "the run is over")]);
  expect(await seqsOf(clientOf(sockets).tasks.watch("task_1", { after: 6 }))).toEqual([]);
  expect(sockets.upgrades).toHaveLength(1);

  const streams = await streamService([stream([], atEnd)], "completed");
  const watch = clientOf(streams).tasks.watch("task_1", { after: 6, via: "sse" });
  expect(await seqsOf(watch)).toEqual([]);
  expect(cursorsOf(streams)).toEqual(["6"]);
});

test("a socket that answers no ping is given up for a new one", async () => {
  let pings = 0;
  const fake = await fakeService([
    (socket) => send(socket, 1, 2),
    (socket) => {
      socket.on("message", (text) => {
        // This one is alive, only slow: it must be kept.
        expect((text as Buffer).toString()).toBe("ping");
        socket.send("pong");
        pings += 1;
        if (pings === 4) {
          send(socket, 3, 4, 5, 6);
        }
      });
    },
  ]);
  expect(await seqsOf(clientOf(fake, { reconnect: { ping: 25 } }).tasks.watch("task_1"))).toEqual(
    ALL,
  );
  expect(fake.upgrades).toHaveLength(2);
});

test("a service that is away for a moment, or busy, is asked again", async () => {
  let refusals = 3;
  const fake = await fakeService([(socket) => send(socket, ...ALL)], () => {
    refusals -= 1;
    return refusals < 0 ? { status: 201, body: { ticket: "t" } } : problem(503, "unavailable");
  });
  expect(await seqsOf(clientOf(fake).tasks.watch("task_1"))).toEqual(ALL);
});

test("a ticket that grew old is replaced, and a task that is not there is not asked for again", async () => {
  const old = await fakeService([
    (socket) => socket.close(4401, "the ticket is too old"),
    (socket) => send(socket, ...ALL),
  ]);
  expect(await seqsOf(clientOf(old).tasks.watch("task_1"))).toEqual(ALL);

  const absent = await fakeService([(socket) => socket.close(4404, "no such task")]);
  await expect(seqsOf(clientOf(absent).tasks.watch("task_1"))).rejects.toMatchObject({
    name: "NotFoundError",
    status: 404,
    message: "no such task",
  });
  expect(absent.upgrades).toHaveLength(1);
});

test("a service that stays away is given up after the connections that were granted", async () => {
  const fake = await fakeService([(socket) => socket.terminate()]);
  const watch = clientOf(fake, { reconnect: { maxAttempts: 3 } }).tasks.watch("task_1");
  await expect(seqsOf(watch)).rejects.toThrow(ConnectionError);
  expect(fake.upgrades).toHaveLength(4);
});

test("a slow reader is never owed more than a bounded number of events: it comes back for the rest", async () => {
  const many = Array.from({ length: 3000 }, (_, i) => i + 10);
  let after = 9;
  const fake = await fakeService([
    (socket) => {
      for (const seq of many.filter((one) => one > after)) {
        const type = seq === many.at(-1) ? "run.completed" : "model.delta";
        socket.send(JSON.stringify({ type: "event", event: { ...eventOf(seq), type } }));
      }
    },
  ]);
  const seqs: number[] = [];
  for await (const { seq } of clientOf(fake).tasks.watch("task_1", { after })) {
    seqs.push(seq);
    after = seq;
    if (seqs.length === 1) {
      // All that the first connection has to say is there by then.
      await sleep(50);
    }
  }
  expect(seqs).toEqual(many);
  expect(fake.upgrades.length).toBeGreaterThan(1);
});

test("a stream over HTTP that is cut, or ended by somebody in between, is taken up at its cursor", async () => {
  const fake = await streamService([
    stream([1, 2], cut),
    stream([2, 3], atEnd),
    stream([4, 5, 6], () => null),
  ]);
  const watch = clientOf(fake).tasks.watch("task_1", { via: "sse" });
  expect(await seqsOf(watch)).toEqual(ALL);
  expect(cursorsOf(fake)).toEqual(["0", "2", "3"]);
  expect(fake.upgrades).toEqual([]);
  expect(fake.requests.every(({ headers }) => headers["authorization"] === `Bearer ${KEY}`)).toBe(
    true,
  );
});

test("whoever watches is told that the connection is lost, once, and that another stands", async () => {
  const sockets = await fakeService([
    (socket) => {
      send(socket, 1, 2);
      closing(socket);
    },
    closing,
    (socket) => send(socket, ...ALL.slice(2)),
  ]);
  const streams = await streamService([
    stream([1, 2], cut),
    problem(503, "unavailable"),
    stream(ALL.slice(2), () => null),
  ]);
  for (const [fake, via] of [
    [sockets, "websocket"],
    [streams, "sse"],
  ] as const) {
    const seen: (string | number)[] = [];
    const onConnection = ({ state }: ConnectionChange) => seen.push(state);
    for await (const { seq } of clientOf(fake).tasks.watch("task_1", { via, onConnection })) {
      seen.push(seq);
    }
    expect(seen).toEqual([1, 2, "lost", "back", 3, 4, 5, 6]);
  }
});

test("a stream over HTTP that says nothing, not even that it is there, is given up", async () => {
  const fake = await streamService([stream([1, 2], () => null), stream([3, 4, 5, 6], () => null)]);
  const watch = clientOf(fake, { reconnect: { silence: 100 } }).tasks.watch("task_1", {
    via: "sse",
  });
  expect(await seqsOf(watch)).toEqual(ALL);
  expect(cursorsOf(fake)).toEqual(["0", "2"]);
});

test("where there is no WebSocket events come over HTTP, and asking for one is an error", async () => {
  const fake = await streamService([stream(ALL, () => null)]);
  const client = new Opspawn({ url: fake.url, key: KEY, WebSocket: null });
  expect(await seqsOf(client.tasks.watch("task_1"))).toEqual(ALL);
  expect(() => client.tasks.watch("task_1", { via: "websocket" })).toThrow(
    "WebSocket is not available",
  );
  // A fetch of the program's own may lead where the global WebSocket would not.
  const own = new Opspawn({ url: fake.url, key: KEY, fetch: (...args) => fetch(...args) });
  expect(await seqsOf(own.tasks.watch("task_1"))).toEqual(ALL);
  expect(fake.upgrades).toEqual([]);
});

test.each(["websocket", "sse"] as const)(
  "a watch by %s ends with the signal's reason",
  async (via) => {
    const fake =
      via === "sse"
        ? await streamService([stream([1, 2], () => null)])
        : await fakeService([(socket) => send(socket, 1, 2)]);
    const stop = new AbortController();
    const watch = clientOf(fake).tasks.watch("task_1", { via, signal: stop.signal });
    expect((await watch.next()).value).toMatchObject({ seq: 1 });
    expect((await watch.next()).value).toMatchObject({ seq: 2 });
    const next = watch.next();
    stop.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  },
);

test("leaving the loop closes the connection", async () => {
  const closed = Promise.withResolvers<void>();
  const fake = await fakeService([
    (socket) => {
      socket.on("close", () => closed.resolve());
      send(socket, 1, 2);
    },
  ]);
  for await (const { seq } of clientOf(fake).tasks.watch("task_1")) {
    expect(seq).toBe(1);
    break;
  }
  await closed.promise;
});

test("settling gives the task at a wait for people that still is one, and goes on through one that was", async () => {
  let asked = 0;
  const fake = await fakeService(
    [
      (socket) => {
        for (const event of [eventOf(1), waiting(2, "timer"), waiting(3, "input")]) {
          socket.send(JSON.stringify({ type: "event", event }));
        }
        socket.send(JSON.stringify({ type: "event", event: waiting(4, "approval") }));
      },
    ],
    ({ line }) => {
      if (line.startsWith("POST")) {
        return { status: 201, body: { ticket: "t" } };
      }
      asked += 1;
      const now =
        asked === 1
          ? { status: "running", waiting_for: null }
          : { status: "waiting", waiting_for: "approval" };
      return { status: 200, body: { id: "task_1", ...now } };
    },
  );
  const seen: number[] = [];
  const task = await clientOf(fake).tasks.wait("task_1", {
    onEvent: ({ seq }) => seen.push(seq),
  });
  expect(task).toMatchObject({ status: "waiting", waiting_for: "approval" });
  expect(seen).toEqual([1, 2, 3, 4]);
});

test("settling from a cursor after a wait began finds it all the same, once what came since is given", async () => {
  const task = { id: "task_1", status: "waiting", waiting_for: "input", last_seq: 3 };
  const fake = await fakeService([(socket) => send(socket, 3)], ({ line }) =>
    line.startsWith("POST") ? { status: 201, body: { ticket: "t" } } : { status: 200, body: task },
  );
  const { tasks } = clientOf(fake);
  const seen: number[] = [];
  const onEvent = ({ seq }: TaskEvent) => seen.push(seq);
  expect(await tasks.wait("task_1", { after: 2, onEvent })).toEqual(task);
  expect(await tasks.wait("task_1", { after: 3, onEvent })).toEqual(task);
  expect(seen).toEqual([3]);
});

test("the client ends a run where the log ends it", () => {
  expect([...TERMINAL_TYPES].toSorted()).toEqual([...TERMINAL_TYPES_OF_THE_LOG].toSorted());
});

test.each([-1, NaN, 1.5, Infinity, "2", null])(
  "the cursor %j is refused at once",
  async (after) => {
    const fake = await fakeService();
    for (const via of ["websocket", "sse"] as const) {
      const watch = () => clientOf(fake).tasks.watch("task_1", { after: after as number, via });
      expect(watch).toThrow(TypeError);
      expect(watch).toThrow("after must be a whole number from 0");
    }
    expect(fake.requests).toEqual([]);
  },
);

/** A server that answers every upgrade with 400. */
async function refusing(page: Answer): Promise<Fake> {
  const fake = await fakeService([], ({ line }) =>
    line.startsWith("POST") ? { status: 201, body: { ticket: "t" } } : page,
  );
  return fake;
}

test("the reason of a refused upgrade is asked for over HTTP, once", async () => {
  class Refused extends EventTarget {
    readonly readyState = 3;
    constructor() {
      super();
      setImmediate(() => this.dispatchEvent(new Event("error")));
    }
    send(): void {}
    close(): void {}
  }
  const Socket = Refused as unknown as NonNullable<OpspawnOptions["WebSocket"]>;
  const settings = { key: KEY, WebSocket: Socket, ...FAST_RETRY, reconnect: { maxAttempts: 3 } };
  const gone = await refusing(problem(404, "not_found"));
  const lost = seqsOf(new Opspawn({ ...settings, url: gone.url }).tasks.watch("task_1"));
  await expect(lost).rejects.toMatchObject({ status: 404, code: "not_found" });
  expect(gone.requests.map(({ line }) => line)).toEqual([
    "POST /api/v1/tasks/task_1/ticket",
    "GET /api/v1/tasks/task_1/events?after=0&limit=1",
  ]);

  const well = await refusing({ status: 200, body: { data: [], next_cursor: null, last_seq: 0 } });
  const watch = seqsOf(new Opspawn({ ...settings, url: well.url }).tasks.watch("task_1"));
  await expect(watch).rejects.toThrow(ConnectionError);
  expect(well.requests.filter(({ line }) => line.startsWith("GET"))).toHaveLength(1);
  expect(well.requests.filter(({ line }) => line.startsWith("POST"))).toHaveLength(4);
});

test("without a limit a quiet connection is kept, by either transport", async () => {
  const reconnect = { silence: Infinity, ping: Infinity };
  const streams = await streamService([
    stream([1, 2], (response) => setTimeout(() => response.end(), 60)),
    stream([3, 4, 5, 6], () => null),
  ]);
  const byStream = clientOf(streams, { reconnect }).tasks.watch("task_1", { via: "sse" });
  expect(await seqsOf(byStream)).toEqual(ALL);
  expect(cursorsOf(streams)).toEqual(["0", "2"]);
  const sockets = await fakeService([
    (socket) => {
      send(socket, 1, 2);
      setTimeout(() => send(socket, 3, 4, 5, 6), 60);
    },
  ]);
  expect(await seqsOf(clientOf(sockets, { reconnect }).tasks.watch("task_1"))).toEqual(ALL);
  expect(sockets.upgrades).toHaveLength(1);
});

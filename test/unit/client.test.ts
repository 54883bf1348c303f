/** The client against a real server that cuts, repeats, refuses and goes silent. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { WebSocketServer, type WebSocket as ServerSocket } from "ws";
import { RefusedError, UnreachableError } from "../../scripts/api-error.ts";
import { Client, TERMINAL_TYPES, type Patience } from "../../scripts/client.ts";
import type { TaskEvent } from "../../scripts/run-progress.ts";
import { TERMINAL_TYPES as TERMINAL_TYPES_OF_THE_LOG } from "../../src/run/event.ts";

const KEY = "opsk_test";
const IMPATIENT: Partial<Patience> = { retryMs: 1, maxRetryMs: 5, pingMs: 10_000 };

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Fake {
  readonly url: string;
  /** Method, path and body of each request, in order. */
  readonly requests: { line: string; authorization: string | undefined; body: unknown }[];
  /** The query of each upgrade, in order. */
  readonly upgrades: URLSearchParams[];
}

/** A service: `answer` per request, and one of `connections` for each upgrade, the last for all further. */
async function fakeService(
  connections: readonly ((socket: ServerSocket) => void)[] = [],
  answer: (line: string) => Answer = () => ({ status: 201, body: { ticket: "t/1" } }),
): Promise<Fake> {
  const fake = { requests: [] as Fake["requests"], upgrades: [] as Fake["upgrades"] };
  const server = createServer((request, response) => {
    void bodyOf(request).then((text) => {
      const line = `${request.method} ${request.url}`;
      const { authorization } = request.headers;
      fake.requests.push({ line, authorization, body: text === "" ? null : JSON.parse(text) });
      const { status, body } = answer(line);
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    fake.upgrades.push(new URL(request.url ?? "", "http://fake").searchParams);
    expect(socket.protocol).toBe("opspawn.v1");
    connections[Math.min(fake.upgrades.length, connections.length) - 1]?.(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets.clients) {
      socket.terminate();
    }
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { ...fake, url: `http://127.0.0.1:${port}` };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks = await request.toArray();
  return Buffer.concat(chunks as Buffer[]).toString();
}

/** Sends events by their numbers, greeting included. */
function send(socket: ServerSocket, ...seqs: readonly number[]): void {
  socket.send(JSON.stringify({ type: "hello", task_id: "task_1", status: "running", last_seq: 6 }));
  for (const seq of seqs) {
    const event = { seq, at: "", type: seq === 6 ? "run.completed" : "model.delta", data: {} };
    socket.send(JSON.stringify({ type: "event", event }));
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

/** A problem as the service words it. */
function problem(status: number, code: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { title: "No.", status, code, detail: "It was refused.", ...more } };
}

test("a connection that is cut in mid-stream is taken up at its cursor: exactly the rest follows", async () => {
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
  expect(await seqsOf(new Client(fake.url, KEY, IMPATIENT).watch("task_1"))).toEqual([
    1, 2, 3, 4, 5, 6,
  ]);
  expect(fake.upgrades.map((query) => query.get("after"))[0]).toBe("0");
  expect(fake.upgrades.map((query) => query.get("after"))[1]).toBe("3");
});

test("each connection has a ticket of its own, and the key is in no address", async () => {
  const fake = await fakeService([
    (socket) => socket.close(1012),
    (socket) => send(socket, 1, 2, 3, 4, 5, 6),
  ]);
  await seqsOf(new Client(`${fake.url}/`, KEY, IMPATIENT).watch("task_1"));
  const asked = {
    line: "POST /api/v1/tasks/task_1/ticket",
    authorization: `Bearer ${KEY}`,
    body: null,
  };
  expect(fake.requests).toEqual([asked, asked]);
  expect(fake.upgrades.map((query) => query.get("ticket"))).toEqual(["t/1", "t/1"]);
  expect(fake.upgrades.join()).not.toContain(KEY);
});

test("an event that is missing from the stream is fetched, not skipped", async () => {
  const fake = await fakeService([
    (socket) => send(socket, 1, 2, 4, 5, 6),
    (socket) => send(socket, 3, 4, 5, 6),
  ]);
  expect(await seqsOf(new Client(fake.url, KEY, IMPATIENT).watch("task_1"))).toEqual([
    1, 2, 3, 4, 5, 6,
  ]);
});

test("watching from a cursor gives what comes after it, and ends with the run's last event", async () => {
  const fake = await fakeService([(socket) => send(socket, 5, 6)]);
  expect(await seqsOf(new Client(fake.url, KEY, IMPATIENT).watch("task_1", 4))).toEqual([5, 6]);
  expect(fake.upgrades.map((query) => query.get("after"))).toEqual(["4"]);
});

test("a cursor at the end of the log gives nothing, at once", async () => {
  const fake = await fakeService([(socket) => socket.close(1000, "the run is over")]);
  expect(await seqsOf(new Client(fake.url, KEY, IMPATIENT).watch("task_1", 6))).toEqual([]);
  expect(fake.upgrades).toHaveLength(1);
});

test("a connection that answers no ping is given up for a new one", async () => {
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
  let pings = 0;
  const client = new Client(fake.url, KEY, { ...IMPATIENT, pingMs: 25 });
  expect(await seqsOf(client.watch("task_1"))).toEqual([1, 2, 3, 4, 5, 6]);
  expect(fake.upgrades).toHaveLength(2);
});

test("a service that is away for a moment, or busy, is asked again", async () => {
  let refusals = 3;
  const fake = await fakeService([(socket) => send(socket, 1, 2, 3, 4, 5, 6)], () => {
    refusals -= 1;
    return refusals < 0 ? { status: 201, body: { ticket: "t" } } : problem(503, "unavailable");
  });
  expect(await seqsOf(new Client(fake.url, KEY, IMPATIENT).watch("task_1"))).toHaveLength(6);
});

test("a ticket that grew old is replaced, and a task that is not there is not asked for again", async () => {
  const old = await fakeService([
    (socket) => socket.close(4401, "the ticket is too old"),
    (socket) => send(socket, 1, 2, 3, 4, 5, 6),
  ]);
  expect(await seqsOf(new Client(old.url, KEY, IMPATIENT).watch("task_1"))).toHaveLength(6);

  const absent = await fakeService([(socket) => socket.close(4404, "no such task")]);
  await expect(
    seqsOf(new Client(absent.url, KEY, IMPATIENT).watch("task_1")),
  ).rejects.toMatchObject({ name: "RefusedError", status: 404, message: "no such task" });
  expect(absent.upgrades).toHaveLength(1);
});

test("a service that stays away is given up after the tries that were granted", async () => {
  const fake = await fakeService([(socket) => socket.terminate()]);
  const client = new Client(fake.url, KEY, { ...IMPATIENT, maxTries: 3 });
  await expect(seqsOf(client.watch("task_1"))).rejects.toThrow(UnreachableError);
  expect(fake.upgrades).toHaveLength(4);
});

test("a task is submitted as it is, with the key in the header", async () => {
  const task = { task_id: "task_1", status: "pending", extra: "allowed" };
  const fake = await fakeService([], () => ({ status: 201, body: task }));
  const body = { input_data: { goal: "Say hello." } };
  expect(await new Client(fake.url, KEY).submit(body)).toEqual(task);
  expect(fake.requests).toEqual([
    { line: "POST /api/v1/tasks", authorization: `Bearer ${KEY}`, body },
  ]);
});

test("cancelling says why", async () => {
  const fake = await fakeService([], () => ({ status: 202, body: { task_id: "task_1" } }));
  await new Client(fake.url, KEY).cancel("task_1", "enough");
  expect(fake.requests).toMatchObject([
    { line: "POST /api/v1/tasks/task_1/cancel", body: { reason: "enough" } },
  ]);
});

test("a problem document becomes a refusal with its code, its sentence and its pointers", async () => {
  const errors = [{ pointer: "/agent_config/model", detail: "must be text" }];
  const fake = await fakeService([], () => problem(422, "validation_failed", { errors }));
  const refusal = new Client(fake.url, KEY).submit({});
  await expect(refusal).rejects.toThrow(RefusedError);
  await expect(refusal).rejects.toMatchObject({
    status: 422,
    code: "validation_failed",
    message: "It was refused.",
    faults: errors,
  });
});

test("what does not speak the API is told apart from a service that refuses", async () => {
  const page = await fakeService([], () => ({ status: 404, body: "<h1>Not Found</h1>" }));
  await expect(new Client(page.url, KEY).submit({})).rejects.toThrow(UnreachableError);
  const other = await fakeService([], () => ({ status: 200, body: "hello" }));
  await expect(new Client(other.url, KEY).submit({})).rejects.toThrow("not JSON");
  // Port 9 is nobody's.
  await expect(new Client("http://127.0.0.1:9", KEY).submit({})).rejects.toThrow(UnreachableError);
});

test("an address that is not one of the web is refused before anything is sent", () => {
  expect(() => new Client("nope", KEY)).toThrow(TypeError);
  expect(() => new Client("localhost:8787", KEY)).toThrow(TypeError);
});

test("the client ends a run where the log ends it", () => {
  expect([...TERMINAL_TYPES].toSorted()).toEqual([...TERMINAL_TYPES_OF_THE_LOG].toSorted());
});

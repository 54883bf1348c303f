/** Watching a tree of tasks against a real server that cuts and repeats. */
import { expect, test } from "vitest";
import { Opspawn, StreamGapError, type ConnectionChange } from "../../sdk/src/index.ts";
import { fakeService } from "../fake-service.ts";

const ROOT = "task_1";

function eventOf(task: string, seq: number) {
  return {
    task_id: task,
    seq,
    at: "2026-11-22T19:05:12.345Z",
    type: "run.started",
    v: 1,
    data: {},
  };
}

/** A service whose connections have these events, each as its task and `seq`. */
function serviceOf(connections: readonly (readonly (readonly [string, number])[])[]) {
  let opened = 0;
  return fakeService([], (request) => {
    if (request.headers["accept"] !== "text/event-stream") {
      const over = opened === connections.length;
      return { status: 200, body: { data: [], next_cursor: null, cursor: "x", over } };
    }
    const events = connections[opened] ?? [];
    opened += 1;
    return {
      status: 200,
      by: (response) => {
        response.writeHead(200, { "Content-Type": "text/event-stream" });
        for (const [task, seq] of events) {
          const event = eventOf(task, seq);
          response.write(
            `id: ${task}-${seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
          );
        }
        response.write("", () => setImmediate(() => response.end()));
      },
    };
  });
}

test("a stream that is cut goes on at its cursor, and ends with the tree", async () => {
  const fake = await serviceOf([
    [
      [ROOT, 1],
      ["task_2", 1],
    ],
    [
      ["task_2", 1],
      ["task_2", 2],
      [ROOT, 2],
    ],
  ]);
  const states: ConnectionChange["state"][] = [];
  const client = new Opspawn({ url: fake.url, key: "opsk_x", backoff: { initial: 1, max: 5 } });
  const found: unknown[] = [];
  const events = client.tasks.watch(ROOT, {
    tree: true,
    onConnection: ({ state }) => states.push(state),
  });
  for await (const { task_id, seq, cursor } of events) {
    found.push([task_id, seq, cursor]);
  }
  expect(found).toEqual([
    [ROOT, 1, "task_1-1"],
    ["task_2", 1, "task_2-1"],
    ["task_2", 2, "task_2-2"],
    [ROOT, 2, "task_1-2"],
  ]);
  expect(states).toEqual(["lost", "back"]);
  expect(fake.requests.map(({ line }) => line)).toEqual([
    "GET /api/v1/tasks/task_1/tree/events",
    "GET /api/v1/tasks/task_1/tree/events?limit=1&after=task_2-1",
    "GET /api/v1/tasks/task_1/tree/events?after=task_2-1",
    "GET /api/v1/tasks/task_1/tree/events?limit=1&after=task_1-2",
  ]);
});

test("an event that is missing in the log of a task ends the watch", async () => {
  const fake = await serviceOf(
    Array.from({ length: 9 }, () => [[ROOT, 1] as const, [ROOT, 3] as const]),
  );
  const client = new Opspawn({
    url: fake.url,
    key: "opsk_x",
    backoff: { initial: 1, max: 2 },
    reconnect: { maxAttempts: 0 },
  });
  const events = client.tasks.watch(ROOT, { tree: true });
  await events.next();
  await expect(events.next()).rejects.toThrow(StreamGapError);
});

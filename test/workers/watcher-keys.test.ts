/** When a watcher's key is looked up again, and what follows. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import { runStub, watchAddress } from "../../src/durable/run/rpc.ts";
import { Watchers, type WatcherCommands } from "../../src/durable/run/live/watchers.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import type { Credential } from "../../src/store/keys.ts";
import { PATIENT } from "../patience.ts";
import { newTask } from "./tasks.ts";

const EVERY_MS = 1000;
const IDLE: WatcherCommands = {
  isWithinRate: async () => true,
  append: () => ({ ok: true, stored: [] }),
  onAppended: () => {},
};

/** Keys that answer as they are told, on a clock that stands still unless it is moved. */
class Keys {
  clock = 0;
  readonly asked: Credential[][] = [];
  readonly over = new Set<string>();
  broken = false;

  async stillValid(shown: readonly Credential[]): Promise<ReadonlySet<number>> {
    this.asked.push([...shown]);
    if (this.broken) {
      throw new Error("D1 is away");
    }
    return new Set(shown.flatMap(({ keyId }, place) => (this.over.has(keyId) ? [] : [place])));
  }

  readonly everyMs = () => EVERY_MS;
  readonly now = () => this.clock;
}

interface Seen {
  readonly messages: { type: string; code?: string }[];
  closed: number | null;
}

/** Runs a test inside the object of a run that waits, with watchers whose keys are a test's. */
async function watching(
  body: (
    watchers: Watchers,
    keys: Keys,
    open: (keyId: string) => [WebSocket, Seen],
  ) => Promise<void>,
): Promise<void> {
  const task = newTask({
    script: [{ tool_calls: [{ name: "wait", arguments: { seconds: 60 } }] }],
  });
  await new TaskStore(env.DB).insert(task, null);
  const run = runStub(env.RUNS, "test", task.task_id);
  await run.start(JSON.stringify(specOf(task)));
  await run.settled(5000);
  const stub = env.RUNS.get(env.RUNS.idFromName(`test/${task.task_id}`));
  await runInDurableObject(stub, async (_run, state) => {
    const keys = new Keys();
    const log = new EventLog(state.storage.sql, (write) => state.storage.transactionSync(write));
    const watchers = new Watchers(state, log, keys);
    const open = (keyId: string): [WebSocket, Seen] => {
      const known = new Set(state.getWebSockets());
      const by = { keyId, secret: 0 };
      const url = watchAddress({ taskId: task.task_id, by, mayWrite: true, after: log.state.seq });
      const { webSocket } = watchers.accept(new Request(url));
      const server = state.getWebSockets().find((socket) => !known.has(socket));
      if (webSocket === null || server === undefined) {
        throw new Error("no socket was opened");
      }
      const seen: Seen = { messages: [], closed: null };
      webSocket.addEventListener("message", ({ data }) => {
        seen.messages.push(JSON.parse(String(data)) as Seen["messages"][number]);
      });
      webSocket.addEventListener("close", ({ code }) => {
        seen.closed = code;
      });
      webSocket.accept();
      return [server, seen];
    };
    await body(watchers, keys, open);
  });
}

test("keys are asked for once for all who are due, and those that are over are closed", async () => {
  await watching(async (watchers, keys, open) => {
    const [, good] = open("good");
    const [, bad] = open("bad");
    watchers.publish([]);
    keys.clock = EVERY_MS - 1;
    watchers.publish([]);
    expect(keys.asked).toEqual([]);
    keys.clock = EVERY_MS;
    keys.over.add("bad");
    watchers.publish([]);
    watchers.publish([]);
    await vi.waitUntil(() => bad.closed !== null, PATIENT);
    expect(bad.closed).toBe(4401);
    expect(good.closed).toBeNull();
    expect(keys.asked).toHaveLength(1);
    expect(keys.asked[0]?.map(({ keyId }) => keyId).toSorted()).toEqual(["bad", "good"]);
    // Known to be valid again, for a while.
    watchers.publish([]);
    expect(keys.asked).toHaveLength(1);
  });
});

test("while nobody can tell, events go on and commands are refused", async () => {
  await watching(async (watchers, keys, open) => {
    const [server, seen] = open("key");
    keys.clock = EVERY_MS;
    keys.broken = true;
    watchers.publish([]);
    await watchers.receive(server, '{"type":"cancel","ref":1}', IDLE);
    await vi.waitUntil(() => seen.messages.some(({ type }) => type === "error"), PATIENT);
    expect(seen.messages.find(({ type }) => type === "error")).toMatchObject({
      ref: 1,
      code: "unavailable",
    });
    expect(seen.closed).toBeNull();
    // Nor is the database asked with every event, while it does not answer.
    const { length } = keys.asked;
    watchers.publish([]);
    expect(keys.asked).toHaveLength(length);
    keys.clock += EVERY_MS;
    watchers.publish([]);
    // What comes while it is being asked is answered by the same question.
    await watchers.receive(server, '{"type":"cancel","ref":2}', IDLE);
    expect(keys.asked).toHaveLength(length + 1);
    keys.broken = false;
    await watchers.receive(server, '{"type":"cancel","ref":3}', IDLE);
    await vi.waitUntil(() => seen.messages.some(({ type }) => type === "ok"), PATIENT);
    keys.over.add("key");
    keys.clock += EVERY_MS;
    await watchers.receive(server, '{"type":"cancel","ref":4}', IDLE);
    await vi.waitUntil(() => seen.closed !== null, PATIENT);
    expect(seen.closed).toBe(4401);
    expect(seen.messages.filter(({ type }) => type === "ok")).toHaveLength(1);
  });
});

test("commands on an open socket count against the tenant's rate limit", async () => {
  await watching(async (watchers, _keys, open) => {
    const [server, seen] = open("key");
    const appended: string[] = [];
    const commands: WatcherCommands = {
      isWithinRate: async () => appended.length < 2,
      append: ({ kind }) => {
        appended.push(kind);
        return { ok: true, stored: [] };
      },
      onAppended: () => {},
    };
    for (const ref of [1, 2, 3]) {
      await watchers.receive(
        server,
        `{"type":"message","content":"Go on.","ref":${ref}}`,
        commands,
      );
    }
    const answers = () => seen.messages.filter((message) => "ref" in message);
    await vi.waitUntil(() => answers().length === 3, PATIENT);
    expect(answers()).toMatchObject([
      { type: "ok", ref: 1 },
      { type: "ok", ref: 2 },
      { type: "error", ref: 3, code: "rate_limited" },
    ]);
    expect(appended).toEqual(["message", "message"]);
  });
});

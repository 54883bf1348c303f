/** The feed of status changes: each change once and in order, and nothing while nothing happens. */
import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { deleteTask } from "../../src/api/tasks/changes.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { feedAddress, feedStub, type StatusChange } from "../../src/durable/feed/rpc.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "./tasks.ts";

const DAY = 86_400_000;
const tasks = new TaskStore(env.DB);

await env.DB.prepare(
  "INSERT INTO api_key VALUES ('key_feed', 'test', 'feed', 'hash', 'tasks:read', '2026-01-01', NULL, NULL)",
).run();

function tenant(): string {
  return `feed-${crypto.randomUUID()}`;
}

function change(task_id: string, seq: number, at = Date.now()): StatusChange {
  return {
    task_id,
    seq,
    status: "running",
    waiting_for: null,
    agent: "default",
    deleted: false,
    at: new Date(at).toISOString(),
  };
}

interface Message {
  readonly type: string;
  readonly cursor: string;
  readonly change?: StatusChange;
}

/** A watcher of a feed, with all that it received. */
async function watch(name: string, after: string | null = null) {
  const url = feedAddress({ by: { keyId: "key_feed", secret: 0 }, after });
  const response = await feedStub(env.FEEDS, name).fetch(
    new Request(url, { headers: { Upgrade: "websocket" } }),
  );
  const socket = response.webSocket ?? null;
  const messages: Message[] = [];
  const closed = Promise.withResolvers<number>();
  socket?.addEventListener("message", ({ data }) => {
    messages.push(JSON.parse(String(data)) as Message);
  });
  socket?.addEventListener("close", ({ code }) => {
    closed.resolve(code);
  });
  socket?.accept();
  const changes = () => messages.flatMap((one) => (one.change === undefined ? [] : [one.change]));
  return { status: response.status, socket, messages, changes, closed: closed.promise };
}

function stubOf(name: string) {
  return env.FEEDS.get(env.FEEDS.idFromName(name));
}

/** Resolves when the feed is not in memory. On a slow machine it may have gone by itself. */
async function evicted(name: string): Promise<void> {
  await evictDurableObject(stubOf(name)).catch((error: unknown) => {
    if (!String(error).includes("it is not currently running")) {
      throw error;
    }
  });
}

test("a change reaches all watchers once, however often it is sent, and in order", async () => {
  const name = tenant();
  const [one, two] = [await watch(name), await watch(name)];
  const feed = feedStub(env.FEEDS, name);
  for (const seq of [2, 5, 5, 2, 9]) {
    await feed.changed(change("task_a", seq));
    await feed.changed(change("task_b", seq));
  }
  for (const watcher of [one, two]) {
    await expect.poll(() => watcher.changes().length).toBe(6);
    const of = (id: string) => watcher.changes().filter(({ task_id }) => task_id === id);
    expect(of("task_a").map(({ seq }) => seq)).toEqual([2, 5, 9]);
    expect(of("task_b").map(({ seq }) => seq)).toEqual([2, 5, 9]);
  }
});

test("a watcher that comes back with its cursor misses nothing and sees nothing twice", async () => {
  const name = tenant();
  const feed = feedStub(env.FEEDS, name);
  const first = await watch(name);
  await feed.changed(change("task_a", 1));
  await expect.poll(() => first.changes().length).toBe(1);
  first.socket?.close();
  await feed.changed(change("task_a", 2));
  await evicted(name);
  await feed.changed(change("task_a", 3));
  const again = await watch(name, first.messages.at(-1)?.cursor);
  await expect.poll(() => again.changes().map(({ seq }) => seq)).toEqual([2, 3]);
});

test("a cursor from before the retention is refused, and one that never was", async () => {
  const name = tenant();
  const watcher = await watch(name);
  const [hello] = watcher.messages;
  await expect.poll(() => watcher.messages.length).toBeGreaterThan(0);
  const start = hello?.cursor ?? watcher.messages[0]?.cursor ?? "";
  const feed = feedStub(env.FEEDS, name);
  await feed.changed(change("task_a", 1));
  expect(await feed.page(start, 10)).toMatchObject({ ok: true, has_more: false });
  await runInDurableObject(stubOf(name), (_feed, { storage }) => {
    storage.sql.exec("UPDATE change SET id = id - ?", 2 * DAY * 1000);
  });
  await runDurableObjectAlarm(stubOf(name));
  expect(await feed.page("1", 10)).toEqual({ ok: false, reason: "expired" });
  expect((await watch(name, "1")).status).toBe(410);
  expect(await feed.page("9999999999999999", 10)).toEqual({ ok: false, reason: "unknown" });
  expect((await watch(name, "x")).status).toBe(422);
});

test("1,000 idle watchers cost no row, no alarm and no wake-up, and get the next change", async () => {
  const name = tenant();
  const watchers = await Promise.all(Array.from({ length: 1000 }, () => watch(name)));
  await expect.poll(() => watchers.every(({ messages }) => messages.length === 2)).toBe(true);
  // A timer would keep the object from hibernating.
  await evicted(name);
  const found = await runInDurableObject(stubOf(name), async (_feed, { storage }) => ({
    tables: Array.from(
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('change', 'deleted')"),
    ),
    alarm: await storage.getAlarm(),
    values: (await storage.list()).size,
  }));
  expect(found).toEqual({ tables: [], alarm: null, values: 0 });
  expect(watchers.flatMap(({ changes }) => changes())).toEqual([]);
  await evicted(name);
  await feedStub(env.FEEDS, name).changed(change("task_a", 1));
  await expect.poll(() => watchers.every(({ changes }) => changes().length === 1)).toBe(true);
});

test("a task that fails in D1 alone and a deletion are changes, and are sent once", async () => {
  const name = tenant();
  const watcher = await watch(name);
  const task = { ...newTask({ script: [] }), tenant_id: name };
  await tasks.insert(task, null);
  const run = runStub(env.RUNS, name, task.task_id);
  // A task whose run has no log is given up.
  await run.repair(JSON.stringify(specOf(task)));
  await run.repair(JSON.stringify(specOf(task)));
  const seen = () =>
    watcher.changes().map(({ task_id, seq, status, deleted }) => [task_id, seq, status, deleted]);
  await expect.poll(seen).toEqual([[task.task_id, 1, "failed", false]]);
  const deps = apiDeps(env);
  const caller = {
    tenantId: name,
    keyId: "key_feed",
    secret: 0,
    scopes: new Set(["tasks:write" as const]),
  };
  await deleteTask(deps, caller, task.task_id);
  await expect.poll(seen).toEqual([
    [task.task_id, 1, "failed", false],
    [task.task_id, 2, "failed", true],
  ]);
  expect(await tasks.get(name, task.task_id)).toBeNull();
});

test("a tenant without watchers pays nothing, and a day after the last one left neither", async () => {
  const name = tenant();
  const on = async () =>
    (await env.DB.prepare("SELECT 1 FROM feed WHERE tenant_id = ?").bind(name).first()) !== null;
  expect(await on()).toBe(false);
  const { socket } = await watch(name);
  expect(await on()).toBe(true);
  socket?.close();
  const leftAt = () =>
    runInDurableObject(stubOf(name), (_feed, { storage }) => storage.get<number>("left_at"));
  await expect.poll(leftAt).toBeDefined();
  await runDurableObjectAlarm(stubOf(name));
  expect(await on()).toBe(true);
  await runInDurableObject(stubOf(name), (_feed, { storage }) =>
    storage.put("left_at", Date.now() - 2 * DAY),
  );
  await runDurableObjectAlarm(stubOf(name));
  expect(await on()).toBe(false);
});

test("the outbox of a run sends its changes while the feed is on, and none while it is off", async () => {
  const name = tenant();
  const submit = async () => {
    const task = {
      ...newTask({
        script: [{ tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] }],
      }),
      tenant_id: name,
    };
    await tasks.insert(task, null);
    const run = runStub(env.RUNS, name, task.task_id);
    await run.start(JSON.stringify(specOf(task)));
    await run.settled(5000);
    await expect.poll(async () => (await tasks.get(name, task.task_id))?.status).toBe("waiting");
    return { task, run };
  };
  await submit();
  const watcher = await watch(name);
  const { task, run } = await submit();
  await run.cancel(JSON.stringify(specOf(task)), { reason: null, by: "key" });
  await expect
    .poll(() => watcher.changes().map(({ task_id, status }) => [task_id, status]))
    .toEqual([
      [task.task_id, "waiting"],
      [task.task_id, "cancelled"],
    ]);
});

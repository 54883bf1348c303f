/** The live view in workerd: cursors that survive hibernation, and what a watcher may say. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { runStub } from "../../src/durable/run/rpc.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { newTask } from "./tasks.ts";
import { Watcher } from "./watcher.ts";

const tasks = new TaskStore(env.DB);

async function newRun(script: JsonValue) {
  const task = newTask({ script });
  await tasks.insert(task, null);
  const stub = env.RUNS.get(env.RUNS.idFromName(`test/${task.task_id}`));
  const run = runStub(env.RUNS, "test", task.task_id);
  return { stub, run, spec: JSON.stringify(specOf(task)), taskId: task.task_id };
}

const wait = (seconds: number) => ({ tool_calls: [{ name: "wait", arguments: { seconds } }] });

test("a watcher gets the past, then a mark, then what happens, and is closed at the end", async () => {
  const { run, spec } = await newRun([wait(1), { text: "done", chunks: 2 }]);
  await run.start(spec);
  await run.settled(5000);
  const watcher = await Watcher.open(run, { after: "0" });
  await watcher.until(() => watcher.closed !== null);
  expect(watcher.messages[0]).toMatchObject({ type: "hello", status: "waiting" });
  const mark = watcher.messages.findIndex((message) => message.type === "caught_up");
  expect(watcher.messages.slice(1, mark).every((message) => message.type === "event")).toBe(true);
  expect(watcher.messages[mark]).toMatchObject({ seq: mark - 1 });
  const stored = JSON.parse((await run.events(0, 1000)).events) as RunEvent[];
  expect(watcher.events).toEqual(stored);
  expect(watcher.closed).toEqual({ code: 1000 });
});

test("a hibernating socket survives eviction with its cursor", async () => {
  const { stub, run, spec } = await newRun([wait(2), { text: "done" }]);
  await run.start(spec);
  await run.settled(5000);
  const watcher = await Watcher.open(run, { after: "3" });
  await watcher.until(() => watcher.messages.some((message) => message.type === "caught_up"));
  const before = watcher.seqs.length;
  await evictDurableObject(stub);
  await watcher.until(() => watcher.closed !== null);
  const { last_seq } = await run.events(0, 1);
  expect(watcher.seqs.length).toBeGreaterThan(before);
  expect(watcher.seqs).toEqual(Array.from({ length: last_seq - 3 }, (_, i) => i + 4));
});

test("a watcher that comes before the run sees it from its first event", async () => {
  const { run, spec } = await newRun([{ text: "hello" }]);
  const watcher = await Watcher.open(run);
  watcher.say({ type: "subscribe", after: 0, ref: 1 });
  await watcher.until(() => watcher.messages.some((message) => message.type === "ok"));
  expect(watcher.messages[0]).toMatchObject({ type: "hello", status: "pending", last_seq: 0 });
  await run.start(spec);
  await watcher.until(() => watcher.closed !== null);
  expect(watcher.seqs[0]).toBe(1);
  expect(watcher.events.at(-1)?.type).toBe("run.completed");
  expect(watcher.messages.filter((message) => message.type === "caught_up")).toHaveLength(1);
});

test("streamed text is stored for those who watch, and is part of the one log", async () => {
  const { run, spec } = await newRun([{ text: "one two three four", chunks: 4, delay_ms: 100 }]);
  const watcher = await Watcher.open(run, { after: "0" });
  await run.start(spec);
  await watcher.until(() => watcher.closed !== null);
  const text = watcher.events.flatMap((e) => (e.type === "model.delta" ? [e.data.text] : []));
  expect(text.length).toBeGreaterThan(1);
  expect(text.join("")).toBe("one two three four");
  expect(JSON.parse((await run.events(0, 1000)).events)).toEqual(watcher.events);
});

test("a subscription to some types gets those, and the cursor passes over the rest", async () => {
  const { run, spec } = await newRun([wait(1), { text: "done" }]);
  const watcher = await Watcher.open(run);
  watcher.say({ type: "subscribe", after: 0, types: ["run.waiting", "run.completed"] });
  await run.start(spec);
  await watcher.until(() => watcher.closed !== null);
  expect(watcher.events.map((event) => event.type)).toEqual(["run.waiting", "run.completed"]);
});

test("a subscription may be sent again, from another place", async () => {
  const { run, spec } = await newRun([wait(3600), { text: "done" }]);
  await run.start(spec);
  await run.settled(5000);
  const watcher = await Watcher.open(run, { after: "0" });
  await watcher.until(() => watcher.messages.some((message) => message.type === "caught_up"));
  const all = watcher.seqs;
  watcher.say({ type: "subscribe", after: all.length - 2 });
  await watcher.until(() => watcher.seqs.length === all.length + 2);
  expect(watcher.seqs).toEqual([...all, ...all.slice(-2)]);
  await run.cancel(spec, { reason: null, by: "test" });
});

test("a log longer than a page arrives whole and in order", async () => {
  const calls = Array.from({ length: 120 }, () => ({
    tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 1 } }],
  }));
  const { run, spec } = await newRun([...calls, { text: "done" }]);
  const parsed = JSON.parse(spec) as { limits: { max_steps: number } };
  parsed.limits.max_steps = 500;
  await run.start(JSON.stringify(parsed));
  await run.settled(60_000);
  const watcher = await Watcher.open(run, { after: "0" });
  await watcher.until(() => watcher.closed !== null);
  expect(watcher.seqs).toEqual(Array.from({ length: 3 + 5 * 120 + 3 }, (_, i) => i + 1));
});

test("a watcher may cancel with the right to write, and is told why not without it", async () => {
  const { run, spec } = await newRun([wait(3600)]);
  await run.start(spec);
  const reader = await Watcher.open(run, { write: "0" });
  reader.say({ type: "cancel", ref: "a" });
  reader.say({ type: "dance", ref: "b" });
  reader.say({ type: "subscribe", after: -1, ref: "c" });
  await reader.until(() => reader.messages.length === 4);
  expect(reader.messages.slice(1)).toMatchObject([
    { type: "error", ref: "a", code: "forbidden" },
    { type: "error", ref: "b", code: "unknown_command" },
    { type: "error", ref: "c", code: "validation_failed" },
  ]);
  const writer = await Watcher.open(run, { by: "key_w" });
  writer.say({ type: "cancel", reason: "enough", ref: 1 });
  await writer.until(() => writer.messages.some((message) => message.type === "ok"));
  const { events, status } = await run.events(0, 100);
  expect(status).toBe("cancelled");
  expect((JSON.parse(events) as RunEvent[]).at(-1)?.data).toEqual({
    by: "key_w",
    reason: "enough",
  });
});

test("a message that is no message closes the socket", async () => {
  const { run } = await newRun([]);
  const watcher = await Watcher.open(run);
  watcher.say("not json");
  await watcher.until(() => watcher.closed !== null);
  expect(watcher.closed).toEqual({ code: 4400 });
});

test("a ping is answered without waking the object", async () => {
  const { stub, run } = await newRun([]);
  const watcher = await Watcher.open(run);
  const answered = await runInDurableObject(
    stub,
    (_run, ctx) => ctx.getWebSocketAutoResponse()?.request,
  );
  expect(answered).toBe("ping");
  expect(watcher.messages).toHaveLength(1);
});

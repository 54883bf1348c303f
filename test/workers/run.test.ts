/** A run's object in workerd: starting, ending, cancelling, waking, and what reaches D1. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { runStub } from "../../src/durable/run/rpc.ts";
import { IncidentStore } from "../../src/store/incidents.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import { INITIAL_STATE } from "../../src/run/log/state.ts";
import { viewOf, type RunView } from "../../src/run/decide/view.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import { newTask } from "./tasks.ts";

const tasks = new TaskStore(env.DB);
const add = { name: "add_numbers", arguments: { a: 1, b: 2 } };

async function submitted(script: JsonValue, more: Parameters<typeof newTask>[1] = {}) {
  const task = newTask({ script }, more);
  await tasks.insert(task, null);
  const run = runStub(env.RUNS, task.tenant_id, task.task_id);
  return { task, run, spec: JSON.stringify(specOf(task)) };
}

async function eventsOf(run: ReturnType<typeof runStub>): Promise<RunEvent[]> {
  return JSON.parse((await run.events(0, 1000)).events) as RunEvent[];
}

async function settled(run: ReturnType<typeof runStub>): Promise<RunView> {
  return JSON.parse(await run.settled(60_000)) as RunView;
}

test("a run that is started twice, and at the same time, runs once", async () => {
  const { run, spec } = await submitted([{ tool_calls: [add] }, { text: "3" }]);
  const answers = await Promise.all([run.start(spec), run.start(spec), run.start(spec)]);
  expect(answers.map((answer) => answer.changed)).toEqual([true, false, false]);
  expect(await settled(run)).toMatchObject({ status: "completed", result: { answer: "3" } });
  expect((await run.start(spec)).changed).toBe(false);
  const types = (await eventsOf(run)).map((event) => event.type);
  expect(types.filter((type) => type === "run.created")).toHaveLength(1);
  expect(types.filter((type) => type === "tool.requested")).toHaveLength(1);
});

test("a short run writes its end to D1 and skips running", async () => {
  const { task, run, spec } = await submitted([{ text: "hi" }]);
  await run.start(spec);
  const view = await settled(run);
  await expect.poll(async () => (await tasks.get("test", task.task_id))?.status).toBe("completed");
  expect(await tasks.get("test", task.task_id)).toMatchObject({
    result: { answer: "hi" },
    last_seq: view.last_seq,
    usage: view.usage,
  });
});

test("a run that takes longer shows as running in D1 meanwhile", async () => {
  const { task, run, spec } = await submitted([{ text: "slow", delay_ms: 30_000 }]);
  await run.start(spec);
  await expect
    .poll(async () => (await tasks.get("test", task.task_id))?.status, { timeout: 60_000 })
    .toBe("running");
  await run.cancel(spec, { reason: null, by: "test" });
});

test("a cancelled run aborts its call, tells D1, and is cancelled only once", async () => {
  const { task, run, spec } = await submitted([{ text: "never seen", delay_ms: 60_000 }]);
  await run.start(spec);
  const answers = await Promise.all([
    run.cancel(spec, { reason: "enough", by: "key_1" }),
    run.cancel(spec, { reason: "again", by: "key_2" }),
  ]);
  expect(answers.map((answer) => answer.changed)).toEqual([true, false]);
  const events = await eventsOf(run);
  expect(events.at(-1)).toMatchObject({
    type: "run.cancelled",
    data: { reason: "enough", by: "key_1" },
  });
  await expect.poll(async () => (await tasks.get("test", task.task_id))?.status).toBe("cancelled");
  expect((await eventsOf(run)).length).toBe(events.length);
});

test("a task that is cancelled before its run was started never starts", async () => {
  const { run, spec } = await submitted([{ text: "never" }]);
  await run.cancel(spec, { reason: null, by: "key" });
  expect((await run.start(spec)).changed).toBe(false);
  expect((await eventsOf(run)).map((event) => event.type)).toEqual([
    "run.created",
    "run.cancelled",
  ]);
});

test("a task that cannot be handed to its run fails visibly, once, and a started run goes on", async () => {
  const lost = await submitted([{ text: "never" }]);
  expect((await lost.run.abandon(lost.spec, "why")).changed).toBe(true);
  expect((await lost.run.abandon(lost.spec, "why")).changed).toBe(false);
  await expect
    .poll(async () => tasks.get("test", lost.task.task_id))
    .toMatchObject({ status: "failed", error: { code: "dispatch_failed", message: "why" } });
  const alive = await submitted([{ text: "fine" }]);
  await alive.run.start(alive.spec);
  expect((await alive.run.abandon(alive.spec, "why")).changed).toBe(false);
  expect((await settled(alive.run)).status).toBe("completed");
});

test("a timer wakes the run from its alarm, after an eviction as well", async () => {
  const wait = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
  const { task, run, spec } = await submitted([wait, { text: "rested" }]);
  await run.start(spec);
  expect(await settled(run)).toMatchObject({ status: "waiting", waiting_for: "timer" });
  await expect.poll(async () => (await tasks.get("test", task.task_id))?.waiting_for).toBe("timer");
  const stub = env.RUNS.get(env.RUNS.idFromName(`test/${task.task_id}`));
  const due = await runInDurableObject(stub, (_run, { storage }) => storage.getAlarm());
  expect(due).toBeGreaterThan(Date.now() + 3_500_000);
  await evictDurableObject(stub);
  // Too early: nothing is due, and the wait goes on with its alarm.
  await runDurableObjectAlarm(stub);
  expect(await settled(run)).toMatchObject({ status: "waiting" });
  expect(await runInDurableObject(stub, (_run, { storage }) => storage.getAlarm())).toBe(due);
});

test("a finished run leaves no alarm behind", async () => {
  const { task, run, spec } = await submitted([{ tool_calls: [add] }, { text: "3" }]);
  await run.start(spec);
  await settled(run);
  const stub = env.RUNS.get(env.RUNS.idFromName(`test/${task.task_id}`));
  await expect
    .poll(() => runInDurableObject(stub, (_run, { storage }) => storage.getAlarm()))
    .toBeNull();
});

test("looking at an object that never ran creates nothing in it", async () => {
  const run = runStub(env.RUNS, "test", "task_never");
  expect(JSON.parse(await run.view())).toMatchObject({ status: "pending", last_seq: 0 });
  expect(await run.events(0, 10)).toMatchObject({ events: "[]", last_seq: 0, has_more: false });
  const stub = env.RUNS.get(env.RUNS.idFromName("test/task_never"));
  const tables = await runInDurableObject(stub, (_run, { storage }) =>
    storage.sql
      .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
      .toArray(),
  );
  expect(tables).toEqual([]);
});

test("a late projection never wins over a newer one", async () => {
  const { task } = await submitted([]);
  const view = (status: RunView["status"], last_seq: number): RunView => ({
    ...viewOf(INITIAL_STATE),
    status,
    last_seq,
    updated_at: task.created_at,
  });
  const { tenant_id, task_id } = task;
  await tasks.project({
    tenant_id,
    task_id,
    agent: "default",
    view: view("completed", 9),
    questions: null,
  });
  await tasks.project({
    tenant_id,
    task_id,
    agent: "default",
    view: view("running", 2),
    questions: null,
  });
  expect(await tasks.get(tenant_id, task_id)).toMatchObject({ status: "completed", last_seq: 9 });
});

test("a run whose process was lost in a call is taken up by its alarm", async () => {
  const script = [{ text: "first", delay_ms: 60_000 }];
  const { task, run, spec } = await submitted(script);
  await run.start(spec);
  const stub = env.RUNS.get(env.RUNS.idFromName(`test/${task.task_id}`));
  await expect(
    runInDurableObject(stub, async (_run, ctx) => {
      await ctx.storage.sync();
      ctx.abort("lost");
    }),
  ).rejects.toThrow("lost");
  await expect
    .poll(
      async () => (await eventsOf(runStub(env.RUNS, "test", task.task_id))).map((e) => e.type),
      {
        timeout: 60_000,
      },
    )
    .toEqual(expect.arrayContaining(["recovery.started", "model.superseded"]));
  const again = runStub(env.RUNS, "test", task.task_id);
  await again.cancel(spec, { reason: null, by: "test" });
  const stored = async () =>
    env.DB.prepare("SELECT incidents FROM task WHERE task_id = ?")
      .bind(task.task_id)
      .first("incidents");
  // The recovery is in the log: an eviction neither loses nor repeats it.
  await expect.poll(stored, { timeout: 60_000 }).toBe('[["","recovery",1]]');
  await evictDurableObject(env.RUNS.get(env.RUNS.idFromName(`test/${task.task_id}`)));
  await runStub(env.RUNS, "test", task.task_id).health();
  expect(await stored()).toBe('[["","recovery",1]]');
});

test("the failures of a provider are those of the log, also after an eviction", async () => {
  const counts = new IncidentStore(env.DB);
  const before = await counts.of("test");
  const failed = async () =>
    (await counts.of("test")).failures.find(({ code }) => code === "overloaded")?.n ?? 0;
  const earlier = before.failures.find(({ code }) => code === "overloaded")?.n ?? 0;
  const fail = { error: { class: "overloaded" } };
  const wait = { tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] };
  const { task, run, spec } = await submitted([fail, fail, wait, fail, { text: "done" }]);
  await run.start(spec);
  await settled(run);
  await expect.poll(failed, { timeout: 60_000 }).toBe(earlier + 2);
  const object = () => env.RUNS.get(env.RUNS.idFromName(`test/${task.task_id}`));
  await evictDurableObject(object());
  await runStub(env.RUNS, "test", task.task_id).cancel(spec, { reason: null, by: "test" });
  await expect
    .poll(async () => (await tasks.get("test", task.task_id))?.status, { timeout: 60_000 })
    .toBe("cancelled");
  expect(await failed()).toBe(earlier + 2);
});

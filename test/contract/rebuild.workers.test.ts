/** Bodies from logs in workerd: runs of real objects, whose logs are read as a client reads them. */
import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { buildDeps } from "../../src/compose/run.ts";
import { isolateOf } from "../../src/durable/isolate/isolate.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "../workers/tasks.ts";
import { expectRebuilt, promptOf } from "./rebuild.ts";

const add = { name: "add_numbers", arguments: { a: 1, b: 2 } };
const SCRIPT = [
  { text: "Let me see.", tool_calls: [add, { name: "nothing" }] },
  { tool_calls: [{ name: "wait", arguments: { seconds: 0.05 } }, add] },
  { text: "Done." },
];

test.each<string>(["native", "react"])(
  "every body of a %s run in a real object is built again from its log",
  async (planner) => {
    const task = newTask({ script: SCRIPT }, { config: { planner } });
    await new TaskStore(env.DB).insert(task, null);
    const run = runStub(env.RUNS, task.tenant_id, task.task_id);
    const spec = specOf(task);
    await run.start(JSON.stringify(spec));
    await expect
      .poll(async () => (await run.health()).status, { timeout: 10_000 })
      .toMatch(/completed|failed/);
    const events = JSON.parse((await run.events(0, 1000)).events) as RunEvent[];
    const tools = buildDeps(env, isolateOf(env.ISOLATES)).toolsFor(spec, () => null);
    expect(expectRebuilt(events, tools)).toBeGreaterThan(0);
    for (const { data } of events.filter((event) => event.type === "model.requested")) {
      const prompt = await run.prompt(data.call_id, data.attempt);
      expect(JSON.parse(prompt ?? "")).toEqual(promptOf(events, tools, data.call_id, data.attempt));
    }
    expect(await run.prompt("call_99", null)).toBeNull();
  },
);

test("a real object says that a hash in its log is not that of the body, and knows no empty log", async () => {
  const task = newTask({ script: [{ text: "Done." }] });
  await new TaskStore(env.DB).insert(task, null);
  const run = runStub(env.RUNS, task.tenant_id, task.task_id);
  expect(await run.prompt("call_1", null)).toBeNull();
  await run.start(JSON.stringify(specOf(task)));
  await expect.poll(async () => (await run.health()).status, { timeout: 10_000 }).toBe("completed");
  const matches = async () =>
    (JSON.parse((await run.prompt("call_1", 1)) ?? "") as { matches: boolean }).matches;
  expect(await matches()).toBe(true);
  const stub = env.RUNS.get(env.RUNS.idFromName(`${task.tenant_id}/${task.task_id}`));
  await runInDurableObject(stub, (_run, { storage: { sql } }) => {
    const rows = [
      ...sql.exec<{ first_seq: number; part: number; events: string }>(
        "SELECT first_seq, part, events FROM log",
      ),
    ];
    for (const { first_seq, part, events } of rows) {
      const forged = events.replace(/"body_sha256":"\w+"/, '"body_sha256":"0"');
      sql.exec(
        "UPDATE log SET events = ? WHERE first_seq = ? AND part = ?",
        forged,
        first_seq,
        part,
      );
    }
  });
  expect(await matches()).toBe(false);
});

/** What a submission asks of D1, and that what an isolate remembers is never used when it is old. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { newActor } from "../../src/store/audit.ts";
import { AgentStore } from "../../src/store/agents.ts";
import { ToolStore } from "../../src/store/tools.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import type { ToolDefinition } from "../../src/run/spec/tool-definition.ts";
import { watched } from "./watched-database.ts";

const TENANT = "submitters";
const { db, used } = watched(env.DB);
const own: Env = { ...env, DB: db };
const app = createApp(() => apiDeps(own, { count() {}, fault() {} }));
// What another isolate writes.
const agents = new AgentStore(env.DB);
const tools = new ToolStore(env.DB);
const tasks = new TaskStore(env.DB);
const actor = () => newActor(Date.now(), "key_1");

beforeAll(async () => {
  await env.DB.prepare(
    `INSERT INTO api_key VALUES ('key_s', ?, 'submits', ?, 'tasks:write', '2026-01-01T00:00:00Z',
       NULL, NULL)`,
  )
    .bind(TENANT, sha256Hex("opsk_submits"))
    .run();
});

/** Submits a task with a start time, so that its run asks nothing of D1, and returns its row. */
async function submit(body: object, key?: string) {
  const response = await app.request("/api/v1/tasks", {
    method: "POST",
    headers: {
      Authorization: "Bearer opsk_submits",
      "Content-Type": "application/json",
      ...(key === undefined ? {} : { "Idempotency-Key": key }),
    },
    body: JSON.stringify({
      input_data: { goal: "x" },
      agent_config: { model: "local/script" },
      scheduled_at: "2030-01-01T00:00:00Z",
      ...body,
    }),
  });
  const { task_id, code } = await response.json<{ task_id: string; code: string }>();
  return { status: response.status, code, row: await tasks.get(TENANT, task_id ?? "") };
}

const tool = (name: string): ToolDefinition => ({
  name,
  version: 1,
  description: "A tool.",
  input_schema: { type: "object" },
  output_schema: null,
  effect: "pure",
  approval: "never",
  timeout_ms: 1000,
  kind: "code",
  code: { source: "return 1" },
});

const says = (instructions: string) => ({
  description: null,
  config: { instructions },
  limits: {},
});

test("a submission is one query, and reads its key, its agent and tools when it does not know them", async () => {
  used();
  expect((await submit({})).status).toBe(201);
  expect(used()).toHaveLength(3);
  expect((await submit({})).status).toBe(201);
  expect(used()).toHaveLength(1);
  expect((await submit({}, "a key")).status).toBe(201);
  // One batch: an expired key makes room, the key is taken, the task is inserted.
  expect(used()).toHaveLength(3);
});

test("a task has the agent and the tools that there are when it is submitted", async () => {
  let n = 0;
  const next = async () => {
    n += 1;
    const { row } = await submit({ agent: "worker" }, n % 2 === 0 ? `key ${n}` : undefined);
    const { agent_version, config, tools: own_tools } = row ?? {};
    return [agent_version, config?.instructions, own_tools?.map(({ name }) => name)];
  };
  expect(await submit({ agent: "worker" })).toMatchObject({ status: 422, code: "unknown_agent" });
  await agents.insert(TENANT, "worker", says("one"), actor());
  expect(await next()).toEqual([1, "one", []]);
  expect(await next()).toEqual([1, "one", []]);
  await agents.change(TENANT, "worker", says("two"), null, actor());
  expect(await next()).toEqual([2, "two", []]);
  await agents.change(TENANT, "worker", says("three"), null, actor());
  expect(await next()).toEqual([3, "three", []]);
  await tools.insert(TENANT, { definition: tool("first"), enabled: true }, actor());
  expect(await next()).toEqual([3, "three", ["first"]]);
  await tools.insert(TENANT, { definition: tool("second"), enabled: true }, actor());
  expect(await next()).toEqual([3, "three", ["first", "second"]]);
  await tools.change(TENANT, "first", { enabled: false }, null, actor());
  expect(await next()).toEqual([3, "three", ["second"]]);
  await tools.remove(TENANT, "second", null, actor());
  expect(await next()).toEqual([3, "three", []]);
  await agents.remove(TENANT, "worker", null, actor());
  expect(await submit({ agent: "worker" })).toMatchObject({ status: 422, code: "unknown_agent" });
});

test("what was refused for a tool that was missing is taken once the tool is there", async () => {
  const body = { agent_config: { model: "local/script", tools: ["late"] } };
  expect((await submit({})).status).toBe(201);
  expect(await submit(body)).toMatchObject({ status: 422, code: "unknown_tool" });
  await tools.insert(TENANT, { definition: tool("late"), enabled: true }, actor());
  expect((await submit(body)).status).toBe(201);
  await tools.remove(TENANT, "late", null, actor());
  expect(await submit(body)).toMatchObject({ status: 422, code: "unknown_tool" });
});

test("a key that was used is answered with its task, however old the agent is that is remembered", async () => {
  await agents.insert(TENANT, "again", says("one"), actor());
  const first = await submit({ agent: "again" }, "once");
  await agents.change(TENANT, "again", says("two"), null, actor());
  const second = await submit({ agent: "again" }, "once");
  expect(second.row?.task_id).toBe(first.row?.task_id);
  expect(second.row?.agent_version).toBe(1);
});

/** The trace of a run, read over HTTP from its real object. */
import { env } from "cloudflare:workers";
import { expect, test, vi } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import { newActor } from "../../src/store/audit.ts";
import { AgentStore } from "../../src/store/agents.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "./tasks.ts";

const PATIENT = { timeout: 150_000 };
const TENANT = "traced";
const KEY = "opsk_traced";
const CANARY = "canary-4711";
const app = createApp(() => apiDeps(env, { count() {}, fault() {} }));
const ready = prepare();

async function prepare(): Promise<void> {
  await env.DB.prepare(
    `INSERT INTO api_key VALUES ('key_traced', ?, 'traced', ?, 'tasks:read tasks:write admin', '2026-01-01T00:00:00Z',
       NULL, NULL)`,
  )
    .bind(TENANT, sha256Hex(KEY))
    .run();
  const agents = new AgentStore(env.DB);
  const worker = { description: "d", config: { model: "local/script" }, limits: {} };
  await agents.insert(TENANT, "worker", worker, newActor(Date.now(), "key"));
  const lead = {
    ...worker,
    config: { model: "local/script", agents: [{ agent: "worker" }] },
  };
  await agents.insert(TENANT, "lead", lead, newActor(Date.now(), "key"));
}

async function ask(
  path: string,
  body?: object,
  more: Record<string, string> = {},
): Promise<Response> {
  await ready;
  const headers = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json", ...more };
  const sent = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  return app.request(`/api/v1${path}`, { ...sent, headers });
}

async function submit(body: object, headers: Record<string, string> = {}): Promise<string> {
  const response = await ask("/tasks", body, headers);
  const { id } = await response.json<{ id: string }>();
  expect(response.status).toBe(201);
  await ended(id);
  return id;
}

async function ended(id: string): Promise<void> {
  await vi.waitFor(async () => {
    const { status } = await runStub(env.RUNS, TENANT, id).health();
    expect(status).toBe("completed");
  }, PATIENT);
}

interface SpanJson {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly links: readonly { readonly spanId: string }[];
}

function spansIn(text: string): SpanJson[] {
  const trace = JSON.parse(text) as {
    resourceSpans: { scopeSpans: { spans: SpanJson[] }[] }[];
  };
  return trace.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
}

async function traceOf(id: string, query = ""): Promise<{ text: string; spans: SpanJson[] }> {
  const response = await ask(`/tasks/${id}/trace${query}`);
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    "application/json",
  ]);
  const text = await response.text();
  return { text, spans: spansIn(text) };
}

const FIVE_TOOLS = {
  agent: "worker",
  input_data: {
    goal: CANARY,
    script: [
      ...Array.from({ length: 5 }, (_, i) => ({
        text: CANARY,
        tool_calls: [{ name: `tool_${i}`, arguments: { q: CANARY } }],
      })),
      { text: CANARY },
    ],
    script_tools: Array.from({ length: 5 }, (_, i) => ({
      name: `tool_${i}`,
      outputs: [{ output: CANARY }],
    })),
  },
};

test("a trace has every attempt, no content by default, and the same bytes each time", async () => {
  const id = await submit(FIVE_TOOLS);
  const { text, spans } = await traceOf(id);
  expect(spans.map(({ name }) => name)).toEqual([
    ...Array.from({ length: 5 }, (_, i) => ["chat script", `execute_tool tool_${i}`]).flat(),
    "chat script",
    "invoke_agent worker",
  ]);
  expect(text).not.toContain(CANARY);
  expect((await traceOf(id)).text).toBe(text);
  const tag = (await ask(`/tasks/${id}/trace`)).headers.get("ETag") ?? "";
  const known = { "If-None-Match": tag };
  expect((await ask(`/tasks/${id}/trace`, undefined, known)).status).toBe(304);
  expect((await ask(`/tasks/${id}/trace?content=all`, undefined, known)).status).toBe(200);
  const full = await traceOf(id, "?content=all");
  expect(full.text.split(CANARY).length).toBeGreaterThan(15);
  expect(full.spans.map(({ spanId }) => spanId)).toEqual(spans.map(({ spanId }) => spanId));
});

test("a trace of a log of several pages is whole", async () => {
  const id = await submit({
    agent: "worker",
    limits: { max_steps: 1000 },
    input_data: {
      goal: "go",
      script: [
        ...Array.from({ length: 420 }, (_, i) => ({
          tool_calls: [{ name: "t", arguments: { i } }],
        })),
        { text: "end" },
      ],
      script_tools: [{ name: "t", outputs: [{ output: 1 }] }],
    },
  });
  const { last_seq } = await (await ask(`/tasks/${id}`)).json<{ last_seq: number }>();
  // A page has 2,000 events.
  expect(last_seq).toBeGreaterThan(2000);
  const { spans } = await traceOf(id);
  expect(spans).toHaveLength(421 + 420 + 1);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
}, 180_000);

const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

test("a task continues the trace of its caller, and its children are below their call", async () => {
  const id = await submit(
    {
      agent: "lead",
      input_data: {
        goal: "go",
        script: [
          { tool_calls: [{ name: "agent_worker", arguments: { goal: "x" } }] },
          { text: "end" },
        ],
        script_agents: { worker: { script: [{ text: "found" }] } },
      },
    },
    { traceparent: PARENT, tracestate: "vendor=1" },
  );
  const { spans } = await traceOf(id);
  const root = spans.at(-1);
  expect(root).toMatchObject({
    traceId: "0af7651916cd43dd8448eb211c80319c",
    parentSpanId: "b7ad6b7169203331",
    traceState: "vendor=1",
  });
  const call = spans.find(({ name }) => name === "execute_tool agent_worker");
  const { tasks: rows } = await new TaskStore(env.DB).list(
    TENANT,
    { metadata: [], parentTaskId: id },
    10,
    null,
  );
  const child = await traceOf(rows[0]?.task_id ?? "");
  expect(child.spans.at(-1)).toMatchObject({
    name: "invoke_agent worker",
    traceId: root?.traceId,
    parentSpanId: call?.spanId,
    traceState: "vendor=1",
  });
  expect(call?.links[0]?.spanId).toBe(child.spans.at(-1)?.spanId);
});

test("a malformed traceparent is ignored, and a retry has a trace of its own", async () => {
  const id = await submit({ input_data: { goal: "x" } }, { traceparent: `${PARENT}-more` });
  const own = (await traceOf(id)).spans.at(-1);
  expect(own?.parentSpanId).toBeUndefined();
  expect(own?.traceId).not.toBe("0af7651916cd43dd8448eb211c80319c");
  const traced = await submit({ input_data: { goal: "x" } }, { traceparent: PARENT });
  const response = await ask(`/tasks/${traced}/retry`, {});
  const { id: again } = await response.json<{ id: string }>();
  await ended(again);
  expect((await traceOf(again)).spans.at(-1)?.parentSpanId).toBeUndefined();
});

test("a run that has not ended shows the spans that have ended", async () => {
  const response = await ask("/tasks", {
    agent: "worker",
    input_data: {
      goal: "go",
      script: [{ tool_calls: [{ name: "ask_human", arguments: { question: "Which?" } }] }],
    },
    agent_config: { tools: ["ask_human"] },
  });
  const { id } = await response.json<{ id: string }>();
  await vi.waitFor(async () => {
    const { status } = await runStub(env.RUNS, TENANT, id).health();
    expect(status).toBe("waiting");
  }, PATIENT);
  const { spans } = await traceOf(id);
  expect(spans.map(({ name }) => name)).toEqual(["chat script"]);
});

test("a task without a log has a trace without spans", async () => {
  const response = await ask("/tasks", {
    input_data: { goal: "x" },
    scheduled_at: "2030-01-01T00:00:00Z",
  });
  const { id } = await response.json<{ id: string }>();
  expect((await new TaskStore(env.DB).get(TENANT, id))?.status).toBe("pending");
  expect((await traceOf(id)).spans).toEqual([]);
});

test("the state of a tenant is counted for operators, as JSON and for Prometheus", async () => {
  const id = await submit({ input_data: { goal: "x" } });
  expect((await new TaskStore(env.DB).get(TENANT, id))?.status).toBe("completed");
  const stuck = { ...newTask({}, { createdAt: Date.now() - 600_000 }), tenant_id: TENANT };
  await new TaskStore(env.DB).insert(stuck, null);
  const response = await ask("/admin/health");
  expect(await response.json()).toMatchObject({
    status: "degraded",
    tasks: expect.arrayContaining([
      { status: "pending", count: expect.any(Number) as number },
    ]) as unknown,
    oldest_pending: { task_id: stuck.task_id },
    webhooks: { pending: 0, overdue_s: 0 },
    schedules_late_since: null,
    traces: null,
  });
  const metrics = await app.request("/metrics", { headers: { Authorization: `Bearer ${KEY}` } });
  expect(metrics.headers.get("content-type")).toContain("text/plain");
  const text = await metrics.text();
  const age = Number(/^opspawn_oldest_pending_seconds (.*)$/m.exec(text)?.[1]);
  expect(age).toBeGreaterThanOrEqual(600);
  expect(text).toMatch(/^opspawn_tasks\{status="completed"\} [1-9]/m);
  expect((await app.request("/metrics")).status).toBe(401);
});

/** A deployment with own tools, agents and providers: what they reach, and who may call it. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { z } from "zod";
import { NotFoundError, PermissionDeniedError } from "../../sdk/src/index.ts";
import {
  createOpspawn,
  defineAgent,
  defineTool,
  type ObservedSpan,
  type Observer,
  type OpspawnOptions,
  type ToolContext,
} from "../../src/library/index.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import type { RunSpec } from "../../src/run/spec/spec.ts";

interface OwnEnv extends Env {
  readonly PLANS: KVNamespace;
}

/** A copy of the environment with one more setting; each deployment of a test has its own. */
function environment(more: object = {}): OwnEnv {
  return { ...(env as OwnEnv), ...more };
}

const seen: unknown[] = [];

const plan = defineTool({
  name: "plan",
  description: "Returns the plan of a customer.",
  input: z.object({ customer: z.string() }),
  output: z.object({ plan: z.string(), tenant: z.string() }),
  effect: "pure",
  run: async ({ customer }, context: ToolContext<OwnEnv>) => {
    seen.push(context.metadata, context.idempotencyKey, await context.secret("CRM_TOKEN"));
    return {
      plan: (await context.env.PLANS.get(customer)) ?? "free",
      tenant: context.tenant,
    };
  },
});

const support = defineAgent({
  name: "support",
  description: "Answers customers.",
  config: { model: "local/script", tools: ["plan"] },
});

function opspawnWith(options: OpspawnOptions<OwnEnv> = {}) {
  return createOpspawn<OwnEnv>({ tools: [plan], agents: [support], ...options });
}

function scripted(...script: readonly JsonObject[]) {
  return { input_data: { goal: "go", script: [...script, { text: "done" }] } };
}

test("a tool in code reads a binding, and knows its tenant, the metadata and its secrets", async () => {
  const own = environment({ OPSPAWN_TOOL_SECRETS: '{"CRM_TOKEN":"token-of-the-crm"}' });
  await own.PLANS.put("ada", "gold");
  const { AgentRun } = opspawnWith();
  const spec: RunSpec = {
    task_id: "task_own",
    tenant_id: "acme",
    agent: "support",
    agent_version: support.version,
    metadata: { ticket: 7 },
    config: { model: "local/script", planner: "native", ...support.config },
    limits: { max_steps: 5 },
    ...scripted({ tool_calls: [{ name: "plan", arguments: { customer: "ada" } }] }),
  };
  const stub = env.RUNS.get(env.RUNS.idFromName("acme/task_own"));
  const [view, events] = await runInDurableObject(stub, async (_instance, state) => {
    const run = new AgentRun(state, own);
    await run.start(JSON.stringify(spec));
    return [await run.settled(5000), (await run.events(0, 100)).events];
  });
  expect(JSON.parse(view)).toMatchObject({ status: "completed" });
  expect(seen).toEqual([
    { ticket: 7 },
    expect.stringMatching(/^task_own:call_/),
    "token-of-the-crm",
  ]);
  const completed = (JSON.parse(events) as { type: string; data: object }[]).find(
    ({ type }) => type === "tool.completed",
  );
  expect(completed).toMatchObject({ data: { output: { plan: "gold", tenant: "acme" } } });
});

test("the deployment's own code has a client without a key, bound to one tenant", async () => {
  const opspawn = opspawnWith();
  const own = environment();
  const { tasks } = opspawn.client(own, { tenant: "inside" });
  const { id } = await tasks.create({ input_data: { goal: "What is 2 + 3?" }, name: "sum" });
  const task = await tasks.wait(id);
  expect(task).toMatchObject({ status: "completed", name: "sum" });
  const events = await Array.fromAsync(tasks.watch(id), ({ type }) => type);
  expect(events.at(-1)).toBe("run.completed");
  const other = opspawn.client(own, { tenant: "outside" });
  await expect(other.tasks.get(id)).rejects.toThrow(NotFoundError);
  const reader = opspawn.client(own, { tenant: "inside", scopes: ["tasks:read"] });
  await expect(reader.tasks.create({ input_data: { goal: "x" } })).rejects.toThrow(
    PermissionDeniedError,
  );
  expect(() => opspawn.client(own, { tenant: "No Tenant" })).toThrow("is invalid");
});

test("a login of the deployment's own identifies callers; others need a key", async () => {
  const { app } = opspawnWith({
    authenticate: (request) =>
      request.headers.get("X-User") === "ada"
        ? { tenant: "acme", scopes: ["tasks:read"], name: "ada" }
        : null,
  });
  const own = environment();
  const statusFor = async (headers: Record<string, string>, method = "GET") =>
    (await app.request("/api/v1/tasks", { method, headers }, own)).status;
  expect(await statusFor({ "X-User": "ada" })).toBe(200);
  expect(await statusFor({ "X-User": "ada" }, "POST")).toBe(403);
  expect(await statusFor({ "X-User": "eve" })).toBe(401);
});

test("the deployment's admin key is a key like any other once it was used", async () => {
  const { app } = opspawnWith();
  const key = "an-admin-key-of-the-deployment-0123456789";
  const own = environment({ OPSPAWN_ADMIN_KEY: key, OPSPAWN_KEY_CACHE_MS: "0" });
  const ask = async (path: string, method = "GET", bearer = key) => {
    const headers = { Authorization: `Bearer ${bearer}` };
    const response = await app.request(`/api/v1/keys${path}`, { method, headers }, own);
    return {
      status: response.status,
      body: JSON.parse((await response.text()) || "{}") as Record<string, unknown>,
    };
  };
  expect((await ask("/self", "GET", `${key}0`)).status).toBe(401);
  const [first, second] = await Promise.all([ask("/self"), ask("/self")]);
  expect(first.body).toMatchObject({ tenant: "main", name: "OPSPAWN_ADMIN_KEY" });
  expect(first.body["scopes"]).toContain("platform");
  expect(second.body["id"]).toBe(first.body["id"]);
  expect((await ask(`/${String(first.body["id"])}`, "DELETE")).status).toBe(204);
  expect((await ask("/self")).status).toBe(401);
  const { results } = await env.DB.prepare(
    "SELECT action, by FROM audit WHERE subject = ?1 ORDER BY audit_id",
  )
    .bind(first.body["id"])
    .all();
  expect(results).toEqual([
    { action: "key.created", by: "deployment" },
    { action: "key.revoked", by: first.body["id"] },
  ]);
});

test("agents in code are the same for every tenant, read-only, and versioned by their content", async () => {
  const opspawn = opspawnWith();
  const own = environment();
  const client = opspawn.client(own, { tenant: "agents" });
  const agent = await client.agents.get("support");
  expect(agent).toMatchObject({
    name: "support",
    built_in: true,
    version: support.version,
    config: { tools: ["plan"] },
    created_at: null,
  });
  const first = await client.agents.list({ limit: 1 });
  const names = (await Array.fromAsync(client.agents.list({ limit: 1 }))).map(({ name }) => name);
  expect(names).toEqual(["support", "default"]);
  expect(first.data).toHaveLength(1);
  await expect(client.agents.replace("support", { config: {} })).rejects.toMatchObject({
    code: "agent_built_in",
  });
  await expect(client.agents.delete("support")).rejects.toMatchObject({ code: "agent_built_in" });
  await expect(client.agents.create({ name: "support" })).rejects.toMatchObject({
    code: "agent_exists",
  });
  const { id } = await client.tasks.create({ agent: "support", ...scripted() });
  expect(await client.tasks.get(id)).toMatchObject({
    agent: "support",
    agent_version: support.version,
    model: "local/script",
  });
});

test("an agent in code hides a stored one of its name, which returns without it", async () => {
  const own = environment();
  const tenant = "hidden";
  const before = createOpspawn<OwnEnv>({ tools: [plan] }).client(own, { tenant });
  await before.agents.create({ name: "support", description: "stored" });
  const during = opspawnWith().client(own, { tenant });
  expect(await during.agents.get("support")).toMatchObject({ version: support.version });
  const all: number[] = [];
  for await (const { version } of during.agents.versions("support")) {
    all.push(version);
  }
  expect(all).toEqual([support.version, 1]);
  expect(await before.agents.get("support")).toMatchObject({ description: "stored", version: 1 });
});

test("a missing binding is named before a task is accepted", async () => {
  const { app } = opspawnWith();
  const { FEEDS: _feeds, ...rest } = environment();
  const response = await app.request("/api/v1/tasks", { method: "POST" }, rest);
  expect(response.status).toBe(503);
  expect(await response.json()).toMatchObject({
    code: "misconfigured",
    detail: expect.stringContaining(
      "The binding FEEDS is missing: add a Durable Object with the binding FEEDS and the class TenantFeed",
    ) as string,
  });
});

test("tables that are older than the code are named before a task is accepted", async () => {
  const opspawn = opspawnWith();
  const old = {
    ...environment(),
    DB: {
      prepare: () => {
        throw new Error("D1_ERROR: no such column: metadata: SQLITE_ERROR");
      },
      batch: () => Promise.reject(new Error("D1_ERROR: no such table: task: SQLITE_ERROR")),
    },
  } as unknown as OwnEnv;
  const { tasks } = opspawn.client(old, { tenant: "old" });
  await expect(tasks.create({ input_data: { goal: "x" } }, { maxRetries: 0 })).rejects.toThrow(
    /older than this version/,
  );
});

test("an observer sees requests as spans, and what happens to runs as counters", async () => {
  const spans: ObservedSpan[] = [];
  const counts: string[] = [];
  const faults: unknown[] = [];
  const observe: Observer = {
    count: (name, _by, labels = {}) => counts.push([name, ...Object.values(labels)].join(" ")),
    fault: (name, _error, ids) => faults.push([name, ids]),
    span: (span) => spans.push(span),
  };
  const { app, AgentRun } = opspawnWith({
    observe,
    authenticate: () => ({ tenant: "seen", scopes: ["tasks:read", "tasks:write"], name: "ada" }),
  });
  const own = environment();
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const headers = { "X-Request-Id": "req_seen", traceparent };
  const unknown = "task_0198f0a2-7c2e-7d3a-9b54-0f6f0c3c1a11";
  await app.request(`/api/v1/tasks/${unknown}?q=canary`, { headers }, own);
  await app.request("/api/v1/nothing/canary", {}, own);
  expect(spans).toMatchObject([
    {
      name: "http.request",
      level: "warn",
      request_id: "req_seen",
      tenant_id: "seen",
      task_id: unknown,
      trace_id: "0af7651916cd43dd8448eb211c80319c",
      span_id: "b7ad6b7169203331",
      attributes: { method: "GET", route: "/api/v1/tasks/:id", status: 404 },
    },
    { level: "warn", attributes: { status: 404 } },
  ]);
  expect(JSON.stringify(spans)).not.toContain("canary");

  const broken = {
    ...own,
    DB: Object.assign(Object.create(own.DB) as D1Database, {
      prepare: () => {
        throw new Error("D1 is down");
      },
    }),
  };
  await app.request("/health", { headers }, broken);
  expect(faults.splice(0)).toEqual([
    [
      "health.database",
      {
        request_id: "req_seen",
        trace_id: "0af7651916cd43dd8448eb211c80319c",
        span_id: "b7ad6b7169203331",
      },
    ],
  ]);

  const spec: RunSpec = {
    task_id: "task_seen",
    tenant_id: "seen",
    agent: "support",
    agent_version: support.version,
    config: { model: "local/script", planner: "native", ...support.config },
    limits: { max_steps: 5 },
    ...scripted({ error: { class: "refused", times: 1 } }),
  };
  const stub = env.RUNS.get(env.RUNS.idFromName("seen/task_seen"));
  await runInDurableObject(stub, async (_instance, state) => {
    const run = new AgentRun(state, own);
    await run.start(JSON.stringify(spec));
    await run.settled(20_000);
  });
  expect(counts).toEqual(["models.failed refused", "runs.failed refused"]);
  expect(faults).toEqual([]);
});

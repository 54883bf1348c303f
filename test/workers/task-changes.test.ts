/** Tasks that are deleted, renamed, retried with another config, or submitted together. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import { AnswerStore } from "../../src/store/answers.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";

const KEY = "opsk_changes";
const CANARY = "canary-7f3a";
const app = createApp((env_) => apiDeps(env_, { count() {}, fault() {} }));
const tasks = new TaskStore(env.DB);

await env.DB.prepare("INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)")
  .bind(
    "key_changes",
    "test",
    "changes",
    await sha256(KEY),
    "admin tasks:read tasks:write agents:write",
    "2026-01-01",
  )
  .run();

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function ask(
  method: string,
  path: string,
  body?: JsonObject,
  headers: Record<string, string> = {},
): Promise<{ readonly status: number; readonly json: JsonObject }> {
  const waiting: Promise<unknown>[] = [];
  const context = {
    waitUntil: (work: Promise<unknown>) => void waiting.push(work),
    passThroughOnException() {},
    props: {},
  } as unknown as ExecutionContext;
  const response = await app.request(
    `/api/v1${path}`,
    {
      method,
      headers: {
        Authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    env,
    context,
  );
  const text = await response.text();
  await Promise.all(waiting);
  return { status: response.status, json: text === "" ? {} : (JSON.parse(text) as JsonObject) };
}

/** Submits a task that answers at once, starts its run, and waits until D1 knows its end. */
async function finished(
  body: JsonObject = {},
  headers: Record<string, string> = {},
): Promise<string> {
  const input_data = { goal: `say ${CANARY}`, script: [{ text: `${CANARY} said` }] };
  const made = await ask(
    "POST",
    "/tasks",
    { agent_config: { model: "local/script" }, input_data, ...body },
    headers,
  );
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  const id = idOf(made.json);
  await ended(id);
  return id;
}

/** Starts a task's run and waits until it ends or waits. */
async function started(id: string): Promise<void> {
  const row = await tasks.get("test", id);
  if (row === null) {
    throw new Error("no such task");
  }
  const run = runStub(env.RUNS, "test", id);
  await run.start(JSON.stringify(specOf(row)));
  await run.settled(5000);
}

/** Waits until D1 knows the end of a task. */
async function ended(id: string): Promise<void> {
  await started(id);
  await expect.poll(async () => (await tasks.get("test", id))?.completed_at).toBeTruthy();
}

/** Every text in D1 that holds the canary, with the name of its table. */
async function traces(): Promise<string[]> {
  const found: string[] = [];
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
  ).all<{ name: string }>();
  for (const { name } of results) {
    const rows = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
    if (JSON.stringify(rows.results).includes(CANARY)) {
      found.push(name);
    }
  }
  return found;
}

function idOf(json: JsonObject): string {
  const id = json["task_id"];
  return typeof id === "string" ? id : "";
}

/** The row of an accepted task. */
function configOf(json: JsonObject) {
  return tasks.get("test", idOf(json));
}

/** The ids of the tasks that a batch has accepted. */
function idsOf(list: unknown): string[] {
  return (list as { task?: { task_id: string } }[]).flatMap(({ task }) => task?.task_id ?? []);
}

test("deleting a task leaves no row, no log and no stored response of it", async () => {
  await env.DB.prepare(
    `INSERT INTO webhook (tenant_id, webhook_id, url, types, enabled, created_at, updated_at)
     VALUES ('test', 'wh_1', 'https://example.com', '["task.completed"]', 1, '', '')`,
  ).run();
  const wait = { tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] };
  const input_data = { goal: `say ${CANARY}`, script: [wait, { text: `${CANARY} said` }] };
  const made = await ask(
    "POST",
    "/tasks",
    { agent_config: { model: "local/script" }, input_data },
    { "Idempotency-Key": "deleted-once" },
  );
  const id = idOf(made.json);
  await started(id);
  expect((await ask("POST", `/tasks/${id}/messages`, { content: "go on" })).status).toBe(202);
  // The middleware stores a response like this for a request with an idempotency key.
  const answers = new AnswerStore(env.DB);
  const route = "POST /api/v1/tasks/{id}/messages";
  const name = { tenantId: "test", route, key: "said", taskId: id };
  await answers.claim(name, "", "claim", Date.now());
  await answers.keep(name, "claim", { status: 202, headers: {}, body: CANARY });
  await ended(id);
  await expect.poll(traces).toEqual(expect.arrayContaining(["task", "answer"]));
  const deliveries = "SELECT COUNT(*) AS n FROM webhook_delivery WHERE task_id = ?";
  const count = () => env.DB.prepare(deliveries).bind(id).first<number>("n");
  await expect.poll(count).toBeGreaterThan(0);

  expect((await ask("DELETE", `/tasks/${id}`)).status).toBe(204);
  expect(await traces()).toEqual([]);
  const named = await env.DB.prepare(
    `SELECT (SELECT COUNT(*) FROM idempotency WHERE task_id = ?1) AS keys,
       (SELECT COUNT(*) FROM webhook_delivery WHERE task_id = ?1) AS deliveries,
       (SELECT COUNT(*) FROM usage WHERE task_id = ?1) AS usage,
       (SELECT COUNT(*) FROM audit WHERE subject = ?1 AND action = 'task.deleted') AS audit`,
  )
    .bind(id)
    .first();
  // The usage is the tenant's bill, and holds no content.
  expect(named).toEqual({ keys: 0, deliveries: 0, usage: 1, audit: 1 });
  expect((await ask("GET", `/tasks/${id}`)).status).toBe(404);
  expect((await ask("DELETE", `/tasks/${id}`)).status).toBe(404);
});

test("a message that arrives after the deletion does not start the run again", async () => {
  const id = await finished();
  const row = await tasks.get("test", id);
  expect((await ask("DELETE", `/tasks/${id}`)).status).toBe(204);
  const run = runStub(env.RUNS, "test", id);
  if (row === null) {
    throw new Error("no such task");
  }
  const spec = JSON.stringify(specOf(row));
  expect(await run.start(spec)).toEqual({ status: "cancelled", changed: false });
  expect(await run.abandon(spec, "late")).toEqual({ status: "cancelled", changed: false });
  const stub = env.RUNS.get(env.RUNS.idFromName(`test/${id}`));
  const tablesOf = () =>
    runInDurableObject(stub, (_object, { storage }) =>
      [
        ...storage.sql.exec(
          "SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'",
        ),
      ].map(({ name }) => name),
    );
  expect(await tablesOf()).toEqual(["deleted"]);
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  expect(await tablesOf()).toEqual([]);
});

test("an unfinished task is not deleted", async () => {
  const wait = { tool_calls: [{ name: "ask_human", arguments: { question: "?" } }] };
  const made = await ask("POST", "/tasks", {
    agent_config: { model: "local/script" },
    input_data: { goal: "wait", script: [wait, { text: "done" }] },
  });
  const id = idOf(made.json);
  expect((await ask("DELETE", `/tasks/${id}`)).json["code"]).toBe("not_finished");
  const row = await tasks.get("test", id);
  const run = runStub(env.RUNS, "test", id);
  await run.start(JSON.stringify(row === null ? null : specOf(row)));
  await run.settled(5000);
  const refused = await ask("DELETE", `/tasks/${id}`);
  expect([refused.status, refused.json["code"]]).toEqual([409, "not_finished"]);
  expect((await run.events(0, 100)).last_seq).toBeGreaterThan(0);
  await ask("POST", `/tasks/${id}/cancel`, {});
  expect((await ask("DELETE", `/tasks/${id}`)).status).toBe(204);
});

test("a deletion that dies after the object is completed by its repetition", async () => {
  const id = await finished();
  expect(await runStub(env.RUNS, "test", id).remove(false)).toBe(true);
  expect((await ask("GET", `/tasks/${id}`)).status).toBe(200);
  expect((await ask("DELETE", `/tasks/${id}`)).status).toBe(204);
  expect((await ask("GET", `/tasks/${id}`)).status).toBe(404);
});

test("labels are merged, and two changes at once are both kept", async () => {
  const id = await finished({ name: "first", metadata: { team: "ops", old: 1 } });
  const answers = await Promise.all([
    ask("PATCH", `/tasks/${id}`, { metadata: { old: null, a: 1 } }),
    ask("PATCH", `/tasks/${id}`, { name: "second", metadata: { b: [2] } }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  const { json } = await ask("GET", `/tasks/${id}`);
  expect(json).toMatchObject({ name: "second", metadata: { team: "ops", a: 1, b: [2] } });
  expect(json["metadata"]).not.toHaveProperty("old");
  expect((await ask("PATCH", `/tasks/${id}`, { name: null })).json["name"]).toBeNull();
  const large = await ask("PATCH", `/tasks/${id}`, { metadata: { big: "x".repeat(17_000) } });
  expect(large.json).toMatchObject({
    code: "validation_failed",
    errors: [{ pointer: "/metadata" }],
  });
  expect((await ask("PATCH", `/tasks/${id}`, {})).json["code"]).toBe("validation_failed");
});

test("a retry uses the task's config, or the agent's of today with the task's overrides", async () => {
  const agent = (config: JsonObject) => ask("PUT", "/agents/changing", { config });
  const config = { model: "local/script", instructions: "old" };
  const made = await ask("POST", "/agents", { name: "changing", config });
  expect(made.status, JSON.stringify(made.json)).toBe(201);
  const id = await finished({
    agent: "changing",
    agent_config: { temperature: 0.5 },
    limits: { max_steps: 7 },
  });
  await agent({ model: "local/script", instructions: "new", temperature: 1 });
  const same = await configOf((await ask("POST", `/tasks/${id}/retry`, {})).json);
  expect(same).toMatchObject({ agent_version: 1, config: { instructions: "old" } });
  const retried = await ask("POST", `/tasks/${id}/retry`, { config: "current" });
  expect(retried.status, JSON.stringify(retried.json)).toBe(201);
  expect(await configOf(retried.json)).toMatchObject({
    agent_version: 2,
    attempt: 2,
    config: { instructions: "new", temperature: 0.5 },
    limits: { max_steps: 7 },
  });
  await ask("DELETE", "/agents/changing");
  const gone = await ask("POST", `/tasks/${id}/retry`, { config: "current" });
  expect(gone.json["code"]).toBe("unknown_agent");
});

test("each task of a batch has its own outcome, and a repeated batch makes no second task", async () => {
  const good = {
    agent_config: { model: "local/script" },
    input_data: { goal: "go", script: [{ text: "ok" }] },
  };
  const wrong = { input_data: {}, priority: "high" };
  const body = { tasks: [good, wrong, { ...good, agent: "missing" }, good] };
  const send = () => ask("POST", "/tasks/batch", body, { "Idempotency-Key": "batch-1" });
  const first = await send();
  expect(first.status).toBe(200);
  const outcomes = first.json["data"] as JsonObject[];
  expect(outcomes).toMatchObject([
    { index: 0, task: { status: "pending" } },
    { index: 1, error: { code: "validation_failed", status: 422 } },
    { index: 2, error: { code: "unknown_agent" } },
    { index: 3, task: { status: "pending" } },
  ]);
  expect(new Set(idsOf(outcomes)).size).toBe(2);
  const repeated = (await send()).json;
  const again = repeated["data"];
  const group_id = typeof first.json["group_id"] === "string" ? first.json["group_id"] : "";
  expect([repeated["group_id"], group_id.slice(0, 6)]).toEqual([group_id, "group_"]);
  expect(outcomes[3]).toMatchObject({ task: { group_id } });
  await ask("POST", "/tasks", good);
  const other = (await ask("POST", "/tasks/batch", { tasks: [good] })).json;
  expect(other["group_id"]).not.toBe(group_id);
  const grouped = (await ask("GET", `/tasks?group_id=${group_id}`)).json;
  expect(grouped).toMatchObject({ total: null });
  const listed = (grouped["data"] as JsonObject[]).map((task) => ({ task }));
  expect(new Set(idsOf(listed))).toEqual(new Set(idsOf(outcomes)));
  expect(idsOf(again)).toEqual(idsOf(outcomes));
  expect(again).toMatchObject([{ replayed: true }, {}, {}, { replayed: true }]);
  const none = await ask("POST", "/tasks/batch", { tasks: [] });
  const many = await ask("POST", "/tasks/batch", {
    tasks: Array.from({ length: 101 }, () => good),
  });
  expect([none.status, many.status]).toEqual([422, 422]);
});

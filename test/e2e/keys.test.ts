/** `/api/v1/keys` and the audit: who may call, for how long, and what is known of it afterwards. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { Service } from "../service.ts";
import { ended, getJson, getTask, scripted, submit } from "../tasks.ts";
import { SocketWatch, SseWatch } from "../watch.ts";

let service: Service;

const ADMIN = "opsk_admin_of_test";
const OTHER = "opsk_admin_of_other";
const AUDITED = "opsk_admin_of_audited";
const PLAIN = "opsk_no_admin";
const ALL = "tasks:read tasks:write tools:write agents:write admin";

beforeAll(async () => {
  service = await Service.start({
    // Every request, command and event looks its key up: nothing here depends on how fast it comes.
    vars: { OPSPAWN_KEY_CACHE_MS: "0" },
    keys: [
      { key: ADMIN, tenant: "test", scopes: "admin tasks:read" },
      { key: OTHER, tenant: "other", scopes: ALL },
      { key: AUDITED, tenant: "audited", scopes: ALL },
      { key: PLAIN, tenant: "test", scopes: "tasks:read tasks:write tools:write agents:write" },
    ],
  });
});

afterAll(async () => {
  await service.stop();
});

test("a key is shown once, works at once, and is listed without its secret", async () => {
  const made = await post("/api/v1/keys", { name: "nightly", scopes: ["tasks:read"] });
  expect(made.status).toBe(201);
  const key = await made.json<NewKey>();
  expect(key).toMatchObject({
    tenant: "test",
    name: "nightly",
    scopes: ["tasks:read"],
    expires_at: null,
    revoked_at: null,
  });
  expect(key.key).toMatch(/^opsk_[\w-]{43}$/);
  expect(made.headers.get("Location")).toBe(`/api/v1/keys/${key.id}`);
  expect((await get("/api/v1/tasks", key.key)).status).toBe(200);
  expect((await post("/api/v1/tasks", { input_data: { goal: "x" } }, key.key)).status).toBe(403);
  for (const path of ["/api/v1/keys", `/api/v1/keys/${key.id}`, "/api/v1/admin/audit"]) {
    const text = await (await get(path)).text();
    expect(text).toContain(key.id);
    expect(text).not.toContain(key.key);
    expect(text).not.toContain("hash");
  }
});

test("keys are made by admins only, and give nothing that they have not", async () => {
  const one = { name: "x", scopes: ["tasks:read"] };
  expect((await post("/api/v1/keys", one, PLAIN)).status).toBe(403);
  expect((await get("/api/v1/keys", PLAIN)).status).toBe(403);
  expect((await get("/api/v1/admin/audit", PLAIN)).status).toBe(403);
  expect((await post("/api/v1/keys", one, ADMIN)).status).toBe(201);
  for (const scopes of [["tasks:write"], ["admin", "platform"]]) {
    expect((await post("/api/v1/keys", { name: "x", scopes }, ADMIN)).status).toBe(403);
  }
  // A key that may do more cannot be taken over, nor ended.
  expect((await post("/api/v1/keys/key_test/rotate", {}, ADMIN)).status).toBe(403);
  expect((await remove("key_test", ADMIN)).status).toBe(403);
  expect((await get("/api/v1/tasks")).status).toBe(200);
});

test.each([
  [{ name: "", scopes: ["tasks:read"] }, "/name"],
  [{ name: "x", scopes: [] }, "/scopes"],
  [{ name: "x", scopes: ["root"] }, "/scopes/0"],
  [{ name: "x", scopes: ["tasks:read"], expires_at: "2020-01-01T00:00:00Z" }, "/expires_at"],
  [{ name: "x", scopes: ["tasks:read"], expires_at: "tomorrow" }, "/expires_at"],
  [{ name: "x", scopes: ["tasks:read"], tenant: "a/b" }, "/tenant"],
  [{ name: "x", scopes: ["tasks:read"], key: "opsk_mine" }, "/key"],
])("%j is refused with the place", async (body, pointer) => {
  const response = await post("/api/v1/keys", body);
  expect(response.status).toBe(422);
  const { errors } = await response.json<{ errors: { pointer: string }[] }>();
  expect(errors.map((fault) => fault.pointer)).toContain(pointer);
});

test("another tenant's keys do not exist, except for the platform, which makes tenants", async () => {
  const body = { name: "first", scopes: ["tasks:read", "admin"], tenant: "new-tenant" };
  expect((await post("/api/v1/keys", body, OTHER)).status).toBe(403);
  expect((await get("/api/v1/keys?tenant=new-tenant", OTHER)).status).toBe(403);
  const made = await post("/api/v1/keys", body);
  expect(made.status).toBe(201);
  const { key, id: key_id } = await made.json<NewKey>();
  expect(await (await get("/api/v1/tasks", key)).json()).toMatchObject({ total: 0 });
  for (const response of [
    await get(`/api/v1/keys/${key_id}`, OTHER),
    await remove(key_id, OTHER),
    await post(`/api/v1/keys/${key_id}/rotate`, {}, OTHER),
  ]) {
    expect(response.status).toBe(404);
  }
  expect((await get(`/api/v1/keys/${key_id}`)).status).toBe(200);
  const listed = await get("/api/v1/keys?tenant=new-tenant");
  expect(await listed.json()).toMatchObject({ data: [{ id: key_id }], next_cursor: null });
  // Its own entries say who made it.
  expect(await audit(key)).toMatchObject([
    { action: "key.created", subject: key_id, by: "key_test" },
  ]);
  expect((await remove(key_id)).status).toBe(204);
});

test("a rotated key has a new secret, and the old one as long as was said", async () => {
  const { key: first, id: key_id } = await newKey({ scopes: ["tasks:read"] });
  const rotated = await post(`/api/v1/keys/${key_id}/rotate`, { grace_s: 600 });
  expect(rotated.status).toBe(200);
  const { key: second } = await rotated.json<NewKey>();
  expect(second).not.toBe(first);
  expect((await get("/api/v1/tasks", first)).status).toBe(200);
  expect((await get("/api/v1/tasks", second)).status).toBe(200);
  const again = await post(`/api/v1/keys/${key_id}/rotate`);
  const { key: third } = await again.json<NewKey>();
  await dead(second);
  expect((await get("/api/v1/tasks", third)).status).toBe(200);
  // Its minutes are not over, whatever came after it.
  expect((await get("/api/v1/tasks", first)).status).toBe(200);
  expect((await remove(key_id)).status).toBe(204);
  await dead(first);
  await dead(third);
  expect((await post(`/api/v1/keys/${key_id}/rotate`)).status).toBe(409);
  expect((await remove(key_id)).status).toBe(204);
  expect(await getJson(service, `/api/v1/keys/${key_id}`)).toMatchObject({
    revoked_at: expect.stringMatching(/^\d{4}-/),
  });
});

test("a key ends when it was said to", async () => {
  const expires_at = new Date(Date.now() + 1500).toISOString();
  const { key } = await newKey({ scopes: ["tasks:read"], expires_at });
  expect((await get("/api/v1/tasks", key)).status).toBe(200);
  await dead(key);
});

const held = () =>
  scripted(
    [{ tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] }, { text: "done" }],
    { agent_config: { policy: { approve: ["add_numbers"] } } },
  );

/** How a secret is lost: the key is revoked, or gets another. */
const losses: [how: string, lose: (keyId: string) => Promise<Response>][] = [
  ["revoked", (keyId) => remove(keyId)],
  ["rotated", (keyId) => post(`/api/v1/keys/${keyId}/rotate`)],
];

test.each(losses)("what a %s key watches is closed before it is told more", async (_how, lose) => {
  const { key, id: key_id } = await newKey({ scopes: ["tasks:read", "tasks:write"] });
  const { task_id } = await submit(service, held(), { Prefer: "wait=30" });
  const socket = await SocketWatch.open(service, task_id, { query: "?after=0", key });
  const sse = await SseWatch.open(service, task_id, {
    headers: { Authorization: `Bearer ${key}` },
  });
  const { last_seq } = await getTask(service, task_id);
  await Promise.all([socket.count(last_seq), sse.count(last_seq)]);
  expect((await lose(key_id)).status).toBeLessThan(300);
  await dead(key);
  await approve(task_id);
  expect(await socket.closed).toMatchObject({ code: 4401 });
  await expect(sse.done).rejects.toBeInstanceOf(Error);
  expect([socket.cursor, sse.cursor]).toEqual([last_seq, last_seq]);
  expect(await ended(service, task_id)).toMatchObject({ status: "completed" });
});

test.each(losses)("a %s key can say nothing more over its open socket", async (_how, lose) => {
  const { key, id: key_id } = await newKey({ scopes: ["tasks:read", "tasks:write"] });
  const { task_id } = await submit(service, held(), { Prefer: "wait=30" });
  const socket = await SocketWatch.open(service, task_id, { key });
  await lose(key_id);
  await dead(key);
  socket.send({ type: "approve", call_id: "call_2", ref: 1 });
  expect(await socket.closed).toMatchObject({ code: 4401 });
  expect(socket.ofType("ok")).toEqual([]);
  expect(await getTask(service, task_id)).toMatchObject({ status: "waiting" });
});

test("a ticket is worth no more than the key that asked for it", async () => {
  const { key, id: key_id } = await newKey({ scopes: ["tasks:read"] });
  const { task_id } = await submit(service, held(), { Prefer: "wait=30" });
  const asked = await post(`/api/v1/tasks/${task_id}/ticket`, {}, key);
  const { ticket } = await asked.json<{ ticket: string }>();
  const path = `/api/v1/tasks/${task_id}/events?ticket=${ticket}`;
  expect((await fetch(`${service.url}${path}`)).status).toBe(200);
  await remove(key_id);
  expect((await fetch(`${service.url}${path}`)).status).toBe(401);
});

test("a socket of a valid key is told everything, however often the key is looked up", async () => {
  const script = Array.from({ length: 5 }, () => ({
    tool_calls: [{ name: "wait", arguments: { seconds: 0.2 } }],
  }));
  const { task_id } = await submit(service, scripted([...script, { text: "done" }]));
  const socket = await SocketWatch.open(service, task_id, { query: "?after=0" });
  expect(await socket.closed).toMatchObject({ code: 1000 });
  const { last_seq } = await getTask(service, task_id);
  expect(socket.texts.map((text) => (JSON.parse(text) as { seq: number }).seq)).toEqual(
    Array.from({ length: last_seq }, (_, i) => i + 1),
  );
});

test("the audit says who did what, newest first, page by page, and only in one tenant", async () => {
  const key = AUDITED;
  const by = "key_test_3";
  await post("/api/v1/agents", { name: "a" }, key);
  await post("/api/v1/agents", { name: "a" }, key); // refused: not noted
  await service.send("PUT", "/api/v1/agents/a", { config: { instructions: "secret plan" } }, key);
  await service.send("DELETE", "/api/v1/agents/a", undefined, key);
  const tool = { name: "t", kind: "code", description: "d", input_schema: { type: "object" } };
  await post("/api/v1/tools", { ...tool, code: { source: "return 1;" } }, key);
  await service.send("PATCH", "/api/v1/tools/t", { enabled: false }, key);
  await service.send("DELETE", "/api/v1/tools/t", undefined, key);
  const server = { url: "https://mcp.example/mcp", headers: { "X-Plan": "secret plan" } };
  await post("/api/v1/mcp/servers", { name: "m", ...server }, key);
  await service.send("PUT", "/api/v1/mcp/servers/m", server, key);
  await service.send("PATCH", "/api/v1/mcp/servers/m", { enabled: false }, key);
  await service.send("DELETE", "/api/v1/mcp/servers/m/authorization", undefined, key); // there is none
  await service.send("DELETE", "/api/v1/mcp/servers/m", undefined, key);
  await service.send("PUT", "/api/v1/budgets/tenant/day", { max_cost_usd: 5 }, key);
  const submitted = await service.send("POST", "/api/v1/tasks", held(), key, { Prefer: "wait=30" });
  const { task_id } = await submitted.json<{ task_id: string }>();
  await service.send("PATCH", `/api/v1/tasks/${task_id}/limits`, { max_tokens: 77_000 }, key);
  const socket = await SocketWatch.open(service, task_id, { key });
  socket.send({ type: "deny", call_id: "call_2", ref: 1 });
  expect(await socket.answer(1)).toMatchObject({ type: "ok" });
  const other = await service.send("POST", "/api/v1/tasks", held(), key, { Prefer: "wait=30" });
  const second = (await other.json<{ task_id: string }>()).task_id;
  await post(`/api/v1/tasks/${second}/cancel`, { reason: "a private reason" }, key);

  const expected = [
    { by, action: "task.cancelled", subject: second },
    { by, action: "approval.decided", subject: task_id, details: { decision: "deny" } },
    { by, action: "limits.changed", subject: task_id, details: { max_tokens: 77_000 } },
    {
      by,
      action: "budget.changed",
      subject: "tenant",
      details: { period: "day", max_cost_usd: 5 },
    },
    { by, action: "mcp_server.deleted", subject: "m" },
    { by, action: "mcp_server.changed", subject: "m", details: { enabled: false } },
    { by, action: "mcp_server.changed", subject: "m", details: { enabled: true } },
    { by, action: "mcp_server.registered", subject: "m", details: { enabled: true } },
    { by, action: "tool.deleted", subject: "t" },
    { by, action: "tool.changed", subject: "t", details: { enabled: false } },
    { by, action: "tool.registered", subject: "t" },
    { by, action: "agent.deleted", subject: "a" },
    { by, action: "agent.changed", subject: "a" },
    { by, action: "agent.created", subject: "a" },
  ];
  // What is done to a run is noted right after it, not with it.
  await expect.poll(async () => (await audit(key)).length, { timeout: 60_000 }).toBe(14);
  const entries = await audit(key);
  expect(entries).toMatchObject(expected);
  expect(JSON.stringify(entries)).not.toMatch(/secret plan|private reason/);
  const page = await get("/api/v1/admin/audit?limit=4", key);
  const { data: first, next_cursor } = await page.json<Audit>();
  expect(first).toEqual(entries.slice(0, 4));
  const rest = await get(`/api/v1/admin/audit?limit=100&cursor=${next_cursor}`, key);
  expect((await rest.json<Audit>()).data).toEqual(entries.slice(4));
  expect((await get(`/api/v1/admin/audit?cursor=${next_cursor}`, OTHER)).status).toBe(422);
  expect(await audit(OTHER)).toEqual([]);
});

test("the program asks a service for a key, and makes the SQL of the first one", async () => {
  const create = ["create", "--name", "it's new", "--scopes", "tasks:read"];
  const asked = await program(create, { OPSPAWN_URL: service.url, OPSPAWN_KEY: service.key });
  const key = asked.stdout.trim();
  expect((await get("/api/v1/tasks", key)).status).toBe(200);
  expect((await post("/api/v1/tasks", { input_data: { goal: "x" } }, key)).status).toBe(403);
  const first = await program([...create, "--tenant", "acme", "--sql"], {});
  const secret = first.stderr.trim();
  expect(secret).toMatch(/^opsk_[\w-]{43}$/);
  expect(first.stdout).not.toContain(secret);
  using database = new DatabaseSync(":memory:");
  database.exec(readFileSync("migrations/0001_tasks_and_keys.sql", "utf8"));
  database.exec(first.stdout);
  const row = database.prepare("SELECT * FROM api_key").get();
  expect(row).toMatchObject({ tenant_id: "acme", name: "it's new", scopes: "tasks:read" });
  expect(row?.["hash"]).toBe(createHash("sha256").update(secret).digest("hex"));
  await expect(program(["create", "--name", "x", "--scopes", "root"], {})).rejects.toMatchObject({
    code: 2,
  });
});

test("the program writes the first key into a local state that nobody serves", async () => {
  const state = await mkdtemp(join(tmpdir(), "opspawn-"));
  onTestFinished(() => rm(state, { recursive: true }));
  const create = ["create", "--name", "first", "--scopes", "admin,tasks:read"];
  await expect(program(create, { OPSPAWN_STATE: state })).rejects.toMatchObject({ code: 2 });
  const folder = join(state, "v3", "d1", "miniflare-D1DatabaseObject");
  await mkdir(folder, { recursive: true });
  using database = new DatabaseSync(join(folder, `${"0".repeat(64)}.sqlite`));
  database.exec(readFileSync("migrations/0001_tasks_and_keys.sql", "utf8"));
  const { stdout } = await program(create, { OPSPAWN_STATE: state });
  expect(database.prepare("SELECT hash, scopes FROM api_key").get()).toEqual({
    hash: createHash("sha256").update(stdout.trim()).digest("hex"),
    scopes: "admin tasks:read",
  });
});

function program(args: readonly string[], env: Record<string, string>) {
  const { OPSPAWN_URL: _url, OPSPAWN_KEY: _key, ...rest } = process.env;
  return promisify(execFile)(process.execPath, ["scripts/keys.ts", ...args], {
    env: { ...rest, ...env },
  });
}

interface NewKey {
  readonly id: string;
  readonly key: string;
}

interface Audit {
  readonly data: readonly object[];
  readonly next_cursor: string | null;
}

function get(path: string, key?: string): Promise<Response> {
  return service.send("GET", path, undefined, key);
}

function post(path: string, content?: object, key?: string): Promise<Response> {
  return service.send("POST", path, content, key);
}

function remove(keyId: string, key?: string): Promise<Response> {
  return service.send("DELETE", `/api/v1/keys/${keyId}`, undefined, key);
}

async function newKey(content: object): Promise<NewKey> {
  const response = await post("/api/v1/keys", { name: "of a test", ...content });
  expect(response.status, await response.clone().text()).toBe(201);
  return response.json<NewKey>();
}

/** Resolves once nothing is answered to a key. */
async function dead(key: string): Promise<void> {
  await expect
    .poll(async () => (await get("/api/v1/tasks", key)).status, { timeout: 60_000 })
    .toBe(401);
}

async function approve(taskId: string): Promise<void> {
  const path = `/api/v1/tasks/${taskId}/approvals/call_2`;
  expect((await post(path, { decision: "approve" })).status).toBe(202);
}

async function audit(key: string): Promise<readonly object[]> {
  const response = await get("/api/v1/admin/audit?limit=100", key);
  return (await response.json<Audit>()).data;
}

test("a narrow scope opens its own operations and no others, and mints nothing beyond itself", async () => {
  const paths = {
    "webhooks:write": ["/api/v1/webhooks", "/api/v1/hooks"],
    "limits:write": ["/api/v1/budgets", "/api/v1/concurrency"],
    "secrets:write": ["/api/v1/secrets"],
    "audit:read": ["/api/v1/admin/audit"],
    "keys:write": ["/api/v1/keys"],
  };
  const all = Object.values(paths).flat();
  for (const [scope, own] of Object.entries(paths)) {
    const { key, id } = await newKey({ scopes: [scope] });
    const statuses = await Promise.all(
      [...all, "/api/v1/admin/invariants"].map(async (path) => [
        path,
        (await get(path, key)).status,
      ]),
    );
    const open = statuses.filter(([, status]) => status === 200).map(([path]) => path);
    expect(open, scope).toEqual(own);
    expect(await (await get("/api/v1/keys/self", key)).json()).toMatchObject({
      id,
      tenant: "test",
      scopes: [scope],
      expires_at: null,
    });
  }
  const { key } = await newKey({ scopes: ["keys:write"] });
  const mint = (scopes: string[]) => post("/api/v1/keys", { name: "x", scopes }, key);
  expect((await mint(["keys:write"])).status).toBe(201);
  for (const beyond of ["tasks:read", "audit:read", "admin", "platform"]) {
    expect((await mint([beyond])).status).toBe(403);
  }
  expect((await get("/api/v1/keys/self", "opsk_unknown")).status).toBe(401);
});

/** The deletion of a subject in workerd: what goes, what stays, and what a crash leaves to do. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { forgetSubject } from "../../src/api/subjects/forget.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { runReconciler } from "../../src/compose/queue.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { PATIENT } from "../patience.ts";

/** Work after the response, which a test starts when it wants to. */
const held: Promise<void>[] = [];
const SCOPES =
  "audit:read memory:read memory:write tasks:read tasks:write schedules:read schedules:write";
const ANNA = "Anna / ÄÖ?#";
const PATH = `/subjects/${encodeURIComponent(ANNA)}`;
const SECRET = "allergic to peanuts";

type Json = Readonly<Record<string, unknown>>;

async function tenant(scopes = SCOPES) {
  const name = `forget-${crypto.randomUUID().slice(0, 8)}`;
  const key = `opsk_${name}`;
  await env.DB.prepare("INSERT INTO api_key VALUES (?, ?, 'own', ?, ?, '2026-01-01', NULL, NULL)")
    .bind(`key_${name}`, name, sha256Hex(key), scopes)
    .run();
  // Its own environment: dependencies are built once for each.
  const deps = { ...apiDeps(env), background: (work: Promise<void>) => void held.push(work) };
  const app = createApp(() => deps);
  const call = async (method: string, path: string, body?: Json, extra: Json = {}) => {
    const json = body === undefined ? {} : { "Content-Type": "application/json" };
    const headers = { Authorization: `Bearer ${key}`, ...json, ...extra };
    const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await app.request(`/api/v1${path}`, init, env);
    const text = await response.text();
    const isJson = /json/.test(response.headers.get("Content-Type") ?? "") && !text.includes("\n");
    return { status: response.status, text, body: (isJson ? JSON.parse(text) : {}) as Json };
  };
  return { name, call, deps };
}

type Call = Awaited<ReturnType<typeof tenant>>["call"];

const taskOf = (subject: string, script: readonly Json[]) => ({
  subject,
  agent_config: { model: "local/script" },
  input_data: { goal: SECRET, script },
});

async function made(call: Call, path: string, body: Json, extra: Json = {}): Promise<Json> {
  const { status, text, body: answer } = await call("POST", path, body, extra);
  expect(status, text).toBe(201);
  return answer;
}

/** What a tenant stores about Anna: all kinds, and a task that waits for a person. */
async function about(call: Call): Promise<{ readonly done: string; readonly open: string }> {
  const store = `/memory/${encodeURIComponent(`subject:${ANNA}`)}`;
  await made(call, `${store}/items`, { content: SECRET }, { "Idempotency-Key": "item" });
  await call("PUT", `${store}/blocks/style`, { content: SECRET });
  const ofAgent = `/memory/${encodeURIComponent(`agent:concierge,subject:${ANNA}`)}`;
  await made(call, `${ofAgent}/items`, { content: SECRET });
  const task = taskOf(ANNA, [{ text: "Done." }]);
  const action = { task };
  const schedule = { name: "greet", spec: { every_s: 86_400 }, action };
  await made(call, "/schedules", schedule, { "Idempotency-Key": "schedule" });
  const prefer = { Prefer: "wait=20", "Idempotency-Key": "task" };
  const done = await made(call, "/tasks", { ...task, conversation: "with-anna" }, prefer);
  const asks = [{ tool_calls: [{ name: "ask_human", arguments: { question: "Which?" } }] }];
  const open = await made(call, "/tasks", taskOf(ANNA, asks));
  return { done: String(done["id"]), open: String(open["id"]) };
}

/** Rows of all tables of D1 that name this text, of this tenant. */
async function rowsWith(tenantId: string, text: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%tenant_id%'",
  ).all<{ name: string }>();
  const found: string[] = [];
  for (const { name } of results) {
    const rows = await env.DB.prepare(`SELECT * FROM "${name}" WHERE tenant_id = ?`)
      .bind(tenantId)
      .all();
    found.push(...rows.results.filter((row) => JSON.stringify(row).includes(text)).map(() => name));
  }
  return found;
}

test("a deletion takes stores, schedules, tasks, conversations and stored responses, and reports it", async () => {
  const { name, call } = await tenant();
  const { done, open } = await about(call);
  await made(call, "/tasks", taskOf("bob", [{ text: "Of Bob." }]), { Prefer: "wait=20" });
  expect((await rowsWith(name, SECRET)).toSorted()).toEqual(expect.arrayContaining(["answer"]));

  const asked = await call("DELETE", PATH);
  expect(asked.status, asked.text).toBe(202);
  expect(asked.body).toMatchObject({ subject: ANNA, status: "running", tasks: "delete" });
  await Promise.all(held.splice(0));

  const job = await call("GET", `${PATH}/deletion`);
  expect(job.body).toMatchObject({
    status: "completed",
    report: { schedules: 1, stores: 2, memories: 3, tasks_cancelled: 1, tasks_deleted: 2 },
  });
  expect((await call("GET", `${PATH}/export`)).status).toBe(404);
  for (const id of [done, open]) {
    expect((await call("GET", `/tasks/${id}`)).status).toBe(404);
  }
  expect((await call("GET", "/conversations/with-anna")).status).toBe(404);
  expect((await call("GET", "/schedules")).body["data"]).toEqual([]);
  expect((await call("GET", "/tasks")).body["data"]).toHaveLength(1);
  // What Bob's task says is his.
  expect(await rowsWith(name, SECRET)).toEqual(["task"]);
  const audit = (await call("GET", "/admin/audit")).text;
  expect(audit).toContain('"subject.deleted"');
  expect(audit).not.toContain(SECRET);

  const again = await call("DELETE", PATH);
  expect([again.status, again.body["status"]]).toEqual([202, "completed"]);
  expect(held).toEqual([]);
});

test("tasks that have ended stay where that is asked for, and a running deletion can be widened", async () => {
  const { call } = await tenant();
  const { done, open } = await about(call);
  expect((await call("DELETE", `${PATH}?tasks=keep`)).body).toMatchObject({ tasks: "keep" });
  const first = held.splice(0);
  await Promise.all(first);
  expect((await call("GET", `${PATH}/deletion`)).body).toMatchObject({
    status: "completed",
    report: { stores: 2, schedules: 1, tasks_cancelled: 1, tasks_deleted: 0 },
  });
  expect((await call("GET", `/tasks/${done}`)).body["status"]).toBe("completed");
  expect((await call("GET", `/tasks/${open}`)).body["status"]).toBe("cancelled");

  expect((await call("DELETE", PATH)).body).toMatchObject({ status: "running", tasks: "delete" });
  expect((await call("DELETE", `${PATH}?tasks=keep`)).body).toMatchObject({ tasks: "delete" });
  await Promise.all(held.splice(0));
  expect((await call("GET", `/tasks/${done}`)).status).toBe(404);
});

test("the reconciler ends a deletion whose process is gone, and deletes its report in the end", async () => {
  const { name, call, deps } = await tenant();
  const { done } = await about(call);
  const actor = { id: "audit_x", at: new Date().toISOString(), by: "key_x" };
  // The row alone: as if the process had ended right after it was written.
  const subject = { tenant_id: name, subject: ANNA };
  await deps.subjectDeletions.start(subject, false, actor, new Date(Date.now() - 1).toISOString());
  await runReconciler(env, Date.now());
  await expect
    .poll(async () => (await call("GET", `${PATH}/deletion`)).body["status"], PATIENT)
    .toBe("completed");
  expect((await call("GET", `/tasks/${done}`)).status).toBe(404);
  expect((await call("GET", `${PATH}/export`)).status).toBe(404);

  await deps.subjectDeletions.expire("9999-01-01T00:00:00.000Z");
  expect((await call("GET", `${PATH}/deletion`)).status).toBe(404);
});

test("two processes that delete the same subject at once count each thing once", async () => {
  const { name, call, deps } = await tenant();
  await about(call);
  await call("DELETE", PATH);
  const subject = { tenant_id: name, subject: ANNA };
  await Promise.all([...held.splice(0), forgetSubject(deps, subject)]);
  const { body } = await call("GET", `${PATH}/deletion`);
  expect(body).toMatchObject({ status: "completed", report: { schedules: 1 } });
  expect((await call("GET", `${PATH}/export`)).status).toBe(404);
});

test("an unknown subject, one of another tenant and a key without a scope are refused", async () => {
  const { call } = await tenant();
  expect((await call("DELETE", PATH)).status).toBe(404);
  expect((await call("GET", `${PATH}/deletion`)).status).toBe(404);
  await about(call);
  expect((await (await tenant()).call("DELETE", PATH)).status).toBe(404);
  expect((await call("DELETE", `${PATH}?tasks=some`)).status).toBe(422);
  for (const scopes of ["memory:write", "memory:write tasks:write"]) {
    expect((await (await tenant(scopes)).call("DELETE", PATH)).status).toBe(403);
  }
  expect((await call("GET", `${PATH}/export`)).status).toBe(200);
});

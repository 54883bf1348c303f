/** Timetables in workerd: firings become tasks, also after an eviction, a lost alarm and a revoked key. */
import { env } from "cloudflare:workers";
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { runReconciler } from "../../src/compose/queue.ts";
import { timetableStub } from "../../src/durable/timetable/rpc.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { DeliveryStore } from "../../src/store/webhooks/deliveries.ts";
import { WebhookStore } from "../../src/store/webhooks/webhooks.ts";
import { newTask } from "./tasks.ts";
import { body, TASK, tenantWithKey, type Json } from "./tenant-api.ts";
import { taskStatuses } from "../../src/store/tasks/statuses.ts";

/** Makes the next occurrence of every schedule due now. */
async function makeDue(stub: DurableObjectStub): Promise<void> {
  await runInDurableObject(stub, (_object, { storage }) => {
    storage.sql.exec(
      `UPDATE schedule SET created_at = '2020-01-01T00:00:00.000Z',
         definition = json_set(definition, '$.spec.anchor', '2020-01-01T00:00:00.000Z')`,
    );
    storage.sql.exec(
      "UPDATE clock SET next_at = 1, state = json_set(state, '$.watermark', ?)",
      Date.now() - 3_600_000,
    );
  });
}

test("a firing becomes a task through the use case of clients, once, and shows how it ended", async () => {
  const { tenant, call, stub } = await tenantWithKey();
  const created = await call("POST", "/schedules", body());
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  const { id } = created.body;
  await makeDue(stub);
  await runDurableObjectAlarm(stub);
  await runInDurableObject(stub, (object) => object.wake());
  const fires = await call("GET", `/schedules/${id}/fires`);
  expect(fires.body.data).toMatchObject([{ status: "started", count: 1 }]);
  const task_id = fires.body.data[0]?.task_id ?? "";
  const task = await call("GET", `/tasks/${task_id}`, undefined, { Prefer: "wait=5" });
  expect(task.body).toMatchObject({
    status: "completed",
    schedule_id: id,
    input_data: { goal: "Go.", schedule: { schedule_id: id, name: "report" } },
  });
  await expect
    .poll(async () => (await taskStatuses(env.DB, tenant, [task_id])).get(task_id))
    .toBe("completed");
  const again = await call("GET", `/schedules/${id}/fires?status=started`);
  expect(again.body.data).toMatchObject([{ task_id, task_status: "completed" }]);
  const listed = await call("GET", `/tasks?schedule_id=${id}`);
  expect(listed.body).toMatchObject({ data: [{ id: task_id }], total: null });
});

test("an evicted timetable keeps its schedules, and a lost alarm is found by the reconciler", async () => {
  const { tenant, call, stub } = await tenantWithKey();
  const { id } = (await call("POST", "/schedules", body())).body;
  await evictDurableObject(stub);
  await runInDurableObject(stub, (_object, { storage }) => storage.deleteAlarm());
  const due = new Date(Date.now() - 600_000).toISOString();
  await env.DB.prepare("UPDATE timetable SET check_at = ? WHERE tenant_id = ?")
    .bind(due, tenant)
    .run();
  const late = await call("GET", "/admin/invariants");
  expect(late.body.data).toMatchObject([{ kind: "late_schedules", task_id: null }]);
  await runReconciler(env, Date.now());
  expect((await call("GET", "/admin/invariants")).body.data).toEqual([]);
  const alarm = await runInDurableObject(stub, (_object, { storage }) => storage.getAlarm());
  expect(alarm).toBe(Date.parse((await call("GET", `/schedules/${id}`)).body.next_at));
  const row = await env.DB.prepare("SELECT check_at FROM timetable WHERE tenant_id = ?")
    .bind(tenant)
    .first<string>("check_at");
  expect(Date.parse(row ?? "")).toBeGreaterThan(alarm ?? 0);
});

test("a timetable that was never used has no table and no row in D1", async () => {
  const { tenant, call, stub } = await tenantWithKey();
  expect((await call("GET", "/schedules")).body).toEqual({ data: [], next_cursor: null });
  const made = await call("POST", "/schedules", body());
  await call("DELETE", `/schedules/${made.body.id}`);
  const tables = await runInDurableObject(stub, (_object, { storage }) => [
    ...storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'"),
  ]);
  expect(tables).toEqual([]);
  const row = await env.DB.prepare("SELECT 1 FROM timetable WHERE tenant_id = ?")
    .bind(tenant)
    .first();
  expect(row).toBeNull();
});

test("a trigger continues the trace of its caller, unless its traceparent is malformed", async () => {
  const { tenant, call } = await tenantWithKey();
  const { id } = (await call("POST", "/schedules", body({ policy: { overlap: "allow" } }))).body;
  const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const traced = async (traceparent: string) => {
    const fired = await call("POST", `/schedules/${id}/trigger`, {}, { traceparent });
    expect([fired.status, fired.body["status"]]).toEqual([201, "started"]);
    const task = await new TaskStore(env.DB).get(tenant, String(fired.body["task_id"]));
    return task?.trace ?? null;
  };
  expect(await traced(parent)).toEqual({ traceparent: parent });
  expect(await traced(`${parent}-more`)).toBeNull();
});

test("a revoked key leaves its schedules running unless it is asked to pause them", async () => {
  const { tenant, call } = await tenantWithKey();
  const { id } = (await call("POST", "/schedules", body())).body;
  const stub = timetableStub(env.TIMETABLES, tenant);
  expect(await stub.pauseOf("key_of_another", "no", "key_x")).toBe(0);
  expect((await stub.get(id))?.state).toBe("active");
  const revoked = await call("DELETE", `/keys/key_${tenant}?pause_schedules=true`);
  expect(revoked.status).toBe(204);
  expect(await stub.get(id)).toMatchObject({
    state: "paused",
    note: "The key own was revoked.",
    paused_by: `key_${tenant}`,
  });
});

test("what cannot fire, refers to nothing or is too much is refused, and nothing is written", async () => {
  const { call } = await tenantWithKey();
  const cases: readonly (readonly [Json, string, string])[] = [
    [{ spec: { every_s: 1 } }, "validation_failed", "/spec/every_s"],
    [{ spec: {} }, "validation_failed", "/spec/cron"],
    [{ spec: { cron: ["0 9 * * *"] } }, "validation_failed", "/spec/timezone"],
    [{ spec: { cron: ["0 0 30 2 *"], timezone: "UTC" } }, "validation_failed", "/spec/cron/0"],
    [
      { spec: { cron: ["0 0 * * *"], timezone: "Mars/Base" } },
      "validation_failed",
      "/spec/timezone",
    ],
    [{ spec: { every_s: 60, ends_at: "2020-01-01T00:00:00Z" } }, "validation_failed", "/spec"],
    [{ action: { task: { ...TASK, agent: "gone" } } }, "unknown_agent", "/action/task/agent"],
    [
      { action: { task: { input_data: { goal: "{{schedule.nothing}}" } } } },
      "validation_failed",
      "/action/task/input_data/goal",
    ],
    [
      { action: { task: { ...TASK, scheduled_at: "2030-01-01T00:00:00Z" } } },
      "validation_failed",
      "/action/task/scheduled_at",
    ],
  ];
  for (const [more, code, pointer] of cases) {
    const { status, body: problem } = await call("POST", "/schedules", body(more));
    expect([status, problem.code, problem.errors?.[0]?.pointer]).toEqual([422, code, pointer]);
  }
  expect((await call("GET", "/schedules")).body.data).toEqual([]);
  const { id } = (await call("POST", "/schedules", body())).body;
  expect((await call("POST", "/schedules", body())).body.code).toBe("schedule_exists");
  const span = { from: "2000-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z", dry_run: true };
  const wide = await call("POST", `/schedules/${id}/backfill`, span);
  expect([wide.status, wide.body.code]).toEqual([422, "too_many_occurrences"]);
});

test("a notice of a schedule is delivered to the webhooks that asked for it, under one id, without a task", async () => {
  const { tenant } = await tenantWithKey();
  const webhooks = new WebhookStore(env.DB);
  const now = new Date().toISOString();
  const hook = { url: "https://receiver.test/", description: null, enabled: true };
  await webhooks.insert(tenant, "wh_1", { ...hook, types: ["schedule.skipped"] }, "x", now);
  await webhooks.insert(tenant, "wh_2", { ...hook, types: ["task.failed"] }, "x", now);
  const id = `schedule_${tenant}`;
  const notice = { seq: 3, type: "schedule.skipped", body: "{}" } as const;
  const batch = { kind: "notices", tenant_id: tenant, task_id: id, schedule_id: id } as const;
  const deliveries = new DeliveryStore(env.DB);
  for (let sent = 0; sent < 2; sent += 1) {
    const noted = await deliveries.note({ ...batch, notices: [notice] }, now);
    expect(noted).toMatchObject([{ webhook_id: "wh_1", message_id: `${id}:3` }]);
  }
  expect(await deliveries.deliveries(tenant, "wh_1", 10, null)).toMatchObject([
    { type: "schedule.skipped", task_id: null, state: "pending" },
  ]);
  // A run gets no types that are about schedules.
  const task = newTask({ script: [{ text: "Done." }] });
  const inserted = await new TaskStore(env.DB).insert({ ...task, tenant_id: tenant }, null);
  expect(inserted).toMatchObject({ stored: { webhooks: ["task.failed"] } });
});

test("a change with an old version is refused, and audit entries say who did what", async () => {
  const { call } = await tenantWithKey();
  const created = await call("POST", "/schedules", body());
  const { id } = created.body;
  const etag = created.headers.get("ETag") ?? "";
  const paused = await call(
    "POST",
    `/schedules/${id}/pause`,
    { note: "Later." },
    { "If-Match": etag },
  );
  expect(paused.body).toMatchObject({ state: "paused", note: "Later.", next_at: null });
  const late = await call("PUT", `/schedules/${id}`, body(), { "If-Match": etag });
  expect([late.status, late.headers.get("ETag")]).toEqual([412, paused.headers.get("ETag")]);
  await call("POST", `/schedules/${id}/resume`, {});
  await call("POST", `/schedules/${id}/trigger`, {});
  const audit = await call("GET", "/admin/audit");
  const actions = audit.body.data.map(({ action }) => action);
  expect(actions).toEqual([
    "schedule.triggered",
    "schedule.resumed",
    "schedule.paused",
    "schedule.created",
  ]);
});

test("the next hundred previewed occurrences are those that fire, jitter included", async () => {
  const { tenant, call, stub } = await tenantWithKey();
  const spec = { cron: ["*/5 * * * *", "7 * * * *"], timezone: "America/New_York", jitter_s: 240 };
  const shown = await call("POST", "/schedules/preview", { spec, name: "jittered", limit: 100 });
  const { id } = (await call("POST", "/schedules", body({ name: "jittered", spec }))).body;
  const next = await call("GET", `/schedules/${id}/next?limit=100`);
  expect(next.body.data).toEqual(shown.body.data);
  const delays = shown.body.data.map(
    ({ at, occurrence_at }) => Date.parse(at) - Date.parse(occurrence_at),
  );
  expect(new Set(delays).size).toBeGreaterThan(50);
  const alarm = await runInDurableObject(stub, (_object, { storage }) => storage.getAlarm());
  expect(alarm).toBe(Date.parse(shown.body.data[0]?.at ?? ""));
  const state = await timetableStub(env.TIMETABLES, tenant).get(id);
  expect(state?.next_at).toBe(alarm);
});

test("a schedule can pin the version of its agent", async () => {
  const { call } = await tenantWithKey();
  const scripted = { config: { model: "local/script" } };
  await call("POST", "/agents", { name: "writer", description: "One.", ...scripted });
  const second = await call("PUT", "/agents/writer", { description: "Two.", ...scripted });
  expect(second.body["version"]).toBe(2);
  const task = { agent: "writer", input_data: { goal: "Go.", script: [{ text: "Done." }] } };
  const versions = [];
  for (const [name, agent_version] of [
    ["pinned", 1],
    ["newest", null],
  ] as const) {
    const made = await call("POST", "/schedules", body({ name, action: { task, agent_version } }));
    expect(made.body, JSON.stringify(made.body)).toMatchObject({ action: { agent_version } });
    const fired = await call("POST", `/schedules/${made.body.id}/trigger`, {});
    const { body: started } = await call("GET", `/tasks/${String(fired.body["task_id"])}`);
    versions.push(started["agent_version"]);
  }
  expect(versions).toEqual([1, 2]);
  for (const action of [
    { task, agent_version: 9 },
    { task: TASK, agent_version: 9 },
  ]) {
    const refused = await call("POST", "/schedules", body({ name: "unknown", action }));
    expect([refused.status, refused.body.code, refused.body.errors?.[0]?.pointer]).toEqual([
      422,
      "unknown_agent",
      "/action/task/agent",
    ]);
  }
});

/** Many tasks are cancelled or retried only as a dry run has shown, each with its own outcome. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { apiDeps } from "../../src/compose/api.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "./tasks.ts";

interface Outcome {
  readonly id: string;
  readonly status?: string;
  readonly retried_as?: string;
  readonly error?: { readonly code: string };
}

interface Result {
  readonly dry_run: boolean;
  readonly count: number | null;
  readonly has_more: boolean;
  readonly confirm: string | null;
  readonly data: readonly Outcome[];
  readonly next_cursor: string | null;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

const app = createApp((own) => apiDeps(own, { count() {}, fault() {} }));
const tasks = new TaskStore(env.DB);
const CANCEL = "/api/v1/tasks/cancel";
const RETRY = "/api/v1/tasks/retry";
/** A task that waits for an hour. */
const HOUR = [{ tool_calls: [{ name: "wait", arguments: { seconds: 3600 } }] }];
let tenants = 0;

/** Returns a new tenant with a key of the same name. */
async function newTenant(): Promise<string> {
  tenants += 1;
  const tenant = `bulk-${tenants}`;
  await env.DB.prepare(
    "INSERT INTO api_key VALUES (?1, ?1, ?1, ?2, 'tasks:read tasks:write', '2026-01-01T00:00:00.000Z', NULL, NULL)",
  )
    .bind(tenant, sha256Hex(tenant))
    .run();
  return tenant;
}

/** Starts tasks of a tenant that wait, or fail, and returns their ids, oldest first. */
async function started(tenant: string, count: number, more: object = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const task = { ...newTask({ script: HOUR }), tenant_id: tenant, ...more };
    await tasks.insert(task, null);
    const run = runStub(env.RUNS, tenant, task.task_id);
    await run.start(JSON.stringify(specOf(task)));
    await expect
      .poll(async () => (await tasks.get(tenant, task.task_id))?.status)
      .not.toBe("pending");
    ids.push(task.task_id);
  }
  return ids.toSorted();
}

async function ask(tenant: string, path: string, body: object): Promise<[number, Result]> {
  const context = createExecutionContext();
  const request = new Request(`https://service.test${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${tenant}`, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const response = await app.fetch(request, env, context);
  await waitOnExecutionContext(context);
  return [response.status, await response.json<Result>()];
}

async function statuses(tenant: string, ids: readonly string[]): Promise<(string | undefined)[]> {
  const rows = await Promise.all(ids.map((id) => tasks.get(tenant, id)));
  return rows.map((row) => row?.status);
}

test("a dry run counts and changes nothing, and its text cancels what it has shown, page by page", async () => {
  const tenant = await newTenant();
  const ids = await started(tenant, 5, { agent: "helper" });
  const [spared = ""] = await started(tenant, 1);
  const body = { filter: { agent: "helper" } };
  const [, shown] = await ask(tenant, CANCEL, body);
  expect(shown).toMatchObject({ dry_run: true, count: 5, has_more: false, next_cursor: null });
  expect(shown.data.map(({ id }) => id)).toEqual(ids);
  expect(new Set(await statuses(tenant, ids))).toEqual(new Set(["waiting"]));
  const [later = ""] = await started(tenant, 1, { agent: "helper" });

  const real = { ...body, dry_run: false, confirm: shown.confirm, limit: 2 };
  const outcomes: Outcome[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const [status, page]: [number, Result] = await ask(tenant, CANCEL, {
      ...real,
      ...(cursor !== undefined && { cursor }),
    });
    expect([status, page.dry_run, page.confirm]).toEqual([200, false, null]);
    expect(page.data.length).toBeLessThanOrEqual(2);
    outcomes.push(...page.data);
    cursor = page.next_cursor;
  }
  expect(outcomes).toEqual(ids.map((id) => ({ id, status: "cancelled" })));
  await expect.poll(() => statuses(tenant, ids)).toEqual(ids.map(() => "cancelled"));
  expect(await statuses(tenant, [spared, later])).toEqual(["waiting", "waiting"]);
  expect((await ask(tenant, CANCEL, real))[1].data).toEqual([]);
});

test("a batch, or what a schedule submitted, is cancelled alone", async () => {
  const tenant = await newTenant();
  const batch = await started(tenant, 2, { group_id: "group_1" });
  const fired = await started(tenant, 1, { schedule_id: "schedule_1" });
  const others = await started(tenant, 1, { group_id: "group_2", schedule_id: "schedule_2" });
  for (const [filter, ids] of [
    [{ group_id: "group_1" }, batch],
    [{ schedule_id: "schedule_1" }, fired],
  ] as const) {
    const [, shown] = await ask(tenant, CANCEL, { filter });
    expect(shown.data.map(({ id }) => id)).toEqual(ids);
    const { confirm } = shown;
    const [, done] = await ask(tenant, CANCEL, { filter, dry_run: false, confirm });
    expect(done.data).toEqual(ids.map((id) => ({ id, status: "cancelled" })));
  }
  expect(await statuses(tenant, others)).toEqual(["waiting"]);
});

test("failed tasks are retried once, however often the request is repeated", async () => {
  const tenant = await newTenant();
  const other = await newTenant();
  const ids = await started(tenant, 3);
  await started(other, 1);
  await Promise.all(
    ids.map((id) => runStub(env.RUNS, tenant, id).cancel("{}", { reason: null, by: "key" })),
  );
  await expect.poll(() => statuses(tenant, ids)).toEqual(ids.map(() => "cancelled"));
  const body = { filter: { status: ["cancelled"] }, config: "same" };
  const [, shown] = await ask(tenant, RETRY, body);
  expect(shown.count).toBe(3);
  const real = { ...body, dry_run: false, confirm: shown.confirm };
  const first = await ask(tenant, RETRY, real);
  const again = await ask(tenant, RETRY, real);
  expect(first[1].data.map(({ id }) => id)).toEqual(ids);
  const made = first[1].data.map(({ retried_as }) => retried_as);
  expect(again[1].data.map(({ retried_as }) => retried_as)).toEqual(made);
  expect(new Set(made).size).toBe(3);
  const { total } = await tasks.list(tenant, { metadata: [] }, 1, null);
  expect(total).toBe(6);
  const origins = await Promise.all(made.map((id = "") => tasks.get(tenant, id)));
  expect(origins.map((row) => row?.retry_of)).toEqual(ids);
  expect((await ask(other, RETRY, body))[1].count).toBe(0);
});

test("a task that cannot be changed has its own error, and the others are changed", async () => {
  const tenant = await newTenant();
  const [gone = "", kept = ""] = await started(tenant, 2, { agent: "gone" });
  await Promise.all(
    [gone, kept].map((id) =>
      runStub(env.RUNS, tenant, id).cancel("{}", { reason: null, by: "key" }),
    ),
  );
  await expect.poll(() => statuses(tenant, [gone, kept])).toEqual(["cancelled", "cancelled"]);
  await env.DB.prepare("UPDATE task SET agent = 'default' WHERE task_id = ?").bind(kept).run();
  const body = { filter: { status: ["cancelled"] }, config: "current" };
  const [, shown] = await ask(tenant, RETRY, body);
  const [, page] = await ask(tenant, RETRY, { ...body, dry_run: false, confirm: shown.confirm });
  expect(page.data).toMatchObject([
    { id: gone, error: { code: "unknown_agent" } },
    { id: kept, retried_as: expect.stringMatching(/^task_/) as string },
  ]);
});

test("a text confirms only the body, the operation and the tenant of its dry run", async () => {
  const tenant = await newTenant();
  const ids = await started(tenant, 1);
  const body = { filter: { metadata: { a: "1" } }, reason: "enough" };
  const [, { confirm }] = await ask(tenant, CANCEL, body);
  const real = { ...body, dry_run: false, confirm };
  expect((await ask(tenant, CANCEL, real))[0]).toBe(200);
  const refused: readonly (readonly [string, string, object])[] = [
    [tenant, CANCEL, { ...real, confirm: undefined }],
    [tenant, CANCEL, { ...real, filter: {} }],
    [tenant, CANCEL, { ...real, reason: "other" }],
    [tenant, CANCEL, { ...real, confirm: `${confirm}x` }],
    [tenant, RETRY, { filter: body.filter, dry_run: false, confirm }],
    [await newTenant(), CANCEL, real],
  ];
  for (const [who, path, sent] of refused) {
    const [status, { errors }] = await ask(who, path, sent);
    expect([status, errors?.[0]?.pointer], JSON.stringify(sent)).toEqual([422, "/confirm"]);
  }
  expect(await statuses(tenant, ids)).toEqual(["waiting"]);
});

test("a filter names only tasks that the operation applies to, and at most ten metadata", async () => {
  const tenant = await newTenant();
  const metadata = Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`k${i}`, "v"]));
  const refused: readonly (readonly [string, object, string])[] = [
    [CANCEL, { filter: { status: ["completed"] } }, "/filter/status/0"],
    [RETRY, { filter: { status: ["running"] } }, "/filter/status/0"],
    [CANCEL, { filter: { metadata } }, "/filter/metadata"],
    [CANCEL, { filter: { order: "newest" } }, "/filter/order"],
    [CANCEL, {}, "/filter"],
    [CANCEL, { filter: {}, limit: 101 }, "/limit"],
  ];
  for (const [path, sent, pointer] of refused) {
    const [status, { errors }] = await ask(tenant, path, sent);
    expect([status, errors?.[0]?.pointer]).toEqual([422, pointer]);
  }
});

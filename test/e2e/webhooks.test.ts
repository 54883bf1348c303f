/**
 * Webhooks over HTTP: a real receiver that checks what it is sent with the `standardwebhooks` package,
 * and hooks that start tasks from what the package signed.
 */
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Service } from "../service.ts";
import { forbiddenUrls } from "../ssrf-corpus.ts";
import { json, redirect, Target, type Visit } from "../target.ts";
import { ended, getJson, getTask, logOf, ofType, scripted, submit } from "../tasks.ts";

let service: Service;
let target: Target;

const WEBHOOKS = "/api/v1/webhooks";
const HOOKS = "/api/v1/hooks";
const TELEMETRY = "/api/v1/telemetry";
const PATIENT = { timeout: 60_000 };
const OTHER = "opsk_webhooks_other";
const USER = "opsk_webhooks_user";

beforeAll(async () => {
  target = await Target.start();
  service = await Service.start({
    vars: {
      OPSPAWN_ENCRYPTION_KEY: "ab".repeat(32),
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: target.host,
      OPSPAWN_WEBHOOK_TIMEOUT_MS: "1000",
    },
    keys: [
      { key: OTHER, tenant: "other", scopes: "tasks:read tasks:write admin" },
      { key: USER, tenant: "test", scopes: "tasks:read tasks:write tools:write agents:write" },
    ],
  });
});

afterAll(async () => {
  await service.stop();
  await target.stop();
});

beforeEach(async () => {
  target.answers.clear();
  target.visits.length = 0;
  const { data: webhooks } = await getJson<{ data: { id: string }[] }>(service, WEBHOOKS);
  for (const { id } of webhooks) {
    await service.request(`${WEBHOOKS}/${id}`, { method: "DELETE" });
  }
});

interface Made {
  readonly id: string;
  readonly secret: string;
  readonly url: string;
}

interface Delivery {
  readonly id: string;
  readonly type: string;
  readonly task_id: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
}

interface Message {
  readonly type: string;
  readonly data: { readonly task_id: string; readonly seq: number; readonly status: string };
}

function post(path: string, body: object = {}, key = service.key): Promise<Response> {
  return service.request(path, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
  });
}

async function made(path: string, body: object, status = 201): Promise<Made> {
  const response = await post(path, body);
  const text = await response.text();
  expect(response.status, text).toBe(status);
  return JSON.parse(text) as Made;
}

/** What the package makes of a request, which it verifies. */
function verified({ headers, body }: Visit, secret: string): Message {
  return new Webhook(secret).verify(body, headers as Record<string, string>) as Message;
}

async function deliveries(id: string): Promise<readonly Delivery[]> {
  return (await getJson<{ data: Delivery[] }>(service, `${WEBHOOKS}/${id}/deliveries`)).data;
}

const settled = (id: string) =>
  expect.poll(() => deliveries(id), { timeout: 60_000, interval: 100 });

async function code(response: Response): Promise<string> {
  return `${response.status} ${(await response.json<{ code: string }>()).code}`;
}

test("a receiver is told of a run that waits for a person, in words that the package verifies", async () => {
  const { id, secret } = await made(WEBHOOKS, { url: target.url("/all") });
  const task = await submit(
    service,
    scripted(
      [{ tool_calls: [{ name: "add_numbers", arguments: { a: 1, b: 2 } }] }, { text: "3" }],
      { agent_config: { model: "local/script", policy: { approve: ["add_*"] } } },
    ),
  );
  await expect.poll(() => target.to("/all").length, { timeout: 60_000 }).toBe(3);
  await post(`/api/v1/tasks/${task.task_id}/approvals/call_2`, { decision: "approve" });
  await ended(service, task.task_id);
  await expect.poll(() => target.to("/all").length, { timeout: 60_000 }).toBe(4);
  const visits = target.to("/all");
  const messages = visits.map((visit) => verified(visit, secret));
  const log = await logOf(service, task.task_id);
  const inOrder = messages.toSorted((a, b) => a.data.seq - b.data.seq);
  expect(inOrder.map(({ type, data }) => `${type} ${data.status}`)).toEqual([
    "task.started running",
    "approval.requested running",
    "task.waiting waiting",
    "task.completed completed",
  ]);
  for (const { data } of inOrder) {
    expect(log[data.seq - 1]?.seq).toBe(data.seq);
  }
  expect(visits.map(({ headers }) => headers["webhook-id"])).toEqual(
    messages.map(({ data }) => `${task.task_id}:${data.seq}`),
  );
  await settled(id).toMatchObject(
    Array.from({ length: 4 }, () => ({ state: "delivered", attempts: 1, last_status: 200 })),
  );
});

test("a callback is told of its own task, signed with the tenant's secret, which can be replaced", async () => {
  const { secret: before } = await getJson<Made>(service, `${WEBHOOKS}/callbacks/secret`);
  const rotated = await made(`${WEBHOOKS}/callbacks/secret/rotate`, {}, 200);
  expect(rotated.secret).not.toBe(before);
  const url = target.url("/own");
  const task = await submit(service, scripted([{ text: "done" }], { callback_url: url }));
  await submit(service, scripted([{ text: "another" }]));
  await ended(service, task.task_id);
  await expect.poll(() => target.to("/own").length, { timeout: 60_000 }).toBe(2);
  for (const visit of target.to("/own")) {
    expect(verified(visit, before).data.task_id).toBe(task.task_id);
    expect(verified(visit, rotated.secret).data.task_id).toBe(task.task_id);
  }
  expect(await getTask(service, task.task_id)).toMatchObject({ callback_url: url });
  expect(JSON.stringify(await logOf(service, task.task_id))).not.toContain(url);
  const log = await deliveries("callbacks");
  expect(log.filter(({ task_id }) => task_id === task.task_id)).toHaveLength(2);
});

test("what failed is in the log, is tried again, and is sent once more by whoever asks", async () => {
  const { id, secret } = await made(WEBHOOKS, {
    url: target.url("/down"),
    types: ["task.completed"],
  });
  target.answers.set("/down", json({ error: "not yet" }, 503));
  const task = await submit(service, scripted([{ text: "done" }]));
  const message = { task_id: task.task_id, type: "task.completed" };
  await settled(id).toMatchObject([
    { ...message, state: "pending", attempts: 1, last_status: 503 },
  ]);
  target.answers.clear();
  await settled(id).toMatchObject([
    { ...message, state: "delivered", attempts: 2, last_status: 200 },
  ]);
  const [{ id: delivery } = { id: "" }] = await deliveries(id);
  const again = await post(`${WEBHOOKS}/${id}/deliveries/${delivery}/redeliver`);
  expect(again.status).toBe(202);
  await expect.poll(() => target.to("/down").length, { timeout: 60_000 }).toBe(3);
  const visits = target.to("/down");
  expect(new Set(visits.map(({ headers }) => headers["webhook-id"]))).toEqual(new Set([delivery]));
  expect(new Set(visits.map(({ body }) => body)).size).toBe(1);
  expect(visits.map((visit) => verified(visit, secret).type)).toEqual(
    Array(3).fill("task.completed"),
  );
});

test.each([
  ["/away", redirect("/all"), { state: "pending", last_status: 302, last_error: "redirected" }],
  ["/slow", () => {}, { state: "pending", last_status: null, last_error: "timeout" }],
  ["/gone", json({}, 410), { state: "failed", last_status: 410, last_error: "gone" }],
] as const)("a test message to %s comes to what is specified", async (path, answer, outcome) => {
  target.answers.set(path, answer);
  const { id } = await made(WEBHOOKS, { url: target.url(path) });
  const response = await post(`${WEBHOOKS}/${id}/test`);
  expect(response.status).toBe(202);
  expect(await response.json()).toMatchObject({ type: "webhook.test", state: "pending" });
  await settled(id).toMatchObject([{ ...outcome, attempts: 1 }]);
  expect(target.to("/all")).toHaveLength(0);
  const webhook = await getJson<object>(service, `${WEBHOOKS}/${id}`);
  const gone = path === "/gone";
  expect(webhook).toMatchObject({ enabled: !gone, disabled_reason: gone ? "gone" : null });
  const again = await post(`${WEBHOOKS}/${id}/test`);
  expect(again.status).toBe(gone ? 409 : 202);
});

test("addresses that are private are refused wherever they can be given", async () => {
  // Another port than the one that is open to the service.
  for (const url of forbiddenUrls(target.port === 1234 ? 1235 : 1234)) {
    for (const [path, body] of [
      [WEBHOOKS, { url }],
      ["/api/v1/tasks", scripted([{ text: "no" }], { callback_url: url })],
    ] as const) {
      expect(`${url} ${await code(await post(path, body))}`).toBe(`${url} 422 validation_failed`);
    }
  }
  const { id } = await made(WEBHOOKS, { url: target.url("/x") });
  const changed = await service.request(`${WEBHOOKS}/${id}`, {
    method: "PATCH",
    body: JSON.stringify({ url: "http://169.254.169.254/" }),
  });
  expect(await code(changed)).toBe("422 validation_failed");
  expect(target.visits).toHaveLength(0);
});

test("webhooks and hooks are their tenant's, and for those who may manage them", async () => {
  const webhook = await made(WEBHOOKS, { url: target.url("/x"), description: "mine" });
  const hook = await made(HOOKS, { name: "mine", template: { input_data: { goal: "x" } } });
  const calls: readonly (readonly [string, string])[] = [
    ["GET", `${WEBHOOKS}/${webhook.id}`],
    ["PATCH", `${WEBHOOKS}/${webhook.id}`],
    ["DELETE", `${WEBHOOKS}/${webhook.id}`],
    ["GET", `${WEBHOOKS}/${webhook.id}/secret`],
    ["POST", `${WEBHOOKS}/${webhook.id}/secret/rotate`],
    ["POST", `${WEBHOOKS}/${webhook.id}/test`],
    ["GET", `${WEBHOOKS}/${webhook.id}/deliveries`],
    ["POST", `${WEBHOOKS}/${webhook.id}/deliveries/x:1/redeliver`],
    ["GET", `${HOOKS}/${hook.id}`],
    ["PATCH", `${HOOKS}/${hook.id}`],
    ["DELETE", `${HOOKS}/${hook.id}`],
    ["GET", `${HOOKS}/${hook.id}/secret`],
    ["POST", `${HOOKS}/${hook.id}/secret/rotate`],
  ];
  for (const [method, path] of calls) {
    for (const [key, expected] of [
      [OTHER, "404 not_found"],
      [USER, "403 forbidden"],
    ] as const) {
      const body = method === "PATCH" ? { body: "{}" } : {};
      const headers = { Authorization: `Bearer ${key}` };
      const response = await service.request(path, { method, headers, ...body });
      expect(`${method} ${path} ${await code(response)}`).toBe(`${method} ${path} ${expected}`);
    }
  }
  const listed = await service.request(WEBHOOKS, { headers: { Authorization: `Bearer ${OTHER}` } });
  expect(await listed.json()).toEqual({ data: [], next_cursor: null });
  const own = await getJson<{ data: object[] }>(service, WEBHOOKS);
  expect(own.data).toMatchObject([{ id: webhook.id, description: "mine", enabled: true }]);
  expect(JSON.stringify(own)).not.toContain("whsec_");
  expect((await getJson<Made>(service, `${WEBHOOKS}/${webhook.id}/secret`)).secret).toBe(
    webhook.secret,
  );
});

test("a log is read in pages, and no page is another tenant's", async () => {
  const { id } = await made(WEBHOOKS, { url: target.url("/pages") });
  for (let i = 0; i < 3; i += 1) {
    await post(`${WEBHOOKS}/${id}/test`);
  }
  const path = `${WEBHOOKS}/${id}/deliveries?limit=2`;
  const first = await getJson<{ data: Delivery[]; next_cursor: string }>(service, path);
  const rest = await getJson<{ data: Delivery[]; next_cursor: null }>(
    service,
    `${path}&cursor=${first.next_cursor}`,
  );
  expect([first.data.length, rest.data.length, rest.next_cursor]).toEqual([2, 1, null]);
  expect(new Set([...first.data, ...rest.data].map((one) => one.id)).size).toBe(3);
  expect(await code(await service.request(`${path}&cursor=forged.x`))).toBe(
    "422 validation_failed",
  );
});

test.for([
  [WEBHOOKS, { url: "https://example.com/x" }, { description: "other" }],
  [HOOKS, { name: "h", template: { input_data: { goal: "go" } } }, { name: "other" }],
] as const)(
  "%s: a change or a deletion can name the version that it expects",
  async ([path, body, more]) => {
    const created = await service.send("POST", path, body);
    const { id } = await created.json<Made>();
    const one = `${path}/${id}`;
    const change = async (method: string, tag: string | null, content?: object) => {
      const headers = { "If-Match": tag ?? "" };
      const response = await service.send(method, one, content, undefined, headers);
      return { status: response.status, tag: response.headers.get("ETag") };
    };
    const first = created.headers.get("ETag");
    expect((await service.request(one)).headers.get("ETag")).toBe(first);
    const both = await Promise.all([change("PATCH", first, more), change("PATCH", first, more)]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 412]));
    const latest = both.find(({ status }) => status === 200)?.tag ?? "";
    expect(latest).not.toBe(first);
    expect(await change("PATCH", first, more)).toEqual({ status: 412, tag: latest });
    expect((await change("PATCH", "*", more)).status).toBe(200);
    expect((await change("DELETE", latest)).status).toBe(412);
    expect((await service.request(`${one}/secret`)).status).toBe(200);
    const { version } = await getJson<{ version: number }>(service, one);
    expect(version).toBe(3);
    const tag = (await service.request(one)).headers.get("ETag");
    expect((await change("DELETE", tag)).status).toBe(204);
    expect((await change("DELETE", "*")).status).toBe(404);
  },
);

test("the secret of callbacks, or of another resource, outlives a deletion that finds nothing", async () => {
  const callbacks = `${WEBHOOKS}/callbacks/secret`;
  const { secret } = await getJson<Made>(service, callbacks);
  const created = await service.send("POST", WEBHOOKS, { url: "https://example.com/x" });
  const { id, secret: own } = await created.json<Made>();
  for (const path of [`${WEBHOOKS}/callbacks`, `${HOOKS}/callbacks`, `${HOOKS}/${id}`]) {
    expect((await service.send("DELETE", path)).status).toBe(404);
  }
  expect((await getJson<Made>(service, callbacks)).secret).toBe(secret);
  expect((await getJson<Made>(service, `${WEBHOOKS}/${id}/secret`)).secret).toBe(own);
});

test("a process that is killed on the way tells of the run's end all the same", async () => {
  const { secret } = await made(WEBHOOKS, { url: target.url("/kill"), types: ["task.completed"] });
  const task = await submit(service, scripted([{ text: "slow", delay_ms: 1500 }]));
  await expect.poll(async () => (await getTask(service, task.task_id)).status).toBe("running");
  await service.kill();
  await service.up();
  await expect.poll(() => target.to("/kill").length, { timeout: 90_000 }).toBeGreaterThan(0);
  const ids = target.to("/kill").map(({ headers }) => headers["webhook-id"]);
  const { last_seq } = await getTask(service, task.task_id);
  expect(new Set(ids)).toEqual(new Set([`${task.task_id}:${last_seq}`]));
  for (const visit of target.to("/kill")) {
    expect(verified(visit, secret).data).toMatchObject({ status: "completed", seq: last_seq });
  }
});

test("a trace is sent when its run ends, with sealed headers, and again when a client asks", async () => {
  const put = (body: object, key = service.key) =>
    service.request(TELEMETRY, {
      method: "PUT",
      headers: { Authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
  expect((await service.request(TELEMETRY)).status).toBe(404);
  expect(await code(await put({ url: "http://10.0.0.1/v1/traces" }))).toMatch(/^422 /);
  expect(await code(await put({ url: target.url("/otlp"), sampling: "x > 1" }))).toMatch(/^422 /);
  expect((await put({ url: target.url("/otlp") }, USER)).status).toBe(403);
  const headers = { "x-key": "key-of-the-collector" };
  const inside = { url: target.url("/otlp"), metrics_url: "http://10.0.0.1/v1/metrics" };
  expect(await code(await put(inside))).toMatch(/^422 /);
  const metrics_url = target.url("/otlp-metrics");
  const set = await put({ url: target.url("/otlp"), metrics_url, headers, format: "json" });
  const shown = await set.text();
  expect([set.status, shown.includes("key-of-the-collector")], shown).toEqual([200, false]);
  expect(JSON.parse(shown)).toMatchObject({ header_names: ["x-key"], failed_exports: 0 });
  const { task_id } = await submit(service, scripted([{ text: "done" }]));
  await ended(service, task_id);
  await expect.poll(() => target.to("/otlp").length, PATIENT).toBe(1);
  const [first] = target.to("/otlp");
  expect(first?.headers).toMatchObject({ "x-key": "key-of-the-collector" });
  const own = await service.request(`/api/v1/tasks/${task_id}/trace`);
  expect(JSON.parse(first?.body ?? "")).toEqual(await own.json());
  await expect.poll(() => target.to("/otlp-metrics").length, PATIENT).toBe(1);
  const [metrics] = target.to("/otlp-metrics");
  expect(metrics?.headers).toMatchObject({ "x-key": "key-of-the-collector" });
  expect(metrics?.body).toContain('"gen_ai.invoke_agent.duration"');
  target.answers.set("/otlp", json({}, 400));
  const exported = `/api/v1/tasks/${task_id}/trace/export`;
  expect((await post(exported)).status).toBe(202);
  await expect.poll(() => target.to("/otlp").length, PATIENT).toBe(2);
  expect(target.to("/otlp")[1]?.body).toBe(first?.body);
  await expect
    .poll(() => getJson<object>(service, TELEMETRY), PATIENT)
    .toMatchObject({ failed_exports: 1, last_error: "http_400" });
  expect((await post(exported, {}, OTHER)).status).toBe(404);
  const remove = await service.request(TELEMETRY, { method: "DELETE" });
  expect([remove.status, (await post(exported)).status]).toEqual([204, 404]);
  await ended(service, (await submit(service, scripted([{ text: "done" }]))).task_id);
  expect(target.to("/otlp")).toHaveLength(2);
});

test.each([
  ["/silent", () => {}],
  ["/down", json({}, 503)],
  ["/busy", json({}, 429)],
  ["/small", json({}, 413)],
  ["/moved", redirect("/elsewhere")],
])(
  "a receiver of traces and metrics that is %s neither fails nor changes a run",
  async (path, answer) => {
    const shape = async (): Promise<string[]> => {
      const { task_id } = await submit(service, scripted([{ text: "done" }]));
      expect(await ended(service, task_id)).toMatchObject({ status: "completed" });
      return (await logOf(service, task_id)).map(({ type }) => type);
    };
    const undisturbed = await shape();
    target.answers.set(path, answer);
    const url = target.url(path);
    const settings = { method: "PUT", body: JSON.stringify({ url, metrics_url: url }) };
    expect((await service.request(TELEMETRY, settings)).status).toBe(200);
    // The next runs end while the receiver still owes its answer to the first.
    expect(await shape()).toEqual(undisturbed);
    await expect.poll(() => target.to(path).length, PATIENT).toBeGreaterThan(0);
    expect(await shape()).toEqual(undisturbed);
    expect((await service.request(TELEMETRY, { method: "DELETE" })).status).toBe(204);
  },
);

test("a webhook is changed, disabled and deleted, and is told no more then", async () => {
  const { id } = await made(WEBHOOKS, { url: target.url("/old") });
  const change = (body: object) =>
    service.request(`${WEBHOOKS}/${id}`, { method: "PATCH", body: JSON.stringify(body) });
  const changed = await change({ url: target.url("/new"), types: ["task.completed"] });
  expect(await changed.json()).toMatchObject({
    url: target.url("/new"),
    types: ["task.completed"],
  });
  await submit(service, scripted([{ text: "done" }]));
  await expect.poll(() => target.to("/new").length, { timeout: 60_000 }).toBe(1);
  await change({ enabled: false });
  const quiet = await submit(
    service,
    scripted([{ text: "quiet" }], { callback_url: target.url("/own") }),
  );
  // Both would have been sent by the same message.
  await expect.poll(() => target.to("/own").length, { timeout: 60_000 }).toBe(2);
  expect(await deliveries(id)).toHaveLength(1);
  expect((await service.request(`${WEBHOOKS}/${id}`, { method: "DELETE" })).status).toBe(204);
  expect(await code(await service.request(`${WEBHOOKS}/${id}`))).toBe("404 not_found");
  expect(target.visits.map(({ url }) => url).toSorted()).toEqual(["/new", "/own", "/own"]);
  expect(quiet.status).toBe("pending");
});

test.each([
  [{ url: "ftp://example.com/" }],
  [{ url: "https://example.com/", types: ["task.exploded"] }],
  [{ url: "https://example.com/", types: [] }],
  [{ url: "https://example.com/", secret: "mine" }],
  [{}],
])("a webhook that is %j is refused", async (body) => {
  expect(await code(await post(WEBHOOKS, body))).toBe("422 validation_failed");
});

/** A request to a hook as the package signs it. */
function call(
  { url, secret }: Made,
  body: unknown,
  more: { readonly id?: string; readonly at?: number; readonly text?: string } = {},
): Promise<Response> {
  const { id = `msg_${Math.random()}`, at = Date.now() } = more;
  const text = JSON.stringify(body);
  return fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at / 1000)),
      "webhook-signature": new Webhook(secret).sign(id, new Date(at), text),
      traceparent: TRACEPARENT,
    },
    body: more.text ?? text,
  });
}

const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

const TEMPLATE = {
  name: "Issue {{issue.number}}",
  input_data: {
    goal: "Triage {{issue.title}}",
    context: { labels: "{{issue.labels}}" },
    script: [{ text: "triaged" }],
  },
  agent_config: { model: "local/script" },
  priority: "{{issue.priority}}",
  metadata: { source: "tracker" },
};
const ISSUE = { issue: { number: 7, title: "a {{b}}", labels: ["bug"], priority: 3 } };

test("a signed request starts a task from the hook's template, once", async () => {
  const hook = await made(HOOKS, { name: "tracker", template: TEMPLATE });
  expect(hook.url).toBe(`${service.url}/hooks/${hook.id}`);
  const first = await call(hook, ISSUE, { id: "msg_1" });
  const started = await first.json<{ task_id: string }>();
  expect(first.status, JSON.stringify(started)).toBe(201);
  expect(first.headers.get("Location")).toBe(`/api/v1/tasks/${started.task_id}`);
  const again = await call(hook, ISSUE, { id: "msg_1" });
  expect(await again.json()).toEqual(started);
  expect(again.headers.get("Idempotent-Replayed")).toBe("true");
  expect(await code(await call(hook, { issue: {} }, { id: "msg_1" }))).toMatch(/^422 /);
  const task = await ended(service, started.task_id);
  expect(task).toMatchObject({
    status: "completed",
    name: "Issue 7",
    priority: 3,
    input_data: { goal: "Triage a {{b}}", context: { labels: ["bug"] } },
    metadata: { source: "tracker" },
  });
  const [created] = ofType(await logOf(service, started.task_id), "run.created");
  expect(created?.["trace"]).toEqual({ traceparent: TRACEPARENT });
});

test("many requests at once with one id start one task", async () => {
  const hook = await made(HOOKS, { name: "busy", template: TEMPLATE });
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => call(hook, ISSUE, { id: "msg_same" })),
  );
  const ids = await Promise.all(
    answers.map(async (answer) => (await answer.json<{ task_id: string }>()).task_id),
  );
  expect(new Set(ids).size).toBe(1);
});

test("what is not signed by the hook's secret, or too old, is refused without a hint", async () => {
  const hook = await made(HOOKS, { name: "careful", template: TEMPLATE });
  const other = await made(HOOKS, { name: "other", template: TEMPLATE });
  const nowhere = { ...hook, url: `${service.url}/hooks/hook_${"0".repeat(32)}` };
  const answers = await Promise.all([
    call({ ...hook, secret: other.secret }, ISSUE),
    call(hook, ISSUE, { text: `${JSON.stringify(ISSUE)} ` }),
    call(hook, ISSUE, { at: Date.now() - 400_000 }),
    call(hook, ISSUE, { at: Date.now() + 400_000 }),
    call(nowhere, ISSUE),
    call({ ...hook, url: `${service.url}/hooks/x` }, ISSUE),
    fetch(hook.url, { method: "POST", body: JSON.stringify(ISSUE) }),
    post(`/hooks/${hook.id}`, ISSUE),
  ]);
  const told = await Promise.all(
    answers.map(async (answer) => {
      const { request_id: _id, ...document } = await answer.json<Record<string, unknown>>();
      return document;
    }),
  );
  expect(told[0]).toMatchObject({ status: 401, code: "invalid_signature" });
  expect(new Set(told.map((document) => JSON.stringify(document))).size).toBe(1);
});

test("a hook that is disabled or deleted starts nothing, and one whose secret was replaced goes on", async () => {
  const hook = await made(HOOKS, { name: "short-lived", template: TEMPLATE });
  const rotated = await made(`${HOOKS}/${hook.id}/secret/rotate`, {}, 200);
  expect((await call(hook, ISSUE)).status).toBe(201);
  expect((await call({ ...hook, secret: rotated.secret }, ISSUE)).status).toBe(201);
  const body = JSON.stringify({ enabled: false, name: "renamed" });
  const changed = await service.request(`${HOOKS}/${hook.id}`, { method: "PATCH", body });
  expect(await changed.json()).toMatchObject({
    enabled: false,
    name: "renamed",
    template: TEMPLATE,
  });
  expect(await code(await call(hook, ISSUE))).toBe("404 not_found");
  expect((await service.request(`${HOOKS}/${hook.id}`, { method: "DELETE" })).status).toBe(204);
  expect(await code(await call(hook, ISSUE))).toBe("401 invalid_signature");
});

test("what a request does not bring, or brings in the wrong form, is named", async () => {
  const hook = await made(HOOKS, { name: "strict", template: TEMPLATE });
  const missing = await call(hook, { issue: { number: 7, title: "x", labels: [] } });
  expect(missing.status).toBe(422);
  expect(await missing.json()).toMatchObject({
    code: "validation_failed",
    errors: [
      { pointer: "/priority", detail: "needs issue.priority, which the request does not have" },
    ],
  });
  const wrong = await call(hook, { issue: { ...ISSUE.issue, priority: "high" } });
  expect(await wrong.json()).toMatchObject({ status: 422, errors: [{ pointer: "/priority" }] });
  const large = await call(hook, { issue: ISSUE.issue, more: "x".repeat(1_100_000) });
  expect(await code(large)).toBe("413 payload_too_large");
});

test.each([
  [{ input_data: { goal: "x" }, surprise: 1 }, "/template/surprise"],
  [{ input_data: {} }, "/template/input_data/goal"],
  [{ input_data: { goal: "x {{" } }, "/template/input_data/goal"],
  [{ input_data: { goal: "x" }, priority: "high" }, "/template/priority"],
])("a template that could never be submitted is refused: %j", async (template, pointer) => {
  const response = await post(HOOKS, { name: "wrong", template });
  const problem = await response.json<{ errors: readonly { pointer: string }[] }>();
  expect(response.status).toBe(422);
  expect(problem.errors[0]?.pointer).toContain(pointer.replace("/surprise", ""));
});

test("a hook for GitHub takes what GitHub signs, and the same again once", async () => {
  const secret = "a secret of sixteen or more";
  const hook = await made(HOOKS, { name: "github", scheme: "github", template: TEMPLATE, secret });
  const body = JSON.stringify(ISSUE);
  const sign = (key: string) => `sha256=${createHmac("sha256", key).update(body).digest("hex")}`;
  const send = (signature: string) =>
    fetch(hook.url, { method: "POST", body, headers: { "X-Hub-Signature-256": signature } });
  const [first, again] = [await send(sign(secret)), await send(sign(secret))];
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(await first.json()).toEqual(await again.json());
  expect(await code(await send(sign("another secret of sixteen")))).toBe("401 invalid_signature");
  const named = await post(HOOKS, { name: "x", template: TEMPLATE, secret: "not a whsec at all" });
  expect(await code(named)).toBe("422 validation_failed");
});

test("without a key to seal with, nothing that needs a secret is made", async () => {
  const bare = await Service.start({ vars: { OPSPAWN_ALLOWED_PRIVATE_HOSTS: target.host } });
  try {
    const url = target.url("/x");
    for (const [path, body] of [
      [WEBHOOKS, { url }],
      [HOOKS, { name: "x", template: TEMPLATE }],
      ["/api/v1/tasks", scripted([{ text: "x" }], { callback_url: url })],
    ] as const) {
      const response = await bare.request(path, { method: "POST", body: JSON.stringify(body) });
      expect(response.status).toBe(422);
      expect(await response.json()).toMatchObject({
        code: "encryption_unavailable",
        detail: expect.stringContaining("OPSPAWN_ENCRYPTION_KEY") as string,
      });
    }
  } finally {
    await bare.stop();
  }
});

/**
 * Runs that share an account of a model provider, against providers that count requests and tokens
 * themselves, fail, and come back. The service is killed while runs wait.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { LimitedProvider } from "../limited-provider.ts";
import { PATIENT } from "../patience.ts";
import { Service } from "../service.ts";
import { ended, getJson, logOf, ofType, submit, type Task } from "../tasks.ts";

interface ProviderJson {
  readonly provider: string;
  readonly model_family: string;
  readonly own_key: boolean;
  readonly breaker: string;
  readonly waiting: number;
  readonly limits: readonly { unit: string; limit: number; remaining: number }[];
}

const OTHER = "key-of-the-other-tenant";
const BREAKER_MS = 300;
const limited = new LimitedProvider({ requests: 60, tokens: 1_000_000 });
const learning = new LimitedProvider({ requests: 30, tokens: 1_000_000 });
const failing = new LimitedProvider();
const shared = new LimitedProvider();
const all = [limited, learning, failing, shared];
/** Bodies that the receiver of webhooks got. */
const notices: { type: string; data: Record<string, unknown> }[] = [];
let receiver: Server;
let service: Service;

beforeAll(async () => {
  await Promise.all(all.map((provider) => provider.start()));
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => {
      body += piece.toString();
    });
    request.on("end", () => {
      notices.push(JSON.parse(body) as (typeof notices)[number]);
      response.end();
    });
  });
  await new Promise<void>((done) => {
    receiver.listen(0, "127.0.0.1", done);
  });
  const port = (receiver.address() as AddressInfo).port;
  service = await Service.start({
    vars: {
      OPSPAWN_ENCRYPTION_KEY: "ab".repeat(32),
      OPSPAWN_KEY_CACHE_MS: "0",
      OPSPAWN_ALLOWED_PRIVATE_HOSTS: `127.0.0.1:${port}`,
      OPSPAWN_PROVIDERS: JSON.stringify({
        limited: { base_url: limited.url, api: "chat" },
        learning: { base_url: learning.url, api: "chat" },
        failing: { base_url: failing.url, api: "chat" },
        shared: { base_url: shared.url, api: "chat", api_key: "the-good-key" },
      }),
      OPSPAWN_PROVIDER_LIMITS: JSON.stringify({ limited: { requests: 60 } }),
      OPSPAWN_PROVIDER_BREAKER_MS: String(BREAKER_MS),
      OPSPAWN_PROVIDER_ASK_AGAIN_MS: "1000",
      OPSPAWN_RETRY_ATTEMPTS: "3",
      OPSPAWN_RETRY_BASE_MS: "20",
    },
    keys: [{ key: OTHER, tenant: "other", scopes: "tasks:read tasks:write secrets:write" }],
  });
});
afterAll(async () => {
  await service?.stop();
  receiver?.close();
  for (const provider of all) {
    provider.stop();
  }
});

function many(model: string, count: number, config = {}, headers = {}): Promise<Task[]> {
  const body = {
    input_data: { goal: "Say it." },
    agent_config: { model: `${model}/one`, ...config },
  };
  return Promise.all(Array.from({ length: count }, () => submit(service, body, headers)));
}

async function providers(name: string): Promise<ProviderJson[]> {
  const { data } = await getJson<{ data: ProviderJson[] }>(service, "/api/v1/providers");
  return data.filter(({ provider }) => provider === name);
}

async function completed(tasks: readonly Task[]): Promise<void> {
  const ends = await Promise.all(tasks.map(({ task_id }) => ended(service, task_id)));
  expect(ends.map(({ status }) => status)).toEqual(tasks.map(() => "completed"));
}

async function logsOf(tasks: readonly Task[]) {
  return Promise.all(tasks.map(({ task_id }) => logOf(service, task_id)));
}

test("runs beyond a configured limit wait at no cost, and the provider refuses hardly any", async () => {
  const tasks = await many("limited", 64);
  await completed(tasks);
  // The bucket of the gate begins to refill with its first answer, the provider's a moment later, and
  // a busy machine delays calls in between. Without a gate each of the four would be refused often.
  expect(limited.refused).toBeLessThanOrEqual(8);
  expect(limited.calls).toHaveLength(64 + limited.refused);
  const waits = (await logsOf(tasks)).flatMap((log) => ofType(log, "run.waiting"));
  expect(waits.length).toBeGreaterThanOrEqual(2);
  expect(waits[0]).toMatchObject({ for: "provider", limit: "requests" });
  expect(await providers("limited")).toMatchObject([
    {
      model_family: "*",
      breaker: "closed",
      limits: expect.arrayContaining([
        expect.objectContaining({ unit: "requests", limit: 60 }),
        expect.objectContaining({ unit: "tokens", limit: 1_000_000 }),
      ]),
    },
  ]);
});

test("a provider's limits are learned from its first refusal, and hold for the other runs", async () => {
  await completed(await many("learning", 30));
  expect(await providers("learning")).toEqual([]);
  const tasks = await many("learning", 4);
  await completed(tasks);
  // Without a gate each of them would be refused several times.
  expect(learning.refused).toBeLessThanOrEqual(8);
  expect(await providers("learning")).toMatchObject([
    {
      model_family: "one",
      limits: [
        { unit: "requests", limit: 30 },
        { unit: "tokens", limit: 1_000_000 },
      ],
    },
  ]);
});

test("while a provider is down runs wait, one call asks now and then, and all complete after it", async () => {
  const { id } = await createWebhook();
  failing.down = true;
  const tasks = await many("failing", 12);
  await vi.waitUntil(async () => (await providers("failing"))[0]?.breaker === "open", PATIENT);
  const from = failing.calls.length;
  const since = Date.now();
  await vi.waitUntil(() => failing.calls.length >= from + 3, PATIENT);
  // One probe at a time, at least a pause apart.
  expect(Date.now() - since).toBeGreaterThan(BREAKER_MS * 1.5);
  const waiting = await getJson<{ data: Task[] }>(
    service,
    "/api/v1/tasks?status=waiting&waiting_for=provider",
  );
  expect(waiting.data.length).toBeGreaterThan(0);

  failing.down = false;
  await completed(tasks);
  await vi.waitUntil(async () => (await providers("failing"))[0]?.breaker === "closed", PATIENT);
  await vi.waitUntil(() => notices.some(({ type }) => type === "provider.recovered"), PATIENT);
  expect(notices.map(({ type }) => type)).toEqual(["provider.degraded", "provider.recovered"]);
  expect(notices[0]?.data).toEqual({ provider: "failing", model_family: "one", own_key: false });
  await service.request(`/api/v1/webhooks/${id}`, { method: "DELETE" });
});

test("a fallback model takes over at once while the provider is down", async () => {
  failing.down = true;
  const waiting = await many("failing", 6, { on_provider_limit: "wait" });
  await vi.waitUntil(async () => (await providers("failing"))[0]?.breaker === "open", PATIENT);
  const [task] = await many("failing", 1, { fallback_models: ["local/rules"] });
  await completed(task === undefined ? [] : [task]);
  const [log = []] = await logsOf(task === undefined ? [] : [task]);
  expect(ofType(log, "model.switched")).toMatchObject([
    { from: "failing/one", to: "local/rules", code: "provider_unavailable" },
  ]);
  failing.down = false;
  await completed(waiting);
});

test("a tenant whose own key fails opens the breaker of its own calls only", async () => {
  const put = await service.request("/api/v1/secrets/provider.shared", {
    method: "PUT",
    headers: { Authorization: `Bearer ${OTHER}`, "Content-Type": "application/json" },
    body: JSON.stringify({ value: "the-bad-key-of-the-tenant" }),
  });
  expect(put.status).toBeLessThan(300);
  shared.down = "the-bad-key-of-the-tenant";
  const theirs = { Authorization: `Bearer ${OTHER}` };
  await many("shared", 6, {}, theirs);
  const listTheirs = async () =>
    (await getJson<{ data: ProviderJson[] }>(service, "/api/v1/providers", theirs)).data.filter(
      ({ provider }) => provider === "shared",
    );
  await vi.waitUntil(async () => (await listTheirs())[0]?.breaker === "open", PATIENT);
  expect(await listTheirs()).toMatchObject([{ own_key: true }]);
  await completed(await many("shared", 3));
  expect(await providers("shared")).toEqual([]);
  shared.down = false;
});

test("runs that wait when the service is killed ask again by themselves", async () => {
  failing.down = true;
  const tasks = await many("failing", 8);
  await vi.waitUntil(async () => {
    const [one] = await providers("failing");
    return one?.breaker === "open" && one.waiting >= 3;
  }, PATIENT);
  await service.kill();
  failing.down = false;
  await service.up();
  await completed(tasks);
  expect(failing.calls.length).toBeGreaterThanOrEqual(8);
});

async function createWebhook(): Promise<{ id: string }> {
  const port = (receiver.address() as AddressInfo).port;
  const response = await service.request("/api/v1/webhooks", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      url: `http://127.0.0.1:${port}/`,
      types: ["provider.degraded", "provider.recovered"],
    }),
  });
  expect(response.status).toBe(201);
  return response.json<{ id: string }>();
}

/**
 * Webhooks from a run's log to their receivers, with a clock and a network that the test moves: a
 * receiver that is down for days, is gone, is slow, or sends elsewhere; and what is lost on the way.
 */
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import { SigningSecrets } from "../../src/crypto/signing-secrets.ts";
import { runStub } from "../../src/durable/run/rpc.ts";
import type { WebhookMessage } from "../../src/queue/webhooks/message.ts";
import { consumeWebhooks, type WebhookDeps } from "../../src/queue/webhooks/deliver.ts";
import { ToolStop } from "../../src/run/value/failure.ts";
import { WEBHOOK_TYPES, type WebhookType } from "../../src/run/value/webhook-type.ts";
import {
  CALLBACKS,
  messageId,
  type DeliveryName,
  type NoticeBatch,
} from "../../src/run/log/webhook-body.ts";
import { SecretStore } from "../../src/store/secrets.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { WebhookStore } from "../../src/store/webhooks/webhooks.ts";
import { DeliveryStore, type DeliveryRow } from "../../src/store/webhooks/deliveries.ts";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { runSpanId } from "../../src/run/trace/identity.ts";
import { newTask } from "./tasks.ts";

const store = new WebhookStore(env.DB);
const deliveries = new DeliveryStore(env.DB);
const secretStore = new SecretStore(env.DB);
const secrets = new SigningSecrets(new Uint8Array(32).fill(7));
const tasks = new TaskStore(env.DB);
const START = Date.parse("2026-11-24T12:00:00.000Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Sent {
  readonly at: number;
  readonly url: string;
  readonly id: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly redirect: string | undefined;
}

let tenants = 0;

/** One tenant's receivers and what they were sent, over days that pass at once. */
class World {
  readonly tenant = `webhooks-${(tenants += 1)}`;
  now = START;
  readonly sent: Sent[] = [];
  /** Messages on the queue, and from when on they are delivered. */
  readonly queue: { at: number; body: WebhookMessage }[] = [];
  /** How receivers answer. */
  answer: () => Promise<Response> = async () => new Response(null, { status: 204 });
  /** Calls of the store, by name. */
  readonly statements: string[] = [];
  readonly faults: string[] = [];
  /** How long the queue was asked to keep a message, seconds. */
  readonly pauses: number[] = [];

  async webhook(
    types: readonly WebhookType[] = WEBHOOK_TYPES,
    url = "https://receiver.test/hook",
  ): Promise<{ id: string; secret: string }> {
    const id = `wh_${crypto.randomUUID()}`;
    const { secret, sealed } = await secrets.seal(this.tenant, id);
    const hook = { url, types, description: null, enabled: true };
    await store.insert(this.tenant, id, hook, sealed, this.iso());
    return { id, secret };
  }

  iso(at = this.now): string {
    return new Date(at).toISOString();
  }

  /** What a run would put on the queue. */
  notices(taskId: string, ...types: readonly WebhookType[]): NoticeBatch {
    const notices = types.map((type, i) => ({
      seq: i + 1,
      type,
      body: JSON.stringify({ type, timestamp: this.iso(), data: { task_id: taskId, seq: i + 1 } }),
    }));
    return { kind: "notices", tenant_id: this.tenant, task_id: taskId, notices };
  }

  put(...bodies: readonly WebhookMessage[]): void {
    this.queue.push(...bodies.map((body) => ({ at: this.now, body })));
  }

  get deps(): WebhookDeps {
    const counted = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (object, name) => {
          const method: unknown = Reflect.get(object, name);
          return typeof method !== "function"
            ? method
            : (...args: unknown[]): unknown => {
                this.statements.push(String(name));
                return Reflect.apply(method, object, args);
              };
        },
      });
    return {
      deliveries: counted(deliveries),
      secrets,
      queue: {
        send: async (body, options) => {
          const { delaySeconds = 0 } = options ?? {};
          this.pauses.push(delaySeconds);
          this.queue.push({ at: this.now + delaySeconds * 1000, body });
          return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
        },
        sendBatch: async (batch) => {
          this.put(...Array.from(batch, ({ body }) => body));
          return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
        },
      },
      observer: { count() {}, fault: (name) => this.faults.push(name) },
      fetch: async (url, init) => {
        const headers = Object.fromEntries(new Headers(init.headers));
        const id = headers["webhook-id"] ?? "";
        const body = await new Response(init.body ?? null).text();
        this.sent.push({ at: this.now, url, id, headers, body, redirect: init.redirect });
        return this.answer();
      },
      timeoutMs: 15_000,
      now: () => this.now,
      random: () => 0,
      background: (work) => void this.#background.push(work),
    };
  }

  readonly #background: Promise<void>[] = [];

  /** Delivers what is due, until nothing is. */
  async deliver(): Promise<void> {
    for (;;) {
      const due = this.queue.filter(({ at }) => at <= this.now);
      if (due.length === 0) {
        return;
      }
      for (const message of due) {
        this.queue.splice(this.queue.indexOf(message), 1);
      }
      const outcomes = await consumed(
        due.map(({ body }) => ({ body, attempts: 1 })),
        this.deps,
      );
      await Promise.all(this.#background.splice(0));
      for (const [i, pause] of outcomes.entries()) {
        const body = due[i]?.body;
        if (pause !== null && body !== undefined) {
          this.pauses.push(pause);
          this.queue.push({ at: this.now + pause * 1000, body });
        }
      }
    }
  }

  /** Lets time pass: each message when it is due, and the reconciler every minute that matters. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      await this.deliver();
      const messages = this.queue.map(({ at }) => at);
      const overdue = (await this.pending()).map((at) => at + 2 * MINUTE);
      const next = Math.min(end, ...messages, ...overdue);
      if (next >= end) {
        this.now = end;
        await this.deliver();
        return;
      }
      this.now = Math.max(next, this.now + 1000);
      await this.reconcile();
    }
  }

  async reconcile(): Promise<void> {
    const names = await deliveries.takeOverdue(this.iso(this.now - MINUTE), this.iso(), 100);
    this.put(...names.filter(({ tenant_id }) => tenant_id === this.tenant));
  }

  async pending(): Promise<number[]> {
    const { results } = await env.DB.prepare(
      "SELECT next_attempt_at FROM webhook_delivery WHERE tenant_id = ? AND state = 'pending'",
    )
      .bind(this.tenant)
      .all<{ next_attempt_at: string }>();
    return results.map(({ next_attempt_at }) => Date.parse(next_attempt_at));
  }

  log(id: string): Promise<DeliveryRow[]> {
    return deliveries.deliveries(this.tenant, id, 100, null);
  }
}

/** What the package signs a message with. */
function by(secret: string, { id, at, body }: Sent): string {
  return new Webhook(secret).sign(id, new Date(at), body);
}

/** Has messages consumed; gives after how many seconds each is to come again, null for never. */
async function consumed(
  bodies: readonly { readonly body: unknown; readonly attempts: number }[],
  deps: WebhookDeps,
): Promise<(number | null)[]> {
  const outcomes = new Map<number, number | null>();
  await consumeWebhooks(
    {
      queue: "opspawn-webhooks",
      metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } },
      messages: bodies.map(({ body, attempts }, i) => ({
        id: `${i}`,
        timestamp: new Date(),
        attempts,
        body,
        ack: () => void outcomes.set(i, null),
        retry: ({ delaySeconds = 0 } = {}) => void outcomes.set(i, delaySeconds),
      })),
      ackAll: () => {},
      retryAll: () => {},
    },
    deps,
  );
  expect(outcomes.size).toBe(bodies.length);
  return bodies.map((_, i) => outcomes.get(i) ?? null);
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  async () =>
    new Response([204, 304].includes(code) ? null : "no", { status: code, headers });

test("each receiver gets what it asked for, signed, with the same id each time", async () => {
  const world = new World();
  const all = await world.webhook();
  const ends = await world.webhook(["task.completed", "task.failed"], "https://ends.test/");
  const batch = world.notices("task_1", "task.started", "task.completed");
  world.put(batch, batch);
  await world.deliver();
  world.put(batch);
  await world.deliver();
  const got = world.sent.map(({ url, id }) => `${new URL(url).host} ${id}`);
  expect(got.toSorted()).toEqual([
    "ends.test task_1:2",
    "receiver.test task_1:1",
    "receiver.test task_1:2",
  ]);
  for (const { url, headers, body, redirect } of world.sent) {
    const { secret } = url.startsWith("https://ends") ? ends : all;
    // The package checks the time against its own clock: here the signature is what matters.
    const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
    const expected = new Webhook(secret).sign(headers["webhook-id"] ?? "", at, body);
    expect(headers["webhook-signature"]).toBe(expected);
    expect(headers["content-type"]).toBe("application/json");
    expect(redirect).toBe("manual");
  }
  expect(await world.log(ends.id)).toMatchObject([
    { message_id: "task_1:2", state: "delivered", attempts: 1, last_status: 204, last_error: null },
  ]);
});

test("a delivery costs two statements: one that takes it, one that says what came of it", async () => {
  const world = new World();
  await world.webhook();
  world.put(world.notices("task_1", "task.completed"));
  await world.deliver();
  expect(world.statements).toEqual(["note", "take", "attempted"]);
});

test("a receiver that is down for hours gets everything when it is back", async () => {
  const world = new World();
  const { id } = await world.webhook();
  world.answer = status(503);
  world.put(world.notices("task_1", "task.started", "task.completed"));
  await world.pass(20 * HOUR);
  const [row] = await world.log(id);
  expect(row).toMatchObject({
    state: "pending",
    attempts: 7,
    last_status: 503,
    last_error: "http_error",
  });
  expect((await store.get(world.tenant, id))?.failing_since).toBe("2026-11-24T12:00:00.000Z");
  expect(Math.max(...world.pauses)).toBeLessThanOrEqual(43_200);
  const pauses = world.sent
    .filter(({ id: message }) => message === "task_1:1")
    .map(({ at }, i, list) => at - (list[i - 1]?.at ?? at));
  expect(pauses.slice(1, 4)).toEqual([5000, 5 * MINUTE, 30 * MINUTE]);
  world.answer = status(204);
  await world.pass(15 * HOUR);
  expect((await world.log(id)).map(({ state }) => state)).toEqual(["delivered", "delivered"]);
  expect(await store.get(world.tenant, id)).toMatchObject({ enabled: true, failing_since: null });
  expect(new Set(world.sent.map((sent) => sent.id))).toEqual(new Set(["task_1:1", "task_1:2"]));
});

test("a delivery is given up after its last attempt; a webhook that only fails, after five days", async () => {
  const world = new World();
  const { id } = await world.webhook();
  world.answer = status(500);
  world.put(world.notices("task_1", "task.completed"));
  await world.pass(4 * DAY);
  expect(await world.log(id)).toMatchObject([{ state: "failed", attempts: 10 }]);
  expect(await store.get(world.tenant, id)).toMatchObject({ enabled: true });
  world.put(world.notices("task_2", "task.completed"));
  await world.pass(2 * DAY);
  expect(await store.get(world.tenant, id)).toMatchObject({
    enabled: false,
    disabled_reason: "failing",
  });
  const before = world.sent.length;
  world.put(world.notices("task_3", "task.completed"));
  await world.pass(2 * DAY);
  expect(world.sent).toHaveLength(before);
  expect((await world.log(id))[0]).toMatchObject({
    state: "failed",
    last_error: "webhook_disabled",
  });
  await store.change(world.tenant, id, { enabled: true }, null, world.iso());
  expect(await store.get(world.tenant, id)).toMatchObject({
    enabled: true,
    disabled_reason: null,
    failing_since: null,
  });
});

test("410 disables a webhook at once, and is not tried again", async () => {
  const world = new World();
  const { id } = await world.webhook();
  world.answer = status(410);
  world.put(world.notices("task_1", "task.completed"));
  await world.pass(DAY);
  expect(world.sent).toHaveLength(1);
  expect(await world.log(id)).toMatchObject([
    { state: "failed", attempts: 1, last_status: 410, last_error: "gone" },
  ]);
  expect(await store.get(world.tenant, id)).toMatchObject({
    enabled: false,
    disabled_reason: "gone",
  });
});

test("a webhook whose address was changed meanwhile is not judged by the old one", async () => {
  const world = new World();
  const { id } = await world.webhook();
  world.answer = async () => {
    await store.change(world.tenant, id, { url: "https://new.test/" }, null, world.iso());
    return new Response(null, { status: 410 });
  };
  world.put(world.notices("task_1", "task.completed"));
  await world.deliver();
  expect(await store.get(world.tenant, id)).toMatchObject({
    url: "https://new.test/",
    enabled: true,
    disabled_reason: null,
  });
});

test.each([
  ["redirects", status(302, { Location: "https://elsewhere.test/" }), "redirected", 302],
  ["is not modified", status(304), "redirected", 304],
  [
    "is slow",
    async () => Promise.reject(new DOMException("late", "TimeoutError")),
    "timeout",
    null,
  ],
  [
    "is slower than the way out allows",
    async () => Promise.reject(new ToolStop("tool_timeout")),
    "timeout",
    null,
  ],
  [
    "is private by now",
    async () => Promise.reject(new ToolStop("url_refused")),
    "url_refused",
    null,
  ],
  [
    "cannot be reached",
    async () => Promise.reject(new Error("ECONNREFUSED")),
    "server_unreachable",
    null,
  ],
  ["refuses", status(401), "http_error", 401],
] as const)(
  "a receiver that %s has failed, and is tried again",
  async (_name, answer, error, code) => {
    const world = new World();
    const { id } = await world.webhook();
    world.answer = answer;
    world.put(world.notices("task_1", "task.completed"));
    await world.deliver();
    expect(await world.log(id)).toMatchObject([
      { state: "pending", attempts: 1, last_status: code, last_error: error },
    ]);
    world.answer = status(200);
    await world.pass(10_000);
    expect(world.sent.map((sent) => sent.url)).toEqual(Array(2).fill("https://receiver.test/hook"));
    expect(await world.log(id)).toMatchObject([{ state: "delivered", attempts: 2 }]);
  },
);

test("a receiver that asks for time is given it", async () => {
  const world = new World();
  await world.webhook();
  world.answer = status(429, { "Retry-After": "120" });
  world.put(world.notices("task_1", "task.completed"));
  await world.pass(119_000);
  expect(world.sent).toHaveLength(1);
  world.answer = status(429, { "Retry-After": new Date(START + 10 * HOUR).toUTCString() });
  await world.pass(2000);
  expect(world.sent).toHaveLength(2);
  await world.pass(9 * HOUR);
  expect(world.sent).toHaveLength(2);
  await world.pass(HOUR);
  expect(world.sent).toHaveLength(3);
});

test("messages that are lost are sent again from D1, and those that come twice are sent once", async () => {
  const world = new World();
  const { id } = await world.webhook();
  await deliveries.note(world.notices("task_1", "task.completed"), world.iso());
  await world.reconcile();
  await world.deliver();
  expect(world.sent).toHaveLength(0);
  world.now += 2 * MINUTE;
  await world.reconcile();
  await world.reconcile();
  world.put(...world.queue.map(({ body }) => body));
  await world.deliver();
  expect(world.sent).toHaveLength(1);
  expect(await world.log(id)).toMatchObject([{ state: "delivered", attempts: 1 }]);
});

test("an attempt that dies on its way is made again under the same id", async () => {
  const world = new World();
  const { id } = await world.webhook();
  world.put(world.notices("task_1", "task.completed"));
  const { deps } = world;
  const dying: WebhookDeps = {
    ...deps,
    deliveries: {
      note: (...args) => deliveries.note(...args),
      take: (...args) => deliveries.take(...args),
      attempted: async () => Promise.reject(new Error("the process died")),
    },
  };
  Object.defineProperty(world, "deps", { get: () => dying, configurable: true });
  await world.deliver();
  expect(world.sent).toHaveLength(1);
  Object.defineProperty(world, "deps", { get: () => deps });
  await world.pass(10 * MINUTE);
  expect(world.sent.map((sent) => sent.id)).toEqual(["task_1:1", "task_1:1"]);
  expect(await world.log(id)).toMatchObject([{ state: "delivered", attempts: 2 }]);
});

test("while a secret is replaced both sign, and after a day the new one alone", async () => {
  const world = new World();
  const { id, secret: before } = await world.webhook();
  const { secret, sealed } = await secrets.seal(world.tenant, id);
  await secretStore.rotate(world.tenant, id, sealed, world.iso(world.now + DAY));
  world.put(world.notices("task_1", "task.completed"));
  await world.deliver();
  world.now += DAY;
  world.put(world.notices("task_2", "task.completed"));
  await world.deliver();
  const signatures = world.sent.map(
    ({ headers }) => headers["webhook-signature"]?.split(" ") ?? [],
  );
  expect(signatures).toEqual(
    world.sent.map((sent, i) =>
      i === 0 ? [by(secret, sent), by(before, sent)] : [by(secret, sent)],
    ),
  );
  expect(signatures.map((list) => list.length)).toEqual([2, 1]);
});

test("a webhook whose secret cannot be read sends nothing unsigned, and is tried again", async () => {
  const world = new World();
  const { id } = await world.webhook();
  await env.DB.prepare("UPDATE signing_secret SET sealed = 'v1.a.b' WHERE owner = ?")
    .bind(id)
    .run();
  world.put(world.notices("task_1", "task.completed"));
  await world.deliver();
  expect(world.sent).toEqual([]);
  expect(await world.log(id)).toMatchObject([
    { state: "pending", last_error: "secret_unreadable" },
  ]);
});

test("a task's own address is told of all, by the tenant's secret, until it is gone", async () => {
  const world = new World();
  const { sealed } = await secrets.seal(world.tenant, CALLBACKS);
  await secretStore.insert(world.tenant, CALLBACKS, sealed, world.iso());
  const task = {
    ...newTask({}, { callbackUrl: "https://own.test/done" }),
    tenant_id: world.tenant,
    trace: {
      traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      tracestate: "vendor=1",
    },
  };
  const inserted = await tasks.insert(task, null);
  expect(inserted).toMatchObject({ stored: { webhooks: [...WEBHOOK_TYPES] } });
  world.put(world.notices(task.task_id, "task.started"));
  await world.deliver();
  world.answer = status(410);
  world.put(world.notices(task.task_id, "task.started", "task.completed"));
  await world.deliver();
  world.put(world.notices(task.task_id, "task.started", "task.completed", "task.failed"));
  await world.deliver();
  expect(world.sent.map(({ url, id }) => [url, id])).toEqual([
    ["https://own.test/done", messageId(task.task_id, 1)],
    ["https://own.test/done", messageId(task.task_id, 2)],
  ]);
  // The run is the parent of what its notification starts.
  expect(world.sent[0]?.headers).toMatchObject({
    traceparent: `00-0af7651916cd43dd8448eb211c80319c-${runSpanId(task.task_id, sha256Hex)}-01`,
    tracestate: "vendor=1",
  });
  expect((await tasks.get(world.tenant, task.task_id))?.callback_url).toBeNull();
  expect((await world.log(CALLBACKS)).map(({ state }) => state).toSorted()).toEqual([
    "delivered",
    "failed",
  ]);
});

test("a task is told of by what its tenant wanted when it was submitted, and by nobody else's", async () => {
  const [world, other] = [new World(), new World()];
  await other.webhook();
  const submit = async () => {
    const task = { ...newTask({}), tenant_id: world.tenant };
    const inserted = await tasks.insert(task, null);
    return inserted.stored === undefined ? null : [...inserted.stored.webhooks].toSorted();
  };
  expect(await submit()).toEqual([]);
  const { id } = await world.webhook(["task.failed"]);
  await world.webhook(["task.failed", "task.completed"]);
  expect(await submit()).toEqual(["task.completed", "task.failed"]);
  await store.change(world.tenant, id, { types: ["task.waiting"] }, null, world.iso());
  expect(await submit()).toEqual(["task.completed", "task.failed", "task.waiting"]);
});

test("there is room for twenty webhooks, and a log of one is read in pages, newest first", async () => {
  const world = new World();
  const { id } = await world.webhook();
  for (let i = 0; i < 19; i += 1) {
    await world.webhook();
  }
  const full = { url: "https://x.test/", types: WEBHOOK_TYPES, description: null, enabled: true };
  expect(await store.insert(world.tenant, "wh_21", full, "sealed", world.iso())).toBeNull();
  expect(await secretStore.get(world.tenant, "wh_21")).toBeNull();
  for (let i = 0; i < 5; i += 1) {
    world.now += 1000;
    const message = { message_id: `m${i}`, type: "webhook.test", body: "{}" };
    await deliveries.noteOne(world.tenant, id, message, world.iso());
  }
  const pages: string[][] = [];
  let after: DeliveryRow | null = null;
  for (;;) {
    const page: DeliveryRow[] = await deliveries.deliveries(world.tenant, id, 2, after);
    if (page.length === 0) {
      break;
    }
    pages.push(page.map(({ message_id }) => message_id));
    after = page.at(-1) ?? null;
  }
  expect(pages).toEqual([["m4", "m3"], ["m2", "m1"], ["m0"]]);
});

test("old deliveries are deleted with what else is old", async () => {
  const world = new World();
  const { id } = await world.webhook();
  world.now = Date.parse("2020-01-01T00:00:00.000Z");
  world.put(world.notices("task_1", "task.completed"));
  await world.deliver();
  expect(await world.log(id)).toHaveLength(1);
  await deliveries.expire("2020-01-01T00:00:00.000Z", 100);
  expect(await world.log(id)).toHaveLength(1);
  await deliveries.expire("2020-01-01T00:00:00.001Z", 100);
  expect(await world.log(id)).toHaveLength(0);
});

test("poison is put aside, and a database that is down is waited for", async () => {
  const world = new World();
  await world.webhook();
  const down = new Error("D1_ERROR: down");
  const deps: WebhookDeps = {
    ...world.deps,
    deliveries: { ...world.deps.deliveries, note: async () => Promise.reject(down) },
  };
  const notices = world.notices("task_1", "task.completed");
  const outcomes = await consumed(
    [
      { body: { kind: "?" }, attempts: 1 },
      { body: notices, attempts: 3 },
      { body: notices, attempts: 99 },
    ],
    deps,
  );
  expect(outcomes).toEqual([null, 8, null]);
  // The queue would have dropped it: it begins anew.
  expect(world.queue).toEqual([{ at: START + 900_000, body: notices }]);
  expect(world.faults).toContain("webhooks.poison");
});

test("the whole way: a run's end is on the log of the webhook that wanted it", async () => {
  const world = new World();
  const { id } = await world.webhook(["task.completed"], "http://127.0.0.1:1/");
  const task = { ...newTask({ script: [{ text: "done" }] }), tenant_id: world.tenant };
  const inserted = await tasks.insert(task, null);
  const stored = inserted.stored ?? task;
  const run = runStub(env.RUNS, world.tenant, task.task_id);
  await run.start(JSON.stringify(specOf(stored)));
  const { last_seq } = JSON.parse(await run.settled(5000)) as { last_seq: number };
  await expect
    .poll(() => world.log(id), { timeout: 60_000 })
    .toMatchObject([
      { message_id: messageId(task.task_id, last_seq), type: "task.completed", state: "pending" },
    ]);
});

test("a name of a delivery that does not exist is nothing to do", async () => {
  const world = new World();
  const name: DeliveryName = {
    kind: "delivery",
    tenant_id: world.tenant,
    webhook_id: "wh_none",
    message_id: "m",
  };
  world.put(name);
  await world.deliver();
  expect(world.queue).toEqual([]);
  expect(world.faults).toEqual([]);
});

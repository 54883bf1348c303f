/** Webhooks without a network: signatures, pauses, what is told of a run, and the cursor behind it. */
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import {
  isSecret,
  isSignedByGithub,
  newSecret,
  signed,
  verifiedId,
} from "../../src/crypto/signature.ts";
import { SigningSecrets } from "../../src/crypto/signing-secrets.ts";
import { WebhookOutbox } from "../../src/durable/run/outbox/webhook-outbox.ts";
import { EventLog } from "../../src/durable/run/storage/event-log.ts";
import { readWebhookMessage } from "../../src/queue/webhooks/message.ts";
import type { NewEvent } from "../../src/run/log/event.ts";
import { WEBHOOK_TYPES, type WebhookType } from "../../src/run/value/webhook-type.ts";
import { isFailingTooLong, pauseAfter } from "../../src/queue/webhooks/retry.ts";
import type { NoticeBatch } from "../../src/run/log/webhook-body.ts";
import { createdEvent, memoryStorage, specFor } from "../harness.ts";

const NOW = Date.parse("2026-11-24T12:00:00.000Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BODY = JSON.stringify({ type: "task.completed", data: { note: "naïve ☃" } });

const bytes = (text: string) => new Uint8Array(Buffer.from(text));

function githubSignature(key: string): string {
  return `sha256=${createHmac("sha256", key).update(BODY).digest("hex")}`;
}

function pauses(random: number): (number | null)[] {
  return Array.from({ length: 10 }, (_, i) => pauseAfter(i + 1, null, random));
}

function dataOf(seq: number, status: string, more = {}): object {
  return { task_id: "task_test", seq, status, ...more };
}

test("what we sign, the package verifies, also by the secret before", async () => {
  const [newest, before] = [newSecret(), newSecret()];
  expect([isSecret(newest), isSecret("whsec_short"), isSecret("x")]).toEqual([true, false, false]);
  const now = Date.now();
  const headers = { ...(await signed("task_1:7", BODY, [newest, before], now)) };
  expect(headers["webhook-signature"].split(" ")).toHaveLength(2);
  for (const secret of [newest, before]) {
    expect(new Webhook(secret).verify(BODY, headers)).toEqual(JSON.parse(BODY));
  }
  expect(() => new Webhook(newSecret()).verify(BODY, headers)).toThrow(
    "No matching signature found",
  );
  expect(() => new Webhook(newest).verify(`${BODY} `, headers)).toThrow(
    "No matching signature found",
  );
});

test("what the package signs, we verify, within five minutes either way", async () => {
  const secret = newSecret();
  const sign = (at: number) => ({
    "webhook-id": "msg_1",
    "webhook-timestamp": String(at / 1000),
    "webhook-signature": `v2,other ${new Webhook(secret).sign("msg_1", new Date(at), BODY)}`,
  });
  const verify = (at: number, secrets = [newSecret(), secret], body = BODY) =>
    verifiedId(new Headers(sign(at)), bytes(body), secrets, NOW);
  expect(await verify(NOW)).toBe("msg_1");
  expect(await verify(NOW - 300_000)).toBe("msg_1");
  expect(await verify(NOW + 300_000)).toBe("msg_1");
  expect(await verify(NOW - 301_000)).toBeNull();
  expect(await verify(NOW + 301_000)).toBeNull();
  expect(await verify(NOW, [newSecret()])).toBeNull();
  expect(await verify(NOW, [])).toBeNull();
  expect(await verify(NOW, [secret], `${BODY} `)).toBeNull();
  expect(await verifiedId(new Headers(), bytes(BODY), [secret], NOW)).toBeNull();
});

test("GitHub's signature is verified as GitHub makes it", async () => {
  const secret = "a secret that a person chose";
  const verify = (signature: string) =>
    isSignedByGithub(new Headers({ "X-Hub-Signature-256": signature }), bytes(BODY), [secret]);
  expect(await verify(githubSignature(secret))).toBe(true);
  expect(await verify(githubSignature("another"))).toBe(false);
  expect(await verify("sha1=00")).toBe(false);
});

test("a secret is opened where it belongs, and the one before it for a day", async () => {
  const secrets = new SigningSecrets(new Uint8Array(32).fill(7));
  const before = await secrets.seal("t", "wh_1");
  const newest = await secrets.seal("t", "wh_1");
  const until = new Date(NOW).toISOString();
  const kept = { sealed: newest.sealed, previous: before.sealed, previous_until: until };
  expect(await secrets.open("t", "wh_1", kept, NOW - 1)).toEqual([newest.secret, before.secret]);
  expect(await secrets.open("t", "wh_1", kept, NOW)).toEqual([newest.secret]);
  expect(await secrets.open("other", "wh_1", kept, NOW - 1)).toEqual([]);
  const without = new SigningSecrets(null);
  expect(without.kept).toBe(false);
  expect(await without.open("t", "wh_1", kept, NOW)).toEqual([]);
});

test("pauses go from seconds to a day, with jitter, and end after three days", () => {
  const plain = pauses(0);
  expect(plain.at(-1)).toBeNull();
  const times = plain.filter((pause) => pause !== null);
  expect(times.slice(0, 3)).toEqual([5000, 300_000, 1_800_000]);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  const days = times.reduce((sum, pause) => sum + pause, 0) / DAY;
  expect(days).toBeGreaterThan(3);
  expect(days).toBeLessThan(4);
  for (const [i, pause] of pauses(0.5).entries()) {
    const shortest = plain[i] ?? null;
    expect(pause).toBe(shortest === null ? null : shortest * 1.05);
  }
});

test("a receiver may ask for a longer pause, of a day at most, and for no shorter one", () => {
  expect(pauseAfter(1, 60_000, 0)).toBe(60_000);
  expect(pauseAfter(1, 30 * DAY, 0)).toBe(DAY);
  expect(pauseAfter(4, 1000, 0)).toBe(2 * HOUR);
  expect(pauseAfter(10, 60_000, 0)).toBeNull();
});

test("a webhook is hopeless after five days, and not by one failure after a quiet week", () => {
  expect(isFailingTooLong(NOW - 5 * DAY - 1, 3, NOW)).toBe(true);
  expect(isFailingTooLong(NOW - 5 * DAY, 9, NOW)).toBe(false);
  expect(isFailingTooLong(NOW - 7 * DAY, 1, NOW)).toBe(false);
});

/** A run that asks a person, waits, and is cancelled. */
const STORY: readonly NewEvent[] = [
  { type: "run.started", data: { epoch: 1 } },
  {
    type: "model.requested",
    data: {
      call_id: "call_1",
      attempt: 1,
      step: 1,
      model: "local/script",
      up_to_seq: 2,
      body_sha256: "",
    },
  },
  {
    type: "model.completed",
    data: {
      call_id: "call_1",
      attempt: 1,
      finish_reason: "tool_calls",
      text: "secret words",
      tool_calls: [{ call_id: "call_2", name: "pay", arguments: { to: "someone private" } }],
    },
  },
  {
    type: "approval.requested",
    data: {
      call_id: "call_2",
      name: "pay",
      arguments: { to: "someone private" },
      reason: "policy",
    },
  },
  { type: "run.waiting", data: { for: "approval", call_id: "call_2" } },
  { type: "run.cancelled", data: { reason: "a private reason", by: "key_1" } },
];

/** A run's object as far as telling goes; `again` is the same in a new process. */
function rig(webhooks: readonly WebhookType[] = WEBHOOK_TYPES) {
  const { sql, transaction } = memoryStorage();
  const statements: string[] = [];
  const log = new EventLog(sql, transaction);
  const spec = { ...specFor({}), ...(webhooks.length === 0 ? {} : { webhooks: [...webhooks] }) };
  log.append([createdEvent(spec)], NOW);
  const sent: NoticeBatch[] = [];
  const fault: { error: Error | null; write: Error | null } = { error: null, write: null };
  const announce = async (batch: NoticeBatch): Promise<void> => {
    if (fault.error !== null) {
      throw fault.error;
    }
    sent.push(batch);
  };
  const counted: typeof sql = {
    exec: (query, ...bindings) => {
      statements.push(query);
      if (fault.write !== null && !query.startsWith("SELECT")) {
        throw fault.write;
      }
      return sql.exec(query, ...bindings);
    },
  };
  const again = () => new WebhookOutbox(counted, new EventLog(sql, transaction), () => announce);
  return {
    log,
    sent,
    fault,
    statements,
    again,
    outbox: new WebhookOutbox(counted, log, () => announce),
  };
}

const seqsOf = (batches: readonly NoticeBatch[]) =>
  batches.map(({ notices }) => notices.map(({ seq, type }) => `${seq} ${type}`));

test("what is told of a run is thin: ids, a status, and nothing that was said", async () => {
  const { log, outbox, sent } = rig();
  log.append(STORY, NOW + 1000);
  await outbox.flush();
  expect(sent).toHaveLength(1);
  expect(sent[0]).toMatchObject({ kind: "notices", tenant_id: "test", task_id: "task_test" });
  const bodies = (sent[0]?.notices ?? []).map(({ body }) => JSON.parse(body) as object);
  const timestamp = "2026-11-24T12:00:01.000Z";
  expect(bodies).toEqual([
    { type: "task.started", timestamp, data: dataOf(2, "running") },
    {
      type: "approval.requested",
      timestamp,
      data: dataOf(5, "running", { call_id: "call_2", tool: "pay" }),
    },
    {
      type: "task.waiting",
      timestamp,
      data: dataOf(6, "waiting", {
        waiting_for: "approval",
        waiting_until: null,
        call_id: "call_2",
      }),
    },
    { type: "task.cancelled", timestamp, data: dataOf(7, "cancelled") },
  ]);
  expect(JSON.stringify(sent)).not.toMatch(/private|secret words/);
  expect(readWebhookMessage(sent[0])).toEqual(sent[0]);
});

test("only what is wanted is told, each once, and a new process goes on at the cursor", async () => {
  const { log, outbox, sent, again } = rig(["task.waiting", "task.cancelled"]);
  log.append(STORY.slice(0, 5), NOW);
  await outbox.flush();
  await outbox.flush();
  expect(seqsOf(sent)).toEqual([["6 task.waiting"]]);
  log.append(STORY.slice(5), NOW);
  const next = again();
  expect(next.behind).toBe(true);
  await next.flush();
  expect(next.behind).toBe(false);
  expect(seqsOf(sent)).toEqual([["6 task.waiting"], ["7 task.cancelled"]]);
});

test("a crash between the queue and the cursor tells the same again, under the same ids", async () => {
  const { log, sent, again, fault } = rig();
  log.append(STORY, NOW);
  fault.write = new Error("the process died");
  await expect(again().flush()).rejects.toThrow("the process died");
  fault.write = null;
  await again().flush();
  expect(sent).toHaveLength(2);
  expect(sent[1]).toEqual(sent[0]);
  expect(again().behind).toBe(false);
});

test("a queue that fails loses nothing: the cursor stays", async () => {
  const { log, outbox, sent, fault, again } = rig();
  log.append(STORY, NOW);
  fault.error = new Error("the queue is down");
  await expect(outbox.flush()).rejects.toThrow("the queue is down");
  expect(outbox.behind).toBe(true);
  fault.error = null;
  await again().flush();
  expect(sent[0]?.notices).toHaveLength(4);
});

test("a run that nobody wants to be told of costs no statement", async () => {
  const { log, outbox, sent, statements } = rig([]);
  log.append(STORY, NOW);
  expect(outbox.behind).toBe(false);
  await outbox.flush();
  expect(sent).toEqual([]);
  expect(statements).toEqual([]);
});

test("a run with thousands of events is told of in messages that the queue takes", async () => {
  const { log, outbox, sent } = rig();
  log.append([{ type: "run.started", data: { epoch: 1 } }], NOW);
  for (let i = 0; i < 150; i += 1) {
    log.append(
      [{ type: "run.waiting", data: { for: "timer", until: "2026-11-24T12:00:00.000Z" } }],
      NOW,
    );
    log.append([{ type: "run.resumed", data: { from: "timer" } }], NOW);
  }
  await outbox.flush();
  expect(sent.map(({ notices }) => notices.length)).toEqual([100, 51]);
  expect(Math.max(...sent.map((batch) => JSON.stringify(batch).length))).toBeLessThan(120_000);
});

test("messages of another version are read as far as they are known, and poison is none", () => {
  const delivery = { kind: "delivery", tenant_id: "t", webhook_id: "w", message_id: "m" };
  expect(readWebhookMessage({ ...delivery, later: 1 })).toMatchObject(delivery);
  const poison = [null, "x", {}, { kind: "else" }, { kind: "delivery", tenant_id: 1 }];
  for (const body of poison) {
    expect(readWebhookMessage(body)).toBeNull();
  }
});

/** Notifications as a receiver unwraps them: signed by the service, typed, and refused if they are not. */
import { expect, expectTypeOf, test } from "vitest";
import { Webhook } from "standardwebhooks";
import {
  Opspawn,
  unwrap,
  WebhookVerificationError,
  type WebhookEvent,
} from "../../sdk/src/index.ts";
import { newSecret, signed } from "../../src/crypto/signature.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import { noticeOf, type TEST_TYPE } from "../../src/run/log/webhook-body.ts";
import { WEBHOOK_TYPES, type SubscribedType } from "../../src/run/value/webhook-type.ts";
import { eventsOf } from "../task-events.ts";

const SECRET = newSecret();
const BODY = JSON.stringify({
  type: "task.failed",
  timestamp: "2026-11-24T12:00:00.000Z",
  data: { task_id: "task_1", status: "failed", seq: 4, error_code: "limit_reached" },
});

async function requestOf(body = BODY, secrets = [SECRET], now = Date.now()): Promise<Request> {
  const headers = { ...(await signed("task_1:4", body, secrets, now)) };
  return new Request("http://here/", { method: "POST", headers, body });
}

/** A notification with another value of a header, or without it. */
async function replaced(name: string, value: string | null) {
  const { headers } = await requestOf();
  const { [name]: _, ...rest } = Object.fromEntries(headers);
  return { headers: value === null ? rest : { ...rest, [name]: value }, body: BODY };
}

test("what the service signed is unwrapped, from a Request or from what a framework has", async () => {
  const event = await unwrap(await requestOf(), SECRET);
  expect(event).toEqual(JSON.parse(BODY));
  const failed = event.type === "task.failed" ? event.data : null;
  expectTypeOf(failed?.error_code).toEqualTypeOf<string | undefined>();
  expect(failed?.error_code).toBe("limit_reached");
  const headers = Object.fromEntries((await requestOf()).headers);
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  );
  expect(await unwrap({ headers: upper, body: BODY }, SECRET)).toEqual(event);
  expect(await unwrap({ headers, body: Buffer.from(BODY) }, SECRET)).toEqual(event);
  const client = new Opspawn({ url: "http://here", key: "k" });
  expect(await client.webhooks.unwrap(await requestOf(), SECRET)).toEqual(event);
  // As another library of the standard signs it.
  const timestamp = new Date();
  const signature = new Webhook(SECRET).sign("msg_1", timestamp, BODY);
  const own = {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(Math.floor(timestamp.getTime() / 1000)),
    "webhook-signature": signature,
  };
  expect(await unwrap({ headers: own, body: BODY }, SECRET)).toEqual(event);
});

test("during a rotation either secret fits, and a wrong one or a changed body does not", async () => {
  const [old, next] = [newSecret(), newSecret()];
  const both = () => requestOf(BODY, [next, old]);
  await expect(unwrap(await both(), old)).resolves.toBeDefined();
  await expect(unwrap(await both(), next)).resolves.toBeDefined();
  await expect(unwrap(await requestOf(), [old, SECRET])).resolves.toBeDefined();
  await expect(unwrap(await requestOf(), old)).rejects.toMatchObject({ code: "invalid_signature" });
  const { headers } = await requestOf();
  await expect(unwrap({ headers, body: `${BODY} ` }, SECRET)).rejects.toThrow(
    WebhookVerificationError,
  );
});

test("a notification that is old, from the future, or without a header is refused with a code", async () => {
  const at = (seconds: number) => requestOf(BODY, [SECRET], Date.now() + seconds * 1000);
  await expect(unwrap(await at(-400), SECRET)).rejects.toMatchObject({ code: "too_old" });
  await expect(unwrap(await at(400), SECRET)).rejects.toMatchObject({ code: "too_old" });
  await expect(unwrap(await at(-400), SECRET, { tolerance: 600 })).resolves.toBeDefined();
  await expect(unwrap(await at(-5), SECRET, { tolerance: 1 })).rejects.toThrow("recently");
  for (const name of ["webhook-id", "webhook-timestamp", "webhook-signature"]) {
    const missing = unwrap(await replaced(name, null), SECRET);
    await expect(missing, name).rejects.toMatchObject({ code: "missing_header" });
  }
  for (const [name, value, code] of [
    ["webhook-timestamp", "soon", "too_old"],
    ["webhook-timestamp", "1e9", "too_old"],
    ["webhook-signature", "v1,%%%", "invalid_signature"],
    ["webhook-signature", "v1a,abcd v2,abcd", "invalid_signature"],
    ["webhook-id", "other", "invalid_signature"],
  ] as const) {
    await expect(unwrap(await replaced(name, value), SECRET), value).rejects.toMatchObject({
      code,
    });
  }
  for (const body of ["[]", "null", "not JSON", '{"data":{}}', '{"type":"x"}']) {
    const code = "invalid_body";
    await expect(unwrap(await requestOf(body), SECRET), body).rejects.toMatchObject({ code });
  }
});

test("a malformed secret or tolerance is the caller's mistake, and the secret is in no message", async () => {
  for (const secret of ["", "whsec_", "secret-text", "whsec_a b", "whsec_abcde", []]) {
    const refused = unwrap(await requestOf(), secret);
    await expect(refused).rejects.toThrow(TypeError);
    await expect(refused).rejects.not.toThrow("secret-text");
  }
  for (const tolerance of [NaN, -1]) {
    await expect(unwrap(await requestOf(), SECRET, { tolerance })).rejects.toThrow(/^tolerance/);
  }
});

test("the types are those that the service sends, with their data", () => {
  expectTypeOf<WebhookEvent["type"]>().toEqualTypeOf<SubscribedType | typeof TEST_TYPE>();
  const events = eventsOf(
    ["run.started", { epoch: 1 }],
    ["run.waiting", { for: "approval", call_id: "c1" }],
    ["run.completed", { result: { answer: "" } }],
    ["run.failed", { code: "x", message: "" }],
    ["run.cancelled", { by: "key_1" }],
    ["approval.requested", { call_id: "c1", name: "pay", arguments: {}, reason: "policy" }],
  ) as unknown as RunEvent[];
  const sent = events.map((event) => {
    const { body } = noticeOf("task_1", event, WEBHOOK_TYPES) ?? { body: "{}" };
    return JSON.parse(body) as WebhookEvent;
  });
  const data = { task_id: "task_1" };
  expect(sent).toMatchObject([
    { type: "task.started", data: { ...data, status: "running", seq: 1 } },
    {
      type: "task.waiting",
      data: {
        ...data,
        status: "waiting",
        waiting_for: "approval",
        waiting_until: null,
        call_id: "c1",
      },
    },
    { type: "task.completed", data: { ...data, status: "completed" } },
    { type: "task.failed", data: { ...data, status: "failed", error_code: "x" } },
    { type: "task.cancelled", data: { ...data, status: "cancelled" } },
    {
      type: "approval.requested",
      data: { ...data, status: "running", call_id: "c1", tool: "pay" },
    },
  ] satisfies WebhookSample[]);
});

type Sample<Event> = Event extends { readonly type: infer Type; readonly data: infer Data }
  ? { readonly type: Type; readonly data: Partial<Data> }
  : never;
type WebhookSample = Sample<WebhookEvent>;

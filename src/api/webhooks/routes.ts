/**
 * `/api/v1/webhooks`: a tenant's webhooks, their deliveries and their signing secrets. A run
 * reports only event types that were subscribed when its task was submitted, so a new type applies
 * to later tasks. A disabled or deleted webhook receives nothing more.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { SealedSecret } from "../../crypto/signing-secrets.ts";
import { CALLBACKS, MAX_WEBHOOKS, TEST_TYPE } from "../../run/log/webhook-body.ts";
import { defined } from "../../run/value/defined.ts";
import { newId } from "../../run/value/id.ts";
import { isoTime } from "../../run/value/time.ts";
import type { DeliveryPosition, DeliveryRow } from "../../store/webhooks/deliveries.ts";
import type { WebhookRow } from "../../store/webhooks/webhooks.ts";
import type { ApiDeps, ApiHandler, AppEnv } from "../context.ts";
import { cursorOf, DEFAULT_LIMIT, memoryPageOf, pageOf } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import { ConditionalResource, etagOf } from "../http/versioned.ts";
import * as operations from "./operations.ts";
import type { DeliveryJson, WebhookJson } from "./schemas.ts";
import { checkAddress, ensureSecret, newSecretFor, rotateSecret, shownSecret } from "./secrets.ts";

/** Adds the routes of webhooks to an app. */
export function webhookRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.listRoute, list);
  app.openapi(operations.createWebhookRoute, create);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.changeRoute, change);
  app.openapi(operations.removeRoute, remove);
  app.openapi(operations.secretRoute, getSecret);
  app.openapi(operations.rotateRoute, rotate);
  app.openapi(operations.testRoute, sendTest);
  app.openapi(operations.deliveriesRoute, listDeliveries);
  app.openapi(operations.redeliverRoute, redeliver);
}

const RESOURCE = new ConditionalResource<WebhookRow>({
  noun: "a webhook",
  current: (deps, tenantId, id) => deps.webhooks.get(tenantId, id),
});

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const webhooks = await deps.webhooks.list(caller.tenantId);
  const { data, next_cursor } = await memoryPageOf(deps, caller, webhooks, c.req.valid("query"), {
    noun: "webhook",
    keyOf: ({ created_at, webhook_id }) => `${created_at} ${webhook_id}`,
    isDescending: true,
  });
  return c.json({ data: data.map(webhookJson), next_cursor }, 200);
};

const create: ApiHandler<typeof operations.createWebhookRoute> = async (c) => {
  const { deps, caller } = c.var;
  const body = c.req.valid("json");
  checkAddress(deps, body.url, "/url");
  const id = newId("webhook", deps.now(), crypto.getRandomValues(new Uint8Array(16)));
  const { secret, sealed } = await newSecretFor(deps, caller.tenantId, id);
  const row = await deps.webhooks.insert(caller.tenantId, id, body, sealed, isoTime(deps.now()));
  if (row === null) {
    throw new Problem("too_many_webhooks", `A tenant can have at most ${MAX_WEBHOOKS} webhooks.`);
  }
  c.header("Location", `${operations.WEBHOOKS}/${id}`);
  c.header("ETag", etagOf(row));
  return c.json({ ...webhookJson(row), secret }, 201);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const row = await RESOURCE.current(c.var, c.req.valid("param").id);
  c.header("ETag", etagOf(row));
  return c.json(webhookJson(row), 200);
};

const change: ApiHandler<typeof operations.changeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const wanted = defined(c.req.valid("json"));
  if (wanted.url !== undefined) {
    checkAddress(deps, wanted.url, "/url");
  }
  const { id } = c.req.valid("param");
  const expected = await RESOURCE.expected(c.var, id, c.req.header("If-Match"));
  const now = isoTime(deps.now());
  const row = await deps.webhooks.change(caller.tenantId, id, wanted, expected, now);
  if (row === null) {
    throw await RESOURCE.missed(c.var, id);
  }
  c.header("ETag", etagOf(row));
  return c.json(webhookJson(row), 200);
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { id } = c.req.valid("param");
  const expected = await RESOURCE.expected(c.var, id, c.req.header("If-Match"));
  if (!(await deps.webhooks.remove(caller.tenantId, id, expected))) {
    throw await RESOURCE.missed(c.var, id);
  }
  return c.body(null, 204);
};

const getSecret: ApiHandler<typeof operations.secretRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { id } = c.req.valid("param");
  const kept = await keptSecret(deps, caller.tenantId, id);
  return c.json(await shownSecret(deps, caller.tenantId, id, kept), 200);
};

const rotate: ApiHandler<typeof operations.rotateRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { id } = c.req.valid("param");
  await keptSecret(deps, caller.tenantId, id);
  return c.json(await rotateSecret(deps, caller.tenantId, id), 200);
};

const sendTest: ApiHandler<typeof operations.testRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { webhook_id } = mustBeEnabled(
    await webhookOf(deps, caller.tenantId, c.req.valid("param").id),
  );
  const now = isoTime(deps.now());
  const body = JSON.stringify({ type: TEST_TYPE, timestamp: now, data: { webhook_id } });
  const message = {
    message_id: newId("test", deps.now(), crypto.getRandomValues(new Uint8Array(16))),
    type: TEST_TYPE,
    body,
  };
  const row = await deps.deliveries.noteOne(caller.tenantId, webhook_id, message, now);
  return c.json(await delivering(deps, caller.tenantId, webhook_id, row), 202);
};

const listDeliveries: ApiHandler<typeof operations.deliveriesRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { id } = c.req.valid("param");
  if (id !== CALLBACKS) {
    await webhookOf(deps, caller.tenantId, id);
  }
  const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  const after =
    cursor === undefined
      ? null
      : (JSON.parse(await cursorOf(deps, caller, cursor)) as DeliveryPosition);
  const rows = await deps.deliveries.deliveries(caller.tenantId, id, limit + 1, after);
  const { data, next_cursor } = await pageOf(deps, caller, rows, limit, positionText);
  return c.json({ data: data.map(deliveryJson), next_cursor }, 200);
};

const redeliver: ApiHandler<typeof operations.redeliverRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { id, delivery_id } = c.req.valid("param");
  if (id !== CALLBACKS) {
    mustBeEnabled(await webhookOf(deps, caller.tenantId, id));
  }
  const row = await deps.deliveries.revive(caller.tenantId, id, delivery_id, isoTime(deps.now()));
  return c.json(await delivering(deps, caller.tenantId, id, row), 202);
};

/** Queues a delivery. If that fails, the reconciler queues it later. */
async function delivering(
  deps: ApiDeps,
  tenant_id: string,
  webhook_id: string,
  row: DeliveryRow | null,
): Promise<DeliveryJson> {
  if (row === null) {
    throw new Problem("not_found", "There is no such delivery.");
  }
  const { message_id } = row;
  try {
    await deps.deliver({ kind: "delivery", tenant_id, webhook_id, message_id });
  } catch (error) {
    deps.observer.fault("webhooks.send", error);
  }
  return deliveryJson(row);
}

/** Returns the secret of a webhook, or of callbacks, which is created on first use. */
async function keptSecret(
  deps: ApiDeps,
  tenantId: string,
  id: string,
): Promise<SealedSecret | null> {
  if (id === CALLBACKS) {
    return ensureSecret(deps, tenantId, CALLBACKS);
  }
  await webhookOf(deps, tenantId, id);
  return deps.secretStore.get(tenantId, id);
}

/** @throws Problem `not_found` */
async function webhookOf(deps: ApiDeps, tenantId: string, id: string): Promise<WebhookRow> {
  return (await deps.webhooks.get(tenantId, id)) ?? noWebhook();
}

function mustBeEnabled(row: WebhookRow): WebhookRow {
  if (!row.enabled) {
    throw new Problem("webhook_disabled", "The webhook is disabled; enable it first.");
  }
  return row;
}

function noWebhook(): never {
  throw new Problem("not_found", "There is no such webhook.");
}

function webhookJson({ webhook_id: id, types, ...row }: WebhookRow): WebhookJson {
  return { id, types: [...types], ...row };
}

function deliveryJson({ message_id: id, ...row }: DeliveryRow): DeliveryJson {
  return { id, ...row };
}

function positionText({ created_at, message_id }: DeliveryPosition): string {
  return JSON.stringify({ created_at, message_id });
}

/**
 * `/api/v1/webhooks`: who is told of a tenant's tasks, how that went, and what it is signed with. A
 * change reaches the tasks that are submitted after it; what is disabled or deleted is sent nothing
 * more.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { SealedSecret } from "../../crypto/signing-secrets.ts";
import { CALLBACKS, MAX_WEBHOOKS, TEST_TYPE } from "../../run/log/webhook.ts";
import type { DeliveryPosition, DeliveryRow } from "../../store/webhooks/deliveries.ts";
import type { WebhookRow } from "../../store/webhooks/webhooks.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import { cursorOf } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { makeCursor } from "../http/signing.ts";
import * as schemas from "./schemas.ts";
import { checkAddress, ensureSecret, newSecretFor, rotateSecret, shownSecret } from "./secrets.ts";
import { isoTime } from "../../run/value/time.ts";

// Whoever manages webhooks learns of every task, and sends to any address.
const shared = { tags: ["Webhooks"], security: SECURED, middleware: [requireScope("admin")] };
const writes = { ...shared, middleware: [requireScope("admin"), jsonBody] };

const WEBHOOKS = "/api/v1/webhooks";
const WEBHOOK = "/api/v1/webhooks/{id}";
const DEFAULT_PAGE = 20;

const listRoute = createRoute({
  ...shared,
  method: "get",
  path: WEBHOOKS,
  operationId: "listWebhooks",
  summary: "The webhooks of the tenant",
  responses: { 200: json("All of them.", schemas.webhookList), ...refusals() },
});

const createWebhookRoute = createRoute({
  ...writes,
  method: "post",
  path: WEBHOOKS,
  operationId: "createWebhook",
  summary: "Have an address told of tasks",
  description:
    "Messages are Standard Webhooks 1.0.0, at least once, in no particular order. It is told of the tasks that are submitted from now on.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createWebhook } } },
  },
  responses: {
    201: json("The webhook, with its secret.", schemas.newWebhook, "Location"),
    ...refusals(...BODY_PROBLEMS, "too_many_webhooks", "encryption_unavailable"),
  },
});

const getRoute = createRoute({
  ...shared,
  method: "get",
  path: WEBHOOK,
  operationId: "getWebhook",
  summary: "Get one webhook",
  request: { params: schemas.webhookPath },
  responses: { 200: json("The webhook.", schemas.webhook), ...refusals("not_found") },
});

const changeRoute = createRoute({
  ...writes,
  method: "patch",
  path: WEBHOOK,
  operationId: "changeWebhook",
  summary: "Change a webhook",
  request: {
    params: schemas.webhookPath,
    body: { required: true, content: { "application/json": { schema: schemas.changeWebhook } } },
  },
  responses: {
    200: json("The webhook.", schemas.webhook),
    ...refusals(...BODY_PROBLEMS, "not_found"),
  },
});

const removeRoute = createRoute({
  ...shared,
  method: "delete",
  path: WEBHOOK,
  operationId: "deleteWebhook",
  summary: "Delete a webhook, with its log",
  request: { params: schemas.webhookPath },
  responses: { 204: { description: "It is gone." }, ...refusals("not_found") },
});

const secretRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/webhooks/{id}/secret",
  operationId: "getWebhookSecret",
  summary: "What a webhook's messages are signed with",
  description: "`callbacks` in the place of an id: what those to `callback_url`s are signed with.",
  request: { params: schemas.webhookPath },
  responses: {
    200: json("The secret.", schemas.secret),
    ...refusals("not_found", "encryption_unavailable"),
  },
});

const rotateRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/webhooks/{id}/secret/rotate",
  operationId: "rotateWebhookSecret",
  summary: "Replace a webhook's secret",
  description:
    "The one before signs too, for a day. `callbacks` in the place of an id: that of `callback_url`s.",
  request: { params: schemas.webhookPath },
  responses: {
    200: json("The new secret.", schemas.secret),
    ...refusals("not_found", "encryption_unavailable"),
  },
});

const testRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/webhooks/{id}/test",
  operationId: "testWebhook",
  summary: "Send a webhook a `webhook.test`",
  request: { params: schemas.webhookPath },
  responses: {
    202: json("What is being delivered.", schemas.delivery),
    ...refusals("not_found", "webhook_disabled"),
  },
});

const deliveriesRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/webhooks/{id}/deliveries",
  operationId: "listDeliveries",
  summary: "What a webhook was sent, newest first",
  description: "`callbacks` in the place of an id: what the tenant's `callback_url`s were sent.",
  request: { params: schemas.webhookPath, query: schemas.deliveriesQuery },
  responses: {
    200: json("A page of deliveries.", schemas.deliveryList),
    ...refusals("not_found", "validation_failed"),
  },
});

const redeliverRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver",
  operationId: "redeliver",
  summary: "Send a message once more",
  description: "Under the same `webhook-id`, with all attempts anew.",
  request: { params: schemas.deliveryPath },
  responses: {
    202: json("What is being delivered.", schemas.delivery),
    ...refusals("not_found", "webhook_disabled"),
  },
});

/** Adds the routes of webhooks to an app. */
export function webhookRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const webhooks = await deps.webhooks.list(caller.tenantId);
    return c.json({ webhooks: webhooks.map(webhookJson) }, 200);
  });

  app.openapi(createWebhookRoute, async (c) => {
    const { deps, caller } = c.var;
    const body = c.req.valid("json");
    checkAddress(deps, body.url, "/url");
    const id = `wh_${crypto.randomUUID().replaceAll("-", "")}`;
    const { secret, sealed } = await newSecretFor(deps, caller.tenantId, id);
    const row = await deps.webhooks.insert(caller.tenantId, id, body, sealed, nowOf(deps));
    if (row === null) {
      throw new Problem("too_many_webhooks", `A tenant has at most ${MAX_WEBHOOKS} webhooks.`);
    }
    c.header("Location", `${WEBHOOKS}/${id}`);
    return c.json({ ...webhookJson(row), secret }, 201);
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    const row = await found(deps, caller.tenantId, c.req.valid("param").id);
    return c.json(webhookJson(row), 200);
  });

  app.openapi(changeRoute, async (c) => {
    const { deps, caller } = c.var;
    const { url, types, description, enabled } = c.req.valid("json");
    if (url !== undefined) {
      checkAddress(deps, url, "/url");
    }
    const change = {
      ...(url === undefined ? {} : { url }),
      ...(types === undefined ? {} : { types }),
      ...(description === undefined ? {} : { description }),
      ...(enabled === undefined ? {} : { enabled }),
    };
    const { id } = c.req.valid("param");
    const row = await deps.webhooks.change(caller.tenantId, id, change, nowOf(deps));
    return c.json(webhookJson(row ?? notFound()), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { deps, caller } = c.var;
    if (!(await deps.webhooks.remove(caller.tenantId, c.req.valid("param").id))) {
      notFound();
    }
    return c.body(null, 204);
  });

  app.openapi(secretRoute, async (c) => {
    const { deps, caller } = c.var;
    const { id } = c.req.valid("param");
    const kept = await keptSecret(deps, caller.tenantId, id);
    return c.json(await shownSecret(deps, caller.tenantId, id, kept), 200);
  });

  app.openapi(rotateRoute, async (c) => {
    const { deps, caller } = c.var;
    const { id } = c.req.valid("param");
    await keptSecret(deps, caller.tenantId, id);
    return c.json(await rotateSecret(deps, caller.tenantId, id), 200);
  });

  app.openapi(testRoute, async (c) => {
    const { deps, caller } = c.var;
    const { webhook_id } = mustBeEnabled(
      await found(deps, caller.tenantId, c.req.valid("param").id),
    );
    const now = nowOf(deps);
    const body = JSON.stringify({ type: TEST_TYPE, timestamp: now, data: { webhook_id } });
    const message = { message_id: `test_${crypto.randomUUID()}`, type: TEST_TYPE, body };
    const row = await deps.deliveries.noteOne(caller.tenantId, webhook_id, message, now);
    return c.json(await delivering(deps, caller.tenantId, webhook_id, row), 202);
  });

  app.openapi(deliveriesRoute, async (c) => {
    const { deps, caller } = c.var;
    const { id } = c.req.valid("param");
    if (id !== CALLBACKS) {
      await found(deps, caller.tenantId, id);
    }
    const { limit = DEFAULT_PAGE, cursor } = c.req.valid("query");
    const after =
      cursor === undefined
        ? null
        : (JSON.parse(await cursorOf(deps, caller, cursor)) as DeliveryPosition);
    const rows = await deps.deliveries.deliveries(caller.tenantId, id, limit + 1, after);
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const next_cursor =
      last === undefined
        ? null
        : await makeCursor(
            await deps.keys.signingKey(),
            caller.tenantId,
            JSON.stringify({ created_at: last.created_at, message_id: last.message_id }),
          );
    return c.json({ deliveries: page.map(deliveryJson), next_cursor }, 200);
  });

  app.openapi(redeliverRoute, async (c) => {
    const { deps, caller } = c.var;
    const { id, delivery_id } = c.req.valid("param");
    if (id !== CALLBACKS) {
      mustBeEnabled(await found(deps, caller.tenantId, id));
    }
    const row = await deps.deliveries.revive(caller.tenantId, id, delivery_id, nowOf(deps));
    return c.json(await delivering(deps, caller.tenantId, id, row), 202);
  });
}

/** Puts a delivery on the queue; where that fails, the reconciler does it. */
async function delivering(
  deps: ApiDeps,
  tenant_id: string,
  webhook_id: string,
  row: DeliveryRow | null,
): Promise<schemas.DeliveryJson> {
  const { message_id } = row ?? notFound("There is no such delivery.");
  try {
    await deps.deliver({ kind: "delivery", tenant_id, webhook_id, message_id });
  } catch (error) {
    deps.observer.fault("webhooks.send", error);
  }
  return deliveryJson(row ?? notFound());
}

/** The secret of a webhook, or of the `callback_url`s, which is made when it is first needed. */
async function keptSecret(
  deps: ApiDeps,
  tenantId: string,
  id: string,
): Promise<SealedSecret | null> {
  if (id === CALLBACKS) {
    return ensureSecret(deps, tenantId, CALLBACKS);
  }
  await found(deps, tenantId, id);
  return deps.secretStore.get(tenantId, id);
}

async function found(deps: ApiDeps, tenantId: string, id: string): Promise<WebhookRow> {
  return (await deps.webhooks.get(tenantId, id)) ?? notFound();
}

function mustBeEnabled(row: WebhookRow): WebhookRow {
  if (!row.enabled) {
    throw new Problem("webhook_disabled", "The webhook is disabled; enable it first.");
  }
  return row;
}

function notFound(detail = "There is no such webhook."): never {
  throw new Problem("not_found", detail);
}

function webhookJson({ webhook_id: id, types, ...row }: WebhookRow): schemas.WebhookJson {
  return { id, types: [...types], ...row };
}

function deliveryJson({ message_id: id, ...row }: DeliveryRow): schemas.DeliveryJson {
  return { id, ...row };
}

function nowOf(deps: ApiDeps): string {
  return isoTime(deps.now());
}

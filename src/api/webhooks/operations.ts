/** OpenAPI operations of `/api/v1/webhooks`. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { BODY_PROBLEMS, ifMatch, json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";

// A caller that manages webhooks sees every task and can send to any address.
const shared = {
  tags: ["Webhooks"],
  security: SECURED,
  middleware: [requireScope("webhooks:write")],
};
const writes = { ...shared, middleware: [requireScope("webhooks:write"), jsonBody] };

/** Path of the collection. */
export const WEBHOOKS = "/api/v1/webhooks";
const WEBHOOK = "/api/v1/webhooks/{id}";

export const listRoute = createRoute({
  ...shared,
  method: "get",
  path: WEBHOOKS,
  operationId: "listWebhooks",
  summary: "List webhooks, newest first",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of webhooks.", schemas.webhookList),
    ...refusals("validation_failed"),
  },
});

export const createWebhookRoute = createRoute({
  ...writes,
  method: "post",
  path: WEBHOOKS,
  operationId: "createWebhook",
  summary: "Create a webhook",
  description:
    "Notifies a URL about tasks that are submitted from now on. Messages follow Standard Webhooks 1.0.0 and are delivered at least once, in no particular order.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createWebhook } } },
  },
  responses: {
    201: json("The webhook, with its secret.", schemas.newWebhook, "Location", "ETag"),
    ...refusals(...BODY_PROBLEMS, "too_many_webhooks", "encryption_unavailable"),
  },
});

export const getRoute = createRoute({
  ...shared,
  method: "get",
  path: WEBHOOK,
  operationId: "getWebhook",
  summary: "Get one webhook",
  request: { params: schemas.webhookPath },
  responses: { 200: json("The webhook.", schemas.webhook, "ETag"), ...refusals("not_found") },
});

export const changeRoute = createRoute({
  ...writes,
  method: "patch",
  path: WEBHOOK,
  operationId: "changeWebhook",
  summary: "Change a webhook",
  request: {
    params: schemas.webhookPath,
    headers: ifMatch,
    body: { required: true, content: { "application/json": { schema: schemas.changeWebhook } } },
  },
  responses: {
    200: json("The webhook.", schemas.webhook, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "precondition_failed"),
  },
});

export const removeRoute = createRoute({
  ...shared,
  method: "delete",
  path: WEBHOOK,
  operationId: "deleteWebhook",
  summary: "Delete a webhook and its delivery log",
  request: { params: schemas.webhookPath, headers: ifMatch },
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "precondition_failed"),
  },
});

export const secretRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/webhooks/{id}/secret",
  operationId: "getWebhookSecret",
  summary: "Get a webhook's signing secret",
  description: "With the id `callbacks`: the secret that signs messages to `callback_url`s.",
  request: { params: schemas.webhookPath },
  responses: {
    200: json("The secret.", schemas.secret),
    ...refusals("not_found", "encryption_unavailable"),
  },
});

export const rotateRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/webhooks/{id}/secret/rotate",
  operationId: "rotateWebhookSecret",
  summary: "Replace a webhook's secret",
  description:
    "For one day, the previous secret also signs. With the id `callbacks`: the secret of `callback_url`s.",
  request: { params: schemas.webhookPath },
  responses: {
    200: json("The new secret.", schemas.secret),
    ...refusals("not_found", "encryption_unavailable"),
  },
});

export const testRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/webhooks/{id}/test",
  operationId: "testWebhook",
  summary: "Send a test message",
  request: { params: schemas.webhookPath },
  responses: {
    202: json("The delivery.", schemas.delivery),
    ...refusals("not_found", "webhook_disabled"),
  },
});

export const deliveriesRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/webhooks/{id}/deliveries",
  operationId: "listDeliveries",
  summary: "List a webhook's deliveries, newest first",
  description: "With the id `callbacks`: deliveries to the tenant's `callback_url`s.",
  request: { params: schemas.webhookPath, query: plainPageQuery },
  responses: {
    200: json("A page of deliveries.", schemas.deliveryList),
    ...refusals("not_found", "validation_failed"),
  },
});

export const redeliverRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver",
  operationId: "redeliver",
  summary: "Redeliver a message",
  description: "Sends it again with the same `webhook-id` and a full set of attempts.",
  request: { params: schemas.deliveryPath },
  responses: {
    202: json("The delivery.", schemas.delivery),
    ...refusals("not_found", "webhook_disabled"),
  },
});

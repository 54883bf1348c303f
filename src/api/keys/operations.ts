/** OpenAPI operations of `/api/v1/keys`. */
import { createRoute } from "@hono/zod-openapi";
import { requireKey, requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";

const shared = { tags: ["Keys"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("keys:write")] };
const writes = { ...shared, middleware: [requireScope("keys:write"), jsonBody] };

export const listRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/keys",
  operationId: "listKeys",
  summary: "List keys, newest first",
  description: "Includes revoked keys. Listing another `tenant`'s keys needs the scope `platform`.",
  request: { query: schemas.keysQuery },
  responses: { 200: json("A page of keys.", schemas.keyList), ...refusals("validation_failed") },
});

export const createKeyRoute = createRoute({
  ...writes,
  method: "post",
  path: "/api/v1/keys",
  operationId: "createKey",
  summary: "Create a key",
  description:
    "Only this response contains the key. It can only have scopes that the calling key has.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createBody } } },
  },
  responses: { 201: json("The key.", schemas.newKey, "Location"), ...refusals(...BODY_PROBLEMS) },
});

export const selfRoute = createRoute({
  ...shared,
  middleware: [requireKey],
  method: "get",
  path: "/api/v1/keys/self",
  operationId: "getOwnKey",
  summary: "Get the key of this request",
  description: "Needs no particular scope.",
  responses: { 200: json("The key, without its secret.", schemas.key), ...refusals("not_found") },
});

export const getRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/keys/{id}",
  operationId: "getKey",
  summary: "Get one key",
  request: { params: schemas.keyPath },
  responses: { 200: json("The key.", schemas.key), ...refusals("not_found") },
});

export const revokeRoute = createRoute({
  ...reads,
  method: "delete",
  path: "/api/v1/keys/{id}",
  operationId: "revokeKey",
  summary: "Revoke a key",
  description:
    "Within seconds, its requests are rejected and its event streams are closed. Tasks submitted with it continue, and so do schedules created with it.",
  request: { params: schemas.keyPath, query: schemas.revokeQuery },
  responses: { 204: { description: "Revoked." }, ...refusals("not_found", "validation_failed") },
});

export const rotateRoute = createRoute({
  ...writes,
  method: "post",
  path: "/api/v1/keys/{id}/rotate",
  operationId: "rotateKey",
  summary: "Rotate a key",
  description: "Replaces the key's secret. The old one expires within seconds, or after `grace_s`.",
  request: {
    params: schemas.keyPath,
    body: { content: { "application/json": { schema: schemas.rotateBody } } },
  },
  responses: {
    200: json("The key with its new secret.", schemas.newKey),
    ...refusals(...BODY_PROBLEMS, "not_found", "key_over"),
  },
});

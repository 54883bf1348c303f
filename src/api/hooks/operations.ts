/** OpenAPI operations of `/api/v1/hooks`. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import {
  BODY_PROBLEMS,
  ifMatch,
  json,
  refusals,
  SECURED,
  traceHeaders,
} from "../openapi/routes.ts";
import { secret } from "../webhooks/schemas.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";

const shared = { tags: ["Hooks"], security: SECURED, middleware: [requireScope("webhooks:write")] };
const writes = { ...shared, middleware: [requireScope("webhooks:write"), jsonBody] };

/** Path of the collection. */
export const HOOKS = "/api/v1/hooks";
const HOOK = "/api/v1/hooks/{id}";
/** Path of the calls, which have no key: apart from the administration. */
export const CALLS = "/hooks";

export const listRoute = createRoute({
  ...shared,
  method: "get",
  path: HOOKS,
  operationId: "listHooks",
  summary: "List hooks, newest first",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of hooks.", schemas.hookList),
    ...refusals("validation_failed"),
  },
});

export const createHookRoute = createRoute({
  ...writes,
  method: "post",
  path: HOOKS,
  operationId: "createHook",
  summary: "Create a hook",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createHook } } },
  },
  responses: {
    201: json("The hook, with its secret.", schemas.newHook, "Location", "ETag"),
    ...refusals(...BODY_PROBLEMS, "too_many_hooks", "encryption_unavailable"),
  },
});

export const getRoute = createRoute({
  ...shared,
  method: "get",
  path: HOOK,
  operationId: "getHook",
  summary: "Get one hook",
  request: { params: schemas.hookPath },
  responses: { 200: json("The hook.", schemas.hook, "ETag"), ...refusals("not_found") },
});

export const changeRoute = createRoute({
  ...writes,
  method: "patch",
  path: HOOK,
  operationId: "changeHook",
  summary: "Change a hook",
  request: {
    params: schemas.hookPath,
    headers: ifMatch,
    body: { required: true, content: { "application/json": { schema: schemas.changeHook } } },
  },
  responses: {
    200: json("The hook.", schemas.hook, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "precondition_failed"),
  },
});

export const removeRoute = createRoute({
  ...shared,
  method: "delete",
  path: HOOK,
  operationId: "deleteHook",
  summary: "Delete a hook",
  request: { params: schemas.hookPath, headers: ifMatch },
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "precondition_failed"),
  },
});

export const secretRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/hooks/{id}/secret",
  operationId: "getHookSecret",
  summary: "Get a hook's signing secret",
  request: { params: schemas.hookPath },
  responses: {
    200: json("The secret.", secret),
    ...refusals("not_found", "encryption_unavailable"),
  },
});

export const rotateRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/hooks/{id}/secret/rotate",
  operationId: "rotateHookSecret",
  summary: "Replace a hook's secret",
  description: "For one day, the previous secret is also accepted.",
  request: { params: schemas.hookPath },
  responses: {
    200: json("The new secret.", secret),
    ...refusals("not_found", "encryption_unavailable"),
  },
});

export const callRoute = createRoute({
  tags: ["Hooks"],
  security: [],
  method: "post",
  path: "/hooks/{id}",
  operationId: "callHook",
  summary: "Start a task from a hook's template",
  description:
    "Needs no key: the body, JSON of at most 1 MiB, is signed with the hook's secret. `webhook-id` (with GitHub's scheme, the body) identifies repeated requests.",
  request: { params: schemas.hookPath, headers: traceHeaders },
  responses: {
    201: json("The task.", schemas.startedTask, "Location", "Idempotent-Replayed"),
    ...refusals(
      "invalid_signature",
      "malformed_json",
      "payload_too_large",
      "validation_failed",
      "not_found",
      "idempotency_key_reused",
    ),
  },
});

/** OpenAPI operations of `/api/v1/tools`. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { idempotent } from "../http/idempotent.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";

const shared = { tags: ["Tools"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("tasks:read")] };
const writes = { ...shared, middleware: [requireScope("tools:write"), jsonBody] };
const named = { params: schemas.toolPath, headers: schemas.ifMatch };

export const listRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/tools",
  operationId: "listTools",
  summary: "List tools",
  description: "Lists the deployment's tools, then the tenant's own, each by name.",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of tools.", schemas.toolList),
    ...refusals("validation_failed"),
  },
});

export const registerRoute = createRoute({
  ...writes,
  middleware: [...writes.middleware, idempotent],
  method: "post",
  path: "/api/v1/tools",
  operationId: "registerTool",
  summary: "Register a tool",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.registerBody } } },
  },
  responses: {
    201: json("The tool.", schemas.tool, "Location", "ETag"),
    ...refusals(...BODY_PROBLEMS, "tool_exists", "too_many_tools"),
  },
});

export const getRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/tools/{name}",
  operationId: "getTool",
  summary: "Get one tool",
  request: { params: schemas.toolPath },
  responses: { 200: json("The tool.", schemas.tool, "ETag"), ...refusals("not_found") },
});

export const replaceRoute = createRoute({
  ...writes,
  method: "put",
  path: "/api/v1/tools/{name}",
  operationId: "replaceTool",
  summary: "Replace a tool",
  request: {
    ...named,
    body: { required: true, content: { "application/json": { schema: schemas.replaceBody } } },
  },
  responses: {
    200: json("The new version.", schemas.tool, "ETag"),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "tool_exists",
      "too_many_tools",
      "precondition_failed",
    ),
  },
});

export const enableRoute = createRoute({
  ...writes,
  method: "patch",
  path: "/api/v1/tools/{name}",
  operationId: "enableTool",
  summary: "Enable or disable a tool",
  description: "A disabled tool is kept, but not offered to new tasks. Creates a new version.",
  request: {
    ...named,
    body: { required: true, content: { "application/json": { schema: schemas.enableBody } } },
  },
  responses: {
    200: json("The new version.", schemas.tool, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "tool_exists", "precondition_failed"),
  },
});

export const removeRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "delete",
  path: "/api/v1/tools/{name}",
  operationId: "deleteTool",
  summary: "Delete a tool",
  description: "Tasks that were submitted with it keep it.",
  request: named,
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "tool_exists", "precondition_failed"),
  },
});

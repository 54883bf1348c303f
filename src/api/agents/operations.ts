/** OpenAPI operations of `/api/v1/agents`. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { idempotent } from "../http/idempotent.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";

const shared = { tags: ["Agents"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("tasks:read")] };
const writes = { ...shared, middleware: [requireScope("agents:write"), jsonBody] };
const named = { params: schemas.agentPath, headers: schemas.ifMatch };
/** Problems of a config that refers to something missing. */
const REFERENCES = [
  "unknown_model",
  "provider_not_configured",
  "unpriced_model",
  "unknown_tool",
  "unknown_mcp_server",
  "secret_missing",
  "oauth_unavailable",
] as const;

export const listRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/agents",
  operationId: "listAgents",
  summary: "List agents, newest first",
  description:
    "Agents that the deployment defines in code come last, with the service's own `default` unless the tenant has its own.",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of agents.", schemas.agentList),
    ...refusals("validation_failed"),
  },
});

export const createAgentRoute = createRoute({
  ...writes,
  middleware: [...writes.middleware, idempotent],
  method: "post",
  path: "/api/v1/agents",
  operationId: "createAgent",
  summary: "Create an agent",
  description: "Everything its config refers to must exist. Tasks select it with `agent`.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createBody } } },
  },
  responses: {
    201: json("The agent.", schemas.agent, "Location", "ETag"),
    ...refusals(...BODY_PROBLEMS, "agent_exists", "too_many_agents", ...REFERENCES),
  },
});

export const getRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/agents/{name}",
  operationId: "getAgent",
  summary: "Get the latest version of an agent",
  request: { params: schemas.agentPath },
  responses: { 200: json("The agent.", schemas.agent, "ETag"), ...refusals("not_found") },
});

export const replaceRoute = createRoute({
  ...writes,
  method: "put",
  path: "/api/v1/agents/{name}",
  operationId: "replaceAgent",
  summary: "Create a new version of an agent",
  description: "For `default`, the first version replaces the service's own.",
  request: {
    ...named,
    body: { required: true, content: { "application/json": { schema: schemas.replaceBody } } },
  },
  responses: {
    200: json("The new version.", schemas.agent, "ETag"),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "agent_built_in",
      "too_many_agents",
      "precondition_failed",
      ...REFERENCES,
    ),
  },
});

export const removeRoute = createRoute({
  ...shared,
  middleware: [requireScope("agents:write")],
  method: "delete",
  path: "/api/v1/agents/{name}",
  operationId: "deleteAgent",
  summary: "Delete an agent",
  description:
    "Tasks that were submitted with it keep it, and its versions stay readable. If it is created again, its version numbers continue.",
  request: named,
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "agent_built_in", "precondition_failed"),
  },
});

export const versionsRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/agents/{name}/versions",
  operationId: "listAgentVersions",
  summary: "List the versions of an agent, newest first",
  description: "Includes the versions of a deleted agent, because tasks refer to them.",
  request: { params: schemas.agentPath, query: plainPageQuery },
  responses: {
    200: json("A page of versions.", schemas.versionList),
    ...refusals("not_found", "validation_failed"),
  },
});

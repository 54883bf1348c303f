/** OpenAPI operations of `/api/v1/mcp/servers`. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { idempotent } from "../http/idempotent.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";

const shared = { tags: ["MCP servers"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("tasks:read")] };
const writes = { ...shared, middleware: [requireScope("tools:write"), jsonBody] };
const named = { params: schemas.serverPath, headers: schemas.ifMatch };

/** Path of the collection. */
export const SERVERS = "/api/v1/mcp/servers";
const SERVER = "/api/v1/mcp/servers/{name}";

export const listRoute = createRoute({
  ...reads,
  method: "get",
  path: SERVERS,
  operationId: "listMcpServers",
  summary: "List MCP servers",
  description:
    "Lists the deployment's servers, then the tenant's own, each by name, with its latest health.",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of servers.", schemas.serverList),
    ...refusals("validation_failed"),
  },
});

export const createServerRoute = createRoute({
  ...writes,
  middleware: [...writes.middleware, idempotent],
  method: "post",
  path: SERVERS,
  operationId: "createMcpServer",
  summary: "Register an MCP server",
  description: "Does not contact the server yet.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createBody } } },
  },
  responses: {
    201: json("The server.", schemas.server, "Location", "ETag"),
    ...refusals(...BODY_PROBLEMS, "mcp_server_exists", "too_many_mcp_servers", "oauth_unavailable"),
  },
});

export const getRoute = createRoute({
  ...reads,
  method: "get",
  path: SERVER,
  operationId: "getMcpServer",
  summary: "Get one MCP server",
  request: { params: schemas.serverPath },
  responses: { 200: json("The server.", schemas.server, "ETag"), ...refusals("not_found") },
});

export const replaceRoute = createRoute({
  ...writes,
  method: "put",
  path: SERVER,
  operationId: "replaceMcpServer",
  summary: "Replace an MCP server",
  request: {
    ...named,
    body: { required: true, content: { "application/json": { schema: schemas.replaceBody } } },
  },
  responses: {
    200: json("The new version.", schemas.server, "ETag"),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "mcp_server_exists",
      "oauth_unavailable",
      "precondition_failed",
    ),
  },
});

export const enableRoute = createRoute({
  ...writes,
  method: "patch",
  path: SERVER,
  operationId: "enableMcpServer",
  summary: "Enable or disable an MCP server",
  description: "A disabled server is kept, but not used by new tasks. Creates a new version.",
  request: {
    ...named,
    body: { required: true, content: { "application/json": { schema: schemas.enableBody } } },
  },
  responses: {
    200: json("The new version.", schemas.server, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "mcp_server_exists", "precondition_failed"),
  },
});

export const removeRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "delete",
  path: SERVER,
  operationId: "deleteMcpServer",
  summary: "Delete an MCP server",
  description:
    "Also deletes its tool list and tokens. Tasks that were submitted with it keep its URL.",
  request: named,
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "mcp_server_exists", "precondition_failed"),
  },
});

export const refreshRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "post",
  path: "/api/v1/mcp/servers/{name}/refresh",
  operationId: "refreshMcpServer",
  summary: "Refresh the tool list of an MCP server",
  description:
    "Queries the server now and returns its health. If the server fails, this request still succeeds, and the previous tool list is kept.",
  request: { params: schemas.serverPath },
  responses: { 200: json("The server.", schemas.server), ...refusals("not_found") },
});

export const toolsRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/mcp/servers/{name}/tools",
  operationId: "listMcpTools",
  summary: "List the tools of an MCP server",
  request: { params: schemas.serverPath, query: schemas.toolsQuery },
  responses: {
    200: json("A page of tools, and the tools that were left out.", schemas.toolPage),
    ...refusals("not_found", "validation_failed"),
  },
});

export const authorizeRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "post",
  path: "/api/v1/mcp/servers/{name}/authorize",
  operationId: "authorizeMcpServer",
  summary: "Authorize an MCP server (OAuth)",
  description:
    "If consent is needed, the user opens `authorization_url` in a browser within ten minutes.",
  request: { params: schemas.serverPath },
  responses: {
    200: json("Whether the server is authorized, or the URL for consent.", schemas.authorization),
    ...refusals(
      "not_found",
      "oauth_not_configured",
      "oauth_unavailable",
      "secret_missing",
      "authorization_failed",
    ),
  },
});

export const forgetRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "delete",
  path: "/api/v1/mcp/servers/{name}/authorization",
  operationId: "forgetMcpAuthorization",
  summary: "Delete the OAuth tokens of an MCP server",
  request: { params: schemas.serverPath },
  responses: { 204: { description: "Deleted." }, ...refusals("not_found") },
});

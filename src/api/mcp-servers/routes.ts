/**
 * `/api/v1/mcp/servers`: the MCP servers that runs may use. A tenant adds its own. Servers of the
 * deployment are listed and cannot be changed. A change applies to tasks that are submitted later.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { McpTool } from "../../run/spec/mcp-catalogue.ts";
import { MAX_MCP_SERVERS } from "../../run/spec/mcp-server.ts";
import type { McpServerChange, McpServerRow } from "../../store/mcp/servers.ts";
import type { ApiDeps, ApiHandler, AppEnv, RequestContext } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { memoryPageOf } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import { invalid } from "../http/validation.ts";
import { etagOf, VersionedResource } from "../http/versioned.ts";
import { checkKeepsTokens, definitionOf } from "./definition.ts";
import * as operations from "./operations.ts";
import { known, serverOf, serversOf, type KnownServer } from "./resolve.ts";
import type { ServerJson } from "./schemas.ts";
import { serverJson, toolPageJson } from "./view.ts";

/** Adds the routes of MCP servers to an app. */
export function mcpServerRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.listRoute, list);
  app.openapi(operations.createServerRoute, create);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.replaceRoute, replace);
  app.openapi(operations.enableRoute, enable);
  app.openapi(operations.removeRoute, remove);
  app.openapi(operations.refreshRoute, refresh);
  app.openapi(operations.toolsRoute, listTools);
  app.openapi(operations.authorizeRoute, authorize);
  app.openapi(operations.forgetRoute, forgetAuthorization);
}

/** Path of the OAuth redirect URI. */
export const CALLBACK = "/api/v1/mcp/oauth/callback";

const DEFAULT_PAGE = 100;

const SERVERS = new VersionedResource<McpServerRow>({
  noun: "an MCP server",
  exists: "mcp_server_exists",
  full: ["too_many_mcp_servers", `A tenant can have at most ${MAX_MCP_SERVERS} servers.`],
  current: ({ mcpServers }, tenantId, name) => mcpServers.get(tenantId, name),
});

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const [servers, states] = await Promise.all([
    serversOf(deps, caller.tenantId),
    deps.mcpCatalogues.states(caller.tenantId),
  ]);
  const byName = new Map(states.map((state) => [state.server, state]));
  const { data, next_cursor } = await memoryPageOf(deps, caller, servers, c.req.valid("query"), {
    noun: "mcp_server",
    keyOf: ({ row, definition }) => `${row === null ? 0 : 1} ${definition.name}`,
  });
  const shown = data.map((server) => {
    const { definition } = server;
    return serverJson(server, byName.get(definition.name) ?? null, deps.mcp.keyOf(definition));
  });
  return c.json({ data: shown, next_cursor }, 200);
};

const create: ApiHandler<typeof operations.createServerRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { enabled, name, ...body } = c.req.valid("json");
  notTheDeployments(deps, name);
  const definition = definitionOf(deps, name, body);
  const wanted = { definition, enabled };
  const row = await deps.mcpServers.insert(caller.tenantId, wanted, actorOf(c.var));
  if (row === null) {
    throw SERVERS.notInserted(name, (await deps.mcpServers.get(caller.tenantId, name)) !== null);
  }
  c.header("Location", `${operations.SERVERS}/${encodeURIComponent(name)}`);
  c.header("ETag", etagOf(row));
  return c.json(serverJson({ definition, enabled, row }, null, ""), 201);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const server = await found(c.var, c.req.valid("param").name);
  if (server.row !== null) {
    c.header("ETag", etagOf(server.row));
  }
  return c.json(await shownWithHealth(c.var, server), 200);
};

const replace: ApiHandler<typeof operations.replaceRoute> = async (c) => {
  const { deps } = c.var;
  const { name } = c.req.valid("param");
  const { enabled, name: again = name, ...body } = c.req.valid("json");
  notTheDeployments(deps, name);
  if (again !== name) {
    throw invalid("body", [{ pointer: "/name", detail: "must be the name in the address" }]);
  }
  const definition = definitionOf(deps, name, body);
  const row = await change(c.var, name, c.req.header("If-Match"), { definition, enabled });
  c.header("ETag", etagOf(row));
  return c.json(await shownWithHealth(c.var, known(row)), 200);
};

const enable: ApiHandler<typeof operations.enableRoute> = async (c) => {
  const { name } = c.req.valid("param");
  notTheDeployments(c.var.deps, name);
  const row = await change(c.var, name, c.req.header("If-Match"), c.req.valid("json"));
  c.header("ETag", etagOf(row));
  return c.json(await shownWithHealth(c.var, known(row)), 200);
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name } = c.req.valid("param");
  notTheDeployments(deps, name);
  const expected = await SERVERS.expected(c.var, name, c.req.header("If-Match"));
  if (!(await deps.mcpServers.remove(caller.tenantId, name, expected, actorOf(c.var)))) {
    throw await SERVERS.missed(c.var, name);
  }
  return c.body(null, 204);
};

const refresh: ApiHandler<typeof operations.refreshRoute> = async (c) => {
  const { deps, caller } = c.var;
  const server = await found(c.var, c.req.valid("param").name);
  await deps.mcp.refresh(caller.tenantId, server.definition);
  return c.json(await shownWithHealth(c.var, server), 200);
};

const listTools: ApiHandler<typeof operations.toolsRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { limit = DEFAULT_PAGE, cursor = "0" } = c.req.valid("query");
  const { definition } = await found(c.var, c.req.valid("param").name);
  const { name } = definition;
  const kept = await deps.mcpCatalogues.catalogue(caller.tenantId, name);
  const head = kept?.key === deps.mcp.keyOf(definition) ? kept : null;
  const start = Number(cursor);
  const texts =
    head === null ? none() : deps.mcpCatalogues.parts(caller.tenantId, name, head.revision);
  return c.json(toolPageJson(name, head, start, await slice(texts, start, limit)), 200);
};

const authorize: ApiHandler<typeof operations.authorizeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { definition } = await found(c.var, c.req.valid("param").name);
  if (definition.oauth === undefined) {
    throw new Problem("oauth_not_configured", `${definition.name} is registered without oauth.`);
  }
  checkKeepsTokens(deps);
  const why = await deps.mcp.unusable(caller.tenantId, definition);
  if (why !== null) {
    throw new Problem("secret_missing", why.message);
  }
  const origin = deps.config.publicUrl ?? new URL(c.req.url).origin;
  const came = await deps.mcp.authorize(caller.tenantId, definition, `${origin}${CALLBACK}`);
  switch (came.kind) {
    case "authorized":
      return c.json({ authorized: true }, 200);
    case "redirect": {
      const { url: authorization_url, expiresAt: expires_at } = came;
      return c.json({ authorized: false, authorization_url, expires_at }, 200);
    }
    default:
      throw new Problem("authorization_failed", `${came.code}: ${came.message}`);
  }
};

const forgetAuthorization: ApiHandler<typeof operations.forgetRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { definition } = await found(c.var, c.req.valid("param").name);
  await deps.mcpTokens.removeToken(caller.tenantId, definition.name, actorOf(c.var));
  return c.body(null, 204);
};

/** Returns a server of the deployment or the tenant. @throws Problem `not_found` */
async function found({ deps, caller }: RequestContext, name: string): Promise<KnownServer> {
  const server = await serverOf(deps, caller.tenantId, name);
  if (server === null) {
    throw SERVERS.notFound(name);
  }
  return server;
}

async function shownWithHealth(
  { deps, caller }: RequestContext,
  server: KnownServer,
): Promise<ServerJson> {
  const { definition } = server;
  const state = await deps.mcpCatalogues.state(caller.tenantId, definition.name);
  return serverJson(server, state, deps.mcp.keyOf(definition));
}

/** Changes a server. @throws Problem `not_found`, or `precondition_failed` at another version */
async function change(
  request: RequestContext,
  name: string,
  ifMatch: string | undefined,
  wanted: McpServerChange,
): Promise<McpServerRow> {
  const { deps, caller } = request;
  const expected = await SERVERS.expected(request, name, ifMatch);
  const { tenantId } = caller;
  const row = await deps.mcpServers.change(tenantId, name, wanted, expected, actorOf(request));
  if (row === null) {
    throw await SERVERS.missed(request, name);
  }
  return row;
}

/** Rejects the names of the deployment's servers, which are reserved. @throws Problem */
function notTheDeployments({ config }: ApiDeps, name: string): void {
  if (config.mcpServers.has(name)) {
    throw new Problem(
      "mcp_server_exists",
      `The MCP server ${name} belongs to the deployment and cannot be changed here.`,
    );
  }
}

async function* none(): AsyncGenerator<string> {}

/** Returns up to `limit` tools from position `start`. Reads no more parts than needed. */
async function slice(
  texts: AsyncIterable<string>,
  start: number,
  limit: number,
): Promise<McpTool[]> {
  const page: McpTool[] = [];
  let position = 0;
  for await (const text of texts) {
    const tools = JSON.parse(text) as McpTool[];
    page.push(...tools.slice(Math.max(0, start - position), start + limit - position));
    position += tools.length;
    if (position >= start + limit) {
      break;
    }
  }
  return page;
}

/**
 * `/api/v1/mcp/servers`: the MCP servers that runs may use. Those of the deployment are listed and
 * cannot be changed; a tenant adds its own. A change reaches the tasks that are submitted after it.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { McpTool } from "../../run/spec/mcp-catalogue.ts";
import { MAX_MCP_SERVERS, type McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { MAX_DEFINITION_CHARS } from "../../run/spec/tool-definition.ts";
import { newActor } from "../../store/audit.ts";
import type { Caller } from "../../store/keys.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import { etagOf, expectedVersion } from "../http/etag.ts";
import { idempotent } from "../http/idempotent.ts";
import { serverOf, serversOf, type KnownServer } from "./resolve.ts";
import * as schemas from "./schemas.ts";
import { serverJson, toolPageJson } from "./view.ts";
import { Problem } from "../http/problem.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";

const shared = { tags: ["MCP servers"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("tasks:read")] };
const writes = { ...shared, middleware: [requireScope("tools:write"), jsonBody] };
const named = { params: schemas.serverPath, headers: schemas.ifMatch };

const SERVERS = "/api/v1/mcp/servers";
const SERVER = "/api/v1/mcp/servers/{name}";
const DEFAULT_PAGE = 100;

const listRoute = createRoute({
  ...reads,
  method: "get",
  path: SERVERS,
  operationId: "listMcpServers",
  summary: "The MCP servers that runs may use",
  description: "The deployment's, then the tenant's own, each with how it answered last.",
  responses: { 200: json("All servers.", schemas.serverList), ...refusals() },
});

const createServerRoute = createRoute({
  ...writes,
  middleware: [...writes.middleware, idempotent],
  method: "post",
  path: SERVERS,
  operationId: "createMcpServer",
  summary: "Register an MCP server",
  description: "Nothing is sent to it yet.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createBody } } },
  },
  responses: {
    201: json("The server.", schemas.server, "Location", "ETag"),
    ...refusals(...BODY_PROBLEMS, "mcp_server_exists", "too_many_mcp_servers", "oauth_unavailable"),
  },
});

const getRoute = createRoute({
  ...reads,
  method: "get",
  path: SERVER,
  operationId: "getMcpServer",
  summary: "Get one MCP server",
  request: { params: schemas.serverPath },
  responses: { 200: json("The server.", schemas.server, "ETag"), ...refusals("not_found") },
});

const replaceRoute = createRoute({
  ...writes,
  method: "put",
  path: SERVER,
  operationId: "replaceMcpServer",
  summary: "Make a new version of an MCP server",
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

const enableRoute = createRoute({
  ...writes,
  method: "patch",
  path: SERVER,
  operationId: "enableMcpServer",
  summary: "Enable or disable an MCP server",
  description: "A disabled server is kept and is in no new task. This makes a new version.",
  request: {
    ...named,
    body: { required: true, content: { "application/json": { schema: schemas.enableBody } } },
  },
  responses: {
    200: json("The new version.", schemas.server, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "mcp_server_exists", "precondition_failed"),
  },
});

const removeRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "delete",
  path: SERVER,
  operationId: "deleteMcpServer",
  summary: "Delete an MCP server",
  description: "With its list of tools and its tokens. Tasks that began with it keep its address.",
  request: named,
  responses: {
    204: { description: "It is gone." },
    ...refusals("not_found", "validation_failed", "mcp_server_exists", "precondition_failed"),
  },
});

const refreshRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "post",
  path: "/api/v1/mcp/servers/{name}/refresh",
  operationId: "refreshMcpServer",
  summary: "Ask a server now what it offers",
  description:
    "The answer says how that went: a server that cannot be used is no failure of this request, and what it offered before is kept.",
  request: { params: schemas.serverPath },
  responses: { 200: json("The server.", schemas.server), ...refusals("not_found") },
});

const toolsRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/mcp/servers/{name}/tools",
  operationId: "listMcpTools",
  summary: "What a server offered when it was asked last",
  request: { params: schemas.serverPath, query: schemas.toolsQuery },
  responses: {
    200: json("A page of tools, and what was left out.", schemas.toolPage),
    ...refusals("not_found", "validation_failed"),
  },
});

const authorizeRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "post",
  path: "/api/v1/mcp/servers/{name}/authorize",
  operationId: "authorizeMcpServer",
  summary: "Get the right to use a server",
  description:
    "Where a person has to agree, `authorization_url` is what they open in a browser, within ten minutes.",
  request: { params: schemas.serverPath },
  responses: {
    200: json("Whether it may be used already, or where to agree.", schemas.authorization),
    ...refusals(
      "not_found",
      "oauth_not_configured",
      "oauth_unavailable",
      "secret_missing",
      "authorization_failed",
    ),
  },
});

const forgetRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "delete",
  path: "/api/v1/mcp/servers/{name}/authorization",
  operationId: "forgetMcpAuthorization",
  summary: "Forget the tokens of a server",
  request: { params: schemas.serverPath },
  responses: { 204: { description: "They are gone." }, ...refusals("not_found") },
});

/** Adds the routes of MCP servers to an app. */
export function mcpServerRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const [servers, states] = await Promise.all([
      serversOf(deps, caller.tenantId),
      deps.mcpCatalogues.states(caller.tenantId),
    ]);
    const byName = new Map(states.map((state) => [state.server, state]));
    const shown = servers.map((server) => {
      const { definition } = server;
      return serverJson(server, byName.get(definition.name) ?? null, deps.mcp.keyOf(definition));
    });
    return c.json({ servers: shown }, 200);
  });

  app.openapi(createServerRoute, async (c) => {
    const { deps, caller } = c.var;
    const { enabled, name, ...body } = c.req.valid("json");
    notTheDeployments(deps, name);
    const definition = definitionOf(deps, name, body);
    const actor = newActor(deps.now(), caller.keyId);
    const row = await deps.mcpServers.insert(caller.tenantId, { definition, enabled }, actor);
    if (row === null) {
      throw (await deps.mcpServers.get(caller.tenantId, name)) === null
        ? new Problem("too_many_mcp_servers", `A tenant has at most ${MAX_MCP_SERVERS} servers.`)
        : new Problem(
            "mcp_server_exists",
            `There is an MCP server named ${name} already; replace it with PUT.`,
          );
    }
    c.header("Location", `${SERVERS}/${encodeURIComponent(name)}`);
    c.header("ETag", etagOf(row));
    return c.json(serverJson({ definition, enabled, row }, null, ""), 201);
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    const server = await found(deps, caller.tenantId, c.req.valid("param").name);
    if (server.row !== null) {
      c.header("ETag", etagOf(server.row));
    }
    return c.json(await shownWithHealth(deps, caller.tenantId, server), 200);
  });

  app.openapi(replaceRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    const { enabled, name: again = name, ...body } = c.req.valid("json");
    notTheDeployments(deps, name);
    if (again !== name) {
      throw invalid([{ pointer: "/name", detail: "must be the name in the address" }]);
    }
    const definition = definitionOf(deps, name, body);
    const wanted = { definition, enabled };
    const server = await change(deps, caller, name, c.req.header("If-Match"), wanted);
    c.header("ETag", etagOf(server.row));
    return c.json(await shownWithHealth(deps, caller.tenantId, server), 200);
  });

  app.openapi(enableRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    notTheDeployments(deps, name);
    const wanted = c.req.valid("json");
    const server = await change(deps, caller, name, c.req.header("If-Match"), wanted);
    c.header("ETag", etagOf(server.row));
    return c.json(await shownWithHealth(deps, caller.tenantId, server), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    notTheDeployments(deps, name);
    const expected = await expectedVersion(
      c.req.header("If-Match"),
      async () => (await deps.mcpServers.get(caller.tenantId, name)) ?? notFound(name),
      SERVER_WORD,
    );
    const actor = newActor(deps.now(), caller.keyId);
    if (!(await deps.mcpServers.remove(caller.tenantId, name, expected, actor))) {
      throw await missed(deps, caller.tenantId, name);
    }
    return c.body(null, 204);
  });

  app.openapi(refreshRoute, async (c) => {
    const { deps, caller } = c.var;
    const server = await found(deps, caller.tenantId, c.req.valid("param").name);
    await deps.mcp.refresh(caller.tenantId, server.definition);
    return c.json(await shownWithHealth(deps, caller.tenantId, server), 200);
  });

  app.openapi(toolsRoute, async (c) => {
    const { deps, caller } = c.var;
    const { limit = DEFAULT_PAGE, cursor = "0" } = c.req.valid("query");
    const { definition } = await found(deps, caller.tenantId, c.req.valid("param").name);
    const { name } = definition;
    const kept = await deps.mcpCatalogues.catalogue(caller.tenantId, name);
    const head = kept?.key === deps.mcp.keyOf(definition) ? kept : null;
    const start = Number(cursor);
    const texts =
      head === null ? none() : deps.mcpCatalogues.parts(caller.tenantId, name, head.revision);
    return c.json(toolPageJson(name, head, start, await slice(texts, start, limit)), 200);
  });

  app.openapi(authorizeRoute, async (c) => {
    const { deps, caller } = c.var;
    const { definition } = await found(deps, caller.tenantId, c.req.valid("param").name);
    if (definition.oauth === undefined) {
      throw new Problem("oauth_not_configured", `${definition.name} is registered without oauth.`);
    }
    checkTokens(deps);
    const why = deps.mcp.unusable(caller.tenantId, definition);
    if (why !== null) {
      throw new Problem("secret_missing", why.message);
    }
    const origin = deps.config.publicUrl ?? new URL(c.req.url).origin;
    const redirectUrl = `${origin}${CALLBACK}`;
    const came = await deps.mcp.authorize(caller.tenantId, definition, redirectUrl);
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
  });

  app.openapi(forgetRoute, async (c) => {
    const { deps, caller } = c.var;
    const { definition } = await found(deps, caller.tenantId, c.req.valid("param").name);
    const actor = newActor(deps.now(), caller.keyId);
    await deps.mcpTokens.removeToken(caller.tenantId, definition.name, actor);
    return c.body(null, 204);
  });
}

/** Where browsers come back to. */
export const CALLBACK = "/api/v1/mcp/oauth/callback";

const SERVER_WORD = "MCP server";

async function found(deps: ApiDeps, tenantId: string, name: string): Promise<KnownServer> {
  return (await serverOf(deps, tenantId, name)) ?? notFound(name);
}

async function shownWithHealth(deps: ApiDeps, tenantId: string, server: KnownServer) {
  const { definition } = server;
  const state = await deps.mcpCatalogues.state(tenantId, definition.name);
  return serverJson(server, state, deps.mcp.keyOf(definition));
}

async function change(
  deps: ApiDeps,
  { tenantId, keyId }: Caller,
  name: string,
  header: string | undefined,
  wanted: Parameters<ApiDeps["mcpServers"]["change"]>[2],
) {
  const expected = await expectedVersion(
    header,
    async () => (await deps.mcpServers.get(tenantId, name)) ?? notFound(name),
    SERVER_WORD,
  );
  const actor = newActor(deps.now(), keyId);
  const row = await deps.mcpServers.change(tenantId, name, wanted, expected, actor);
  if (row === null) {
    throw await missed(deps, tenantId, name);
  }
  return { definition: row.definition, enabled: row.enabled, row };
}

/** Why a server could not be changed at the version that was expected. */
async function missed(deps: ApiDeps, tenantId: string, name: string): Promise<Problem> {
  const current = (await deps.mcpServers.get(tenantId, name)) ?? notFound(name);
  return new Problem("precondition_failed", `The MCP server ${name} was changed meanwhile.`, {
    headers: { ETag: etagOf(current) },
  });
}

function definitionOf(
  deps: ApiDeps,
  name: string,
  { oauth, ...rest }: schemas.ServerBody,
): McpServerDefinition {
  const definition: McpServerDefinition = {
    name,
    source: "tenant",
    ...rest,
    ...(oauth === undefined ? {} : { oauth: present(oauth) }),
  };
  if (JSON.stringify(definition).length > MAX_DEFINITION_CHARS) {
    const detail = `has more than ${MAX_DEFINITION_CHARS} characters of JSON`;
    throw invalid([{ pointer: "", detail }]);
  }
  const defects = deps.mcp.defects(definition);
  if (defects.length > 0) {
    throw invalid(defects);
  }
  if (oauth !== undefined) {
    checkTokens(deps);
  }
  return definition;
}

function present({
  client_id,
  client_secret,
  scope,
  grant,
}: NonNullable<schemas.ServerBody["oauth"]>): NonNullable<McpServerDefinition["oauth"]> {
  return {
    ...(client_id === undefined ? {} : { client_id }),
    ...(client_secret === undefined ? {} : { client_secret }),
    ...(scope === undefined ? {} : { scope }),
    ...(grant === undefined ? {} : { grant }),
  };
}

function checkTokens(deps: ApiDeps): void {
  if (!deps.mcp.keepsTokens) {
    const detail = "needs the setting OPSPAWN_ENCRYPTION_KEY, which is not set";
    throw new Problem("oauth_unavailable", `OAuth ${detail}.`, {
      faults: [{ pointer: "/oauth", detail }],
    });
  }
}

function invalid(faults: Problem["faults"]): Problem {
  const [first] = faults;
  const detail = `The body is not valid: ${first?.pointer} ${first?.detail}.`;
  return new Problem("validation_failed", detail, { faults });
}

/** Names of the deployment's are the same for every tenant. */
function notTheDeployments({ config }: ApiDeps, name: string): void {
  if (config.mcpServers.has(name)) {
    throw new Problem(
      "mcp_server_exists",
      `The MCP server ${name} is the deployment's and cannot be changed here.`,
    );
  }
}

function notFound(name: string): never {
  throw new Problem("not_found", `There is no MCP server ${JSON.stringify(name.slice(0, 128))}.`);
}

async function* none(): AsyncGenerator<string> {}

/** Tools from a position on, of parts that are read no further than needed. */
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

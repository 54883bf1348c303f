/**
 * `/api/v1/agents`: named configs with versions. A change reaches the tasks that are submitted after
 * it; a task keeps the version that it began with. The service's own `default` is always there, and
 * a tenant may put one of its own in its place.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { DEFAULT_AGENT, layersOf, type AgentDefinition } from "../../run/spec/agent.ts";
import {
  MAX_AGENTS,
  type AgentPosition,
  type AgentRow,
  type ListedAgent,
} from "../../store/agents.ts";
import { newActor } from "../../store/audit.ts";
import type { Caller } from "../../store/keys.ts";
import { agentOf, isOwn, ownAgent, resolved } from "./resolve.ts";
import * as schemas from "./schemas.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { checkConfig } from "./check-config.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import { cursorOf, pageOf } from "../http/cursor.ts";
import { etagOf, expectedVersion, type Versioned } from "../http/etag.ts";
import { idempotent } from "../http/idempotent.ts";
import { Problem } from "../http/problem.ts";
import { refusal, type Pointer } from "../http/refusal.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";

const DEFAULT_LIMIT = 20;
/** Characters of JSON that one version may have. */
const MAX_AGENT_CHARS = 262_144;

const shared = { tags: ["Agents"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("tasks:read")] };
const writes = { ...shared, middleware: [requireScope("agents:write"), jsonBody] };
const named = { params: schemas.agentPath, headers: schemas.ifMatch };
/** What a config may refer to that is not there. */
const REFERENCES = [
  "unknown_model",
  "provider_not_configured",
  "unpriced_model",
  "unknown_tool",
  "unknown_mcp_server",
  "secret_missing",
  "oauth_unavailable",
] as const;

const listRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/agents",
  operationId: "listAgents",
  summary: "List agents, newest first",
  description: "The service's own `default` is the last, unless the tenant has one of its own.",
  request: { query: schemas.pageQuery },
  responses: {
    200: json("A page of agents.", schemas.agentList),
    ...refusals("validation_failed"),
  },
});

const createAgentRoute = createRoute({
  ...writes,
  middleware: [...writes.middleware, idempotent],
  method: "post",
  path: "/api/v1/agents",
  operationId: "createAgent",
  summary: "Create an agent",
  description: "All that its config refers to must be there. Tasks name it as `agent`.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.createBody } } },
  },
  responses: {
    201: json("The agent.", schemas.agent, "Location", "ETag"),
    ...refusals(...BODY_PROBLEMS, "agent_exists", "too_many_agents", ...REFERENCES),
  },
});

const getRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/agents/{name}",
  operationId: "getAgent",
  summary: "Get the newest version of an agent",
  request: { params: schemas.agentPath },
  responses: { 200: json("The agent.", schemas.agent, "ETag"), ...refusals("not_found") },
});

const replaceRoute = createRoute({
  ...writes,
  method: "put",
  path: "/api/v1/agents/{name}",
  operationId: "replaceAgent",
  summary: "Make a new version of an agent",
  description: "Of `default`, the first such version takes the place of the service's own.",
  request: {
    ...named,
    body: { required: true, content: { "application/json": { schema: schemas.replaceBody } } },
  },
  responses: {
    200: json("The new version.", schemas.agent, "ETag"),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "too_many_agents",
      "precondition_failed",
      ...REFERENCES,
    ),
  },
});

const removeRoute = createRoute({
  ...shared,
  middleware: [requireScope("agents:write")],
  method: "delete",
  path: "/api/v1/agents/{name}",
  operationId: "deleteAgent",
  summary: "Delete an agent",
  description:
    "Tasks that began with it keep it, and its versions can still be read. Made again, it goes on counting them.",
  request: named,
  responses: {
    204: { description: "It is gone." },
    ...refusals("not_found", "validation_failed", "agent_built_in", "precondition_failed"),
  },
});

const versionsRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/agents/{name}/versions",
  operationId: "listAgentVersions",
  summary: "List the versions of an agent, newest first",
  description: "Those of a deleted agent are kept: tasks name them.",
  request: { params: schemas.agentPath, query: schemas.pageQuery },
  responses: {
    200: json("A page of versions.", schemas.versionList),
    ...refusals("not_found", "validation_failed"),
  },
});

/** Adds the agent routes to an app. */
export function agentRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
    const before = cursor === undefined ? null : await positionOf(deps, caller, cursor);
    const { agents, hasDefault } = await deps.agents.list(caller.tenantId, limit + 1, before);
    // The service's own is older than all.
    const all: ListedAgent[] = hasDefault ? [...agents] : [...agents, ownAgent(deps)];
    const { page, next_cursor } = await pageOf(deps, caller, all, limit, positionText);
    return c.json({ agents: page.map(agentJson), next_cursor }, 200);
  });

  app.openapi(createAgentRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name, ...body } = c.req.valid("json");
    const definition = await definitionOf(deps, caller.tenantId, body);
    const actor = newActor(deps.now(), caller.keyId);
    const row = await deps.agents.insert(caller.tenantId, name, definition, actor);
    if (row === null) {
      throw (await deps.agents.get(caller.tenantId, name)) === null ? noRoom() : exists(name);
    }
    c.header("Location", `/api/v1/agents/${name}`);
    c.header("ETag", etagOf(row));
    return c.json(agentJson(row), 201);
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    const row = (await agentOf(deps, caller.tenantId, name)) ?? notFound(name);
    c.header("ETag", etagOf(row));
    return c.json(agentJson(row), 200);
  });

  app.openapi(replaceRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    const { name: again = name, ...body } = c.req.valid("json");
    if (again !== name) {
      throw refusal("validation_failed", "/name", "must be the name in the address");
    }
    const definition = await definitionOf(deps, caller.tenantId, body);
    const row = await replace(deps, caller, name, definition, c.req.header("If-Match"));
    c.header("ETag", etagOf(row));
    return c.json(agentJson(row), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    const expected = await expectedAgent(deps, caller.tenantId, name, c.req.header("If-Match"));
    const actor = newActor(deps.now(), caller.keyId);
    if (!(await deps.agents.remove(caller.tenantId, name, expected, actor))) {
      throw await missed(deps, caller.tenantId, name);
    }
    return c.body(null, 204);
  });

  app.openapi(versionsRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
    const before =
      cursor === undefined ? null : Number(await cursorOf(deps, caller, cursor, { form: VERSION }));
    const kept = await deps.agents.versions(caller.tenantId, name, limit + 1, before);
    const all = name === DEFAULT_AGENT ? [...kept, ownAgent(deps)] : kept;
    if (all.length === 0 && before === null) {
      notFound(name);
    }
    const { page, next_cursor } = await pageOf(deps, caller, all, limit, versionText);
    return c.json({ versions: page.map(versionJson), next_cursor }, 200);
  });
}

/** @throws Problem */
async function replace(
  deps: ApiDeps,
  { tenantId, keyId }: Caller,
  name: string,
  definition: AgentDefinition,
  header: string | undefined,
): Promise<AgentRow> {
  const expected = await expectedAgent(deps, tenantId, name, header);
  const actor = newActor(deps.now(), keyId);
  const ownIsExpected = expected !== null && isOwn({ name, ...expected });
  const changed = ownIsExpected
    ? null
    : await deps.agents.change(tenantId, name, definition, expected, actor);
  if (changed !== null) {
    return changed;
  }
  if (name === DEFAULT_AGENT && (expected === null || ownIsExpected)) {
    const made = await deps.agents.insert(tenantId, name, definition, actor);
    if (made !== null) {
      return made;
    }
    if ((await deps.agents.get(tenantId, name)) === null) {
      throw noRoom();
    }
  }
  throw await missed(deps, tenantId, name);
}

/** The version that a change is for; null where any will do. @throws Problem */
function expectedAgent(
  deps: ApiDeps,
  tenantId: string,
  name: string,
  header: string | undefined,
): Promise<Versioned | null> {
  return expectedVersion(
    header,
    async () => (await agentOf(deps, tenantId, name)) ?? notFound(name),
    "agent",
  );
}

/** Why an agent could not be changed at the version that was expected. */
async function missed(deps: ApiDeps, tenantId: string, name: string): Promise<Problem> {
  const current = (await agentOf(deps, tenantId, name)) ?? notFound(name);
  return isOwn(current)
    ? new Problem("agent_built_in", "The agent default is the service's own; it always exists.")
    : new Problem("precondition_failed", `The agent ${name} was changed meanwhile.`, {
        headers: { ETag: etagOf(current) },
      });
}

/** What a body says of an agent, once all that it refers to is there. @throws Problem */
async function definitionOf(
  deps: ApiDeps,
  tenantId: string,
  { description = null, config, limits }: schemas.AgentBody,
): Promise<AgentDefinition> {
  const definition: AgentDefinition = { description, ...layersOf(config, limits) };
  if (JSON.stringify(definition).length > MAX_AGENT_CHARS) {
    throw refusal("validation_failed", "", `is larger than ${MAX_AGENT_CHARS} characters of JSON`);
  }
  await checkConfig(deps, { tenantId, brought: [], ...resolved(deps, definition) }, IN_AGENT);
  return definition;
}

const IN_AGENT: Pointer = (part) => (part.startsWith("/limits/") ? part : `/config${part}`);

function agentJson(row: ListedAgent): schemas.AgentJson {
  return { ...versionJson(row), updated_at: isOwn(row) ? null : row.updated_at };
}

function versionJson(row: ListedAgent): schemas.AgentVersionJson {
  const { name, version, description, config, limits, created_at } = row;
  const built_in = isOwn(row);
  return {
    name,
    version,
    description,
    config,
    limits,
    built_in,
    created_at: built_in ? null : created_at,
  };
}

const POSITION = /^\d{4}-[\d:.TZ-]+ [a-z0-9_-]+$/;
const VERSION = /^\d{1,15}$/;

function positionText({ created_at, name }: AgentPosition): string {
  return `${created_at} ${name}`;
}

async function positionOf(deps: ApiDeps, caller: Caller, cursor: string): Promise<AgentPosition> {
  const [created_at = "", name = ""] = (
    await cursorOf(deps, caller, cursor, { form: POSITION })
  ).split(" ");
  return { created_at, name };
}

function versionText({ version }: Versioned): string {
  return String(version);
}

function exists(name: string): Problem {
  return new Problem(
    "agent_exists",
    `There is an agent named ${name} already; replace it with PUT.`,
  );
}

function noRoom(): Problem {
  return new Problem("too_many_agents", `A tenant has at most ${MAX_AGENTS} agents.`);
}

function notFound(name: string): never {
  throw new Problem("not_found", `There is no agent ${JSON.stringify(name.slice(0, 128))}.`);
}

/**
 * `/api/v1/agents`: named, versioned configs. A change applies to tasks that are submitted after
 * it; a submitted task keeps its version. The built-in `default` always exists, and a tenant can
 * replace it.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { DEFAULT_AGENT, layersOf, type AgentDefinition } from "../../run/spec/agent.ts";
import { MAX_AGENTS, type AgentRow, type ListedAgent } from "../../store/agents.ts";
import type { Version } from "../../store/versioned.ts";
import type { ApiDeps, ApiHandler, AppEnv, RequestContext } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { cursorOf, DEFAULT_LIMIT, namedPlaceOf, namedPlaceText, pageOf } from "../http/cursor.ts";
import { fieldProblem, Problem } from "../http/problem.ts";
import { etagOf, VersionedResource } from "../http/versioned.ts";
import { checkConfig } from "./check-config.ts";
import * as operations from "./operations.ts";
import {
  agentInCode,
  agentOf,
  agentsWithoutRow,
  isBuiltIn,
  isOwn,
  ownAgent,
  resolved,
} from "./resolve.ts";
import type { AgentBody, AgentJson, AgentVersionJson } from "./schemas.ts";

/** Adds the agent routes to an app. */
export function agentRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.listRoute, list);
  app.openapi(operations.createAgentRoute, create);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.replaceRoute, replace);
  app.openapi(operations.removeRoute, remove);
  app.openapi(operations.versionsRoute, listVersions);
}

/** Maximum characters of JSON of one version. */
const MAX_AGENT_CHARS = 262_144;
const VERSION = /^\d{1,15}$/;

const AGENTS = new VersionedResource<AgentRow>({
  noun: "an agent",
  exists: "agent_exists",
  full: ["too_many_agents", `A tenant can have at most ${MAX_AGENTS} agents.`],
  current: agentOf,
});

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  const before = await namedPlaceOf(deps, caller, cursor);
  const hidden = [...deps.agentsInCode.keys()];
  const { agents, hasDefault } = await deps.agents.list(caller.tenantId, limit + 1, before, hidden);
  // Built-in agents are the oldest.
  const builtIn = agentsWithoutRow(deps, hasDefault).filter(
    ({ created_at, name }) =>
      before === null ||
      created_at < before.created_at ||
      (created_at === before.created_at && name < before.name),
  );
  const all: ListedAgent[] = [...agents, ...builtIn];
  const { data, next_cursor } = await pageOf(deps, caller, all, limit, namedPlaceText);
  return c.json({ data: data.map((row) => agentJson(deps, row)), next_cursor }, 200);
};

const create: ApiHandler<typeof operations.createAgentRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name, ...body } = c.req.valid("json");
  if (deps.agentsInCode.has(name)) {
    throw new Problem("agent_exists", `The agent ${name} is defined in code.`);
  }
  const definition = await definitionOf(deps, caller.tenantId, body);
  const row = await deps.agents.insert(caller.tenantId, name, definition, actorOf(c.var));
  if (row === null) {
    throw AGENTS.notInserted(name, (await deps.agents.get(caller.tenantId, name)) !== null);
  }
  c.header("Location", `/api/v1/agents/${name}`);
  c.header("ETag", etagOf(row));
  return c.json(agentJson(deps, row), 201);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const row = await AGENTS.current(c.var, c.req.valid("param").name);
  c.header("ETag", etagOf(row));
  return c.json(agentJson(c.var.deps, row), 200);
};

const replace: ApiHandler<typeof operations.replaceRoute> = async (c) => {
  const { name } = c.req.valid("param");
  const { name: again = name, ...body } = c.req.valid("json");
  if (again !== name) {
    throw fieldProblem("validation_failed", "/name", "must be the name in the address");
  }
  refuseInCode(c.var.deps, name);
  const definition = await definitionOf(c.var.deps, c.var.caller.tenantId, body);
  const row = await change(c.var, name, definition, c.req.header("If-Match"));
  c.header("ETag", etagOf(row));
  return c.json(agentJson(c.var.deps, row), 200);
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name } = c.req.valid("param");
  refuseInCode(deps, name);
  const expected = await AGENTS.expected(c.var, name, c.req.header("If-Match"));
  if (!(await deps.agents.remove(caller.tenantId, name, expected, actorOf(c.var)))) {
    throw await missed(c.var, name);
  }
  return c.body(null, 204);
};

const listVersions: ApiHandler<typeof operations.versionsRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name } = c.req.valid("param");
  const { limit = DEFAULT_LIMIT, cursor } = c.req.valid("query");
  const before =
    cursor === undefined ? null : Number(await cursorOf(deps, caller, cursor, { form: VERSION }));
  const kept = await deps.agents.versions(caller.tenantId, name, limit + 1, before);
  const inCode = agentInCode(deps, name);
  // Versions of agents in code are above all stored ones.
  const newest = inCode !== null && (before === null || inCode.version < before) ? [inCode] : [];
  const oldest = name === DEFAULT_AGENT ? [ownAgent(deps)] : [];
  const all = [...newest, ...kept, ...oldest];
  if (all.length === 0 && before === null) {
    throw AGENTS.notFound(name);
  }
  const { data, next_cursor } = await pageOf(deps, caller, all, limit, versionText);
  return c.json({ data: data.map((row) => versionJson(deps, row)), next_cursor }, 200);
};

/** Creates a new version, or the tenant's first `default`. @throws Problem */
async function change(
  request: RequestContext,
  name: string,
  definition: AgentDefinition,
  ifMatch: string | undefined,
): Promise<AgentRow> {
  const { deps, caller } = request;
  const { tenantId } = caller;
  const expected = await AGENTS.expected(request, name, ifMatch);
  const actor = actorOf(request);
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
      throw AGENTS.noRoom();
    }
  }
  throw await missed(request, name);
}

/** Returns why an agent was not changed at the expected version. @throws Problem `not_found` */
async function missed(request: RequestContext, name: string): Promise<Problem> {
  const current = await AGENTS.current(request, name);
  return isOwn(current)
    ? new Problem("agent_built_in", "The agent default is built in and cannot be deleted.")
    : AGENTS.changed(name, current);
}

/** Returns the definition in a body. @throws Problem for an invalid config or missing references */
async function definitionOf(
  deps: ApiDeps,
  tenantId: string,
  { description = null, config, limits }: AgentBody,
): Promise<AgentDefinition> {
  const definition: AgentDefinition = { description, ...layersOf(config, limits) };
  if (JSON.stringify(definition).length > MAX_AGENT_CHARS) {
    const detail = `is larger than ${MAX_AGENT_CHARS} characters of JSON`;
    throw fieldProblem("validation_failed", "", detail);
  }
  const { fault } = await checkConfig(deps, {
    tenantId,
    brought: [],
    ...resolved(deps, definition),
  });
  if (fault !== undefined) {
    throw fieldProblem(fault.code, fault.pointer, fault.detail);
  }
  return definition;
}

/** @throws Problem `agent_built_in` for an agent in code */
function refuseInCode({ agentsInCode }: ApiDeps, name: string): void {
  if (agentsInCode.has(name)) {
    const detail = `The agent ${name} is defined in code; it changes with a deployment.`;
    throw new Problem("agent_built_in", detail);
  }
}

function agentJson(deps: ApiDeps, row: ListedAgent): AgentJson {
  return {
    ...versionJson(deps, row),
    updated_at: isBuiltIn(deps, row) ? null : row.updated_at,
  };
}

function versionJson(deps: ApiDeps, row: ListedAgent): AgentVersionJson {
  const { name, version, description, config, limits, created_at } = row;
  const built_in = isBuiltIn(deps, row);
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

function versionText({ version }: Version): string {
  return String(version);
}

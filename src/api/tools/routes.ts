/**
 * `/api/v1/tools`: the tools that runs may call. A tenant adds its own. Tools of the deployment are
 * listed and cannot be changed. A change applies to tasks that are submitted later.
 */
import type { OpenAPIHono } from "@hono/zod-openapi";
import {
  MAX_SNAPSHOT_CHARS,
  MAX_TENANT_TOOLS,
  type ToolDefinition,
} from "../../run/spec/tool-definition.ts";
import type { ToolChange, ToolRow } from "../../store/tools.ts";
import type { ApiDeps, ApiHandler, AppEnv, RequestContext } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { memoryPageOf } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import { invalid } from "../http/validation.ts";
import { etagOf, VersionedResource } from "../http/versioned.ts";
import * as operations from "./operations.ts";
import type { ToolBody, ToolJson } from "./schemas.ts";
import { builtInJson, toolJson } from "./view.ts";

/** Adds the tool routes to an app. */
export function toolRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(operations.listRoute, list);
  app.openapi(operations.registerRoute, register);
  app.openapi(operations.getRoute, get);
  app.openapi(operations.replaceRoute, replace);
  app.openapi(operations.enableRoute, enable);
  app.openapi(operations.removeRoute, remove);
}

const TOOLS = new VersionedResource<ToolRow>({
  noun: "a tool",
  exists: "tool_exists",
  full: [
    "too_many_tools",
    `A tenant can have at most ${MAX_TENANT_TOOLS} tools, and ${MAX_SNAPSHOT_CHARS} characters of their definitions.`,
  ],
  current: ({ tools }, tenantId, name) => tools.get(tenantId, name),
});

const list: ApiHandler<typeof operations.listRoute> = async (c) => {
  const { deps, caller } = c.var;
  const own = await deps.tools.list(caller.tenantId);
  const all = [...deps.catalogue.tools.map(builtInJson), ...own.map(toolJson)];
  const order = {
    noun: "tool",
    keyOf: ({ kind, name }: ToolJson) => `${kind === "built_in" ? 0 : 1} ${name}`,
  };
  return c.json(await memoryPageOf(deps, caller, all, c.req.valid("query"), order), 200);
};

const register: ApiHandler<typeof operations.registerRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { enabled, name, ...body } = c.req.valid("json");
  notBuiltIn(deps, name);
  const definition = await definitionOf(deps, name, body);
  const row = await deps.tools.insert(caller.tenantId, { definition, enabled }, actorOf(c.var));
  if (row === null) {
    throw TOOLS.notInserted(name, (await deps.tools.get(caller.tenantId, name)) !== null);
  }
  c.header("Location", `/api/v1/tools/${encodeURIComponent(name)}`);
  c.header("ETag", etagOf(row));
  return c.json(toolJson(row), 201);
};

const get: ApiHandler<typeof operations.getRoute> = async (c) => {
  const { name } = c.req.valid("param");
  const builtIn = c.var.deps.catalogue.tools.find((tool) => tool.name === name);
  if (builtIn !== undefined) {
    return c.json(builtInJson(builtIn), 200);
  }
  const row = await TOOLS.current(c.var, name);
  c.header("ETag", etagOf(row));
  return c.json(toolJson(row), 200);
};

const replace: ApiHandler<typeof operations.replaceRoute> = async (c) => {
  const { deps } = c.var;
  const { name } = c.req.valid("param");
  const { enabled, name: again = name, ...body } = c.req.valid("json");
  notBuiltIn(deps, name);
  if (again !== name) {
    throw invalid("body", [{ pointer: "/name", detail: "must be the name in the address" }]);
  }
  const definition = await definitionOf(deps, name, body);
  const row = await change(c.var, name, c.req.header("If-Match"), { definition, enabled });
  c.header("ETag", etagOf(row));
  return c.json(toolJson(row), 200);
};

const enable: ApiHandler<typeof operations.enableRoute> = async (c) => {
  const { name } = c.req.valid("param");
  notBuiltIn(c.var.deps, name);
  const { enabled } = c.req.valid("json");
  const row = await change(c.var, name, c.req.header("If-Match"), { enabled });
  c.header("ETag", etagOf(row));
  return c.json(toolJson(row), 200);
};

const remove: ApiHandler<typeof operations.removeRoute> = async (c) => {
  const { deps, caller } = c.var;
  const { name } = c.req.valid("param");
  notBuiltIn(deps, name);
  const expected = await TOOLS.expected(c.var, name, c.req.header("If-Match"));
  if (!(await deps.tools.remove(caller.tenantId, name, expected, actorOf(c.var)))) {
    throw await TOOLS.missed(c.var, name);
  }
  return c.body(null, 204);
};

/** Changes a tool. @throws Problem if it is missing, has another version, or would not fit */
async function change(
  request: RequestContext,
  name: string,
  ifMatch: string | undefined,
  wanted: ToolChange,
): Promise<ToolRow> {
  const { deps, caller } = request;
  const expected = await TOOLS.expected(request, name, ifMatch);
  const row = await deps.tools.change(caller.tenantId, name, wanted, expected, actorOf(request));
  if (row !== null) {
    return row;
  }
  // Either a concurrent request changed the tool, or the definition does not fit.
  const current = await TOOLS.current(request, name);
  throw expected === null || etagOf(expected) === etagOf(current)
    ? TOOLS.noRoom()
    : TOOLS.changed(name, current);
}

/** Returns the definition in a body. @throws Problem `validation_failed` */
async function definitionOf(
  deps: ApiDeps,
  name: string,
  { output_schema, ...rest }: ToolBody,
): Promise<ToolDefinition> {
  const definition = { ...rest, name, version: 1, output_schema: output_schema ?? null };
  const defects = await deps.catalogue.definitionDefects(definition);
  if (defects.length > 0) {
    throw invalid("body", defects);
  }
  return definition;
}

/** Rejects built-in names: they must mean the same tool for every tenant. @throws Problem */
function notBuiltIn(deps: ApiDeps, name: string): void {
  if (deps.catalogue.tools.some((tool) => tool.name === name)) {
    throw new Problem("tool_exists", `The tool ${name} is built in and cannot be replaced.`);
  }
}

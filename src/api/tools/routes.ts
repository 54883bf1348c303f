/**
 * `/api/v1/tools`: what runs may call. Those of the deployment are listed and cannot be changed; a
 * tenant adds its own. A change reaches the tasks that are submitted after it.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { ToolDefinition } from "../../run/spec/tool-definition.ts";
import { MAX_SNAPSHOT_CHARS, MAX_TENANT_TOOLS } from "../../run/spec/tool-definition.ts";
import { newActor } from "../../store/audit.ts";
import type { Caller } from "../../store/keys.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import { etagOf, expectedVersion } from "../http/etag.ts";
import { idempotent } from "../http/idempotent.ts";
import { Problem } from "../http/problem.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";
import { builtInJson, toolJson } from "./view.ts";

const shared = { tags: ["Tools"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("tasks:read")] };
const writes = { ...shared, middleware: [requireScope("tools:write"), jsonBody] };
const named = { params: schemas.toolPath, headers: schemas.ifMatch };

const listRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/tools",
  operationId: "listTools",
  summary: "The tools that runs may use",
  description: "The deployment's, then the tenant's own.",
  responses: { 200: json("All tools.", schemas.toolList), ...refusals() },
});

const registerRoute = createRoute({
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

const getRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/tools/{name}",
  operationId: "getTool",
  summary: "Get one tool",
  request: { params: schemas.toolPath },
  responses: { 200: json("The tool.", schemas.tool, "ETag"), ...refusals("not_found") },
});

const replaceRoute = createRoute({
  ...writes,
  method: "put",
  path: "/api/v1/tools/{name}",
  operationId: "replaceTool",
  summary: "Make a new version of a tool",
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

const enableRoute = createRoute({
  ...writes,
  method: "patch",
  path: "/api/v1/tools/{name}",
  operationId: "enableTool",
  summary: "Enable or disable a tool",
  description: "A disabled tool is kept and is in no new task. This makes a new version.",
  request: {
    ...named,
    body: { required: true, content: { "application/json": { schema: schemas.enableBody } } },
  },
  responses: {
    200: json("The new version.", schemas.tool, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "tool_exists", "precondition_failed"),
  },
});

const removeRoute = createRoute({
  ...shared,
  middleware: [requireScope("tools:write")],
  method: "delete",
  path: "/api/v1/tools/{name}",
  operationId: "deleteTool",
  summary: "Delete a tool",
  description: "Tasks that began with it keep it.",
  request: named,
  responses: {
    204: { description: "It is gone." },
    ...refusals("not_found", "validation_failed", "tool_exists", "precondition_failed"),
  },
});

/** Adds the tool routes to an app. */
export function toolRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const own = await deps.tools.list(caller.tenantId);
    return c.json({ tools: [...deps.catalogue.tools.map(builtInJson), ...own.map(toolJson)] }, 200);
  });

  app.openapi(registerRoute, async (c) => {
    const { deps, caller } = c.var;
    const { enabled, name, ...body } = c.req.valid("json");
    notBuiltIn(deps, name);
    const definition = await definitionOf(deps, name, body);
    const actor = newActor(deps.now(), caller.keyId);
    const row = await deps.tools.insert(caller.tenantId, { definition, enabled }, actor);
    if (row === null) {
      throw (await deps.tools.get(caller.tenantId, name)) === null
        ? noRoom()
        : new Problem("tool_exists", `There is a tool named ${name} already; replace it with PUT.`);
    }
    c.header("Location", `/api/v1/tools/${encodeURIComponent(name)}`);
    c.header("ETag", etagOf(row));
    return c.json(toolJson(row), 201);
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    const builtIn = deps.catalogue.tools.find((tool) => tool.name === name);
    if (builtIn !== undefined) {
      return c.json(builtInJson(builtIn), 200);
    }
    const row = (await deps.tools.get(caller.tenantId, name)) ?? notFound(name);
    c.header("ETag", etagOf(row));
    return c.json(toolJson(row), 200);
  });

  app.openapi(replaceRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    const { enabled, name: again = name, ...body } = c.req.valid("json");
    notBuiltIn(deps, name);
    if (again !== name) {
      throw invalid([{ pointer: "/name", detail: "must be the name in the address" }]);
    }
    const definition = await definitionOf(deps, name, body);
    const row = await change(deps, caller, name, c.req.header("If-Match"), {
      definition,
      enabled,
    });
    c.header("ETag", etagOf(row));
    return c.json(toolJson(row), 200);
  });

  app.openapi(enableRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    notBuiltIn(deps, name);
    const { enabled } = c.req.valid("json");
    const row = await change(deps, caller, name, c.req.header("If-Match"), { enabled });
    c.header("ETag", etagOf(row));
    return c.json(toolJson(row), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name } = c.req.valid("param");
    notBuiltIn(deps, name);
    const expected = await expectedVersion(
      c.req.header("If-Match"),
      async () => (await deps.tools.get(caller.tenantId, name)) ?? notFound(name),
    );
    if (
      !(await deps.tools.remove(
        caller.tenantId,
        name,
        expected,
        newActor(deps.now(), caller.keyId),
      ))
    ) {
      throw await missed(deps, caller.tenantId, name);
    }
    return c.body(null, 204);
  });
}

async function change(
  deps: ApiDeps,
  { tenantId, keyId }: Caller,
  name: string,
  header: string | undefined,
  wanted: Parameters<ApiDeps["tools"]["change"]>[2],
) {
  const expected = await expectedVersion(
    header,
    async () => (await deps.tools.get(tenantId, name)) ?? notFound(name),
  );
  const actor = newActor(deps.now(), keyId);
  const row = await deps.tools.change(tenantId, name, wanted, expected, actor);
  if (row !== null) {
    return row;
  }
  // Either somebody was faster, or the tenant's tools would take too much.
  const current = await deps.tools.get(tenantId, name);
  throw current !== null && (expected === null || etagOf(expected) === etagOf(current))
    ? noRoom()
    : await missed(deps, tenantId, name);
}

/** Why a tool could not be changed at the version that was expected. */
async function missed(deps: ApiDeps, tenantId: string, name: string): Promise<Problem> {
  const current = (await deps.tools.get(tenantId, name)) ?? notFound(name);
  return new Problem("precondition_failed", `The tool ${name} was changed meanwhile.`, {
    headers: { ETag: etagOf(current) },
  });
}

async function definitionOf(
  deps: ApiDeps,
  name: string,
  { output_schema, ...rest }: schemas.ToolBody,
): Promise<ToolDefinition> {
  const definition = { ...rest, name, version: 1, output_schema: output_schema ?? null };
  const defects = await deps.catalogue.definitionDefects(definition);
  if (defects.length > 0) {
    throw invalid(defects);
  }
  return definition;
}

function invalid(faults: Problem["faults"]): Problem {
  const [first] = faults;
  const detail = `The body is not valid: ${first?.pointer} ${first?.detail}.`;
  return new Problem("validation_failed", detail, { faults });
}

/** Built-in names are the deployment's: what a run means by one must not depend on its tenant. */
function notBuiltIn(deps: ApiDeps, name: string): void {
  if (deps.catalogue.tools.some((tool) => tool.name === name)) {
    throw new Problem("tool_exists", `The tool ${name} is built in and cannot be replaced.`);
  }
}

function noRoom(): Problem {
  return new Problem(
    "too_many_tools",
    `A tenant has at most ${MAX_TENANT_TOOLS} tools, and ${MAX_SNAPSHOT_CHARS} characters of their definitions.`,
  );
}

function notFound(name: string): never {
  throw new Problem("not_found", `There is no tool ${JSON.stringify(name.slice(0, 128))}.`);
}

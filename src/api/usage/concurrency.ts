/** `/api/v1/concurrency`: limits on the number of tasks that work at once. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import type { AppEnv } from "../context.ts";
import type { ConcurrencyState } from "../../durable/ledger/rpc.ts";
import { memoryPageOf } from "../http/cursor.ts";
import { plainPageQuery } from "../schemas.ts";
import { BODY_PROBLEMS, ifMatch, json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";
import { actorOf } from "../http/actor.ts";
import { agentIn, changedState, expectedIn, noLimit, scopeFor, valueTag } from "./scope.ts";

const shared = {
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("limits:write")],
};
const CAP = "/api/v1/concurrency/{scope}";

const listRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/concurrency",
  operationId: "listConcurrencyCaps",
  summary: "List concurrency limits and their use",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of concurrency limits.", schemas.concurrencyList),
    ...refusals("validation_failed"),
  },
});

const getRoute = createRoute({
  ...shared,
  method: "get",
  path: CAP,
  operationId: "getConcurrencyCap",
  summary: "Get one concurrency limit",
  request: { params: schemas.scopePath },
  responses: {
    200: json("The concurrency limit.", schemas.concurrencyCap, "ETag"),
    ...refusals("not_found", "validation_failed"),
  },
});

const setRoute = createRoute({
  ...shared,
  middleware: [requireScope("limits:write"), jsonBody] as const,
  method: "put",
  path: CAP,
  operationId: "setConcurrencyCap",
  summary: "Set a concurrency limit",
  description:
    "Limits how many tasks of the whole tenant or of one agent work at once. A task above the limit waits for `concurrency`, ordered by priority, then in turn among agents, then by age, and resumes when another task pauses or ends. Tasks that wait for something else do not count. With 0, no task starts. A lower limit stops no working task. It applies to tasks submitted after the tenant has set its first limit.",
  request: {
    params: schemas.scopePath,
    headers: ifMatch,
    body: { required: true, content: { "application/json": { schema: schemas.concurrencyBody } } },
  },
  responses: {
    200: json("The concurrency limit.", schemas.concurrencyCap, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "precondition_failed"),
  },
});

const removeRoute = createRoute({
  ...shared,
  method: "delete",
  path: CAP,
  operationId: "deleteConcurrencyCap",
  summary: "Remove a concurrency limit",
  description: "Tasks that wait for it resume.",
  request: { params: schemas.scopePath, headers: ifMatch },
  responses: {
    204: { description: "Removed." },
    ...refusals("not_found", "validation_failed", "precondition_failed"),
  },
});

/** Adds the routes of concurrency limits to an app. */
export function concurrencyRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const caps = await deps.ledger(caller.tenantId).concurrency();
    const page = await memoryPageOf(deps, caller, caps, c.req.valid("query"), ORDER);
    return c.json({ data: page.data.map(capJson), next_cursor: page.next_cursor }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    const agent = agentIn(c.req.valid("param").scope);
    const caps = await deps.ledger(caller.tenantId).concurrency();
    const found = caps.find((one) => one.agent === agent);
    if (found === undefined) {
      throw noLimit(NOUN);
    }
    c.header("ETag", valueTag(found.max_runs));
    return c.json(capJson(found), 200);
  });

  app.openapi(setRoute, async (c) => {
    const { deps, caller } = c.var;
    const { max_runs } = c.req.valid("json");
    const cap = { agent: agentIn(c.req.valid("param").scope), max_runs };
    const expected = expectedIn(c.req.header("If-Match"));
    const ledger = deps.ledger(caller.tenantId);
    const answer = await ledger.changeConcurrency(cap, expected, actorOf(c.var));
    const state = changedState(answer, NOUN, maxOf) ?? { ...cap, running: 0, waiting: 0 };
    c.header("ETag", valueTag(state.max_runs));
    return c.json(capJson(state), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { deps, caller } = c.var;
    const cap = { agent: agentIn(c.req.valid("param").scope), max_runs: null };
    const expected = expectedIn(c.req.header("If-Match"));
    const ledger = deps.ledger(caller.tenantId);
    changedState(await ledger.changeConcurrency(cap, expected, actorOf(c.var)), NOUN, maxOf);
    return c.body(null, 204);
  });
}

const NOUN = "concurrency limit";
const ORDER = { noun: "concurrency", keyOf: ({ agent }: ConcurrencyState) => agent ?? "" };

function maxOf({ max_runs }: ConcurrencyState): number {
  return max_runs;
}

function capJson(state: ConcurrencyState): schemas.ConcurrencyCapJson {
  return { scope: scopeFor(state.agent), ...state };
}

/** `/api/v1/concurrency`: limits on the number of tasks that work at once. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import type { ConcurrencyState } from "../../durable/ledger/rpc.ts";
import type { Caller } from "../../store/keys.ts";
import { memoryPageOf } from "../http/cursor.ts";
import { plainPageQuery, type PageQuery } from "../schemas.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";
import { actorOf } from "../http/actor.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/v1/concurrency",
  operationId: "listConcurrencyCaps",
  summary: "List concurrency limits and their use",
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("limits:write")] as const,
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of concurrency limits.", schemas.concurrencyList),
    ...refusals("validation_failed"),
  },
});

const setRoute = createRoute({
  method: "put",
  path: "/api/v1/concurrency",
  operationId: "setConcurrencyCap",
  summary: "Set or remove a concurrency limit",
  description:
    "Limits how many tasks of the whole tenant or of one agent work at once. A task above the limit waits for `concurrency`, ordered by priority, then in turn among agents, then by age, and resumes when another task pauses or ends. Tasks that wait for something else do not count. With 0, no task starts. A lower limit stops no working task. It applies to tasks submitted after the tenant has set its first limit. `max_runs: null` removes it.",
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("limits:write"), jsonBody] as const,
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.concurrencyBody } } },
  },
  responses: {
    200: json("The concurrency limits.", schemas.concurrencyList),
    ...refusals(...BODY_PROBLEMS),
  },
});

/** Adds the routes of concurrency limits to an app. */
export function concurrencyRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const caps = await deps.ledger(caller.tenantId).concurrency();
    return c.json(await pageOfCaps(deps, caller, caps, c.req.valid("query")), 200);
  });

  app.openapi(setRoute, async (c) => {
    const { deps, caller } = c.var;
    const { agent = null, max_runs } = c.req.valid("json");
    const actor = actorOf(c.var);
    const ledger = deps.ledger(caller.tenantId);
    const caps = await ledger.setConcurrency(caller.tenantId, { agent, max_runs }, actor);
    return c.json(await pageOfCaps(deps, caller, caps, {}), 200);
  });
}

const CAP_ORDER = { noun: "concurrency", keyOf: ({ agent }: ConcurrencyState) => agent ?? "" };

function pageOfCaps(
  deps: ApiDeps,
  caller: Caller,
  caps: readonly ConcurrencyState[],
  query: PageQuery,
) {
  return memoryPageOf(deps, caller, caps, query, CAP_ORDER);
}

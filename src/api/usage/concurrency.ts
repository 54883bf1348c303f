/** `/api/v1/concurrency`: how many tasks may be at work at once. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import type { AppEnv } from "../context.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";
import { actorOf } from "../http/actor.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/v1/concurrency",
  operationId: "listConcurrencyCaps",
  summary: "The caps on how many tasks work at once, and how they are used",
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("admin")] as const,
  responses: { 200: json("The caps.", schemas.concurrencyList), ...refusals() },
});

const setRoute = createRoute({
  method: "put",
  path: "/api/v1/concurrency",
  operationId: "setConcurrencyCap",
  summary: "Set or lift a cap on how many tasks work at once",
  description:
    "For the whole tenant, or for one agent. A task beyond it waits for `concurrency`, by priority, then in turn among agents, then by age, and goes on when another waits or ends; one that waits for something else counts as no work. With 0 no task begins to work. A lower cap stops no task that works. It binds the tasks that are submitted once the tenant has its first cap. `max_runs: null` lifts it.",
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("admin"), jsonBody] as const,
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.concurrencyBody } } },
  },
  responses: { 200: json("The caps.", schemas.concurrencyList), ...refusals(...BODY_PROBLEMS) },
});

/** Adds the routes of caps on concurrency to an app. */
export function concurrencyRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    return c.json({ caps: await deps.ledger(caller.tenantId).concurrency() }, 200);
  });

  app.openapi(setRoute, async (c) => {
    const { deps, caller } = c.var;
    const { agent = null, max_runs } = c.req.valid("json");
    const actor = actorOf(c.var);
    const ledger = deps.ledger(caller.tenantId);
    const caps = await ledger.setConcurrency(caller.tenantId, { agent, max_runs }, actor);
    return c.json({ caps }, 200);
  });
}

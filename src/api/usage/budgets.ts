/** `/api/v1/budgets`: the most that tasks may cost in a day or a month. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Budget, BudgetState } from "../../durable/ledger/rpc.ts";
import { microUsd } from "../../run/decide/limits.ts";
import type { AppEnv } from "../context.ts";
import { actorOf } from "../http/actor.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { memoryPageOf } from "../http/cursor.ts";
import { BODY_PROBLEMS, ifMatch, json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";
import { agentIn, changedState, expectedIn, noLimit, scopeFor, valueTag } from "./scope.ts";

const shared = {
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("limits:write")],
};
const BUDGET = "/api/v1/budgets/{scope}/{period}";

const listRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/budgets",
  operationId: "listBudgets",
  summary: "List budgets",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of budgets.", schemas.budgetList),
    ...refusals("validation_failed"),
  },
});

const getRoute = createRoute({
  ...shared,
  method: "get",
  path: BUDGET,
  operationId: "getBudget",
  summary: "Get one budget",
  request: { params: schemas.budgetPath },
  responses: {
    200: json("The budget.", schemas.budget, "ETag"),
    ...refusals("not_found", "validation_failed"),
  },
});

const setRoute = createRoute({
  ...shared,
  middleware: [requireScope("limits:write"), jsonBody] as const,
  method: "put",
  path: BUDGET,
  operationId: "setBudget",
  summary: "Set a budget",
  description:
    "Applies to the whole tenant or to one agent, per day or month (UTC). The maximum cost of a model call is reserved before the call is sent, so a budget can be exceeded only by what a provider counts beyond that, once. When it is used up, tasks wait for `budget` and resume when it is raised or a new period starts.",
  request: {
    params: schemas.budgetPath,
    headers: ifMatch,
    body: { required: true, content: { "application/json": { schema: schemas.budgetBody } } },
  },
  responses: {
    200: json("The budget.", schemas.budget, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "precondition_failed"),
  },
});

const removeRoute = createRoute({
  ...shared,
  method: "delete",
  path: BUDGET,
  operationId: "deleteBudget",
  summary: "Remove a budget",
  description: "Tasks that wait for it resume.",
  request: { params: schemas.budgetPath, headers: ifMatch },
  responses: {
    204: { description: "Removed." },
    ...refusals("not_found", "validation_failed", "precondition_failed"),
  },
});

/** Adds the routes of budgets to an app. */
export function budgetRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const budgets = await deps.ledger(caller.tenantId).budgets();
    const query = c.req.valid("query");
    const { data, next_cursor } = await memoryPageOf(deps, caller, budgets, query, ORDER);
    return c.json({ data: data.map(budgetJson), next_cursor }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    const { agent, period } = addressOf(c.req.valid("param"));
    const budgets = await deps.ledger(caller.tenantId).budgets();
    const found = budgets.find((one) => one.agent === agent && one.period === period);
    if (found === undefined) {
      throw noLimit(NOUN);
    }
    c.header("ETag", valueTag(found.cap));
    return c.json(budgetJson(found), 200);
  });

  app.openapi(setRoute, async (c) => {
    const { deps, caller } = c.var;
    const cap = microUsd(c.req.valid("json").max_cost_usd);
    const budget = { ...addressOf(c.req.valid("param")), cap };
    const expected = expectedIn(c.req.header("If-Match"));
    const ledger = deps.ledger(caller.tenantId);
    const answer = await ledger.changeBudget(budget, expected, actorOf(c.var));
    const state = changedState(answer, NOUN, capOf) ?? { ...budget, spent: 0, reserved: 0 };
    c.header("ETag", valueTag(state.cap));
    return c.json(budgetJson(state), 200);
  });

  app.openapi(removeRoute, async (c) => {
    const { deps, caller } = c.var;
    const budget = { ...addressOf(c.req.valid("param")), cap: null };
    const expected = expectedIn(c.req.header("If-Match"));
    const ledger = deps.ledger(caller.tenantId);
    changedState(await ledger.changeBudget(budget, expected, actorOf(c.var)), NOUN, capOf);
    return c.body(null, 204);
  });
}

const NOUN = "budget";
const ORDER = {
  noun: NOUN,
  keyOf: ({ agent, period }: BudgetState) => `${agent ?? ""} ${period}`,
};

function addressOf({ scope, period }: { scope: string; period: Budget["period"] }) {
  return { agent: agentIn(scope), period };
}

function capOf({ cap }: BudgetState): number {
  return cap;
}

function budgetJson({ agent, period, cap, spent, reserved }: BudgetState): schemas.BudgetJson {
  return {
    scope: scopeFor(agent),
    agent,
    period,
    max_cost_usd: cap / 1_000_000,
    spent_usd: spent / 1_000_000,
    reserved_usd: reserved / 1_000_000,
  };
}

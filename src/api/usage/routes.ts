/** `/api/v1/usage` and `/api/v1/budgets`: usage reports and budgets. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { BudgetState } from "../../durable/ledger/rpc.ts";
import { microUsd } from "../../run/decide/limits.ts";
import { MAX_USAGE_ROWS, USAGE_GROUPS, type UsageGroup } from "../../store/usage.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { invalid } from "../http/validation.ts";
import type { AppEnv } from "../context.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";
import { isoTime } from "../../run/value/time.ts";
import { actorOf } from "../http/actor.ts";

const DAY_MS = 86_400_000;
/** Number of days in a report without `from`. */
const DEFAULT_DAYS = 30;

const usageRoute = createRoute({
  method: "get",
  path: "/api/v1/usage",
  operationId: "getUsage",
  summary: "Get usage and cost",
  description:
    "Sums over the tenant's tasks between two days (UTC, both inclusive), grouped by `group_by`: a comma-separated list of `day`, `agent`, `model`. A live task is included up to its last pause.",
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { query: schemas.usageQuery },
  responses: { 200: json("The sums.", schemas.usageReport), ...refusals("validation_failed") },
});

const budgetsRoute = createRoute({
  method: "get",
  path: "/api/v1/budgets",
  operationId: "listBudgets",
  summary: "List budgets",
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("admin")] as const,
  responses: { 200: json("The budgets.", schemas.budgetList), ...refusals() },
});

const setBudgetRoute = createRoute({
  method: "put",
  path: "/api/v1/budgets",
  operationId: "setBudget",
  summary: "Set or remove a budget",
  description:
    "Applies to the whole tenant or to one agent, per day or month (UTC). The maximum cost of a model call is reserved before the call is sent, so a budget can be exceeded only by what a provider counts beyond that, once. When it is used up, tasks wait for `budget` and resume when it is raised or a new period starts. `max_cost_usd: null` removes it.",
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("admin"), jsonBody] as const,
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.budgetBody } } },
  },
  responses: { 200: json("The budgets.", schemas.budgetList), ...refusals(...BODY_PROBLEMS) },
});

/** Adds the usage routes to an app. */
export function usageRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(usageRoute, async (c) => {
    const { deps, caller } = c.var;
    const query = c.req.valid("query");
    const now = deps.now();
    const to = query.to ?? dayOf(now);
    const from = query.from ?? dayOf(now - (DEFAULT_DAYS - 1) * DAY_MS);
    const groups = USAGE_GROUPS.filter((name) => (query.group_by ?? []).includes(name));
    const sums = await deps.usage.sums(caller.tenantId, from, to, groups satisfies UsageGroup[]);
    if (sums.length > MAX_USAGE_ROWS) {
      throw invalid("query", [
        {
          pointer: "/group_by",
          detail: `leads to more than ${MAX_USAGE_ROWS} rows; ask for fewer days or groups`,
        },
      ]);
    }
    const usage = sums.map(({ cost_micro_usd, ...sum }) =>
      Object.assign(sum, { cost_usd: cost_micro_usd / 1_000_000 }),
    );
    return c.json({ from, to, usage }, 200);
  });

  app.openapi(budgetsRoute, async (c) => {
    const { deps, caller } = c.var;
    return c.json(listOf(await deps.ledger(caller.tenantId).budgets()), 200);
  });

  app.openapi(setBudgetRoute, async (c) => {
    const { deps, caller } = c.var;
    const { agent = null, period, max_cost_usd } = c.req.valid("json");
    const cap = max_cost_usd === null ? null : microUsd(max_cost_usd);
    // First: no budget is in force without its audit entry.
    await deps.audit.note(actorOf(c.var), {
      tenant_id: caller.tenantId,
      action: "budget.changed",
      subject: agent ?? "tenant",
      details: { period, max_cost_usd },
    });
    const budgets = await deps.ledger(caller.tenantId).setBudget({ agent, period, cap });
    return c.json(listOf(budgets), 200);
  });
}

function listOf(budgets: readonly BudgetState[]) {
  return {
    budgets: budgets.map(({ agent, period, cap, spent, reserved }) => ({
      agent,
      period,
      max_cost_usd: cap / 1_000_000,
      spent_usd: spent / 1_000_000,
      reserved_usd: reserved / 1_000_000,
    })),
  };
}

function dayOf(moment: number): string {
  return isoTime(moment).slice(0, 10);
}

/** `/api/v1/usage` and `/api/v1/budgets`: usage reports and budgets. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { BudgetState } from "../../durable/ledger/rpc.ts";
import { microUsd } from "../../run/decide/limits.ts";
import type { Caller } from "../../store/keys.ts";
import {
  USAGE_GROUPS,
  type UsageGroup,
  type UsagePosition,
  type UsageSum,
} from "../../store/usage.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { cursorOf, memoryPageOf, pageOf } from "../http/cursor.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery, type PageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";
import { isoTime } from "../../run/value/time.ts";
import { actorOf } from "../http/actor.ts";

const DAY_MS = 86_400_000;
/** Number of days in a report without `from`. */
const DEFAULT_DAYS = 30;
/** Rows on a page without `limit`. */
const DEFAULT_ROWS = 100;

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
  responses: {
    200: json("A page of sums.", schemas.usageReport),
    ...refusals("validation_failed"),
  },
});

const budgetsRoute = createRoute({
  method: "get",
  path: "/api/v1/budgets",
  operationId: "listBudgets",
  summary: "List budgets",
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("limits:write")] as const,
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of budgets.", schemas.budgetList),
    ...refusals("validation_failed"),
  },
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
  middleware: [requireScope("limits:write"), jsonBody] as const,
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
    const { limit = DEFAULT_ROWS, cursor } = query;
    const now = deps.now();
    const start = cursor === undefined ? null : await startOf(deps, caller, cursor);
    const to = query.to ?? start?.to ?? dayOf(now);
    const from = query.from ?? start?.from ?? dayOf(now - (DEFAULT_DAYS - 1) * DAY_MS);
    const groups = USAGE_GROUPS.filter((name) => (query.group_by ?? []).includes(name));
    const { tenantId } = caller;
    const sums = await deps.usage.sums(
      tenantId,
      from,
      to,
      groups satisfies UsageGroup[],
      limit + 1,
      start?.after ?? null,
    );
    const { data, next_cursor } = await pageOf(deps, caller, sums, limit, (last) =>
      JSON.stringify(["usage", from, to, ...positionOf(last)]),
    );
    return c.json({ data: data.map(sumJson), next_cursor, from, to }, 200);
  });

  app.openapi(budgetsRoute, async (c) => {
    const { deps, caller } = c.var;
    const budgets = await deps.ledger(caller.tenantId).budgets();
    return c.json(await pageOfBudgets(deps, caller, budgets, c.req.valid("query")), 200);
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
    return c.json(await pageOfBudgets(deps, caller, budgets, {}), 200);
  });
}

const CURSOR = /^\["usage"(?:,"(?:[^"\\]|\\.)*"){5}\]$/;

/** Returns the range of days of a report's first page, and where the next page starts. */
async function startOf(deps: ApiDeps, caller: Caller, cursor: string) {
  const text = await cursorOf(deps, caller, cursor, { form: CURSOR });
  const [, from, to, ...after] = JSON.parse(text) as [string, string, string, ...UsagePosition];
  return { from, to, after };
}

function positionOf({ day, agent, model }: UsageSum): UsagePosition {
  return [day ?? "", agent ?? "", model ?? ""];
}

function sumJson({ cost_micro_usd, ...sum }: UsageSum) {
  return { ...sum, cost_usd: cost_micro_usd / 1_000_000 };
}

const BUDGET_ORDER = {
  noun: "budget",
  keyOf: ({ agent, period }: BudgetState) => `${agent ?? ""} ${period}`,
};

async function pageOfBudgets(
  deps: ApiDeps,
  caller: Caller,
  budgets: readonly BudgetState[],
  query: PageQuery,
) {
  const page = await memoryPageOf(deps, caller, budgets, query, BUDGET_ORDER);
  return { data: page.data.map(budgetJson), next_cursor: page.next_cursor };
}

function budgetJson({ agent, period, cap, spent, reserved }: BudgetState): schemas.BudgetJson {
  return {
    agent,
    period,
    max_cost_usd: cap / 1_000_000,
    spent_usd: spent / 1_000_000,
    reserved_usd: reserved / 1_000_000,
  };
}

function dayOf(moment: number): string {
  return isoTime(moment).slice(0, 10);
}

/** `/api/v1/usage`: usage reports. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Caller } from "../../store/keys.ts";
import {
  USAGE_GROUPS,
  type UsageGroup,
  type UsagePosition,
  type UsageSum,
} from "../../store/usage.ts";
import { requireScope } from "../http/auth.ts";
import { cursorOf, pageOf } from "../http/cursor.ts";
import type { ApiDeps, AppEnv } from "../context.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";
import { isoTime } from "../../run/value/time.ts";

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

function dayOf(moment: number): string {
  return isoTime(moment).slice(0, 10);
}

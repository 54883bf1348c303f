/** `/api/v1/providers`: how the model providers take the calls of a tenant. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { BREAKER_STATES } from "../../run/value/provider-gate.ts";
import { LIMITED_UNITS } from "../../run/value/rate-limits.ts";
import { isoTime } from "../../run/value/time.ts";
import type { GateStatus } from "../../durable/gate/rpc.ts";
import type { GateRow } from "../../store/gates.ts";
import type { AppEnv } from "../context.ts";
import { requireScope } from "../http/auth.ts";
import { memoryPageOf } from "../http/cursor.ts";
import type { Examples } from "../openapi/examples.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import { listOf, plainPageQuery, timestamp } from "../schemas.ts";

const count = z.number().int().min(0);

const provider = z
  .object({
    provider: z.string().describe("The provider, as in model ids."),
    model_family: z
      .string()
      .describe("The models that share these limits: a model id without its date; `*` for all."),
    own_key: z
      .boolean()
      .describe("True if these are calls with the tenant's own API key of the provider."),
    breaker: z
      .enum(BREAKER_STATES)
      .describe(
        "`open`: the provider fails, so calls wait. `half_open`: some calls are let through to find out whether it works again.",
      ),
    changed_at: timestamp.describe("When the breaker changed last."),
    retry_at: timestamp
      .nullable()
      .describe("While the breaker is open: when the next call is let through."),
    paused_until: timestamp
      .nullable()
      .describe("The end of a pause that the provider asked for; null without one."),
    limits: z
      .array(
        z.object({
          unit: z.enum(LIMITED_UNITS).describe("What is limited. `tokens`: input and output."),
          limit: z.number().describe("Units per minute."),
          remaining: count.describe("Units that are left now."),
        }),
      )
      .describe("The known limits: configured, or stated by the provider."),
    in_flight: count.describe("Calls that were let through and have not ended."),
    waiting: count.describe("Calls of all tenants that wait."),
    waiting_of_tenant: count.describe("Calls of this tenant that wait."),
    available: z.boolean().describe("False if the state could not be read now."),
  })
  .openapi("Provider", { description: "How a model provider takes calls." });

const list = listOf(provider).openapi("ProviderList");

const exampleProvider = {
  provider: "openai",
  model_family: "gpt-5-mini",
  own_key: false,
  breaker: "closed",
  changed_at: "2026-11-30T09:00:00.000Z",
  retry_at: null,
  paused_until: null,
  limits: [{ unit: "tokens", limit: 200_000, remaining: 1200 }],
  in_flight: 12,
  waiting: 40,
  waiting_of_tenant: 8,
  available: true,
};

/** Examples by schema name. */
export const providerExamples: Examples = {
  Provider: exampleProvider,
  ProviderList: { data: [exampleProvider], next_cursor: null },
};

const route = createRoute({
  tags: ["Usage"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  method: "get",
  path: "/api/v1/providers",
  operationId: "listProviders",
  summary: "List model providers that limit calls",
  description:
    "Lists the providers whose limits are configured or that refused or failed calls in the last day, with the state of their limits and breakers. A provider that takes every call is not listed.",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of providers.", list),
    ...refusals("validation_failed"),
  },
});

/** Adds the route to an app. */
export function providerRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(route, async (c) => {
    const { deps, caller } = c.var;
    const rows = await deps.gates.list(caller.tenantId);
    const page = await memoryPageOf(deps, caller, rows, c.req.valid("query"), {
      noun: "provider",
      keyOf: ({ provider: name, family, tenant }) =>
        `${name}/${family}${tenant === null ? "" : " own"}`,
    });
    const data = await Promise.all(
      page.data.map(async (row) => {
        try {
          return providerJson(row, await deps.gate(row).status(caller.tenantId));
        } catch (error) {
          deps.observer.fault("api.providers", error);
          return providerJson(row, null);
        }
      }),
    );
    return c.json({ ...page, data }, 200);
  });
}

function providerJson(row: GateRow, status: GateStatus | null): z.output<typeof provider> {
  return {
    provider: row.provider,
    model_family: row.family,
    own_key: row.tenant !== null,
    breaker: status?.breaker ?? row.breaker,
    changed_at: row.changedAt,
    retry_at: timeOf(status?.retryAt),
    paused_until: timeOf(status?.blockedUntil),
    limits: [...(status?.limits ?? [])],
    in_flight: status?.inFlight ?? 0,
    waiting: status?.waiting ?? 0,
    waiting_of_tenant: status?.waitingOfTenant ?? 0,
    available: status !== null,
  };
}

function timeOf(moment: number | null | undefined): string | null {
  return moment === null || moment === undefined ? null : isoTime(moment);
}

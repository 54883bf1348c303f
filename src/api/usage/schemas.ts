/** Zod schemas of usage, budgets and concurrency limits; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { USAGE_GROUPS } from "../../store/usage.ts";
import type { Examples } from "../openapi/examples.ts";
import { listOf, pageQuery, whole } from "../schemas.ts";
import { scopeText } from "./scope.ts";

const dayText = z.iso.date("must be a day, YYYY-MM-DD").openapi({ example: "2026-11-24" });

export const usageQuery = z.strictObject({
  from: dayText.optional().openapi({ description: "First day. Default: 29 days before today." }),
  to: dayText.optional().openapi({ description: "Last day. Default: today." }),
  group_by: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(USAGE_GROUPS)).max(3))
    .optional()
    .openapi({
      type: "string",
      description: "Sums by these, separated by commas: `day`, `agent`, `model`. Absent: one sum.",
      example: "day,model",
    }),
  limit: whole(1, 1000).optional().openapi({
    description: "Maximum number of rows on the page. Default: 100.",
  }),
  cursor: pageQuery.cursor,
});

const usageSum = z
  .object({
    day: z.string().nullable().describe("The day (UTC) as YYYY-MM-DD; null unless grouped by it."),
    agent: z.string().nullable().describe("The agent; null unless grouped by it."),
    model: z.string().nullable().describe("The model; null unless grouped by it."),
    tasks: z.number().int().describe("Number of tasks."),
    model_calls: z.number().int().describe("Attempts of model calls, including failed ones."),
    input_tokens: z.number().int().describe("Input tokens, including cached ones."),
    cached_input_tokens: z
      .number()
      .int()
      .describe("Input tokens that providers read from their caches."),
    output_tokens: z.number().int().describe("Output tokens, including reasoning."),
    cost_usd: z.number().describe("Cost in US dollars."),
  })
  .openapi("UsageSum");

export const usageReport = listOf(usageSum)
  .extend({
    from: z.string().openapi({ description: "First day." }),
    to: z.string().openapi({ description: "Last day." }),
  })
  .openapi("UsageReport");

const period = z
  .enum(["day", "month"])
  .describe("The period (UTC) after which spending starts at 0 again.");
const scope = z.string().describe("Its address: `tenant`, or `agent:` and the agent's name.");
const agent = z
  .string()
  .nullable()
  .describe("The agent whose tasks it applies to; null for all tasks of the tenant.");

export const scopePath = z.object({ scope: scopeText });

export const budgetPath = scopePath.extend({
  period: period.openapi({ param: { name: "period", in: "path" }, example: "day" }),
});

export const budgetBody = z
  .strictObject({
    max_cost_usd: z.number().min(0).max(1_000_000_000).openapi({
      description: "The most to spend per period, in US dollars.",
    }),
  })
  .openapi("SetBudget", { example: { max_cost_usd: 5 } });

export const budget = z
  .object({
    scope,
    agent,
    period,
    max_cost_usd: z.number().describe("The most to spend per period, in US dollars."),
    spent_usd: z.number().describe("Spent in the current period, in US dollars."),
    reserved_usd: z.number().openapi({
      description: "Reserved for model calls in flight, in US dollars.",
    }),
  })
  .openapi("Budget");
export type BudgetJson = z.output<typeof budget>;

export const budgetList = listOf(budget).openapi("BudgetList");

export const concurrencyBody = z
  .strictObject({
    max_runs: z.number().int().min(0).max(1000).openapi({
      description: "The most runs that work at the same time. 0 holds back all.",
    }),
  })
  .openapi("SetConcurrencyCap", { example: { max_runs: 10 } });

export const concurrencyCap = z
  .object({
    scope,
    agent,
    max_runs: z.number().int().describe("The most runs that work at the same time."),
    running: z.number().int().describe("Runs that work now."),
    waiting: z.number().int().describe("Runs that wait for `concurrency` now."),
  })
  .openapi("ConcurrencyCap");
export type ConcurrencyCapJson = z.output<typeof concurrencyCap>;

export const concurrencyList = listOf(concurrencyCap).openapi("ConcurrencyList");

const exampleCap = { scope: "tenant", agent: null, max_runs: 10, running: 10, waiting: 3 };

const exampleBudget = {
  scope: "tenant",
  agent: null,
  period: "day",
  max_cost_usd: 5,
  spent_usd: 0.25,
  reserved_usd: 0.01,
};

/** Examples by schema name. */
export const examples: Examples = {
  UsageReport: {
    from: "2026-10-26",
    to: "2026-11-24",
    data: [
      {
        day: "2026-11-22",
        agent: null,
        model: "openai/gpt-4o-mini",
        tasks: 1,
        model_calls: 2,
        input_tokens: 412,
        cached_input_tokens: 0,
        output_tokens: 57,
        cost_usd: 0.000096,
      },
    ],
    next_cursor: null,
  },
  Budget: exampleBudget,
  BudgetList: { data: [exampleBudget], next_cursor: null },
  ConcurrencyCap: exampleCap,
  ConcurrencyList: {
    data: [exampleCap],
    next_cursor: null,
  },
};

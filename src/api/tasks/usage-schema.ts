/** What a run has used, as clients see it. */
import { z } from "@hono/zod-openapi";

export const usage = z
  .object({
    steps: z
      .number()
      .int()
      .describe("Turns of the loop: a model call and the tool calls it requests."),
    model_calls: z.number().int().describe("Attempts of model calls, including failed ones."),
    tool_calls: z.number().int().describe("Tool calls that were requested."),
    input_tokens: z.number().int().describe("Input tokens, including cached ones."),
    output_tokens: z.number().int().describe("Output tokens, including reasoning."),
    cost_usd: z.number().describe("Cost in US dollars, by the prices of the deployment."),
  })
  .openapi("Usage", { description: "What the run has used so far." });

export const treeUsage = z
  .object({
    ...usage.shape,
    tasks: z.number().int().describe("Number of tasks, including the first one."),
    open: z.number().int().describe("Number of tasks that have not ended."),
  })
  .openapi("TreeUsage", {
    description: "What the task and all tasks below it have used, as of their last waits.",
  });

/** What a task has used itself, and with all tasks below it. */
export const taskUsage = z
  .object({
    ...usage.shape,
    tree: treeUsage
      .optional()
      .describe("Only of one task whose config has `agents`: with all tasks below it."),
  })
  .openapi("TaskUsage", { description: "What the run has used so far." });

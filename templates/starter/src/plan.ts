import { defineTool, type ToolContext } from "@opspawn/worker";
import { z } from "zod";

/** Returns the plan of a customer from a KV namespace; `free` for an unknown one. */
export const plan = defineTool({
  name: "plan",
  description: "Returns the plan of a customer.",
  input: z.object({ customer: z.string() }),
  output: z.object({ plan: z.string() }),
  effect: "pure",
  run: async ({ customer }, { env }: ToolContext<Pick<Env, "PLANS">>) => ({
    plan: (await env.PLANS.get(customer)) ?? "free",
  }),
});

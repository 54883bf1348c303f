import { defineAgent, defineTool } from "@opspawn/worker";
import { z } from "zod";

/** Refunds an order, once a person has approved it. Replace its body by your payment service. */
export const refund = defineTool({
  name: "refund",
  description: "Refunds an order. Returns the id of the refund.",
  input: z.object({ order: z.string(), reason: z.string() }),
  output: z.object({ refund: z.string() }),
  effect: "idempotent",
  approval: "always",
  run: (_input, { idempotencyKey }) => ({ refund: idempotencyKey }),
});

/**
 * Answers customers. `local/rules` needs no key: it calculates, and nothing more. The rule lets it ask
 * for approval too; remove it with a real model.
 */
export const support = defineAgent({
  name: "support",
  description: "Answers customers, and refunds orders.",
  config: {
    model: "local/rules",
    tools: ["refund", "calculator"],
    policy: { approve: ["calculator"] },
  },
});

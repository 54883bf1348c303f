import { defineAgent, defineTool } from "@opspawn/worker";
import { z } from "zod";

/** Books a table, once the visitor has approved it. Replace its body by your booking service. */
export const bookTable = defineTool({
  name: "book_table",
  description: "Books a table. Returns the number of the booking.",
  input: z.object({ people: z.number(), time: z.string() }),
  output: z.object({ booking: z.string() }),
  effect: "idempotent",
  approval: "always",
  run: (_input, { idempotencyKey }) => ({ booking: idempotencyKey }),
});

/**
 * Talks to visitors. `local/rules` needs no key: it calculates, and nothing more. The rule lets it ask
 * for approval too; remove it with a real model.
 */
export const concierge = defineAgent({
  name: "concierge",
  description: "Answers visitors, and books tables.",
  config: {
    model: "local/rules",
    tools: ["book_table", "calculator"],
    policy: { approve: ["calculator"] },
  },
  limits: { max_steps: 10, max_cost_usd: 0.1 },
});

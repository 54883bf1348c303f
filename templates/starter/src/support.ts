import { defineAgent } from "@opspawn/worker";

/** Answers customers. `local/rules` needs no key: it calculates, and nothing more. */
export const support = defineAgent({
  name: "support",
  description: "Answers customers.",
  config: { model: "local/rules", tools: ["plan", "calculator"] },
});

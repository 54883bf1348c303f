/**
 * The planner without a model: it ends the run with a fixed sentence, to try out everything else.
 */
import type { Planner } from "../../run/decide/planner.ts";
import { goalOf } from "../../run/spec/spec.ts";

/** Finishes at once, without calling a model or a tool. */
export const placeholderPlanner: Planner = {
  name: "placeholder",
  next: (state) => ({
    kind: "finish",
    answer: `Placeholder plan for goal: ${goalOf(state.spec?.input_data ?? {})}`,
  }),
  prompt: () => ({ system: "", turns: [], tools: [], stop: [] }),
  read: (reply) => ({ kind: "answer", answer: reply.text }),
};

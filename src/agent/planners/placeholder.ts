/** The planner without a model: it ends the run with a sentence. For trying out everything else. */
import type { Planner } from "../../run/decide/planner.ts";
import { goalOf } from "../../run/spec/spec.ts";

/** Finishes at once; asks nothing and calls nothing. */
export const placeholderPlanner: Planner = {
  name: "placeholder",
  next: (state) => ({
    kind: "finish",
    answer: `Placeholder plan for goal: ${goalOf(state.spec?.input_data ?? {})}`,
  }),
  prompt: () => ({ system: "", turns: [], tools: [], stop: [] }),
  read: (reply) => ({ kind: "answer", answer: reply.text }),
};

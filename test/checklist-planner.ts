/** The example of a planner without a model, as `docs/how-to/tools-in-code.md` has it. */
import type { Planner } from "../src/library/index.ts";

/** A call of a tool, as `input_data.plan` names it. */
interface Call {
  readonly name: string;
  readonly arguments: Record<string, string | number>;
}

/** Makes the calls of `input_data.plan`: a list of steps, each a list of calls that run side by side. */
export const checklist: Planner = {
  name: "checklist",
  next: ({ spec, usage }) => {
    const plan = (spec?.input_data["plan"] ?? []) as unknown as readonly (readonly Call[])[];
    // Each plan that was made counts as a step, so the log says where the run is.
    const calls = plan[usage.steps];
    return calls === undefined
      ? { kind: "finish", answer: `Made ${usage.tool_calls} calls in ${usage.steps} steps.` }
      : { kind: "calls", key: `step ${usage.steps + 1}`, calls };
  },
  prompt: () => ({ system: "", turns: [], tools: [], stop: [] }),
  read: ({ text }) => ({ kind: "answer", answer: text }),
};

import { defineAgent } from "@opspawn/worker";

/** Answers one question. `local/rules` needs no key: it calculates, and nothing more. */
export const researcher = defineAgent({
  name: "researcher",
  description: "Answers one question.",
  config: { model: "local/rules", tools: ["calculator", "current_time", "read_page"] },
});

/** Gives the parts of a question to three researchers, which work at the same time. */
export const research = defineAgent({
  name: "research",
  description: "Answers questions that have several parts.",
  config: {
    model: "local/rules",
    instructions:
      "Split the question into three parts. Give each part to a researcher, all in one turn, and combine their answers.",
    tools: [],
    agents: [{ agent: "researcher" }],
  },
  limits: { max_children: 3, max_cost_usd: 0.5 },
});

/** The tools by which a run gives tasks to agents: one for each agent, and those for background tasks. */
import { z } from "zod";
import type { PinnedAgent } from "../../../run/spec/child.ts";
import { defineTasks, type Tool } from "../tool.ts";
import { taskTell } from "./task-tell.ts";

const MAX_GOAL_CHARS = 100_000;
/** Longest wait for tasks, seconds. */
const MAX_WAIT_S = 2_592_000;

const order = {
  goal: z
    .string()
    .regex(/\S/, "must not be empty")
    .max(MAX_GOAL_CHARS)
    .describe("What the agent has to do. It sees nothing else of this conversation."),
  context: z
    .record(z.string(), z.any())
    .optional()
    .describe("Data for the goal, which the agent sees as JSON."),
};
const taskIds = z.array(z.string()).min(1).max(1000);

/** Returns the tools of the agents that a run can give tasks to. */
export function agentTools(agents: readonly PinnedAgent[]): readonly Tool[] {
  const tools = agents.map((agent) =>
    defineTasks({
      name: agent.tool,
      description: `${agent.description} Gives the agent ${agent.agent} a task of its own and returns its answer. Several calls in one turn work side by side.`,
      input: z.strictObject(order),
      output: z.looseObject({ task_id: z.string() }),
      plan: () => ({ action: "run", agent }),
    }),
  );
  const background = agents.filter((agent) => agent.background === true);
  return background.length === 0 ? tools : [...tools, ...backgroundTools(background)];
}

function backgroundTools(agents: readonly PinnedAgent[]): readonly Tool[] {
  const names = agents.map(({ tool }) => tool.replace(/^agent_/, ""));
  const list = agents.map((agent, i) => `${names[i]}: ${agent.description}`).join(" ");
  return [
    defineTasks({
      name: "task_start",
      description: `Gives an agent a task and returns its task_id at once; task_wait returns the answer. Agents: ${list}`,
      input: z.strictObject({
        agent: z.enum(names),
        ...order,
        on_parent_end: z
          .enum(["cancel", "continue"])
          .default("cancel")
          .describe("What happens to the task when you finish first."),
      }),
      output: z.looseObject({ task_id: z.string() }),
      plan: ({ agent: name }) => {
        const agent = agents[names.indexOf(name)];
        return agent === undefined
          ? { action: "refuse", reason: `There is no agent ${name}.` }
          : { action: "start", agent };
      },
    }),
    defineTasks({
      name: "task_wait",
      description:
        "Waits until all of these tasks have ended, or one of them (any), and returns what has ended.",
      input: z.strictObject({
        task_ids: taskIds.describe("Ids from task_start."),
        mode: z.enum(["all", "any"]).default("all"),
        timeout_s: z.number().int().min(1).max(MAX_WAIT_S).optional(),
      }),
      output: z.looseObject({ tasks: z.array(z.any()) }),
      plan: ({ task_ids, mode, timeout_s }) => ({
        action: "wait",
        tasks: [...new Set(task_ids)],
        mode,
        ...(timeout_s === undefined ? {} : { timeoutS: timeout_s }),
      }),
    }),
    defineTasks({
      name: "task_cancel",
      description: "Cancels a task of task_start, and every task below it.",
      input: z.strictObject({ task_id: z.string() }),
      output: z.looseObject({ tasks: z.array(z.any()) }),
      plan: ({ task_id }) => ({ action: "cancel", tasks: [task_id] }),
    }),
    taskTell,
  ];
}

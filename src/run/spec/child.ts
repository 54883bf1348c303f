/** How a task refers to the agents that it can give tasks to, and to the task that started it. */
import { z } from "zod";
import { isJsonObject, ownValue, type JsonObject } from "../value/json.ts";

/** Deepest task of a tree; its first task has depth 0. */
export const MAX_DEPTH = 5;
/** `limits.max_depth`, `max_children` and `max_descendants` of a task that does not set them. */
export const DEFAULT_MAX_DEPTH = 2;
export const DEFAULT_MAX_CHILDREN = 20;
export const DEFAULT_MAX_DESCENDANTS = 100;
/** Maximum agents that a config refers to. */
const MAX_AGENTS = 20;

/** The name that stands for the task's own agent. */
export const SELF = "self";

const TOOL_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** What the answer of a child is to its parent. */
const RETURNS = ["to_model", "as_answer"] as const;

/** Fields that a reference to an agent and its pinned form share. */
const shared = {
  returns: z
    .exactOptional(z.enum(RETURNS))
    .describe(
      "`to_model` (the default): the model reads the answer. `as_answer`: the answer of a call that is alone in its turn is the answer of the run, without another model call.",
    ),
  background: z
    .exactOptional(z.boolean())
    .describe(
      "true: the run can also start the agent with `task_start` and go on. Default: false.",
    ),
  max_cost_usd: z
    .exactOptional(z.number().min(0).max(1_000_000))
    .describe("Maximum cost of each of these tasks, in US dollars. Default: that of the agent."),
};

/** An agent that the tasks of a config can give tasks to. */
const agentReference = z.strictObject({
  agent: z
    .string()
    .min(1)
    .max(64)
    .describe("The name of the agent, or `self` for the task's own agent."),
  version: z
    .exactOptional(z.number().int().min(1))
    .describe("The version of the agent. Default: the newest when the task is submitted."),
  as: z
    .exactOptional(z.string().regex(TOOL_NAME, "must be the name of a tool"))
    .describe("The name of the tool. Default: `agent_` and the name of the agent."),
  ...shared,
});

/** Agents that the tasks of a config can give tasks to. */
export const agentReferences = z.array(agentReference).max(MAX_AGENTS);

/** An agent as of the submission of the task that refers to it. */
const pinnedAgent = z.strictObject({
  agent: z.string().describe("The name of the agent."),
  version: z.number().int().describe("The version of the agent."),
  tool: z.string().describe("The name of its tool."),
  description: z.string().describe("What the agent does, for the model."),
  ...shared,
});

/** Agents as of the submission of a task. */
export const pinnedAgents = z.array(pinnedAgent);
/** An agent as of the submission of the task that refers to it. */
export type PinnedAgent = z.infer<typeof pinnedAgent>;

/** The place of a task in its tree. */
export const parentLink = z.strictObject({
  task_id: z.string().describe("The task that started this one."),
  call_id: z.string().describe("The call of that task which started this one."),
  path: z
    .array(z.string())
    .min(1)
    .describe("The tasks above this one: the first of the tree first, the parent last."),
  on_end: z
    .enum(["cancel", "continue"])
    .describe("What happens to this task when its parent ends first."),
  conversation_id: z
    .exactOptional(z.string())
    .describe("The conversation that the first task of the tree is a turn of. Absent: none."),
});
/** The place of a task in its tree. */
export type ParentLink = z.infer<typeof parentLink>;

/**
 * Returns the fields of the input by which a scripted run passes scripts to an agent that it gives a
 * task to: `script_agents` holds the fields `script` and `script_tools` by agent.
 */
export function scriptsFor({ script_agents: scripts }: JsonObject, agent: string): JsonObject {
  const script = isJsonObject(scripts) ? ownValue(scripts, agent) : undefined;
  return {
    ...(isJsonObject(script) ? script : {}),
    ...(scripts === undefined ? {} : { script_agents: scripts }),
  };
}

/** Returns the first task of the tree of a task. */
export function rootOf(taskId: string, parent: ParentLink | undefined | null): string {
  return parent?.path[0] ?? taskId;
}

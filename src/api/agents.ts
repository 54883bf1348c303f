/** The agents that a caller may submit tasks for. */

/** What a front shows of an agent. */
export interface AgentSummary {
  readonly name: string;
  readonly description: string;
}

const DEFAULT_AGENT: AgentSummary = {
  name: "default",
  description: "The service's own agent, with the default model, planner and tools.",
};

/** Every agent, in an order that stays. Named ones come with their resource. */
export function agentsOf(): readonly AgentSummary[] {
  return [DEFAULT_AGENT];
}

/** Resolves the agents of a tenant: its own ones, those in code, and the service's built-in `default`. */
import {
  AGENT_NAME,
  DEFAULT_AGENT,
  DEFAULT_LIMITS,
  mergedConfig,
  mergedLimits,
  OWN_VERSION,
  type ConfigLayer,
  type LimitLayer,
} from "../../run/spec/agent.ts";
import type { AgentConfig, RunLimits } from "../../run/spec/spec.ts";
import type { AgentRow, AgentWithTools } from "../../store/agents.ts";
import type { ApiDeps } from "../context.ts";
import { isoTime } from "../../run/value/time.ts";

/** Name and description of an agent, for other transports than REST. */
export interface AgentSummary {
  readonly name: string;
  readonly description: string;
}

const DESCRIPTION = "The service's own agent, with the default model, planner and tools.";
/** Creation time of the built-in agent. */
const ALWAYS = isoTime(0);

/** Returns the built-in agent, which follows the settings. */
export function ownAgent({ config }: ApiDeps): AgentRow {
  return {
    name: DEFAULT_AGENT,
    version: OWN_VERSION,
    description: DESCRIPTION,
    config: { model: config.defaultModel, planner: config.defaultPlanner },
    limits: DEFAULT_LIMITS,
    created_at: ALWAYS,
    updated_at: ALWAYS,
  };
}

/** Returns whether an agent is the built-in one, which cannot be deleted. */
export function isOwn({ name, version }: Pick<AgentRow, "name" | "version">): boolean {
  return name === DEFAULT_AGENT && version === OWN_VERSION;
}

/** Returns an agent in code, or null. */
export function agentInCode({ agentsInCode }: ApiDeps, name: string): AgentRow | null {
  const agent = agentsInCode.get(name);
  return agent === undefined ? null : { ...agent, created_at: ALWAYS, updated_at: ALWAYS };
}

/** Returns whether a version of an agent is that of the service or of the code. */
export function isBuiltIn(
  { agentsInCode }: ApiDeps,
  agent: Pick<AgentRow, "name" | "version">,
): boolean {
  return isOwn(agent) || agentsInCode.get(agent.name)?.version === agent.version;
}

/**
 * Returns the agents that are in no table, in the order of a list: those in code, and the service's
 * own unless there is another `default`.
 * @param hasDefault whether the tenant has its own `default`
 */
export function agentsWithoutRow(deps: ApiDeps, hasDefault: boolean): AgentRow[] {
  const inCode = Array.from(deps.agentsInCode.keys(), (name) => agentInCode(deps, name));
  const own = hasDefault || deps.agentsInCode.has(DEFAULT_AGENT) ? [] : [ownAgent(deps)];
  return [...inCode.filter((agent) => agent !== null), ...own].toSorted((a, b) =>
    a.name < b.name ? 1 : -1,
  );
}

/** Returns the latest version of an agent, or null. */
export async function agentOf(
  deps: ApiDeps,
  tenantId: string,
  name: string,
): Promise<AgentRow | null> {
  const inCode = agentInCode(deps, name);
  if (inCode !== null) {
    return inCode;
  }
  const stored = AGENT_NAME.test(name) ? await deps.agents.get(tenantId, name) : null;
  return stored ?? (name === DEFAULT_AGENT ? ownAgent(deps) : null);
}

/** An agent and its tenant's tools, and the mark by which an insertion sees whether they changed. */
export type AgentForTask = AgentWithTools & { readonly agent: AgentRow };

/** Returns the latest version of an agent and the tenant's tools, or null without the agent. */
export async function agentForTask(
  deps: ApiDeps,
  tenantId: string,
  name: string,
): Promise<AgentForTask | null> {
  return AGENT_NAME.test(name)
    ? withOwn(deps, name, await deps.agents.withTools(tenantId, name))
    : null;
}

/** Returns what `agentForTask` returned last in this isolate, or null. It may be out of date. */
export function rememberedAgent(
  deps: ApiDeps,
  tenantId: string,
  name: string,
): AgentForTask | null {
  const read = deps.agents.remembered(tenantId, name);
  return read === null ? null : withOwn(deps, name, read);
}

function withOwn(deps: ApiDeps, name: string, read: AgentWithTools): AgentForTask | null {
  const agent =
    agentInCode(deps, name) ?? read.agent ?? (name === DEFAULT_AGENT ? ownAgent(deps) : null);
  return agent === null ? null : { ...read, agent };
}

/** Merges config and limits: the task overrides the agent, which overrides the defaults. */
export function resolved(
  { config: { defaultModel, defaultPlanner } }: ApiDeps,
  agent: { readonly config: ConfigLayer; readonly limits: LimitLayer },
  task: { readonly config: ConfigLayer; readonly limits: LimitLayer } = { config: {}, limits: {} },
): { readonly config: AgentConfig; readonly limits: RunLimits } {
  const base = { model: defaultModel, planner: defaultPlanner };
  return {
    config: mergedConfig(base, agent.config, task.config),
    limits: mergedLimits(agent.limits, task.limits),
  };
}

/** Returns the first agents of a tenant: those in code, `default`, and the stored ones by name. */
export async function offeredAgents(
  deps: ApiDeps,
  tenantId: string,
  limit: number,
): Promise<AgentSummary[]> {
  const stored = await deps.agents.described(tenantId, limit);
  const hasDefault = stored.some(({ name }) => name === DEFAULT_AGENT);
  const others = stored.filter(({ name }) => !deps.agentsInCode.has(name));
  return [...agentsWithoutRow(deps, hasDefault), ...others].slice(0, limit).map(summaryOf);
}

/** Returns the summary of an agent, with a default description. */
export function summaryOf({
  name,
  description,
}: Pick<AgentRow, "name" | "description">): AgentSummary {
  return { name, description: description ?? `The agent ${name}.` };
}

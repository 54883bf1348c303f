/** Agents: named configs and limits, and how they are merged with those of a task. Pure. */
import type { AgentConfig, RunLimits } from "./spec.ts";

/** Names of agents. With the prefix `agent_` they are valid names of tools. */
export const AGENT_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** The agent of tasks that do not name one. It always exists. */
export const DEFAULT_AGENT = "default";
/** The version of the built-in default agent. A tenant's own versions of it continue from here. */
export const OWN_VERSION = 1;

/** A partial config. Absent fields come from the next layer. */
export type ConfigLayer = Partial<AgentConfig>;
/** Partial limits. Null lifts the limit of the next layer. */
export type LimitLayer = { readonly [K in keyof RunLimits]?: RunLimits[K] | null };

/** The content of one version of an agent. */
export interface AgentDefinition {
  readonly description: string | null;
  readonly config: ConfigLayer;
  readonly limits: LimitLayer;
}

/** An agent in code. Its version is derived from its content, and far above any stored version. */
export interface AgentInCode extends AgentDefinition {
  readonly name: string;
  readonly version: number;
}

/** Limits of a task if neither it nor its agent sets them. */
export const DEFAULT_LIMITS: RunLimits = { max_steps: 25, max_duration_s: 3600, max_repeats: 10 };

/**
 * Returns the config of a task. Each field comes from the task, else from the agent, else from the
 * service. Fields are replaced whole, even objects: a policy merged from two halves would be
 * neither author's.
 */
export function mergedConfig(
  base: Pick<AgentConfig, "model" | "planner">,
  agent: ConfigLayer,
  task: ConfigLayer,
): AgentConfig {
  return { ...base, ...agent, ...task };
}

/** Returns the limits of a task, in the same order of precedence. Null means no limit. */
export function mergedLimits(agent: LimitLayer, task: LimitLayer): RunLimits {
  const all = { ...DEFAULT_LIMITS, ...agent, ...task };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/**
 * Returns validated input as layers, without undefined members at any depth, so that they override
 * nothing and are not stored.
 */
export function layersOf(
  config: object,
  limits: object,
): { readonly config: ConfigLayer; readonly limits: LimitLayer } {
  const text = JSON.stringify({ config, limits });
  return JSON.parse(text) as { config: ConfigLayer; limits: LimitLayer };
}

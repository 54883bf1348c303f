/**
 * An agent: a name for a config and limits, and how they come together with what a task says. Pure.
 */
import type { AgentConfig, RunLimits } from "./spec.ts";

/** Names of agents: with `agent_` before them they are names of tools. */
export const AGENT_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** The agent of tasks that name none. It always exists. */
export const DEFAULT_AGENT = "default";
/** The version of the service's own agent; what a tenant puts in its place counts on from there. */
export const OWN_VERSION = 1;

/** A config as far as somebody said; the rest is left to who says less. */
export type ConfigLayer = Partial<AgentConfig>;
/** Limits as far as somebody said; null lifts the limit of the layer below. */
export type LimitLayer = { readonly [K in keyof RunLimits]?: RunLimits[K] | null };

/** What a version of an agent says. */
export interface AgentDefinition {
  readonly description: string | null;
  readonly config: ConfigLayer;
  readonly limits: LimitLayer;
}

/** Limits of a task where nobody names any. */
export const DEFAULT_LIMITS: RunLimits = { max_steps: 25, max_duration_s: 3600, max_repeats: 10 };

/**
 * The config of a task: each field is the task's, else the agent's, else the service's. A field is taken whole, also
 * where it is an object: half a policy of the agent and half of the task's would be neither's.
 */
export function mergedConfig(
  base: Pick<AgentConfig, "model" | "planner">,
  agent: ConfigLayer,
  task: ConfigLayer,
): AgentConfig {
  return { ...base, ...agent, ...task };
}

/** The limits of a task: in the same order, and null there is none. */
export function mergedLimits(agent: LimitLayer, task: LimitLayer): RunLimits {
  const all = { ...DEFAULT_LIMITS, ...agent, ...task };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

/**
 * What a client said, validated, as layers: without members that are undefined, at any depth, so
 * that they cover nothing and what is stored has no holes.
 */
export function layersOf(
  config: object,
  limits: object,
): { readonly config: ConfigLayer; readonly limits: LimitLayer } {
  const text = JSON.stringify({ config, limits });
  return JSON.parse(text) as { config: ConfigLayer; limits: LimitLayer };
}

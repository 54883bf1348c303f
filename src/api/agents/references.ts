/** Resolves the agents that a config refers to, as a task keeps them. */
import type { PinnedAgent } from "../../run/spec/child.ts";
import { SELF } from "../../run/spec/child.ts";
import type { AgentConfig } from "../../run/spec/spec.ts";
import { defined } from "../../run/value/defined.ts";
import { pointerTo } from "../../run/value/json-pointer.ts";
import type { AgentRow } from "../../store/agents.ts";
import type { ApiDeps } from "../context.ts";
import type { FieldFault } from "../http/problem.ts";
import { agentInCode, agentOf, isBuiltIn } from "./resolve.ts";

/** Tools of every run that has agents which work in the background. */
const BACKGROUND_TOOLS: ReadonlySet<string> = new Set([
  "task_start",
  "task_wait",
  "task_cancel",
  "task_tell",
]);

/** The agents of a config, or the first fault, whose pointer is into `{ config }`. */
export type PinnedAgents =
  | { readonly agents: readonly PinnedAgent[]; readonly fault?: never }
  | { readonly fault: FieldFault; readonly agents?: never };

/**
 * Returns the agents that a config refers to. Reads nothing without references.
 * @param self the agent that the config belongs to; null while it is being written
 */
export async function pinnedAgents(
  deps: ApiDeps,
  tenantId: string,
  config: AgentConfig,
  self: Pick<AgentRow, "name" | "version" | "description"> | null,
): Promise<PinnedAgents> {
  const pinned: PinnedAgent[] = [];
  for (const [i, reference] of (config.agents ?? []).entries()) {
    const { agent: name, version, as, returns, background, max_cost_usd } = reference;
    const at = (field: string) => pointerTo(["config", "agents", i, field]);
    const found =
      name === SELF ? self : await versionedAgent(deps, tenantId, name, version ?? null);
    if (found === null && name !== SELF) {
      const which = version === undefined ? "" : ` has no version ${version}`;
      const detail = version === undefined ? `Unknown agent "${name}".` : `"${name}"${which}.`;
      return { fault: { code: "unknown_agent", pointer: at("agent"), detail } };
    }
    if (returns === "as_answer" && config.output_schema !== undefined) {
      const detail = "cannot be `as_answer` with an `output_schema`: the answer is not checked";
      return { fault: { code: "validation_failed", pointer: at("returns"), detail } };
    }
    const tool = as ?? `agent_${name}`;
    const isTaken =
      pinned.some((one) => one.tool === tool) ||
      BACKGROUND_TOOLS.has(tool) ||
      deps.catalogue.tools.some((one) => one.name === tool);
    if (isTaken) {
      const pointer = at(as === undefined ? "agent" : "as");
      const detail = `the name ${tool} belongs to another tool`;
      return { fault: { code: "validation_failed", pointer, detail } };
    }
    pinned.push({
      agent: found?.name ?? name,
      version: found?.version ?? 1,
      tool,
      description: found?.description ?? `The agent ${found?.name ?? name}.`,
      ...defined({ returns, background, max_cost_usd }),
    });
  }
  return { agents: pinned };
}

/**
 * Returns a version of an agent, also of a deleted one; null if there is none. An agent in code
 * exists in its current version only.
 * @param version null for the newest; then a deleted agent is not found
 */
export async function versionedAgent(
  deps: ApiDeps,
  tenantId: string,
  name: string,
  version: number | null,
): Promise<AgentRow | null> {
  const newest = await agentOf(deps, tenantId, name);
  const inCode = agentInCode(deps, name) !== null;
  if (version === null || newest?.version === version || inCode) {
    return newest;
  }
  const [kept] = await deps.agents.versions(tenantId, name, 1, version + 1);
  if (kept?.version === version) {
    return kept;
  }
  return newest !== null && isBuiltIn(deps, newest) ? newest : null;
}

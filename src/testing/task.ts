/** The simulated task: its spec and its script, checked as the service checks them. */
import { z } from "zod";
import { mergedConfig, mergedLimits, type LimitLayer } from "../run/spec/agent.ts";
import { scriptSchema } from "../run/spec/script.ts";
import { agentConfig, runLimits, type RunSpec } from "../run/spec/spec.ts";
import type { SubmitOrder } from "../run/spec/task-order.ts";
import { newTaskId } from "../run/value/id.ts";
import type { JsonObject } from "../run/value/json.ts";
import type { Agent, SimulateOptions } from "./contract.ts";
import { ScriptPlayer, type Player } from "./model.ts";
import { SimulationError } from "./simulation-error.ts";

/** Returns what plays the script. @throws SimulationError if the script is invalid */
export function playerOf({ script = [] }: Pick<SimulateOptions<never>, "script">): Player {
  const usages = script
    .filter(({ text, tool_calls }) => text !== undefined || tool_calls !== undefined)
    .map(({ usage }) => usage ?? null);
  const parsed = scriptSchema.safeParse(script.map(({ usage: _usage, ...entry }) => entry));
  return new ScriptPlayer(orThrow(parsed, "script"), usages);
}

/** Returns the spec of the simulated task. @throws SimulationError if the agent is invalid */
export function specOf<W>(
  { name = "default", config = {}, limits = {} }: Agent,
  { input = "Do your work.", metadata }: SimulateOptions<W>,
  start: number,
  seed: number,
): RunSpec {
  const merged = mergedConfig({ model: "local/script", planner: "native" }, config, {});
  const random = new Uint8Array(16);
  new DataView(random.buffer).setUint32(8, seed);
  return {
    task_id: newTaskId(start, random),
    tenant_id: "simulation",
    input_data: typeof input === "string" ? { goal: input } : input,
    agent: name,
    agent_version: 1,
    config: orThrow(agentConfig.safeParse(plain(merged)), "config"),
    limits: orThrow(runLimits.safeParse(mergedLimits(limitsOf(limits), {})), "limits"),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** Returns a recorded spec with the fields that the agent sets now. */
export function changedSpec(spec: RunSpec, { config = {}, limits = {} }: Agent): RunSpec {
  const merged = { ...spec.config, ...plain(config) };
  const changes = Object.keys(limits).length > 0;
  return {
    ...spec,
    config: orThrow(agentConfig.safeParse(merged), "config"),
    ...(changes ? { limits: mergedLimits(limitsOf(limits), {}) } : {}),
  };
}

/** Returns limits as a layer: null lifts a limit. */
export function limitsOf(limits: object): LimitLayer {
  const given = Object.entries(plain(limits));
  const set = Object.fromEntries(given.filter(([, value]) => value !== null));
  const lifted = Object.fromEntries(given.filter(([, value]) => value === null));
  return { ...orThrow(runLimits.safeParse(set), "limits"), ...lifted };
}

/** Returns an object as plain data, without fields that are undefined. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

function orThrow<T>(result: z.ZodSafeParseResult<T>, what: string): T {
  if (result.success) {
    return result.data;
  }
  throw new SimulationError(`The ${what} is invalid: ${z.prettifyError(result.error)}`);
}

/** Refuses the tasks that a simulated run would start: a simulation has one run. */
const refusesTasks: SubmitOrder = async () => ({
  ok: false,
  code: "not_simulated",
  message: "A simulation has one run: the tasks that it would start are refused.",
});

/** Returns what a run has of other tasks. @param submit by default, tasks are refused */
export function otherTasks(submit: SubmitOrder = refusesTasks) {
  return { submitOrder: submit, releaseTurn: async () => {} };
}

/**
 * What a deployment adds to the service in code: tools, agents, providers, planners, its own login
 * and its own observer. `compose/` passes them to the parts that use them.
 */
import type { LlmClient } from "../agent/llm/client.ts";
import { PLANNERS } from "../agent/planners/planner-for.ts";
import type { Tool } from "../agent/tools/tool.ts";
import { SettingError, type Config } from "../env/config.ts";
import { logLevelOf } from "../env/log-level.ts";
import { logObserver, type LogLevel, type Observer } from "../observe.ts";
import type { AgentInCode } from "../run/spec/agent.ts";
import type { Principal } from "../api/context.ts";
import type { Planner } from "../run/decide/planner.ts";
import { withAnalytics } from "./analytics.ts";

/** A tool in code. It is bound to the environment when the dependencies of a run are built. */
export interface ToolInCode<E extends object = object> {
  readonly name: string;
  /** Returns the tool with access to the environment. Does no work, so it may be called often. */
  bind(env: E): Tool;
}

/** A provider in code. */
export interface ProviderInCode {
  client(env: object): LlmClient;
}

/** The deployment's own login. */
export interface Login {
  /** Returns the caller of a request, or null to look at its API key. */
  authenticate(request: Request, env: object): Promise<Principal | null> | Principal | null;
}

/** What a deployment adds in code. */
export interface Extensions {
  readonly tools: readonly ToolInCode[];
  /** Agents by name. */
  readonly agents: ReadonlyMap<string, AgentInCode>;
  /** Factories of model clients, by the prefix of their model ids. */
  readonly providers: ReadonlyMap<string, ProviderInCode>;
  /** All planners of the deployment, built-in ones first. */
  readonly planners: ReadonlyMap<string, Planner>;
  /** Own login; null if callers need API keys. */
  readonly login: Login | null;
  /** Returns the observer of an environment. */
  observer(env: object): Observer;
}

/** The service as it is shipped. */
export const NO_EXTENSIONS: Extensions = {
  tools: [],
  agents: new Map(),
  login: null,
  providers: new Map(),
  planners: PLANNERS,
  observer: (env) => withAnalytics(logObserver(writeLine, logLevelOf(env)), env),
};

/** Writes a line to the log of the Worker. */
function writeLine(line: string, level: LogLevel): void {
  switch (level) {
    case "error":
      console.error(line);
      break;
    case "warn":
      console.warn(line);
      break;
    default:
      console.info(line);
  }
}

/** Returns the tools in code, bound to an environment. */
export function boundTools({ tools }: Extensions, env: object): readonly Tool[] {
  return tools.map((tool) => tool.bind(env));
}

/** Checks the setting of the default planner. @throws SettingError if there is no such planner */
export function checkPlanner({ planners }: Extensions, { defaultPlanner }: Config): void {
  if (!planners.has(defaultPlanner)) {
    const known = [...planners.keys()].join(", ");
    throw new SettingError(
      `The setting AGENTKIT_PLANNER_TYPE is wrong: it must be one of ${known}.`,
    );
  }
}

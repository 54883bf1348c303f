/** Options of a deployment, and their checks. */
import { LOCAL_PROVIDER } from "../agent/llm/providers.ts";
import type { LlmClient } from "../agent/llm/client.ts";
import { PLANNERS } from "../agent/planners/planner-for.ts";
import { BUILT_IN_NAMES } from "../agent/tools/registry.ts";
import type { Principal } from "../api/context.ts";
import { NO_EXTENSIONS, type Extensions, type ToolInCode } from "../compose/extensions.ts";
import type { Observer } from "../observe.ts";
import type { Planner } from "../run/decide/planner.ts";
import type { AgentInCode } from "../run/spec/agent.ts";
import { PLANNER_NAME } from "../run/spec/spec.ts";
import { DefinitionError } from "./definition-error.ts";

/** Returns the caller of a request, or null to look at its API key. */
export type Authenticate<E extends object = Cloudflare.Env> = (
  request: Request,
  env: E,
) => Promise<Principal | null> | Principal | null;

/** What a deployment adds to the service in code. All of it is optional. */
export interface OpspawnOptions<E extends object = Cloudflare.Env> {
  /** Tools of `defineTool`. Offered like built-in tools: to every tenant, by name. */
  readonly tools?: readonly ToolInCode<E>[];
  /** Agents of `defineAgent`. Every tenant has them; the API shows them read-only. */
  readonly agents?: readonly AgentInCode[];
  /**
   * Model providers: a client for each prefix of model ids. `acme` serves every `acme/…`. Called
   * for each run that uses it.
   */
  readonly providers?: Readonly<Record<string, (env: E) => LlmClient>>;
  /** Planners by the names that agents select. */
  readonly planners?: Readonly<Record<string, Planner>>;
  /**
   * Own login. Returns the caller of a request, or null to look at its API key. Gets the request
   * without its body.
   */
  readonly authenticate?: Authenticate<E>;
  /** Receives counters, spans and faults. Default: faults and spans as lines of the Worker's log. */
  readonly observe?: Observer;
}

const PROVIDER_NAME = /^[a-z0-9][a-z0-9_-]{0,63}$/;

/** Returns what a deployment adds. @throws DefinitionError */
export function extensionsOf<E extends object>(options: OpspawnOptions<E>): Extensions {
  const { tools = [], agents = [], providers = {}, planners = {} } = options;
  const { authenticate, observe } = options;
  const names = tools.map(({ name }) => name);
  rejectRepeated("tools", names);
  rejectBuiltIn("tool", names, BUILT_IN_NAMES);
  rejectRepeated(
    "agents",
    agents.map(({ name }) => name),
  );
  rejectMalformed("provider", Object.keys(providers), PROVIDER_NAME);
  rejectBuiltIn("provider", Object.keys(providers), new Set([LOCAL_PROVIDER]));
  rejectMalformed("planner", Object.keys(planners), PLANNER_NAME);
  rejectBuiltIn("planner", Object.keys(planners), PLANNERS);
  return {
    tools,
    agents: new Map(agents.map((agent) => [agent.name, agent])),
    providers: new Map(Object.entries(providers).map(([name, client]) => [name, { client }])),
    planners: new Map([...PLANNERS, ...Object.entries(planners)]),
    login: authenticate === undefined ? null : { authenticate },
    observer: (env) => observe ?? NO_EXTENSIONS.observer(env),
  };
}

function rejectRepeated(nouns: string, names: readonly string[]): void {
  const repeated = names.find((name, place) => names.indexOf(name) !== place);
  if (repeated !== undefined) {
    throw new DefinitionError(`Two ${nouns} have the name ${repeated}; names must be unique.`);
  }
}

function rejectBuiltIn(
  noun: string,
  names: readonly string[],
  builtIn: { has(name: string): boolean },
): void {
  const taken = names.find((name) => builtIn.has(name));
  if (taken !== undefined) {
    throw new DefinitionError(`The ${noun} ${taken} is built in; choose another name.`);
  }
}

function rejectMalformed(noun: string, names: readonly string[], pattern: RegExp): void {
  const malformed = names.find((name) => !pattern.test(name));
  if (malformed !== undefined) {
    throw new DefinitionError(
      `The ${noun} ${JSON.stringify(malformed)} has an invalid name: it needs 1 to 64 lower-case letters, digits, _ and -, and begins with a letter or digit.`,
    );
  }
}

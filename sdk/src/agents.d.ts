/** Agents: named, versioned configs. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions, KeyedOptions } from "./api.ts";
import type { Agent, AgentList, AgentVersionList, CreateAgent, ReplaceAgent } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
export declare class Agents {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Agents, newest first. */
  list(query?: QueryOf<"listAgents">, options?: CallOptions): Paged<AgentList>;
  create(body: CreateAgent, options?: KeyedOptions): ApiPromise<Agent>;
  /** Returns the latest version. */
  get(name: string, options?: CallOptions): ApiPromise<Agent>;
  /** Creates a new version. Tasks submitted before keep the version they started with. */
  replace(name: string, body: ReplaceAgent, options?: ConditionalOptions): ApiPromise<Agent>;
  delete(name: string, options?: ConditionalOptions): ApiPromise<void>;
  /** The versions, newest first. Works for a deleted agent too. */
  versions(
    name: string,
    query?: QueryOf<"listAgentVersions">,
    options?: CallOptions,
  ): Paged<AgentVersionList>;
}

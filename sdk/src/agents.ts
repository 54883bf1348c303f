/** Agents: named, versioned configs. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions, KeyedOptions } from "./api.ts";
import type { Agent, AgentList, AgentVersionList, CreateAgent, ReplaceAgent } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Agents {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Agents, newest first. */
  list(query: QueryOf<"listAgents"> = {}, options: CallOptions = {}): Paged<AgentList> {
    return new Paged((cursor) =>
      this.#api.call("listAgents", { ...options, query: queryAt(query, cursor) }),
    );
  }

  create(body: CreateAgent, options: KeyedOptions = {}): ApiPromise<Agent> {
    return this.#api.call("createAgent", { ...options, body });
  }

  /** Returns the latest version. */
  get(name: string, options: CallOptions = {}): ApiPromise<Agent> {
    return this.#api.call("getAgent", { ...options, path: { name } });
  }

  /** Creates a new version. Tasks submitted before keep the version they started with. */
  replace(name: string, body: ReplaceAgent, options: ConditionalOptions = {}): ApiPromise<Agent> {
    return this.#api.call("replaceAgent", { ...options, path: { name }, body });
  }

  delete(name: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteAgent", { ...options, path: { name } });
  }

  /** The versions, newest first. Works for a deleted agent too. */
  versions(
    name: string,
    query: QueryOf<"listAgentVersions"> = {},
    options: CallOptions = {},
  ): Paged<AgentVersionList> {
    return new Paged((cursor) =>
      this.#api.call("listAgentVersions", {
        ...options,
        path: { name },
        query: queryAt(query, cursor),
      }),
    );
  }
}

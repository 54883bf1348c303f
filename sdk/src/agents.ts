/** Agents: named, versioned configs. */
import type { Api, CallOptions, ConditionalOptions, KeyedOptions, Tagged } from "./api.ts";
import type {
  Agent,
  AgentList,
  AgentVersion,
  AgentVersionList,
  CreateAgent,
  ReplaceAgent,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { itemsOf } from "./pages.ts";

export class Agents {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** A page of agents, newest first. */
  list(query: QueryOf<"listAgents"> = {}, options: CallOptions = {}): Promise<AgentList> {
    return this.#api.call("listAgents", { ...options, query });
  }

  /** Every agent, newest first, page by page. */
  all(options: CallOptions = {}): AsyncGenerator<Agent, void, undefined> {
    return itemsOf(
      (cursor) => this.list(cursor === undefined ? {} : { cursor }, options),
      (page) => page.agents,
    );
  }

  create(body: CreateAgent, options: KeyedOptions = {}): Promise<Agent> {
    return this.#api.call("createAgent", { ...options, body });
  }

  /** Returns the latest version. */
  get(name: string, options: CallOptions = {}): Promise<Agent> {
    return this.#api.call("getAgent", { ...options, path: { name } });
  }

  /** Returns the latest version with its ETag, for a conditional update (`ifMatch`). */
  getTagged(name: string, options: CallOptions = {}): Promise<Tagged<Agent>> {
    return this.#api.tagged("getAgent", { ...options, path: { name } });
  }

  /** Creates a new version. Tasks submitted before keep the version they started with. */
  replace(name: string, body: ReplaceAgent, options: ConditionalOptions = {}): Promise<Agent> {
    return this.#api.call("replaceAgent", { ...options, path: { name }, body });
  }

  delete(name: string, options: ConditionalOptions = {}): Promise<void> {
    return this.#api.call("deleteAgent", { ...options, path: { name } });
  }

  /** A page of the versions, newest first. Works for a deleted agent too. */
  versions(
    name: string,
    query: QueryOf<"listAgentVersions"> = {},
    options: CallOptions = {},
  ): Promise<AgentVersionList> {
    return this.#api.call("listAgentVersions", { ...options, path: { name }, query });
  }

  /** Every version, newest first, page by page. */
  allVersions(
    name: string,
    options: CallOptions = {},
  ): AsyncGenerator<AgentVersion, void, undefined> {
    return itemsOf(
      (cursor) => this.versions(name, cursor === undefined ? {} : { cursor }, options),
      (page) => page.versions,
    );
  }
}

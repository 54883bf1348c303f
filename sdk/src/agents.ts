/** Agents: configs under a name, with versions. */
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

  /** The newest version. */
  get(name: string, options: CallOptions = {}): Promise<Agent> {
    return this.#api.call("getAgent", { ...options, path: { name } });
  }

  /** The newest version with its tag, to change it only if nobody else did. */
  getTagged(name: string, options: CallOptions = {}): Promise<Tagged<Agent>> {
    return this.#api.tagged("getAgent", { ...options, path: { name } });
  }

  /** Makes a new version; tasks that were submitted before keep theirs. */
  replace(name: string, body: ReplaceAgent, options: ConditionalOptions = {}): Promise<Agent> {
    return this.#api.call("replaceAgent", { ...options, path: { name }, body });
  }

  delete(name: string, options: ConditionalOptions = {}): Promise<void> {
    return this.#api.call("deleteAgent", { ...options, path: { name } });
  }

  /** A page of the versions, newest first; also of an agent that was deleted. */
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

/** MCP servers that provide tools to agents. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions, KeyedOptions } from "./api.ts";
import type {
  CreateMcpServer,
  McpAuthorization,
  McpServer,
  McpServerList,
  McpToolPage,
  ReplaceMcpServer,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class McpServers {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** The servers of the deployment, then those of the key's tenant, each by name. */
  list(query: QueryOf<"listMcpServers"> = {}, options: CallOptions = {}): Paged<McpServerList> {
    return new Paged((cursor) =>
      this.#api.call("listMcpServers", { ...options, query: queryAt(query, cursor) }),
    );
  }

  create(body: CreateMcpServer, options: KeyedOptions = {}): ApiPromise<McpServer> {
    return this.#api.call("createMcpServer", { ...options, body });
  }

  get(name: string, options: CallOptions = {}): ApiPromise<McpServer> {
    return this.#api.call("getMcpServer", { ...options, path: { name } });
  }

  replace(
    name: string,
    body: ReplaceMcpServer,
    options: ConditionalOptions = {},
  ): ApiPromise<McpServer> {
    return this.#api.call("replaceMcpServer", { ...options, path: { name }, body });
  }

  enable(name: string, enabled: boolean, options: ConditionalOptions = {}): ApiPromise<McpServer> {
    return this.#api.call("enableMcpServer", { ...options, path: { name }, body: { enabled } });
  }

  delete(name: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteMcpServer", { ...options, path: { name } });
  }

  /** Reloads the server's tools. */
  refresh(name: string, options: CallOptions = {}): ApiPromise<McpServer> {
    return this.#api.call("refreshMcpServer", { ...options, path: { name } });
  }

  /** The server's tools. */
  tools(
    name: string,
    query: QueryOf<"listMcpTools"> = {},
    options: CallOptions = {},
  ): Paged<McpToolPage> {
    return new Paged((cursor) =>
      this.#api.call("listMcpTools", { ...options, path: { name }, query: queryAt(query, cursor) }),
    );
  }

  /** Starts OAuth. Returns the URL that the user has to open. */
  authorize(name: string, options: CallOptions = {}): ApiPromise<McpAuthorization> {
    return this.#api.call("authorizeMcpServer", { ...options, path: { name } });
  }

  /** Deletes the stored OAuth tokens. */
  forgetAuthorization(name: string, options: CallOptions = {}): ApiPromise<void> {
    return this.#api.call("forgetMcpAuthorization", { ...options, path: { name } });
  }
}

/** MCP servers that provide tools to agents. */
import type { Api, CallOptions, ConditionalOptions, KeyedOptions, Tagged } from "./api.ts";
import type {
  CreateMcpServer,
  McpAuthorization,
  McpServer,
  McpServerList,
  McpToolPage,
  ReplaceMcpServer,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { itemsOf } from "./pages.ts";

export class McpServers {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Lists the servers of the deployment and of the key's tenant. */
  list(options: CallOptions = {}): Promise<McpServerList> {
    return this.#api.call("listMcpServers", options);
  }

  create(body: CreateMcpServer, options: KeyedOptions = {}): Promise<McpServer> {
    return this.#api.call("createMcpServer", { ...options, body });
  }

  get(name: string, options: CallOptions = {}): Promise<McpServer> {
    return this.#api.call("getMcpServer", { ...options, path: { name } });
  }

  /** Returns a server with its ETag, for a conditional update (`ifMatch`). */
  getTagged(name: string, options: CallOptions = {}): Promise<Tagged<McpServer>> {
    return this.#api.tagged("getMcpServer", { ...options, path: { name } });
  }

  replace(
    name: string,
    body: ReplaceMcpServer,
    options: ConditionalOptions = {},
  ): Promise<McpServer> {
    return this.#api.call("replaceMcpServer", { ...options, path: { name }, body });
  }

  enable(name: string, enabled: boolean, options: ConditionalOptions = {}): Promise<McpServer> {
    return this.#api.call("enableMcpServer", { ...options, path: { name }, body: { enabled } });
  }

  delete(name: string, options: ConditionalOptions = {}): Promise<void> {
    return this.#api.call("deleteMcpServer", { ...options, path: { name } });
  }

  /** Reloads the server's tools. */
  refresh(name: string, options: CallOptions = {}): Promise<McpServer> {
    return this.#api.call("refreshMcpServer", { ...options, path: { name } });
  }

  /** A page of the server's tools. */
  tools(
    name: string,
    query: QueryOf<"listMcpTools"> = {},
    options: CallOptions = {},
  ): Promise<McpToolPage> {
    return this.#api.call("listMcpTools", { ...options, path: { name }, query });
  }

  /** Every tool of the server, page by page. */
  allTools(
    name: string,
    options: CallOptions = {},
  ): AsyncGenerator<McpToolPage["tools"][number], void, undefined> {
    return itemsOf(
      (cursor) => this.tools(name, cursor === undefined ? {} : { cursor }, options),
      (page) => page.tools,
    );
  }

  /** Starts OAuth. Returns the URL that the user has to open. */
  authorize(name: string, options: CallOptions = {}): Promise<McpAuthorization> {
    return this.#api.call("authorizeMcpServer", { ...options, path: { name } });
  }

  /** Deletes the stored OAuth tokens. */
  forgetAuthorization(name: string, options: CallOptions = {}): Promise<void> {
    return this.#api.call("forgetMcpAuthorization", { ...options, path: { name } });
  }
}

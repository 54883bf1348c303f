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
import { Paged } from "./pages.ts";
export declare class McpServers {
  #private;
  /** @internal */
  constructor(api: Api);
  /** The servers of the deployment, then those of the key's tenant, each by name. */
  list(query?: QueryOf<"listMcpServers">, options?: CallOptions): Paged<McpServerList>;
  create(body: CreateMcpServer, options?: KeyedOptions): ApiPromise<McpServer>;
  get(name: string, options?: CallOptions): ApiPromise<McpServer>;
  replace(
    name: string,
    body: ReplaceMcpServer,
    options?: ConditionalOptions,
  ): ApiPromise<McpServer>;
  enable(name: string, enabled: boolean, options?: ConditionalOptions): ApiPromise<McpServer>;
  delete(name: string, options?: ConditionalOptions): ApiPromise<void>;
  /** Reloads the server's tools. */
  refresh(name: string, options?: CallOptions): ApiPromise<McpServer>;
  /** The server's tools. */
  tools(name: string, query?: QueryOf<"listMcpTools">, options?: CallOptions): Paged<McpToolPage>;
  /** Starts OAuth. Returns the URL that the user has to open. */
  authorize(name: string, options?: CallOptions): ApiPromise<McpAuthorization>;
  /** Deletes the stored OAuth tokens. */
  forgetAuthorization(name: string, options?: CallOptions): ApiPromise<void>;
}

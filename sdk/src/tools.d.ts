/** Tools: built-in ones and those that a tenant registered. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions, KeyedOptions } from "./api.ts";
import type { RegisterTool, ReplaceTool, Tool, ToolList } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
export declare class Tools {
  #private;
  /** @internal */
  constructor(api: Api);
  /** The tools of the deployment, then those of the key's tenant, each by name. */
  list(query?: QueryOf<"listTools">, options?: CallOptions): Paged<ToolList>;
  register(body: RegisterTool, options?: KeyedOptions): ApiPromise<Tool>;
  get(name: string, options?: CallOptions): ApiPromise<Tool>;
  /** Replaces a tool. Tasks submitted before keep the old definition. */
  replace(name: string, body: ReplaceTool, options?: ConditionalOptions): ApiPromise<Tool>;
  /** Enables or disables the tool for new tasks. */
  enable(name: string, enabled: boolean, options?: ConditionalOptions): ApiPromise<Tool>;
  delete(name: string, options?: ConditionalOptions): ApiPromise<void>;
}

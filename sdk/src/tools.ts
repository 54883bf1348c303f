/** Tools: built-in ones and those that a tenant registered. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions, KeyedOptions } from "./api.ts";
import type { RegisterTool, ReplaceTool, Tool, ToolList } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Tools {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** The tools of the deployment, then those of the key's tenant, each by name. */
  list(query: QueryOf<"listTools"> = {}, options: CallOptions = {}): Paged<ToolList> {
    return new Paged((cursor) =>
      this.#api.call("listTools", { ...options, query: queryAt(query, cursor) }),
    );
  }

  register(body: RegisterTool, options: KeyedOptions = {}): ApiPromise<Tool> {
    return this.#api.call("registerTool", { ...options, body });
  }

  get(name: string, options: CallOptions = {}): ApiPromise<Tool> {
    return this.#api.call("getTool", { ...options, path: { name } });
  }

  /** Replaces a tool. Tasks submitted before keep the old definition. */
  replace(name: string, body: ReplaceTool, options: ConditionalOptions = {}): ApiPromise<Tool> {
    return this.#api.call("replaceTool", { ...options, path: { name }, body });
  }

  /** Enables or disables the tool for new tasks. */
  enable(name: string, enabled: boolean, options: ConditionalOptions = {}): ApiPromise<Tool> {
    return this.#api.call("enableTool", { ...options, path: { name }, body: { enabled } });
  }

  delete(name: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteTool", { ...options, path: { name } });
  }
}

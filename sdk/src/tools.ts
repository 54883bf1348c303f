/** Tools: those that ship, and those that a tenant registers. */
import type { Api, CallOptions, ConditionalOptions, KeyedOptions, Tagged } from "./api.ts";
import type { RegisterTool, ReplaceTool, Tool, ToolList } from "./model.ts";

export class Tools {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Every tool that there is for this key's tenant. */
  list(options: CallOptions = {}): Promise<ToolList> {
    return this.#api.call("listTools", options);
  }

  register(body: RegisterTool, options: KeyedOptions = {}): Promise<Tool> {
    return this.#api.call("registerTool", { ...options, body });
  }

  get(name: string, options: CallOptions = {}): Promise<Tool> {
    return this.#api.call("getTool", { ...options, path: { name } });
  }

  /** A tool with its tag, to change it only if nobody else did. */
  getTagged(name: string, options: CallOptions = {}): Promise<Tagged<Tool>> {
    return this.#api.tagged("getTool", { ...options, path: { name } });
  }

  /** Tasks that were submitted before keep what the tool was. */
  replace(name: string, body: ReplaceTool, options: ConditionalOptions = {}): Promise<Tool> {
    return this.#api.call("replaceTool", { ...options, path: { name }, body });
  }

  /** Has new tasks offered the tool, or not. */
  enable(name: string, enabled: boolean, options: ConditionalOptions = {}): Promise<Tool> {
    return this.#api.call("enableTool", { ...options, path: { name }, body: { enabled } });
  }

  delete(name: string, options: ConditionalOptions = {}): Promise<void> {
    return this.#api.call("deleteTool", { ...options, path: { name } });
  }
}

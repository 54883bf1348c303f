/** Hooks: addresses whose signed requests start a task from a template. */
import type { Api, CallOptions } from "./api.ts";
import type { ChangeHook, CreateHook, Hook, HookList, NewHook, SigningSecret } from "./model.ts";

export class Hooks {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  list(options: CallOptions = {}): Promise<HookList> {
    return this.#api.call("listHooks", options);
  }

  /** Not repeated after a connection that broke: it may have been made, and `list` shows it. */
  create(body: CreateHook, options: CallOptions = {}): Promise<NewHook> {
    return this.#api.call("createHook", { ...options, body });
  }

  get(id: string, options: CallOptions = {}): Promise<Hook> {
    return this.#api.call("getHook", { ...options, path: { id } });
  }

  change(id: string, body: ChangeHook, options: CallOptions = {}): Promise<Hook> {
    return this.#api.call("changeHook", { ...options, path: { id }, body });
  }

  delete(id: string, options: CallOptions = {}): Promise<void> {
    return this.#api.call("deleteHook", { ...options, path: { id } });
  }

  /** What requests to the hook must be signed with. */
  secret(id: string, options: CallOptions = {}): Promise<SigningSecret> {
    return this.#api.call("getHookSecret", { ...options, path: { id } });
  }

  rotateSecret(id: string, options: CallOptions = {}): Promise<SigningSecret> {
    return this.#api.call("rotateHookSecret", { ...options, path: { id } });
  }
}

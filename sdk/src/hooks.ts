/** Hooks: URLs that start a task from a template when they receive a signed request. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions } from "./api.ts";
import type { ChangeHook, CreateHook, Hook, HookList, NewHook, SigningSecret } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Hooks {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Hooks, newest first. */
  list(query: QueryOf<"listHooks"> = {}, options: CallOptions = {}): Paged<HookList> {
    return new Paged((cursor) =>
      this.#api.call("listHooks", { ...options, query: queryAt(query, cursor) }),
    );
  }

  /** Not retried after a broken connection: the hook may exist already. Check with `list`. */
  create(body: CreateHook, options: CallOptions = {}): ApiPromise<NewHook> {
    return this.#api.call("createHook", { ...options, body });
  }

  get(id: string, options: CallOptions = {}): ApiPromise<Hook> {
    return this.#api.call("getHook", { ...options, path: { id } });
  }

  update(id: string, body: ChangeHook, options: ConditionalOptions = {}): ApiPromise<Hook> {
    return this.#api.call("changeHook", { ...options, path: { id }, body });
  }

  delete(id: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteHook", { ...options, path: { id } });
  }

  /** Returns the secret that callers of the hook sign with. */
  secret(id: string, options: CallOptions = {}): ApiPromise<SigningSecret> {
    return this.#api.call("getHookSecret", { ...options, path: { id } });
  }

  rotateSecret(id: string, options: CallOptions = {}): ApiPromise<SigningSecret> {
    return this.#api.call("rotateHookSecret", { ...options, path: { id } });
  }
}

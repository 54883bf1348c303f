/** Hooks: URLs that start a task from a template when they receive a signed request. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions } from "./api.ts";
import type { ChangeHook, CreateHook, Hook, HookList, NewHook, SigningSecret } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
export declare class Hooks {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Hooks, newest first. */
  list(query?: QueryOf<"listHooks">, options?: CallOptions): Paged<HookList>;
  /** Not retried after a broken connection: the hook may exist already. Check with `list`. */
  create(body: CreateHook, options?: CallOptions): ApiPromise<NewHook>;
  get(id: string, options?: CallOptions): ApiPromise<Hook>;
  update(id: string, body: ChangeHook, options?: ConditionalOptions): ApiPromise<Hook>;
  delete(id: string, options?: ConditionalOptions): ApiPromise<void>;
  /** Returns the secret that callers of the hook sign with. */
  secret(id: string, options?: CallOptions): ApiPromise<SigningSecret>;
  rotateSecret(id: string, options?: CallOptions): ApiPromise<SigningSecret>;
}

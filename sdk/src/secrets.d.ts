/** Secrets of the tenant. Every operation needs the scope `secrets:write`; none returns a value. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions } from "./api.ts";
import type { Secret, SecretList, SetSecret } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
export declare class Secrets {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Secrets by name, without their values. */
  list(query?: QueryOf<"listSecrets">, options?: CallOptions): Paged<SecretList>;
  /** Returns a secret without its value. */
  get(name: string, options?: CallOptions): ApiPromise<Secret>;
  /**
   * Creates a secret, or replaces its value, which calls use within seconds. The stored value and
   * hosts again change nothing.
   */
  set(name: string, body: SetSecret, options?: ConditionalOptions): ApiPromise<Secret>;
  delete(name: string, options?: ConditionalOptions): ApiPromise<void>;
}

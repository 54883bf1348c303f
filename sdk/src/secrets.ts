/** Secrets of the tenant. Every operation needs the scope `secrets:write`; none returns a value. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions } from "./api.ts";
import type { Secret, SecretList, SetSecret } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Secrets {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Secrets by name, without their values. */
  list(query: QueryOf<"listSecrets"> = {}, options: CallOptions = {}): Paged<SecretList> {
    return new Paged((cursor) =>
      this.#api.call("listSecrets", { ...options, query: queryAt(query, cursor) }),
    );
  }

  /** Returns a secret without its value. */
  get(name: string, options: CallOptions = {}): ApiPromise<Secret> {
    return this.#api.call("getSecret", { ...options, path: { name } });
  }

  /**
   * Creates a secret, or replaces its value, which calls use within seconds. The stored value and
   * hosts again change nothing.
   */
  set(name: string, body: SetSecret, options: ConditionalOptions = {}): ApiPromise<Secret> {
    return this.#api.call("setSecret", { ...options, path: { name }, body });
  }

  delete(name: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteSecret", { ...options, path: { name } });
  }
}

/** API keys. Every operation but `self` needs the scope `keys:write`. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions } from "./api.ts";
import type { CreateKey, Key, KeyList, NewKey, RotateKey } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Keys {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Keys, newest first, including revoked ones. */
  list(query: QueryOf<"listKeys"> = {}, options: CallOptions = {}): Paged<KeyList> {
    return new Paged((cursor) =>
      this.#api.call("listKeys", { ...options, query: queryAt(query, cursor) }),
    );
  }

  /**
   * Creates a key. Only this response contains its secret. Not retried after a broken connection: a
   * key may exist whose secret is lost. Find it with `list` and end it with `revoke`.
   */
  create(body: CreateKey, options: CallOptions = {}): ApiPromise<NewKey> {
    return this.#api.call("createKey", { ...options, body });
  }

  /** Returns the key that this client uses. */
  self(options: CallOptions = {}): ApiPromise<Key> {
    return this.#api.call("getOwnKey", options);
  }

  get(id: string, options: CallOptions = {}): ApiPromise<Key> {
    return this.#api.call("getKey", { ...options, path: { id } });
  }

  /** Revokes a key. Takes effect within seconds. Its schedules continue, unless they are paused too. */
  revoke(
    id: string,
    query: QueryOf<"revokeKey"> = {},
    options: CallOptions = {},
  ): ApiPromise<void> {
    return this.#api.call("revokeKey", { ...options, path: { id }, query });
  }

  /** Replaces a key's secret. The old one expires at once, or after `grace_s` seconds. */
  rotate(id: string, body: RotateKey = {}, options: CallOptions = {}): ApiPromise<NewKey> {
    return this.#api.call("rotateKey", { ...options, path: { id }, body });
  }
}

/** API keys. Every operation but `self` needs the scope `keys:write`. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions } from "./api.ts";
import type { CreateKey, Key, KeyList, NewKey, RotateKey } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged } from "./pages.ts";
export declare class Keys {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Keys, newest first, including revoked ones. */
  list(query?: QueryOf<"listKeys">, options?: CallOptions): Paged<KeyList>;
  /**
   * Creates a key. Only this response contains its secret. Not retried after a broken connection: a
   * key may exist whose secret is lost. Find it with `list` and end it with `revoke`.
   */
  create(body: CreateKey, options?: CallOptions): ApiPromise<NewKey>;
  /** Returns the key that this client uses. */
  self(options?: CallOptions): ApiPromise<Key>;
  get(id: string, options?: CallOptions): ApiPromise<Key>;
  /** Revokes a key. Takes effect within seconds. */
  revoke(id: string, options?: CallOptions): ApiPromise<void>;
  /** Replaces a key's secret. The old one expires at once, or after `grace_s` seconds. */
  rotate(id: string, body?: RotateKey, options?: CallOptions): ApiPromise<NewKey>;
}

/** API keys; all of it needs the scope `admin`. */
import type { Api, CallOptions } from "./api.ts";
import type { CreateKey, Key, KeyList, NewKey, RotateKey } from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { itemsOf } from "./pages.ts";

export class Keys {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** A page of keys, newest first, revoked ones too. */
  list(query: QueryOf<"listKeys"> = {}, options: CallOptions = {}): Promise<KeyList> {
    return this.#api.call("listKeys", { ...options, query });
  }

  /** Every key, newest first, page by page. */
  all(
    query: QueryOf<"listKeys"> = {},
    options: CallOptions = {},
  ): AsyncGenerator<Key, void, undefined> {
    return itemsOf(
      (cursor) => this.list({ ...query, ...(cursor !== undefined && { cursor }) }, options),
      (page) => page.keys,
      query.cursor,
    );
  }

  /**
   * Makes a key; its secret is in the answer and nowhere else. Not repeated after a connection that
   * broke: a key may have been made that nobody knows, which `list` shows and `revoke` ends.
   */
  create(body: CreateKey, options: CallOptions = {}): Promise<NewKey> {
    return this.#api.call("createKey", { ...options, body });
  }

  get(keyId: string, options: CallOptions = {}): Promise<Key> {
    return this.#api.call("getKey", { ...options, path: { key_id: keyId } });
  }

  /** Ends a key, within seconds. */
  revoke(keyId: string, options: CallOptions = {}): Promise<void> {
    return this.#api.call("revokeKey", { ...options, path: { key_id: keyId } });
  }

  /** Gives a key a new secret; the old one ends at once, or after `grace_s` seconds. */
  rotate(keyId: string, body: RotateKey = {}, options: CallOptions = {}): Promise<NewKey> {
    return this.#api.call("rotateKey", { ...options, path: { key_id: keyId }, body });
  }
}

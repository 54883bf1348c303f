/**
 * Long-term memory: what tasks remember for later ones. A store is named `tenant`, `agent:NAME`,
 * `subject:ID` or `agent:NAME,subject:ID`. Reading needs the scope `memory:read`, changes
 * `memory:write`.
 */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions, KeyedOptions } from "./api.ts";
import type {
  MemoryBlock,
  MemoryBlockList,
  MemoryItem,
  MemoryItemList,
  MemoryStore,
  MemoryStoreList,
  MemoryVersionList,
  RestoreMemory,
  WriteMemoryBlock,
  WriteMemoryItem,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";

export class Memory {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Stores by name. Their numbers may be ten minutes old. */
  stores(
    query: QueryOf<"listMemoryStores"> = {},
    options: CallOptions = {},
  ): Paged<MemoryStoreList> {
    return new Paged((cursor) =>
      this.#api.call("listMemoryStores", { ...options, query: queryAt(query, cursor) }),
    );
  }

  getStore(store: string, options: CallOptions = {}): ApiPromise<MemoryStore> {
    return this.#api.call("getMemoryStore", { ...options, path: { store } });
  }

  /** Deletes a store with its blocks, its items and all versions. */
  deleteStore(store: string, options: CallOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteMemoryStore", { ...options, path: { store } });
  }

  /** The blocks of a store by label. They are in the prompt of every run that recalls the store. */
  blocks(
    store: string,
    query: QueryOf<"listMemoryBlocks"> = {},
    options: CallOptions = {},
  ): Paged<MemoryBlockList> {
    return new Paged((cursor) =>
      this.#api.call("listMemoryBlocks", {
        ...options,
        path: { store },
        query: queryAt(query, cursor),
      }),
    );
  }

  getBlock(store: string, label: string, options: CallOptions = {}): ApiPromise<MemoryBlock> {
    return this.#api.call("getMemoryBlock", { ...options, path: { store, label } });
  }

  /** Creates or replaces a block. */
  putBlock(
    store: string,
    label: string,
    body: WriteMemoryBlock,
    options: ConditionalOptions = {},
  ): ApiPromise<MemoryBlock> {
    return this.#api.call("putMemoryBlock", { ...options, path: { store, label }, body });
  }

  /** Deletes a block. It can be restored for 30 days. */
  deleteBlock(store: string, label: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteMemoryBlock", { ...options, path: { store, label } });
  }

  /** The versions of a block, newest first: who wrote what. */
  blockVersions(
    store: string,
    label: string,
    query: QueryOf<"listMemoryBlockVersions"> = {},
    options: CallOptions = {},
  ): Paged<MemoryVersionList> {
    return new Paged((cursor) =>
      this.#api.call("listMemoryBlockVersions", {
        ...options,
        path: { store, label },
        query: queryAt(query, cursor),
      }),
    );
  }

  /** Makes the content of an earlier version the newest one. */
  restoreBlock(
    store: string,
    label: string,
    body: RestoreMemory,
    options: CallOptions = {},
  ): ApiPromise<MemoryBlock> {
    return this.#api.call("restoreMemoryBlock", { ...options, path: { store, label }, body });
  }

  /** The items of a store: with `query` those that match a free text, best first; else newest first. */
  items(
    store: string,
    query: QueryOf<"listMemoryItems"> = {},
    options: CallOptions = {},
  ): Paged<MemoryItemList> {
    return new Paged((cursor) =>
      this.#api.call("listMemoryItems", {
        ...options,
        path: { store },
        query: queryAt(query, cursor),
      }),
    );
  }

  /** Saves an item. A key that another item has is refused (`memory_exists`). */
  save(
    store: string,
    body: WriteMemoryItem,
    options: KeyedOptions & ConditionalOptions = {},
  ): ApiPromise<MemoryItem> {
    return this.#api.call("saveMemoryItem", { ...options, path: { store }, body });
  }

  getItem(store: string, id: string, options: CallOptions = {}): ApiPromise<MemoryItem> {
    return this.#api.call("getMemoryItem", { ...options, path: { store, id } });
  }

  /** Replaces an item. */
  replaceItem(
    store: string,
    id: string,
    body: WriteMemoryItem,
    options: ConditionalOptions = {},
  ): ApiPromise<MemoryItem> {
    return this.#api.call("replaceMemoryItem", { ...options, path: { store, id }, body });
  }

  /** Deletes an item. It can be restored for 30 days. */
  deleteItem(store: string, id: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteMemoryItem", { ...options, path: { store, id } });
  }

  /** The versions of an item, newest first: who wrote what. */
  itemVersions(
    store: string,
    id: string,
    query: QueryOf<"listMemoryItemVersions"> = {},
    options: CallOptions = {},
  ): Paged<MemoryVersionList> {
    return new Paged((cursor) =>
      this.#api.call("listMemoryItemVersions", {
        ...options,
        path: { store, id },
        query: queryAt(query, cursor),
      }),
    );
  }

  /** Makes the content of an earlier version the newest one, even of a deleted item. */
  restoreItem(
    store: string,
    id: string,
    body: RestoreMemory,
    options: CallOptions = {},
  ): ApiPromise<MemoryItem> {
    return this.#api.call("restoreMemoryItem", { ...options, path: { store, id }, body });
  }
}

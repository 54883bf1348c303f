/** How the rest of the service calls a memory store. */
import { hash } from "node:crypto";
import type {
  BlockWritten,
  FoundItem,
  ItemWritten,
  MemoryBlock,
  MemoryDeleted,
  MemoryItem,
  MemoryPort,
  MemoryWriter,
  SaveItem,
} from "../../run/memory/port.ts";
import type { Trust } from "../../run/memory/trust.ts";
import type { Actor } from "../../store/audit.ts";

/** A store in numbers. Times are RFC 3339. */
export interface StoreState {
  readonly store: string;
  readonly items: number;
  readonly blocks: number;
  /** Characters of items and blocks. */
  readonly chars: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** What a version did. */
export const MEMORY_OPS = ["create", "change", "edit", "delete", "restore"] as const;
/** One of `MEMORY_OPS`. */
export type MemoryOp = (typeof MEMORY_OPS)[number];

/** A version of an item or block. */
export interface MemoryVersion {
  readonly version: number;
  readonly op: MemoryOp;
  /** Null for a deletion. */
  readonly content: string | null;
  readonly trust: Trust;
  readonly by: string;
  readonly task_id: string | null;
  readonly call_id: string | null;
  /** RFC 3339. */
  readonly at: string;
}

/** An item or a block of a store. */
export type MemoryRef =
  | { readonly kind: "item"; readonly id: string }
  | { readonly kind: "block"; readonly id: string };

/** A block to write. */
export interface PutBlock {
  readonly label: string;
  readonly description: string | null;
  readonly content: string;
  readonly read_only: boolean;
}

/** The version that a change expects; null for any. */
export interface ExpectedMemory {
  readonly version: number;
  readonly created_at: string;
}

/** A record of an export. */
export type ExportRecord =
  | ({ readonly kind: "block" } & MemoryBlock)
  | ({ readonly kind: "item" } & MemoryItem)
  | ({ readonly kind: "version"; readonly ref: string } & MemoryVersion);

/** A page of an export, and the position of the next one; null at the end. */
export interface ExportPage {
  readonly records: readonly ExportRecord[];
  readonly next: string | null;
}

/** The author of a change over the API. */
export interface MemoryAuthor {
  readonly actor: Actor;
  readonly writer: MemoryWriter;
}

/**
 * The methods of a store. Reads of a store that was never written return null; its name is not
 * checked here.
 */
export interface MemoryRpc extends MemoryPort {
  state(): Promise<StoreState | null>;
  blocks(): Promise<MemoryBlock[] | null>;
  block(label: string): Promise<MemoryBlock | null>;
  item(memoryId: string): Promise<MemoryItem | null>;
  /** Returns up to `limit` items, newest first, before an id; null for the first page. */
  items(before: string | null, limit: number): Promise<MemoryItem[] | null>;
  /** Returns up to `limit` items that match a free text, best first. */
  search(query: string, limit: number): Promise<FoundItem[] | null>;
  /** Returns up to `limit` versions, newest first, before a version. */
  versions(ref: MemoryRef, before: number | null, limit: number): Promise<MemoryVersion[] | null>;
  /** Saves an item for a client, with an audit entry. */
  saveBy(store: string, item: SaveItem, author: MemoryAuthor): Promise<ItemWritten>;
  /** Replaces an item. Its lifetime counts from now. */
  replaceItem(
    memoryId: string,
    item: Omit<SaveItem, "version">,
    expected: ExpectedMemory | null,
    author: MemoryAuthor,
  ): Promise<ItemWritten>;
  /** Creates or replaces a block. */
  putBlock(
    store: string,
    block: PutBlock,
    expected: ExpectedMemory | null,
    author: MemoryAuthor,
  ): Promise<BlockWritten>;
  /** Deletes an item or block. Its versions stay for 30 days. */
  removeBy(
    ref: MemoryRef,
    expected: ExpectedMemory | null,
    author: MemoryAuthor,
  ): Promise<MemoryDeleted>;
  /** Makes the content of an earlier version the newest one, even of what was deleted. */
  restoreItem(memoryId: string, version: number, author: MemoryAuthor): Promise<ItemWritten>;
  restoreBlock(label: string, version: number, author: MemoryAuthor): Promise<BlockWritten>;
  /** Returns the content in pages. @param after position of the page; null for the first */
  exportPage(after: string | null, limit: number): Promise<ExportPage>;
  /** Deletes everything, with its row in D1. Returns how many items and blocks it had. */
  forget(store: string): Promise<{ readonly items: number; readonly blocks: number }>;
}

/**
 * Returns the name of a store's object. It ends in a hash: logs of the platform show names, and a
 * subject may be an e-mail address.
 */
export function memoryObjectName(tenantId: string, store: string): string {
  return `${tenantId}/${hash("sha256", store, "hex").slice(0, 40)}`;
}

/** Returns a memory store of a tenant. */
export function memoryStub(
  memories: DurableObjectNamespace,
  tenantId: string,
  store: string,
): MemoryRpc {
  const id = memories.idFromName(memoryObjectName(tenantId, store));
  return memories.get(id) as unknown as MemoryRpc;
}

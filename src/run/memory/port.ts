/** A memory store as runs use it. The object of the store implements it: `src/durable/memory/`. */
import type { Trust } from "./trust.ts";

/** A block: a text that is in every prompt. Times are RFC 3339. */
export interface MemoryBlock {
  readonly label: string;
  readonly description: string | null;
  readonly content: string;
  /** Whether runs cannot change it. */
  readonly read_only: boolean;
  readonly version: number;
  readonly trust: Trust;
  readonly created_at: string;
  readonly updated_at: string;
}

/** An item: a text that is searched. Times are RFC 3339. */
export interface MemoryItem {
  readonly memory_id: string;
  /** Unique in the store. */
  readonly key: string | null;
  readonly content: string;
  readonly tags: readonly string[];
  readonly version: number;
  readonly trust: Trust;
  readonly created_at: string;
  readonly updated_at: string;
  readonly expires_at: string | null;
}

/** An item that matches a query. A higher score is a better match. */
export interface FoundItem extends MemoryItem {
  readonly score: number;
}

/** Who writes, and for which call. */
export interface MemoryWriter {
  /** The id of a key, or of a task. */
  readonly by: string;
  readonly task_id: string | null;
  readonly call_id: string | null;
  /** The same for every attempt of one write, which changes something once. Null: no repetition. */
  readonly idem: string | null;
  readonly trust: Trust;
}

/** An item to save. */
export interface SaveItem {
  /** Null for an item without a key. */
  readonly key: string | null;
  readonly content: string;
  readonly tags: readonly string[];
  /** Seconds until it expires; null for never. */
  readonly expires_in_s: number | null;
  /** The version that it replaces. Null: the key must be free. */
  readonly version: number | null;
}

/** A change of a piece of a block. */
export interface EditBlock {
  readonly label: string;
  /** The piece, which occurs once. Empty: `new` is appended, and the block is made if it is not there. */
  readonly old: string;
  readonly new: string;
  /** The version that it changes. Null for any. */
  readonly version: number | null;
}

/** Why a store refused a write. Nothing was written. */
export type MemoryRefusal =
  /** The item or block does not exist. */
  | { readonly ok: false; readonly reason: "not_found" }
  /** Another version is there, or the key is taken. */
  | { readonly ok: false; readonly reason: "conflict"; readonly current: MemoryBlock | MemoryItem }
  /** `limit`: what is used up. */
  | { readonly ok: false; readonly reason: "full"; readonly limit: string }
  | { readonly ok: false; readonly reason: "read_only" }
  /** The piece does not occur in the block, or more than once. */
  | {
      readonly ok: false;
      readonly reason: "no_match" | "ambiguous";
      readonly current: MemoryBlock | null;
    };

/** The outcome of a write of an item. */
export type ItemWritten = { readonly ok: true; readonly item: MemoryItem } | MemoryRefusal;
/** The outcome of a write of a block. */
export type BlockWritten = { readonly ok: true; readonly block: MemoryBlock } | MemoryRefusal;
/** The outcome of a deletion. */
export type MemoryDeleted = { readonly ok: true } | MemoryRefusal;

/** What a run recalls from a store. */
export interface RecallOrder {
  readonly query: string;
  readonly blocks: boolean;
  /** Maximum items. */
  readonly items: number;
}

/** A store as runs use it. A store without content answers like an empty one. */
export interface MemoryPort {
  recall(order: RecallOrder): Promise<{
    readonly blocks: readonly MemoryBlock[];
    readonly items: readonly FoundItem[];
  }>;
  /** Saves an item. Repeating it under the same `idem` changes nothing. */
  save(store: string, item: SaveItem, writer: MemoryWriter): Promise<ItemWritten>;
  /** Changes a piece of a block. Repeating it under the same `idem` changes nothing. */
  editBlock(store: string, edit: EditBlock, writer: MemoryWriter): Promise<BlockWritten>;
  /** Deletes an item. @param version the version to delete; null for any */
  removeItem(
    memoryId: string,
    version: number | null,
    writer: MemoryWriter,
  ): Promise<MemoryDeleted>;
}

/** The dialogs of a memory store. */
import type { MemoryBlock, MemoryItem } from "../../../../sdk/src/model.ts";

/** What is deleted: an item, a block, or with neither the whole store. */
export interface Doomed {
  readonly item?: MemoryItem;
  readonly block?: MemoryBlock;
}

/** The dialog that is open. */
export type Open =
  | { readonly kind: "save" | "new-block" }
  | { readonly kind: "item"; readonly item: MemoryItem }
  | { readonly kind: "block"; readonly block: MemoryBlock }
  | { readonly kind: "versions"; readonly of: "item" | "block"; readonly entry: string }
  | { readonly kind: "delete"; readonly of: Doomed };

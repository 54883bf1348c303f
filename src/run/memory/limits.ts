/** Bounds of memory stores, and of what a run recalls and writes. */

/** Blocks of one store. They are in every prompt. */
export const MAX_BLOCKS = 16;
/** Characters of a block, and of an item. */
export const MAX_BLOCK_CHARS = 8000;
export const MAX_ITEM_CHARS = 8000;
/** Characters of a block's description. */
export const MAX_DESCRIPTION_CHARS = 500;
/** Items of one store, and characters of its items and blocks. */
export const MAX_ITEMS = 10_000;
export const MAX_STORE_TOTAL_CHARS = 20_000_000;
/** Characters of an item's key. */
export const MAX_KEY_CHARS = 128;
/** Tags of an item, and characters of one. */
export const MAX_TAGS = 16;
export const MAX_TAG_CHARS = 64;
/** Labels of blocks. */
export const BLOCK_LABEL = /^[a-z0-9][a-z0-9_-]{0,63}$/;
/** Longest lifetime of an item, seconds: ten years. */
export const MAX_EXPIRES_IN_S = 315_576_000;
/** Results of one search. */
export const MAX_FOUND = 50;
/** Writes to memory by one run. */
export const MAX_RUN_WRITES = 50;
/** Characters of memory in a prompt. */
export const MAX_RECALLED_CHARS = 24_000;
/** Characters of a search query that are read. */
export const MAX_QUERY_CHARS = 10_000;
/** From this number of items on, a store has a full-text index. Below it, a search reads all items. */
export const INDEX_FROM = 64;

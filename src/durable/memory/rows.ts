/**
 * The content of a memory store, in its object's SQLite. Tables are created by the first write: a
 * store that was only read has no row. The full-text index is created with the 64th item: below it,
 * reading all items costs less than the index.
 *
 * Owner: the store. `block`: `MAX_BLOCKS`. `item`: `MAX_ITEMS`, deleted by clients, by runs, and by
 * the alarm once they expire. `version`: `KEPT_VERSIONS` of each item and block, and for 30 days
 * after its deletion. `gone`: deleted items and blocks, `MAX_GONE` of them, until their versions are
 * deleted.
 */
import { INDEX_FROM } from "../../run/memory/limits.ts";
import type { MemoryBlock, MemoryItem } from "../../run/memory/port.ts";
import {
  matchQuery,
  scan,
  searchableText,
  type Match,
  type SearchTerms,
} from "../../run/memory/search.ts";
import { hasTable, type Sql, type SqlRow } from "../run/storage/schema.ts";
import { blockOf, changing, itemOf } from "./row-values.ts";
import { VersionRows } from "./versions.ts";

/** Matches of the index that are ranked by age. */
const CANDIDATES = 200;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS store (
    id INTEGER PRIMARY KEY CHECK (id = 1), store TEXT NOT NULL, items INTEGER NOT NULL,
    chars INTEGER NOT NULL, gone INTEGER NOT NULL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, noted_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS block (
    label TEXT PRIMARY KEY, description TEXT, content TEXT NOT NULL, read_only INTEGER NOT NULL,
    version INTEGER NOT NULL, trust TEXT NOT NULL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS item (
    n INTEGER PRIMARY KEY, memory_id TEXT NOT NULL UNIQUE, key TEXT, content TEXT NOT NULL,
    tags TEXT NOT NULL, version INTEGER NOT NULL, trust TEXT NOT NULL, created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL, expires_at INTEGER) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS item_key ON item (key) WHERE key IS NOT NULL;
  CREATE INDEX IF NOT EXISTS item_expiry ON item (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS version (
    ref TEXT NOT NULL, version INTEGER NOT NULL, op TEXT NOT NULL, value TEXT, trust TEXT NOT NULL,
    by TEXT NOT NULL, task_id TEXT, call_id TEXT, idem TEXT, at INTEGER NOT NULL,
    PRIMARY KEY (ref, version)) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX IF NOT EXISTS version_idem ON version (idem) WHERE idem IS NOT NULL;
  CREATE TABLE IF NOT EXISTS gone (
    at INTEGER NOT NULL, ref TEXT NOT NULL, PRIMARY KEY (at, ref)) STRICT, WITHOUT ROWID;`;

/** The words are stored once, in the index: their text is in \`item\`. */
const INDEX = `CREATE VIRTUAL TABLE item_fts USING fts5(
  words, content = '', contentless_delete = 1, tokenize = 'unicode61')`;

/** The counters of a store. Times are milliseconds since the epoch. */
export interface Counters {
  readonly store: string;
  readonly items: number;
  /** Characters of items and blocks. */
  readonly chars: number;
  /** Deleted items and blocks whose versions are kept. */
  readonly gone: number;
  readonly created_at: number;
  readonly updated_at: number;
  /** When D1 was last written. */
  readonly noted_at: number;
}

export class MemoryRows {
  readonly versions: VersionRows;
  readonly #sql: Sql;
  #hasTables: boolean | null = null;
  #hasIndex: boolean | null = null;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.versions = new VersionRows(sql, () => this.exist);
  }

  /** Whether the store was ever written. */
  get exist(): boolean {
    this.#hasTables ??= hasTable(this.#sql, "store");
    return this.#hasTables;
  }

  /** Whether the store has a full-text index. */
  get indexed(): boolean {
    this.#hasIndex ??= this.exist && hasTable(this.#sql, "item_fts");
    return this.#hasIndex;
  }

  /** Forgets what it knows of the tables: all of them were deleted, or a transaction was undone. */
  reload(): void {
    this.#hasTables = null;
    this.#hasIndex = null;
  }

  /** Creates the tables of a store. */
  create(store: string, now: number): void {
    if (!this.exist) {
      this.#sql.exec(SCHEMA);
      this.#sql.exec("INSERT INTO store VALUES (1, ?, 0, 0, 0, ?, ?, 0)", store, now, now);
      this.#hasTables = true;
    }
  }

  counters(): Counters | null {
    const row = this.#first("SELECT * FROM store");
    return row === null
      ? null
      : {
          store: String(row["store"]),
          items: Number(row["items"]),
          chars: Number(row["chars"]),
          gone: Number(row["gone"]),
          created_at: Number(row["created_at"]),
          updated_at: Number(row["updated_at"]),
          noted_at: Number(row["noted_at"]),
        };
  }

  setCounters({ items, chars, gone, updated_at, noted_at }: Counters): void {
    this.#sql.exec(
      "UPDATE store SET items = ?, chars = ?, gone = ?, updated_at = ?, noted_at = ?",
      items,
      chars,
      gone,
      updated_at,
      noted_at,
    );
  }

  blocks(): MemoryBlock[] {
    return this.#all("SELECT * FROM block ORDER BY label").map(blockOf);
  }

  block(label: string): MemoryBlock | null {
    const row = this.#first("SELECT * FROM block WHERE label = ?", label);
    return row === null ? null : blockOf(row);
  }

  setBlock(block: MemoryBlock): void {
    this.#sql.exec(
      "INSERT OR REPLACE INTO block VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      block.label,
      block.description,
      block.content,
      block.read_only ? 1 : 0,
      block.version,
      block.trust,
      Date.parse(block.created_at),
      Date.parse(block.updated_at),
    );
  }

  removeBlock(label: string): void {
    this.#sql.exec("DELETE FROM block WHERE label = ?", label);
  }

  /** Returns an item that has not expired. */
  item(memoryId: string, now: number): MemoryItem | null {
    return this.#live("memory_id = ?1", memoryId, now);
  }

  itemOf(key: string, now: number): MemoryItem | null {
    return this.#live("key = ?1", key, now);
  }

  /** Returns a page of items that have not expired, newest first. */
  items(before: string | null, limit: number, now: number): MemoryItem[] {
    return this.#all(
      `SELECT * FROM item WHERE (?1 IS NULL OR memory_id < ?1)
         AND (expires_at IS NULL OR expires_at > ?2) ORDER BY memory_id DESC LIMIT ?3`,
      before,
      now,
      limit,
    ).map(itemOf);
  }

  /** Returns a page of items in the order of their ids, with those that have expired. */
  itemsAfter(after: string, limit: number): MemoryItem[] {
    return this.#all(
      "SELECT * FROM item WHERE memory_id > ? ORDER BY memory_id LIMIT ?",
      after,
      limit,
    ).map(itemOf);
  }

  insertItem(item: MemoryItem): void {
    this.#sql.exec(
      `INSERT INTO item (memory_id, key, content, tags, version, trust, created_at, updated_at,
         expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      item.memory_id,
      ...changing(item),
    );
    this.#index(item, true);
  }

  updateItem(item: MemoryItem): void {
    this.#sql.exec(
      `UPDATE item SET key = ?2, content = ?3, tags = ?4, version = ?5, trust = ?6, created_at = ?7,
         updated_at = ?8, expires_at = ?9 WHERE memory_id = ?1`,
      item.memory_id,
      ...changing(item),
    );
    this.#index(item, false);
  }

  removeItem(memoryId: string): void {
    if (this.indexed) {
      this.#sql.exec(
        "DELETE FROM item_fts WHERE rowid = (SELECT n FROM item WHERE memory_id = ?)",
        memoryId,
      );
    }
    this.#sql.exec("DELETE FROM item WHERE memory_id = ?", memoryId);
  }

  /** Creates the full-text index once the store has enough items for one. */
  indexFrom(items: number): void {
    if (items < INDEX_FROM || this.indexed) {
      return;
    }
    this.#sql.exec(INDEX);
    this.#hasIndex = true;
    for (const row of this.#all("SELECT * FROM item")) {
      this.#addToIndex(Number(row["n"]), itemOf(row));
    }
  }

  /** Returns the items that match, unordered, with the relevance of each. */
  matches(
    terms: SearchTerms,
    now: number,
  ): (Match & { readonly item: MemoryItem; readonly at: number })[] {
    const query = matchQuery(terms);
    if (query === null) {
      return [];
    }
    const found = this.indexed ? this.#fromIndex(query, now) : this.#fromScan(terms, now);
    return found.map(({ item, score }) => ({
      id: item.memory_id,
      at: Date.parse(item.updated_at),
      score,
      item,
    }));
  }

  /** Returns items that have expired, the oldest first. */
  expired(now: number, limit: number): MemoryItem[] {
    return this.#all(
      "SELECT * FROM item WHERE expires_at <= ? ORDER BY expires_at LIMIT ?",
      now,
      limit,
    ).map(itemOf);
  }

  /**
   * Returns when the alarm has work, milliseconds since the epoch; null for never.
   * @param goneMs how long versions of what was deleted stay
   */
  next(goneMs: number): number | null {
    const row = this.#first(
      `SELECT (SELECT MIN(expires_at) FROM item WHERE expires_at IS NOT NULL) AS expires,
         (SELECT MIN(at) FROM gone) AS gone`,
    );
    const times = [row?.["expires"] ?? null, row?.["gone"] ?? null].map((time, i) =>
      time === null ? Number.POSITIVE_INFINITY : Number(time) + (i === 1 ? goneMs : 0),
    );
    const next = Math.min(...times);
    return Number.isFinite(next) ? next : null;
  }

  #live(where: string, value: string, now: number): MemoryItem | null {
    const row = this.#first(
      `SELECT * FROM item WHERE ${where} AND (expires_at IS NULL OR expires_at > ?2)`,
      value,
      now,
    );
    return row === null ? null : itemOf(row);
  }

  #index(item: MemoryItem, isNew: boolean): void {
    if (!this.indexed) {
      return;
    }
    const n = Number(
      this.#first("SELECT n FROM item WHERE memory_id = ?", item.memory_id)?.["n"] ?? 0,
    );
    if (!isNew) {
      this.#sql.exec("DELETE FROM item_fts WHERE rowid = ?", n);
    }
    this.#addToIndex(n, item);
  }

  #addToIndex(n: number, item: MemoryItem): void {
    this.#sql.exec("INSERT INTO item_fts (rowid, words) VALUES (?, ?)", n, searchableText(item));
  }

  #fromIndex(query: string, now: number) {
    return this.#all(
      `SELECT item.*, found.rank AS relevance FROM
         (SELECT rowid, rank FROM item_fts WHERE item_fts MATCH ?1 ORDER BY rank LIMIT ${CANDIDATES})
         AS found JOIN item ON item.n = found.rowid
       WHERE expires_at IS NULL OR expires_at > ?2`,
      query,
      now,
    ).map((row) => ({ item: itemOf(row), score: -Number(row["relevance"]) }));
  }

  #fromScan(terms: SearchTerms, now: number) {
    const documents = this.items(null, INDEX_FROM, now).map((item) => ({
      of: item,
      text: searchableText(item),
    }));
    return scan(documents, terms).map(({ of, score }) => ({ item: of, score }));
  }

  #all(query: string, ...bound: (string | number | null)[]): SqlRow[] {
    return this.exist ? [...this.#sql.exec(query, ...bound)] : [];
  }

  #first(query: string, ...bound: (string | number | null)[]): SqlRow | null {
    return this.#all(query, ...bound)[0] ?? null;
  }
}

/**
 * The directory of memory stores in D1: which stores a tenant has. Owner: each store's object, which
 * writes its row before its first write and deletes it with its content. Its numbers may be ten
 * minutes behind.
 */
import type { StoreOwner } from "../run/memory/store-name.ts";

/** A store in the directory. Times are RFC 3339. */
export interface MemoryStoreRow extends StoreOwner {
  readonly store: string;
  readonly items: number;
  /** Characters of items and blocks. */
  readonly chars: number;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A selection of stores, in the order of their names. */
export interface MemoryStoreSelection {
  readonly agent: string | null;
  readonly subject: string | null;
  /** Only the store of this name; null for all. */
  readonly name: string | null;
  /** The name after which the page begins; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
}

const COLUMNS = "store, agent, subject, items, chars, created_at, updated_at";

export class MemoryDirectory {
  readonly #db: Pick<D1Database, "prepare">;

  constructor(db: Pick<D1Database, "prepare">) {
    this.#db = db;
  }

  /** Inserts or replaces the row of a store. */
  async note(tenantId: string, row: MemoryStoreRow): Promise<void> {
    const { store, agent, subject, items, chars, created_at, updated_at } = row;
    await this.#db
      .prepare(
        `INSERT INTO memory_store (tenant_id, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET items = excluded.items, chars = excluded.chars,
           updated_at = excluded.updated_at`,
      )
      .bind(tenantId, store, agent, subject, items, chars, created_at, updated_at)
      .run();
  }

  /** Deletes the row of a store. Returns whether there was one. */
  async remove(tenantId: string, store: string): Promise<boolean> {
    const { meta } = await this.#db
      .prepare("DELETE FROM memory_store WHERE tenant_id = ? AND store = ?")
      .bind(tenantId, store)
      .run();
    return meta.changes > 0;
  }

  async list(
    tenantId: string,
    { agent, subject, name, after, limit }: MemoryStoreSelection,
  ): Promise<MemoryStoreRow[]> {
    // A filter by subject reads the index of subjects, which few rows share.
    const bySubject = subject === null ? "" : "AND subject = ?2";
    const { results } = await this.#db
      .prepare(
        `SELECT ${COLUMNS} FROM memory_store WHERE tenant_id = ?1 ${bySubject}
           AND (?3 IS NULL OR agent = ?3) AND (?4 IS NULL OR store > ?4)
           AND (?2 IS NULL OR subject = ?2) AND (?6 IS NULL OR store = ?6)
         ORDER BY store LIMIT ?5`,
      )
      .bind(tenantId, subject, agent, after, limit, name)
      .all<MemoryStoreRow>();
    return results;
  }
}

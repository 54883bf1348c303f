/**
 * The changes of a feed, in its object's SQLite. Tables are created by the first change: a feed
 * without changes has no row.
 *
 * Owner: the tenant's feed object. Bound: the changes of `FEED_RETENTION_MS`. Deleter: its alarm.
 */
import type { Sql } from "../run/storage/schema.ts";
import type { FeedEntry, StatusChange } from "./rpc.ts";

/** How long a change can be read. */
export const FEED_RETENTION_MS = 86_400_000;
/** Ids of one millisecond. Ids grow with time, so an id tells whether it was deleted. */
const IDS_PER_MS = 1000;

/** Returns the id of a moment: that of every later change is larger. */
export function idAt(ms: number): number {
  return Math.max(0, ms) * IDS_PER_MS;
}

export class Changes {
  readonly #sql: Sql;
  readonly #now: () => number;
  #hasTables: boolean | null = null;

  constructor(sql: Sql, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  /**
   * Stores a change, unless it or a later one of its task is stored.
   * @param since id of the moment at which the feed was turned on
   * @returns the stored change, or null
   */
  add(change: StatusChange, since: number): FeedEntry | null {
    this.#createTables();
    const at = Date.parse(change.at);
    const [known] = this.#sql.exec(
      "SELECT 1 FROM change WHERE task_id = ? AND seq >= ? LIMIT 1",
      change.task_id,
      change.seq,
    );
    // A change that was deleted may be sent again, by a run that woke up late.
    if (known !== undefined || at < this.#now() - FEED_RETENTION_MS) {
      return null;
    }
    const id = Math.max(this.head(since) + 1, idAt(this.#now()));
    const text = JSON.stringify(change);
    this.#sql.exec("INSERT INTO change VALUES (?, ?, ?, ?)", id, change.task_id, change.seq, text);
    return { cursor: String(id), text };
  }

  /** Returns up to `limit` changes after an id, in order. */
  after(id: number, limit: number): FeedEntry[] {
    return this.#hasAny()
      ? Array.from(
          this.#sql.exec("SELECT id, text FROM change WHERE id > ? ORDER BY id LIMIT ?", id, limit),
          (row) => ({ cursor: String(row["id"]), text: String(row["text"]) }),
        )
      : [];
  }

  /** Returns the newest position. */
  head(since: number): number {
    return Math.max(this.floor(since), this.#value("SELECT MAX(id) AS value FROM change"));
  }

  /** Returns the oldest position that can be continued from. */
  floor(since: number): number {
    return Math.max(since, this.#value("SELECT up_to AS value FROM deleted"));
  }

  /** Deletes changes after their retention. Returns when the next one is due, or null. */
  deleteOld(): number | null {
    if (!this.#hasAny()) {
      return null;
    }
    const before = idAt(this.#now() - FEED_RETENTION_MS);
    const upTo = this.#value("SELECT MAX(id) AS value FROM change WHERE id < ?", before);
    if (upTo > 0) {
      this.#sql.exec("INSERT OR REPLACE INTO deleted VALUES (1, ?)", upTo);
      this.#sql.exec("DELETE FROM change WHERE id <= ?", upTo);
    }
    const oldest = this.#value("SELECT MIN(id) AS value FROM change");
    return oldest === 0 ? null : oldest / IDS_PER_MS + FEED_RETENTION_MS;
  }

  /** Forgets what it knows of the tables, after all of them were deleted. */
  reload(): void {
    this.#hasTables = null;
  }

  #value(query: string, ...bound: readonly number[]): number {
    const [row] = this.#hasAny() ? this.#sql.exec(query, ...bound) : [];
    return Number(row?.["value"] ?? 0);
  }

  #hasAny(): boolean {
    if (this.#hasTables === null) {
      const [row] = this.#sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'change'");
      this.#hasTables = row !== undefined;
    }
    return this.#hasTables;
  }

  #createTables(): void {
    if (!this.#hasAny()) {
      this.#sql.exec(
        `CREATE TABLE IF NOT EXISTS change (
           id INTEGER PRIMARY KEY, task_id TEXT NOT NULL, seq INTEGER NOT NULL,
           text TEXT NOT NULL) STRICT;
         CREATE INDEX IF NOT EXISTS change_of_task ON change (task_id, seq);
         CREATE TABLE IF NOT EXISTS deleted (
           id INTEGER PRIMARY KEY CHECK (id = 1), up_to INTEGER NOT NULL) STRICT`,
      );
      this.#hasTables = true;
    }
  }
}

/**
 * Stores texts that are too long for an event under the SHA-256 of their content, so the same text
 * is stored once. Texts are cut into parts that fit a row and read in pages, so nothing is loaded
 * whole.
 */
import { cutPoint } from "../../../run/value/cut.ts";
import { hasTable, ROW_CHARS, type Sql } from "./schema.ts";

/** A part of a stored text. */
export interface ValuePage {
  readonly text: string;
  /** Characters (UTF-16 units) of the complete text. */
  readonly total: number;
}

const TABLE = `CREATE TABLE IF NOT EXISTS value (
  sha256 TEXT NOT NULL, start INTEGER NOT NULL, total INTEGER NOT NULL, text TEXT NOT NULL,
  PRIMARY KEY (sha256, start)
) STRICT, WITHOUT ROWID`;

/** The stored texts of one run. */
export class KeptValues {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Stores a text. A text that is already stored costs one read. */
  put(sha256: string, text: string): void {
    if (!hasTable(this.#sql, "value")) {
      this.#sql.exec(TABLE);
    }
    const [known] = this.#sql.exec("SELECT 1 FROM value WHERE sha256 = ? LIMIT 1", sha256);
    if (known !== undefined) {
      return;
    }
    for (let from = 0; from < text.length;) {
      const to = cutPoint(text, from + ROW_CHARS);
      const part = text.slice(from, to);
      this.#sql.exec("INSERT INTO value VALUES (?, ?, ?, ?)", sha256, from, text.length, part);
      from = to;
    }
  }

  /** Returns at most `limit` characters from `offset` on; null if there is no such text. */
  read(sha256: string, offset: number, limit: number): ValuePage | null {
    if (!hasTable(this.#sql, "value")) {
      return null;
    }
    const rows = this.#sql.exec(
      `SELECT start, total, text FROM value WHERE sha256 = ?1 AND start < ?3 AND start >= (
         SELECT COALESCE(MAX(start), 0) FROM value WHERE sha256 = ?1 AND start <= ?2)
       ORDER BY start`,
      sha256,
      offset,
      offset + limit,
    );
    let page = "";
    let total: number | null = null;
    for (const row of rows) {
      const start = Number(row["start"]);
      total = Number(row["total"]);
      page += String(row["text"]).slice(Math.max(0, offset - start), offset + limit - start);
    }
    return total === null ? this.#beyond(sha256) : { text: page, total };
  }

  #beyond(sha256: string): ValuePage | null {
    const [row] = this.#sql.exec("SELECT total FROM value WHERE sha256 = ? LIMIT 1", sha256);
    return row === undefined ? null : { text: "", total: Number(row["total"]) };
  }
}

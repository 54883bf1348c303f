/**
 * Counts how often an object died before it was awake. A process that dies while it reads its log
 * cannot write an event about it. So a failed alarm, which the platform reports, is recorded before
 * the log is read, and forgotten once the log has been read.
 */
import { hasSchema, hasTable, migrate, type Sql } from "./schema.ts";

/** Consecutive deaths after which the log counts as unreadable. */
const MAX_DEATHS = 3;

/** The count of one object. */
export class FailedWakeups {
  readonly #sql: Sql;
  /** Whether a row may exist, written by this process or an earlier one. */
  #mayHaveRow = true;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Records that the last wake-up failed. Returns whether there were too many. */
  note(): boolean {
    if (!hasSchema(this.#sql)) {
      return false;
    }
    migrate(this.#sql);
    this.#mayHaveRow = true;
    if (!hasTable(this.#sql, "wake")) {
      this.#sql.exec("CREATE TABLE wake (deaths INTEGER NOT NULL) STRICT");
    }
    const [row] = this.#sql.exec("SELECT deaths FROM wake");
    const deaths = Number(row?.["deaths"] ?? 0) + 1;
    this.#sql.exec(
      row === undefined ? "INSERT INTO wake VALUES (?)" : "UPDATE wake SET deaths = ?",
      deaths,
    );
    return deaths >= MAX_DEATHS;
  }

  /** Resets the count, because the object is awake. */
  forget(): void {
    if (this.#mayHaveRow) {
      this.#mayHaveRow = false;
      if (hasTable(this.#sql, "wake") && [...this.#sql.exec("SELECT 1 FROM wake")].length > 0) {
        this.#sql.exec("DELETE FROM wake");
      }
    }
  }
}

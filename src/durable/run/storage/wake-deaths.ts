/**
 * How often an object died before it was awake. A process that dies while it reads its log cannot
 * write an event about it, so the platform's word that the last alarm failed is written down before
 * the log is touched, and forgotten as soon as the log has been read.
 */
import { hasSchema, migrate, type Sql } from "./schema.ts";

/** Deaths in a row after which the log is taken for one that no process can read. */
const MAX_DEATHS = 3;

export class WakeDeaths {
  readonly #sql: Sql;
  /** Whether there may be a row: this process or one before it may have written it. */
  #noted = true;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Writes down that the last attempt to wake failed. Gives whether it was one too many. */
  note(): boolean {
    if (!hasSchema(this.#sql)) {
      return false;
    }
    migrate(this.#sql);
    this.#noted = true;
    const [row] = this.#sql.exec("SELECT deaths FROM wake");
    const deaths = Number(row?.["deaths"] ?? 0) + 1;
    this.#sql.exec(
      row === undefined ? "INSERT INTO wake VALUES (?)" : "UPDATE wake SET deaths = ?",
      deaths,
    );
    return deaths >= MAX_DEATHS;
  }

  /** The object is awake. */
  forget(): void {
    if (this.#noted) {
      this.#noted = false;
      const [row] = this.#sql.exec("SELECT 1 FROM wake");
      if (row !== undefined) {
        this.#sql.exec("DELETE FROM wake");
      }
    }
  }
}

/** A D1 database of the double: SQLite's own, asked and answering as D1's API has it. */
import { DatabaseSync } from "node:sqlite";
import { unstable_splitSqlQuery as splitSql } from "wrangler";
import { Refusal } from "./refusal.ts";

/** What D1 answers for one statement. */
interface StatementResult {
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly success: true;
  readonly meta: { readonly duration: number; readonly changes: number };
}

export class Database {
  readonly uuid: string;
  readonly name: string;
  readonly #sqlite = new DatabaseSync(":memory:");

  constructor(uuid: string, name: string) {
    this.uuid = uuid;
    this.name = name;
  }

  /** Runs statements as D1 does: all of them, or none. */
  query(sql: string): StatementResult[] {
    this.#sqlite.exec("BEGIN");
    try {
      const results = splitSql(sql).map((statement) => this.#run(statement));
      this.#sqlite.exec("COMMIT");
      return results;
    } catch (error) {
      this.#sqlite.exec("ROLLBACK");
      throw new Refusal(400, 7500, `${(error as Error).message}: SQLITE_ERROR`);
    }
  }

  /** Rows of a query that a test asks. */
  rows(sql: string): Record<string, unknown>[] {
    return this.#sqlite.prepare(sql).all();
  }

  #run(sql: string): StatementResult {
    const results = this.#sqlite.prepare(sql).all();
    return { results, success: true, meta: { duration: 0.1, changes: results.length } };
  }
}

/** Whether a text of SQL writes. */
export function writes(sql: string): boolean {
  return splitSql(sql).some((statement) => !/^\s*(?:--.*\n\s*)*select\b/i.test(statement));
}

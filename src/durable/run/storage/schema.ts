/**
 * The tables of a run's object. A new object (one for every run) creates only its log; a table that
 * few runs need is created on first use, since each table costs written rows. An object written by
 * newer code is rejected.
 */

/**
 * The part of `SqlStorage` that the log uses; an adapter of a few lines fits `node:sqlite` to it.
 */
export interface Sql {
  exec(query: string, ...bindings: (string | number | null)[]): Iterable<SqlRow>;
}
/** A row by column name. */
export type SqlRow = Record<string, unknown>;

/** One row holds the events of one transaction. Long texts are cut into parts. */
const LOG = `CREATE TABLE IF NOT EXISTS log (
  first_seq INTEGER NOT NULL, part INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  events TEXT NOT NULL, PRIMARY KEY (first_seq, part)
) STRICT, WITHOUT ROWID`;

/** What the object's schema is, under the name that every version of the service reads. */
const VERSION = "003_tables_on_first_use";
const MARK = `CREATE VIEW migration AS SELECT '${VERSION}' AS id`;

/**
 * The schemas that this code can read. Up to `002`, an object had a table of its migrations and all
 * other tables from the start; what is created on first use finds them there.
 */
const KNOWN: ReadonlySet<unknown> = new Set(["001_log", "002_values_and_wakes", VERSION]);

/**
 * Maximum characters of one row: SQLite rows in an object end at 2 MB, and a character may be 3
 * bytes.
 */
export const ROW_CHARS = 500_000;

/** Returns whether the object was ever used for a run. Creates nothing. */
export function hasSchema(sql: Sql): boolean {
  return hasTable(sql, "migration");
}

/** Returns whether a table exists that is created on first use. Creates nothing. */
export function hasTable(sql: Sql, name: string): boolean {
  const [row] = [...sql.exec("SELECT 1 FROM sqlite_master WHERE name = ?", name)];
  return row !== undefined;
}

/**
 * Creates the log in a new object, and checks the schema of another.
 * @throws Error if newer code wrote the schema
 */
export function migrate(sql: Sql): void {
  if (!hasSchema(sql)) {
    // The mark is last: an object that has it has its log.
    sql.exec(LOG);
    sql.exec(MARK);
    return;
  }
  if ([...sql.exec("SELECT id FROM migration")].some(({ id }) => !KNOWN.has(id))) {
    throw new Error("This object's schema was written by a newer version of the service.");
  }
}

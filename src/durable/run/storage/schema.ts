/**
 * The tables of a run's object. Migrations are append-only: the applied ones must be a prefix of
 * this list, and an object written by newer code is rejected.
 */

/**
 * The part of `SqlStorage` that the log uses; an adapter of a few lines fits `node:sqlite` to it.
 */
export interface Sql {
  exec(query: string, ...bindings: (string | number | null)[]): Iterable<SqlRow>;
}
/** A row by column name. */
export type SqlRow = Record<string, unknown>;

const MIGRATIONS: readonly { readonly id: string; readonly sql: string }[] = [
  {
    id: "001_log",
    // One row holds the events of one transaction. Long texts are cut into parts.
    sql: `CREATE TABLE log (
      first_seq INTEGER NOT NULL, part INTEGER NOT NULL, last_seq INTEGER NOT NULL,
      events TEXT NOT NULL, PRIMARY KEY (first_seq, part)
    ) STRICT, WITHOUT ROWID`,
  },
  {
    id: "002_values_and_wakes",
    // Texts too long for an event, by hash; and the number of deaths before the object was awake.
    sql: `CREATE TABLE value (
      sha256 TEXT NOT NULL, start INTEGER NOT NULL, total INTEGER NOT NULL, text TEXT NOT NULL,
      PRIMARY KEY (sha256, start)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE wake (deaths INTEGER NOT NULL) STRICT`,
  },
];

/**
 * Maximum characters of one row: SQLite rows in an object end at 2 MB, and a character may be 3
 * bytes.
 */
export const ROW_CHARS = 500_000;

/** Returns whether the object was ever used for a run. Creates nothing. */
export function hasSchema(sql: Sql): boolean {
  const [row] = [...sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'migration'")];
  return row !== undefined;
}

/**
 * Migrates the tables to the newest version. Idempotent. A new object (one for every run) gets all
 * migrations as one statement.
 * @throws Error if newer code wrote the schema
 */
export function migrate(sql: Sql): void {
  if (!hasSchema(sql)) {
    const ids = MIGRATIONS.map(({ id }) => `('${id}')`).join(", ");
    sql.exec(
      `CREATE TABLE migration (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
       ${MIGRATIONS.map((migration) => migration.sql).join(";")};
       INSERT INTO migration (id) VALUES ${ids}`,
    );
    return;
  }
  const applied = [...sql.exec("SELECT id FROM migration ORDER BY id")].map((row) => row["id"]);
  if (applied.some((id, i) => id !== MIGRATIONS[i]?.id)) {
    throw new Error("This object's schema was written by a newer version of the service.");
  }
  for (const { id, sql: statement } of MIGRATIONS.slice(applied.length)) {
    sql.exec(statement);
    sql.exec("INSERT INTO migration (id) VALUES (?)", id);
  }
}

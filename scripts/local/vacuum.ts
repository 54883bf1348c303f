/**
 * Removes deleted content from the files of a local state. SQLite leaves deleted rows in free pages
 * and in its write-ahead log, and the runtime lets neither D1 nor objects change that. So the files
 * are rewritten before they are served, if a subject was deleted since the last time.
 *
 * Objects that are deleted as a whole leave nothing. Left are the database, and timetables, from
 * which single schedules are deleted.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Folders of the files, below the folder that the runtime keeps its state in. */
const DATABASES = join("d1", "miniflare-D1DatabaseObject");
const TIMETABLES = join("do", "opspawn-Timetable");
/** File with the time of the newest deletion whose content is gone from the files. */
const MARKER = "vacuumed";

/**
 * Rewrites the files if a deletion has completed since the last call. Nothing else may have them
 * open. Returns whether it did.
 * @param persisted folder that the runtime keeps its state in
 * @throws Error if a file cannot be rewritten; the next call tries again
 */
export function vacuumDeleted(persisted: string): boolean {
  const databases = filesIn(join(persisted, DATABASES));
  const newest = databases.map(newestDeletion).toSorted().at(-1) ?? "";
  const marker = join(persisted, MARKER);
  const done = existsSync(marker) ? readFileSync(marker, "utf8") : "";
  if (newest <= done) {
    return false;
  }
  for (const file of [...databases, ...filesIn(join(persisted, TIMETABLES))]) {
    rewrite(file);
  }
  writeFileSync(marker, newest);
  return true;
}

/** Returns when the newest deletion was completed; empty if there is none. */
function newestDeletion(file: string): string {
  using database = new DatabaseSync(file);
  const table = "SELECT 1 FROM sqlite_schema WHERE name = 'subject_deletion'";
  if (database.prepare(table).get() === undefined) {
    return "";
  }
  const row = database.prepare("SELECT MAX(completed_at) AS newest FROM subject_deletion").get();
  return typeof row?.["newest"] === "string" ? row["newest"] : "";
}

/** Writes the rows of a file again, without what was deleted, and empties its write-ahead log. */
function rewrite(file: string): void {
  using database = new DatabaseSync(file);
  database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
}

function filesIn(folder: string): string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name))
        .map((name) => join(folder, name))
    : [];
}

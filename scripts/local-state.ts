/**
 * The state folder of a local service: whether it is ready to be served, and that only one service
 * at a time serves it.
 */
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { hashOf, ROOT } from "./local-key.ts";

export const MIGRATIONS = join(ROOT, "migrations");

/** The row of the local key; the tenant and its scopes are those of the machine's owner. */
export const LOCAL_KEY = {
  key_id: "key_local",
  tenant_id: "local",
  name: "local key of npm start",
  scopes:
    "tasks:read tasks:write tools:write agents:write schedules:write memory:read memory:write admin platform",
} as const;

/** The migrations, in their order. */
export function migrationNames(): string[] {
  return readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith(".sql"))
    .toSorted();
}

/**
 * Whether the folder's database has every migration and accepts the key. It only reads, and any
 * doubt is a no: then `prepare-state.ts` looks again, slowly and with the runtime's own means.
 */
export function isReady(state: string, key: string): boolean {
  try {
    const file = databaseFile(state);
    return file !== null && isReadyFile(file, key);
  } catch {
    return false;
  }
}

/**
 * Runs a statement in the folder's database; whether there is one. For who has locked the state.
 */
export function writeLocally(state: string, sql: string): boolean {
  const file = databaseFile(state);
  if (file === null) {
    return false;
  }
  using database = new DatabaseSync(file);
  database.exec(sql);
  return true;
}

/** The one database of the folder, or null. */
function databaseFile(state: string): string | null {
  const folder = join(state, "v3", "d1", "miniflare-D1DatabaseObject");
  if (!existsSync(folder)) {
    return null;
  }
  const files = readdirSync(folder).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  const [file] = files;
  return file === undefined || files.length > 1 ? null : join(folder, file);
}

function isReadyFile(file: string, key: string): boolean {
  using database = new DatabaseSync(file, { readOnly: true });
  const applied = new Set(
    database
      .prepare("SELECT name FROM d1_migrations")
      .all()
      .map((row) => row["name"]),
  );
  const valid = database
    .prepare(
      `SELECT 1 FROM api_key
       WHERE key_id = ? AND tenant_id = ? AND hash = ? AND scopes = ?
         AND revoked_at IS NULL AND expires_at IS NULL`,
    )
    .get(LOCAL_KEY.key_id, LOCAL_KEY.tenant_id, hashOf(key), LOCAL_KEY.scopes);
  return valid !== undefined && migrationNames().every((name) => applied.has(name));
}

/**
 * Takes the folder for this process, or says that another has it. The lock is the operating
 * system's, on a file that SQLite keeps open: it ends with the process, however that ends.
 */
export function lockState(state: string): boolean {
  mkdirSync(state, { recursive: true });
  const lock = new DatabaseSync(join(state, "start.lock"), { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode === SQLITE_BUSY) {
      return false;
    }
    throw error;
  }
  held.add(lock);
  return true;
}

const SQLITE_BUSY = 5;
/** Kept, so that no lock is let go by the garbage collector. */
const held = new Set<DatabaseSync>();

/** Makes a local database ready: its migrations, and the key of this machine. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { getPlatformProxy, unstable_splitSqlQuery as splitSql } from "wrangler";
import { hashOf } from "./local-key.ts";
import { LOCAL_KEY } from "./local-state.ts";

/** A database of a wrangler configuration, with the binding `DB`. */
export interface LocalDatabase {
  /** Path of the configuration. */
  readonly config: string;
  /** Folder of the state as Miniflare has it; absent: that of `wrangler dev`. */
  readonly state?: string;
  /** Folder of the migrations. */
  readonly migrations: string;
  /** The local key. */
  readonly key: string;
}

/**
 * Applies the migrations that a local database lacks, noted as `wrangler d1 migrations apply` notes
 * them, and makes the local key valid.
 */
export async function prepareDatabase(database: LocalDatabase): Promise<void> {
  const { config, state, migrations, key } = database;
  const proxy = await getPlatformProxy<{ DB: D1Database }>({
    configPath: config,
    ...(state !== undefined && { persist: { path: state } }),
    envFiles: [],
    remoteBindings: false,
  });
  try {
    await migrate(proxy.env.DB, migrations);
    await grant(proxy.env.DB, key);
  } finally {
    await proxy.dispose();
  }
}

async function migrate(db: D1Database, folder: string): Promise<void> {
  await db
    .prepare(
      `CREATE TABLE IF NOT EXISTS d1_migrations (
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         name TEXT UNIQUE,
         applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
    )
    .run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const applied = new Set(results.map(({ name }) => name));
  const names = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  for (const name of names.toSorted().filter((file) => !applied.has(file))) {
    const statements = splitSql(readFileSync(join(folder, name), "utf8"));
    // One batch is one transaction: a migration is applied and noted, or neither.
    await db.batch([
      ...statements.map((sql) => db.prepare(sql)),
      db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
}

/** Replaces what is stored under the key's id or hash, revoked or not: this key works now. */
async function grant(db: D1Database, key: string): Promise<void> {
  await db
    .prepare(
      `INSERT OR REPLACE INTO api_key
         (key_id, tenant_id, name, hash, scopes, created_at, expires_at, revoked_at)
       VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)`,
    )
    .bind(
      LOCAL_KEY.key_id,
      LOCAL_KEY.tenant_id,
      LOCAL_KEY.name,
      hashOf(key),
      LOCAL_KEY.scopes,
      new Date().toISOString(),
    )
    .run();
}

/**
 * Makes a state folder ready: `node scripts/prepare-state.ts <folder>` applies the migrations that
 * it lacks, noted as `wrangler d1 migrations apply` notes them, and makes the local key valid. It
 * is a program of its own, since loading wrangler takes a second and its memory: `npm start` runs
 * it only when `isReady` says that there is something to do.
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { getPlatformProxy, unstable_splitSqlQuery as splitSql } from "wrangler";
import { ensureLocalKey, hashOf, ROOT } from "./local-key.ts";
import { LOCAL_KEY, MIGRATIONS, migrationNames } from "./local-state.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  throw new TypeError("prepare-state.ts needs the state folder as its argument");
}

// `wrangler dev --persist-to` adds the version to the folder; this does not.
const proxy = await getPlatformProxy<{ DB: D1Database }>({
  configPath: join(ROOT, "wrangler.toml"),
  persist: { path: resolve(folder, "v3") },
  envFiles: [],
  remoteBindings: false,
});
try {
  await migrate(proxy.env.DB);
  await grant(proxy.env.DB, ensureLocalKey());
} finally {
  await proxy.dispose();
}

async function migrate(db: D1Database): Promise<void> {
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
  for (const name of migrationNames().filter((file) => !applied.has(file))) {
    const statements = splitSql(readFileSync(join(MIGRATIONS, name), "utf8"));
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

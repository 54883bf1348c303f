/**
 * Makes a state folder ready: `node scripts/prepare-state.ts <folder>`. It is a program of its own,
 * since loading wrangler takes a second and its memory: `npm start` runs it only when `isReady` says
 * that there is something to do.
 */
import { join, resolve } from "node:path";
import { prepareDatabase } from "./local-database.ts";
import { ensureLocalKey, ROOT } from "./local-key.ts";
import { MIGRATIONS } from "./local-state.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  throw new TypeError("prepare-state.ts needs the state folder as its argument");
}
await prepareDatabase({
  config: join(ROOT, "wrangler.toml"),
  // `wrangler dev --persist-to` adds the version to the folder; this does not.
  state: resolve(folder, "v3"),
  migrations: MIGRATIONS,
  key: ensureLocalKey(),
});

/** What a deployment uploads: builds the bundle as `wrangler deploy` does, and prints its size. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";

const root = resolve(import.meta.dirname, "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });

const wrangler = join(root, "node_modules", ".bin", "wrangler");
const build = spawnSync(wrangler, ["deploy", "--dry-run", "--outdir", dist, "--minify"], {
  cwd: root,
  encoding: "utf8",
  env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
});
if (build.status !== 0) {
  console.error(build.stdout + build.stderr);
  process.exit(1);
}

const files = readdirSync(dist, { recursive: true, encoding: "utf8" })
  .filter((file) => /\.(js|mjs|wasm|bin|txt|html|sql)$/.test(file))
  .map((file) => readFileSync(join(dist, file)));
const raw = files.reduce((sum, content) => sum + content.length, 0);
const gzip = files.reduce((sum, content) => sum + gzipSync(content).length, 0);
const kib = (bytes: number): string => `${Math.round(bytes / 1024).toLocaleString("en")} KiB`;
console.log(`${kib(raw)}, ${kib(gzip)} compressed`);
console.log(JSON.stringify({ files: files.length, raw_bytes: raw, gzip_bytes: gzip }));

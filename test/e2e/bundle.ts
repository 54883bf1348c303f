/** Bundles the service once, as a deployment does, for all the services that the tests start. */
import { execFileSync } from "node:child_process";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

export function setup(): void {
  const folder = join(ROOT, "node_modules", ".cache", "opspawn-bundle");
  const wrangler = join(ROOT, "node_modules", ".bin", "wrangler");
  execFileSync(wrangler, ["deploy", "--dry-run", `--outdir=${folder}`, "--env="], {
    cwd: ROOT,
    stdio: "pipe",
    env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
  });
  process.env["OPSPAWN_BUNDLE"] = join(folder, "index.js");
}

/** Builds the service and prepares its state once, for all the services that the tests start. */
import { join, resolve } from "node:path";
import { buildWorker } from "../../scripts/local/worker.ts";
import { Service } from "../service.ts";

const ROOT = resolve(import.meta.dirname, "../..");

export async function setup(): Promise<void> {
  const folder = join(ROOT, "node_modules", ".cache", "opspawn-worker");
  await Promise.all([buildWorker(join(ROOT, "wrangler.toml"), folder), Service.prepared()]);
  process.env["OPSPAWN_WORKER"] = folder;
}

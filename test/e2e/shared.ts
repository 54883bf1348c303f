/**
 * Builds the Worker and prepares its state once, for all the services that the tests start, and starts
 * the one that files share which need no other.
 */
import { join, resolve } from "node:path";
import { buildWorker } from "../../scripts/local/worker.ts";
import { Service } from "../service.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Returns what stops the shared service. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = join(ROOT, "node_modules", ".cache", "opspawn-worker");
  await Promise.all([buildWorker(join(ROOT, "wrangler.toml"), folder), Service.prepared()]);
  process.env["OPSPAWN_WORKER"] = folder;
  const service = await Service.start({
    vars: {
      // An event for each chunk, a ping between most of them, and little time between attempts.
      OPSPAWN_DELTA_CHARS: "1",
      OPSPAWN_SSE_PING_MS: "50",
      OPSPAWN_RETRY_BASE_MS: "20",
      OPSPAWN_RETRY_ATTEMPTS: "4",
    },
  });
  service.share();
  return () => service.stop();
}

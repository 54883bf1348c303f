/**
 * What files of tests share: the built Worker and a prepared state for their services, one running
 * service, and the packed client.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { packPackage } from "../package.ts";
import { builtWorker, Service } from "../service.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Returns what ends and removes it. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = join(ROOT, "node_modules", ".cache", "opspawn-worker");
  const archives = await mkdtemp(join(tmpdir(), "opspawn-archives-"));
  await Promise.all([
    builtWorker(join(ROOT, "wrangler.toml"), folder),
    Service.prepared(),
    packPackage(archives),
  ]);
  process.env["OPSPAWN_WORKER"] = folder;
  const service = await Service.start({
    vars: {
      // An event for each chunk, a ping between most of them, and little time between attempts.
      OPSPAWN_DELTA_CHARS: "1",
      OPSPAWN_SSE_PING_MS: "50",
      OPSPAWN_RETRY_BASE_MS: "20",
      OPSPAWN_RETRY_ATTEMPTS: "4",
      OPSPAWN_ENCRYPTION_KEY: "cd".repeat(32),
    },
  });
  service.share();
  return async () => {
    await service.stop();
    await rm(archives, { recursive: true });
  };
}

/** The Worker as a deployment uploads it: built, and how large it is. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refusalOf } from "./refusal.ts";
import type { Wrangler } from "./wrangler.ts";

export interface BundleSize {
  readonly raw_bytes: number;
  readonly gzip_bytes: number;
}

/** Builds the Worker, and leaves nothing. @throws DeployError */
export async function bundleSize(wrangler: Wrangler): Promise<BundleSize> {
  const folder = mkdtempSync(join(tmpdir(), "opspawn-bundle-"));
  try {
    return await buildInto(wrangler, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether other environments build: the same bundle with the bindings of each, which is quicker than
 * making it again. @throws DeployError naming the environment
 */
export async function buildAll(
  environments: readonly string[],
  wranglerOf: (environment: string) => Wrangler,
): Promise<BundleSize> {
  const folder = mkdtempSync(join(tmpdir(), "opspawn-bundle-"));
  try {
    const size = await buildInto(wranglerOf(""), folder);
    for (const environment of environments) {
      const args = ["deploy", join(folder, "index.js"), "--no-bundle", "--dry-run"];
      const answer = await wranglerOf(environment)(args);
      if (!answer.ok) {
        throw refusalOf(`Building the environment ${environment}`, answer);
      }
    }
    return size;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildInto(wrangler: Wrangler, folder: string): Promise<BundleSize> {
  const answer = await wrangler(["deploy", "--dry-run", "--minify", `--outdir=${folder}`]);
  const size = answer.entries.find(({ type }) => type === "deploy")?.bundle_size;
  if (!answer.ok || size === undefined) {
    throw refusalOf("Building the Worker", answer);
  }
  return size;
}

export function kib(bytes: number): string {
  return `${Math.round(bytes / 1024).toLocaleString("en")} KiB`;
}

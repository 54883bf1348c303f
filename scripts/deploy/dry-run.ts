/** `--dry-run`: what a deployment would do, and how large it is. It makes nothing. */
import { look, type Found } from "./account.ts";
import { bundleSize, kib } from "./bundle.ts";
import { DeployError } from "./deploy-error.ts";
import type { Options } from "./options.ts";
import { planOf } from "./plan.ts";
import { refuseForeign } from "./steps.ts";
import type { Target } from "./target.ts";
import type { Wrangler } from "./wrangler.ts";

export async function dryRun(
  target: Target,
  providerKeys: readonly string[],
  options: Options,
  wrangler: Wrangler,
): Promise<string[]> {
  const [asked, { raw_bytes, gzip_bytes }] = await Promise.all([
    lookIfPossible(wrangler, target),
    bundleSize(wrangler),
  ]);
  if (asked.found !== null) {
    refuseForeign(target, asked.found);
  }
  return [
    "This would be done, in this order:",
    ...planOf(target, asked.found, providerKeys, options),
    ...(asked.why === null ? [] : [`What is there already is not known: ${asked.why}`]),
    `The bundle builds: ${kib(raw_bytes)}, ${kib(gzip_bytes)} compressed. Nothing was made.`,
  ];
}

async function lookIfPossible(
  wrangler: Wrangler,
  target: Target,
): Promise<{ found: Found | null; why: string | null }> {
  try {
    return { found: await look(wrangler, target), why: null };
  } catch (error) {
    if (error instanceof DeployError) {
      return { found: null, why: error.message };
    }
    throw error;
  }
}

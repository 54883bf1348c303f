/** Libraries that wrangler has installed for itself: a project need not have them too. */
import { createRequire } from "node:module";
import type * as Bundler from "esbuild";
import type * as Runtime from "miniflare";

const ofWrangler = createRequire(createRequire(import.meta.url).resolve("wrangler"));

/** Loads the runtime for local Workers. */
export function loadMiniflare(): typeof Runtime {
  return ofWrangler("miniflare") as typeof Runtime;
}

/** Loads the bundler. */
export function loadBundler(): typeof Bundler {
  return ofWrangler("esbuild") as typeof Bundler;
}

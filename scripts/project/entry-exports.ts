/** What the entry of a Worker exports, without building it. */
import { loadBundler } from "./wrangler-parts.ts";

/** Files that wrangler takes as modules of their own. */
const MODULES = [".bin", ".html", ".sql", ".txt", ".wasm", ".data"];

/**
 * Returns the names that a module exports. Null if that is not known: the module does not build, or
 * it exports everything of a package.
 */
export async function entryExports(entry: string): Promise<readonly string[] | null> {
  try {
    const { metafile, outputFiles } = await loadBundler().build({
      entryPoints: [entry],
      bundle: true,
      packages: "external",
      format: "esm",
      write: false,
      metafile: true,
      outfile: "entry.js",
      loader: Object.fromEntries(MODULES.map((ending) => [ending, "empty" as const])),
      logLevel: "silent",
    });
    const [output] = Object.values(metafile.outputs);
    const isWhole = !/^export \* from/m.test(outputFiles[0]?.text ?? "");
    return isWhole ? (output?.exports ?? null) : null;
  } catch {
    return null;
  }
}

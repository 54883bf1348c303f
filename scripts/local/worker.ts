/**
 * A Worker as Miniflare runs it: its bundle, and the bindings of its `wrangler.toml` in Miniflare's
 * own terms. Wrangler makes both once; a start then needs neither wrangler nor a bundler.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, parse } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import type { SourcelessWorkerOptions } from "wrangler";

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

export interface LocalWorker {
  /** Absolute path of the bundle, one ES module. */
  readonly script: string;
  /** Name, bindings, queue consumers, crons and compatibility settings. */
  readonly options: Omit<SourcelessWorkerOptions, "bindings" | "modulesRules" | "rootPath">;
  /** The `vars` of the configuration. */
  readonly vars: Readonly<Record<string, Json>>;
}

/** The Worker does not build. The message is wrangler's output. */
export class BuildError extends Error {}

const WRANGLER = createRequire(import.meta.url).resolve("wrangler");
const DESCRIPTION = "worker.json";

/**
 * Bundles the Worker of a wrangler configuration as a deployment does, translates the configuration,
 * and leaves both in `folder`, in the place of what is there. Takes about three seconds. Wrangler
 * refuses a folder of assets that is not there: the repository's own needs its console built.
 * @param config absolute path of the `wrangler.toml`
 * @throws BuildError if the Worker does not build
 */
export async function buildWorker(config: string, folder: string): Promise<LocalWorker> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const bundling = bundle(config, folder);
  // Loading wrangler takes a second, which a program that only reads a worker does not pay.
  const wrangler = await import("wrangler");
  const { name, main = "", vars } = wrangler.unstable_readConfig({ config, env: "" });
  const {
    // What `.dev.vars` beside the configuration holds besides.
    bindings: _bindings,
    rootPath: _root,
    modulesRules: _rules,
    ...options
  } = wrangler.unstable_getMiniflareWorkerOptions(config, "").workerOptions;
  await bundling;
  const worker: LocalWorker = {
    script: join(folder, `${parse(main).name}.js`),
    options: { ...options, ...(name === undefined ? {} : { name }) },
    vars: vars as Record<string, Json>,
  };
  await writeFile(join(folder, DESCRIPTION), JSON.stringify(worker));
  return worker;
}

/** Reads what `buildWorker` left in a folder. */
export async function readWorker(folder: string): Promise<LocalWorker> {
  return JSON.parse(await readFile(join(folder, DESCRIPTION), "utf8")) as LocalWorker;
}

async function bundle(config: string, folder: string): Promise<void> {
  const args = [
    "deploy",
    "--dry-run",
    "--no-minify",
    `--config=${config}`,
    `--outdir=${folder}`,
    "--env=",
  ];
  const env = { ...process.env, CI: "1", NO_COLOR: "1", WRANGLER_SEND_METRICS: "false" };
  try {
    await promisify(execFile)(process.execPath, ["--no-warnings", WRANGLER, ...args], { env });
  } catch (error) {
    throw error instanceof Error && "stderr" in error
      ? new BuildError(stripVTControlCharacters(String(error.stderr)).trim() || error.message)
      : error;
  }
}

/**
 * Builds the Worker and the console for a local service: `node scripts/local/build.ts <state folder>`. It is a
 * program of its own, since loading wrangler takes a second and its memory: `npm start` runs it
 * only when `isBuilt` says that the sources have changed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureConsole, isConsoleBuilt } from "../console-build.ts";
import { ROOT } from "../local-key.ts";
import { hashSources } from "./sources.ts";
import { BuildError, buildWorker } from "./worker.ts";

/** Folder of the built Worker in a state folder. */
export function workerFolder(state: string): string {
  return join(state, "worker");
}

/** Whether the state folder has the Worker, and the checkout the console, that these sources make. */
export function isBuilt(state: string): boolean {
  return isConsoleBuilt() && isWorkerBuilt(state);
}

function isWorkerBuilt(state: string): boolean {
  try {
    return readFileSync(stampOf(state), "utf8") === hashSources();
  } catch {
    return false;
  }
}

/** The file with the hash of the sources, written last: a build that was stopped has none. */
export function stampOf(state: string): string {
  return join(workerFolder(state), "sources");
}

if (import.meta.main) {
  const [state] = process.argv.slice(2);
  if (state === undefined) {
    throw new TypeError("build.ts needs the state folder as its argument");
  }
  // Hashed before the build: a file that changes during it is built again next time.
  const hash = hashSources();
  try {
    await ensureConsole();
    if (!isWorkerBuilt(state)) {
      await buildWorker(join(ROOT, "wrangler.toml"), workerFolder(state));
      writeFileSync(stampOf(state), hash);
    }
  } catch (error) {
    // What is wrong with the sources is for people; a stack of this program would hide it.
    console.error(error instanceof BuildError ? error.message : error);
    process.exitCode = 1;
  }
}

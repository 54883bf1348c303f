/** What a local service is built from: whether it changed since a build, and when it changes. */
import { createHash } from "node:crypto";
import { globSync, readFileSync, watch } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../local-key.ts";

const FOLDER = "src";
/** The console has a hash of its own: `console-build.ts`. */
const CONSOLE_FOLDER = "console/src";
const FILES = ["package.json", "package-lock.json", "wrangler.toml"];
/** Editors write a file in several steps, and save several files at once. */
const SETTLE_MS = 150;

/** Returns a hash of every file that the Worker is built from, packages by their lock. */
export function hashSources(): string {
  const hash = createHash("sha256");
  const files = globSync(`${FOLDER}/**/*.*`, { cwd: ROOT }).toSorted();
  for (const file of [...files, ...FILES]) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(join(ROOT, file)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Calls back some time after one of these files may have changed. Keeps no process alive. */
export function onSourceChange(callback: () => void): void {
  let timer: NodeJS.Timeout | undefined;
  const touched = (): void => {
    clearTimeout(timer);
    timer = setTimeout(callback, SETTLE_MS).unref();
  };
  for (const folder of [FOLDER, CONSOLE_FOLDER]) {
    watch(join(ROOT, folder), { recursive: true, persistent: false }, touched);
  }
  watch(ROOT, { persistent: false }, (_, name) => {
    if (name === null || FILES.includes(name)) {
      touched();
    }
  });
}

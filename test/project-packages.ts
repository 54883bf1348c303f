/**
 * What a project of its own depends on: our packages, packed once for all files of tests, and those
 * of the repository in the place of a registry's.
 */
import { execFile } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { packedArchive } from "./package.ts";

const ROOT = resolve(import.meta.dirname, "..");
const POLL_MS = 200;
const run = promisify(execFile);

/** Returns a folder with the archives of all our packages. The first caller packs them. */
export async function packedArchives(): Promise<string> {
  const folder = join(dirname(packedArchive()), "project");
  const done = join(folder, "done");
  try {
    mkdirSync(folder);
  } catch {
    // Another file of tests packs them.
    while (!existsSync(done)) {
      await sleep(POLL_MS);
    }
    return folder;
  }
  await run(process.execPath, ["scripts/worker-build.ts"], { cwd: ROOT });
  const packing = ["pack", "--silent", `--pack-destination=${folder}`];
  await Promise.all(
    ["library", "create-opspawn"].map((name) => run("npm", packing, { cwd: join(ROOT, name) })),
  );
  copyFileSync(packedArchive(), join(folder, basename(packedArchive())));
  writeFileSync(done, "");
  return folder;
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Installs what a project depends on: archives are unpacked, other packages are linked. */
export async function installProject(project: string): Promise<void> {
  const manifest = JSON.parse(readFileSync(join(project, "package.json"), "utf8")) as Manifest;
  const modules = join(project, "node_modules");
  mkdirSync(join(modules, "@opspawn"), { recursive: true });
  mkdirSync(join(modules, ".bin"));
  for (const [name, version] of Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
  })) {
    const target = join(modules, name);
    if (version.startsWith("file:")) {
      const unpacked = join(modules, "package");
      await run("tar", ["xzf", version.slice("file:".length)], { cwd: modules });
      renameSync(unpacked, target);
    } else {
      mkdirSync(dirname(target), { recursive: true });
      symlinkSync(join(ROOT, "node_modules", name), target);
    }
  }
  // A package of ours finds its own dependency here.
  if (!existsSync(join(modules, "hono"))) {
    symlinkSync(join(ROOT, "node_modules", "hono"), join(modules, "hono"));
  }
  for (const name of readdirSync(join(ROOT, "node_modules", ".bin"))) {
    if (["wrangler", "tsc", "esbuild"].includes(name)) {
      symlinkSync(join(ROOT, "node_modules", ".bin", name), join(modules, ".bin", name));
    }
  }
  const program = join(modules, "opspawn", "dist", "cli", "main.js");
  chmodSync(program, 0o755);
  symlinkSync(program, join(modules, ".bin", "opspawn"));
}

if (import.meta.main) {
  await installProject(process.cwd());
}

/**
 * Keeps `package-lock.json` whole. Tools written in Rust or C++ ship one optional package for each
 * system, and `npm ci` refuses a lock that lacks one of them; npm leaves one out when the registry
 * it asked does not have it (mirrors often hold only some systems). Its entry needs no more than
 * a name, a version, and the system it is for. As a program, this adds what is missing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const LOCK = resolve(import.meta.dirname, "../package-lock.json");

interface LockEntry {
  version?: string;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  dev?: boolean;
  optional?: boolean;
  optionalDependencies?: Record<string, string>;
}

interface Lock {
  packages: Record<string, LockEntry>;
}

export function readLock(): Lock {
  return JSON.parse(readFileSync(LOCK, "utf8")) as Lock;
}

/** The entries that the lock should have and has not, by their path. */
export function missingEntries(lock: Lock): Map<string, LockEntry> {
  const missing = new Map<string, LockEntry>();
  for (const [parent, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(optionalDependencies)) {
      if (placesOf(parent, name).some((place) => place in lock.packages)) {
        continue;
      }
      const entry: LockEntry = { version, ...systemOf(name), ...(dev && { dev }), optional: true };
      missing.set(`node_modules/${name}`, entry);
    }
  }
  return missing;
}

/** Where Node would look for the package, from the folder of the one that asks for it. */
function placesOf(parent: string, name: string): string[] {
  const folders = parent === "" ? [] : parent.split(/\/?node_modules\//).slice(1);
  return Array.from({ length: folders.length + 1 }, (_, depth) =>
    [...folders.slice(0, folders.length - depth), name].map((f) => `node_modules/${f}`).join("/"),
  );
}

const SYSTEMS = { darwin: "darwin", linux: "linux", win32: "win32", windows: "win32" };
const OTHER_SYSTEMS = { android: "android", freebsd: "freebsd", openharmony: "openharmony" };
const CPUS = { arm64: "arm64", x64: "x64", "64": "x64", ia32: "ia32", arm: "arm", armv7: "arm" };
const OTHER_CPUS = { ppc64: "ppc64", riscv64: "riscv64", s390x: "s390x" };
const LIBCS = { gnu: "glibc", musl: "musl", gnueabihf: "glibc", musleabihf: "musl" };

/** `@scope/core-linux-x64-gnu` is for linux, x64, glibc. */
function systemOf(name: string): Pick<LockEntry, "os" | "cpu" | "libc"> {
  const words = name.split(/[/-]/);
  const find = (table: Record<string, string>): string[] =>
    words.flatMap((word) => table[word] ?? []);
  const os = find({ ...SYSTEMS, ...OTHER_SYSTEMS });
  const cpu = find({ ...CPUS, ...OTHER_CPUS });
  const libc = os.includes("linux") ? find(LIBCS) : [];
  if (os.length !== 1 || cpu.length !== 1) {
    throw new Error(`package-lock.json lacks ${name}; add it with npm install.`);
  }
  return { os, cpu, ...(libc.length > 0 && { libc }) };
}

if (import.meta.main) {
  const lock = readLock();
  const missing = missingEntries(lock);
  if (missing.size > 0) {
    Object.assign(lock.packages, Object.fromEntries(missing));
    const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => a.localeCompare(b, "en"));
    lock.packages = Object.fromEntries(sorted);
    writeFileSync(LOCK, `${JSON.stringify(lock, null, 2)}\n`);
  }
  process.stdout.write(`package-lock.json: ${missing.size} entries added\n`);
}

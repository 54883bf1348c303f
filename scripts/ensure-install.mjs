/**
 * Runs before every npm script that needs dependencies: installs them when what is in
 * `node_modules` is not what `package-lock.json` asks for, and is silent otherwise. It is plain
 * JavaScript without dependencies, since it runs before there is anything else, under whatever
 * Node the machine has; the scripts after it run under the newer one that it installs.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = 20;
const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules", ".bin");
const node = join(bin, process.platform === "win32" ? "node.cmd" : "node");

if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE) {
  fail(`Opspawn needs Node ${OLDEST_NODE} or newer, and this is Node ${process.versions.node}.`);
}
if (!isInstalled()) {
  install();
}

/**
 * npm notes what it installed in `node_modules/.package-lock.json`, as its last act: a broken
 * install leaves no note. A package may be missing there only if it is optional (made for another
 * system). Packages beyond the lock do no harm. The newer Node is put there by an install script.
 */
function isInstalled() {
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
  if (installed === null || !existsSync(node)) {
    return false;
  }
  const wanted = packagesOf(join(root, "package-lock.json"));
  if (wanted === null) {
    fail("package-lock.json is missing or is not JSON; restore it with git.");
  }
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
    const found = installed[path];
    if (path === "") {
      return true;
    }
    if (found === undefined) {
      return optional === true || devOptional === true;
    }
    return found.version === version && found.integrity === integrity;
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? null;
  } catch {
    return null;
  }
}

function install() {
  process.stderr.write("Installing dependencies (npm ci), once; this takes about a minute …\n");
  // Not the Node inside node_modules, which npm is about to delete.
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => resolve(folder) !== bin)
    .join(delimiter);
  const { status, error } = spawnSync("npm", ["ci", "--loglevel=error"], {
    cwd: root,
    env: { ...process.env, PATH: path },
    shell: process.platform === "win32",
    // npm's summary goes to stderr, so that a script's stdout stays its own.
    stdio: ["ignore", 2, 2],
  });
  if (error !== undefined) {
    fail(`npm could not be started: ${error.message}`);
  }
  if (status !== 0) {
    fail("`npm ci` failed, for the reason above; mend that and run this again.");
  }
  if (!existsSync(node)) {
    fail("`npm ci` ran without install scripts; allow them (npm config delete ignore-scripts).");
  }
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/**
 * Runs before every npm script that needs dependencies: `node scripts/ensure-install.mjs [run]`.
 * Installs what is missing or differs from the lock files, and is silent otherwise. With `run` it
 * needs only what serving and deploying use, the `dependencies`; without, the `devDependencies` of
 * tests and checks too. A machine whose own Node is too old gets a newer one in `scripts/node`.
 * It is plain JavaScript without imports from packages: it runs before any of them is installed,
 * under the machine's own Node.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { delimiter, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The oldest Node that this file and npm run under. */
const OLDEST_NODE = [20, 0];
/** The oldest Node that every other script runs under; older ones warn about `node:sqlite`. */
const OLDEST_FOR_SCRIPTS = [24, 15];

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = join(root, "node_modules", ".bin");
const nodeFolder = join(root, "scripts", "node");
const nodeFile = join(nodeFolder, "node_modules", ".bin", "node");

if (!isSince(process.versions.node, OLDEST_NODE)) {
  fail(`Opspawn needs Node ${OLDEST_NODE[0]} or newer, and this is Node ${process.versions.node}.`);
}
const missing = missingPackages(process.argv[2] === "run");
if (missing !== null || !scriptsHaveNode()) {
  const [packages, node] = await Promise.all([installPackages(missing), installNode()]);
  for (const { ok, output } of [packages, node]) {
    if (!ok) {
      fail(`${output}\n\`npm ci\` failed, for the reason above. Fix it and run this again.`);
    }
  }
  linkNode();
  if (!scriptsHaveNode()) {
    fail(
      `There is no Node for this system in ${nodeFolder}; install Node ${OLDEST_FOR_SCRIPTS[0]}.`,
    );
  }
}

/**
 * How to get the packages that are missing: null when none is; `npm ci` for a new or broken
 * `node_modules`, or one of another lock; `npm install` to add the development packages to a
 * sound installation without them, since a service that runs from it must not lose its files.
 *
 * npm writes `node_modules/.package-lock.json` as its last act, so a broken installation has none.
 * An optional package may be missing, as it is made for another system. Packages beyond the lock
 * do no harm.
 */
function missingPackages(runOnly) {
  const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
  const wanted = packagesOf(join(root, "package-lock.json"));
  if (wanted === null) {
    fail("package-lock.json is missing or is not JSON; restore it with git.");
  }
  const entries = Object.entries(wanted).filter(([path]) => path !== "");
  const development = entries.filter(([, { dev }]) => dev === true);
  if (installed === null) {
    return runOnly ? ["ci", "--omit=dev"] : ["ci"];
  }
  const hasDevelopment = development.some(([path]) => path in installed);
  const isSound = entries.every(([path, { dev, version, integrity, optional, devOptional }]) => {
    const found = installed[path];
    return found === undefined
      ? optional === true || devOptional === true || (dev === true && !hasDevelopment)
      : found.version === version && found.integrity === integrity;
  });
  if (!isSound) {
    return runOnly && !hasDevelopment ? ["ci", "--omit=dev"] : ["ci"];
  }
  return runOnly || hasDevelopment ? null : ["install", "--no-save"];
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? null;
  } catch {
    return null;
  }
}

async function installPackages(how) {
  if (how === null) {
    return { ok: true, output: "" };
  }
  const what = how.includes("--omit=dev") ? "what running needs" : "what tests and checks need";
  process.stderr.write(`Installing ${what} (npm ${how[0]}), once; this takes up to a minute …\n`);
  // npm's summary goes to stderr, so that a script's stdout stays its own.
  return npm([...how, "--loglevel=error"], root, 2);
}

/** Installs the newer Node, unless the machine has one or it is there already. */
async function installNode() {
  // The Node inside `node_modules` says nothing about the machine's own.
  const isOurs = realpathSync(process.execPath).startsWith(realpathSync(root));
  if ((!isOurs && isSince(process.versions.node, OLDEST_FOR_SCRIPTS)) || hasNode(nodeFile)) {
    return { ok: true, output: "" };
  }
  return npm(["ci", "--loglevel=error", "--no-audit", "--no-fund"], nodeFolder, "pipe");
}

/** npm puts the folder of this link first in the PATH of its scripts. */
function linkNode() {
  if (existsSync(nodeFile)) {
    const link = join(bin, "node");
    rmSync(link, { force: true });
    symlinkSync(relative(bin, nodeFile), link);
  }
}

/** Whether the next script runs under a Node that is new enough. */
function scriptsHaveNode() {
  const link = join(bin, "node");
  return existsSync(link) ? hasNode(link) : isSince(process.versions.node, OLDEST_FOR_SCRIPTS);
}

function hasNode(file) {
  if (existsSync(file) && realpathSync(file) === realpathSync(process.execPath)) {
    return isSince(process.versions.node, OLDEST_FOR_SCRIPTS);
  }
  const { stdout } = spawnSync(file, ["--version"], { encoding: "utf8" });
  return isSince((stdout ?? "").trim().replace(/^v/, ""), OLDEST_FOR_SCRIPTS);
}

function isSince(version, [major, minor]) {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

function npm(args, cwd, output) {
  // Not the Node inside `node_modules`, which npm may be about to delete.
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => resolve(folder) !== bin)
    .join(delimiter);
  const child = spawn("npm", args, {
    cwd,
    env: { ...process.env, PATH: path },
    shell: process.platform === "win32",
    stdio: ["ignore", output, output],
  });
  return new Promise((done) => {
    const said = [];
    child.stdout?.on("data", (chunk) => said.push(chunk));
    child.stderr?.on("data", (chunk) => said.push(chunk));
    child.on("error", ({ message }) => done({ ok: false, output: message }));
    child.on("close", (code) => done({ ok: code === 0, output: said.join("") }));
  });
}

function fail(sentence) {
  process.stderr.write(`${sentence.trim()}\n`);
  process.exit(1);
}

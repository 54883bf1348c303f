/** What `scripts/ensure-install.mjs` has npm do, in a folder with a lock and a fake npm. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";

const SCRIPT = resolve(import.meta.dirname, "../../scripts/ensure-install.mjs");
const RUN = { "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } };
const OPTIONAL = { "node_modules/other-system": { version: "1.0.0", optional: true } };
const DEVELOPMENT = { "node_modules/b": { version: "2.0.0", integrity: "sha512-b", dev: true } };

/** What npm was asked, a line a call, and how the script ended. */
interface Outcome {
  readonly asked: readonly string[];
  readonly exitCode: number | null;
  readonly stderr: string;
}

/** A copy of the script beside a lock; `npm` writes down its arguments and exits with this code. */
function project(npmExitCode = 0): {
  readonly installed: (packages: object | null) => void;
  readonly ensure: (...args: string[]) => Outcome;
} {
  const root = mkdtempSync(join(tmpdir(), "opspawn-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const [bin, calls] = [join(root, "bin"), join(root, "calls")];
  for (const folder of ["scripts", "node_modules", "bin"]) {
    mkdirSync(join(root, folder));
  }
  cpSync(SCRIPT, join(root, "scripts", "ensure-install.mjs"));
  const lock = { packages: { "": {}, ...RUN, ...OPTIONAL, ...DEVELOPMENT } };
  writeFileSync(join(root, "package-lock.json"), JSON.stringify(lock));
  const npm = `#!/bin/sh\necho "$@" >> "${calls}"\nexit ${npmExitCode}\n`;
  writeFileSync(join(bin, "npm"), npm, { mode: 0o755 });
  return {
    installed(packages) {
      const note = join(root, "node_modules", ".package-lock.json");
      writeFileSync(note, packages === null ? "" : JSON.stringify({ packages }));
    },
    ensure(...args) {
      writeFileSync(calls, "");
      const path = [bin, process.env["PATH"]].join(delimiter);
      const { status, stderr } = spawnSync(
        process.execPath,
        [join(root, "scripts", "ensure-install.mjs"), ...args],
        { encoding: "utf8", env: { ...process.env, PATH: path } },
      );
      const asked = readFileSync(calls, "utf8")
        .split("\n")
        .filter((call) => call !== "");
      return { asked, exitCode: status, stderr };
    },
  };
}

function line(how: string | null): string[] {
  return how === null ? [] : [`${how} --loglevel=error`];
}

const FULL = { ...RUN, ...DEVELOPMENT };
const STALE = { "node_modules/a": { version: "0.9.0", integrity: "sha512-old" } };

test.each([
  { has: "nothing", packages: null, run: "ci --omit=dev", all: "ci" },
  { has: "what running needs", packages: RUN, run: null, all: "install --no-save" },
  { has: "everything", packages: FULL, run: null, all: null },
  { has: "an old version", packages: STALE, run: "ci --omit=dev", all: "ci" },
  { has: "an old version beside the rest", packages: { ...FULL, ...STALE }, run: "ci", all: "ci" },
  { has: "half of what it should", packages: DEVELOPMENT, run: "ci", all: "ci" },
])("with $has installed, running asks npm for $run, the rest for $all", (one) => {
  const { installed, ensure } = project();
  installed(one.packages);
  expect(ensure("run")).toMatchObject({ asked: line(one.run), exitCode: 0 });
  expect(ensure()).toMatchObject({ asked: line(one.all), exitCode: 0 });
});

test("nothing is printed where nothing is missing", () => {
  const { installed, ensure } = project();
  installed(FULL);
  expect(ensure()).toEqual({ asked: [], exitCode: 0, stderr: "" });
});

test("an installation that fails ends the script with a sentence", () => {
  const { installed, ensure } = project(1);
  installed(null);
  const { exitCode, stderr } = ensure("run");
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/failed, for the reason above/);
});

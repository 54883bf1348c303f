/** The official conformance suite as a program, and what it found. */
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

const BIN = resolve(import.meta.dirname, "../../node_modules/.bin");

/** The revision of the protocol that is kept to. */
export const REVISION = "2025-11-25";
/** Scenarios that are known to fail, each with its reason. */
export const EXPECTED_FAILURES = resolve(import.meta.dirname, "expected-failures.yaml");

/** A program of a development dependency, to its end, with what it said. */
export function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number; text: string }> {
  const all = { ...process.env, NO_COLOR: "1", ...env };
  return new Promise((settle) => {
    execFile(join(BIN, program), args, { env: all, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      settle({ code, text: code === 0 ? stdout : stdout + stderr });
    });
  });
}

export interface Counts {
  readonly scenarios: number;
  readonly passed: number;
  readonly failed: number;
}

/** How many of a suite's checks came to what, from the files that it left in a folder. */
export function counted(
  folder: string,
  wanted: (scenario: string) => boolean = () => true,
): Counts {
  const files = globSync(join(folder, "**/checks.json")).filter((file) => wanted(scenarioOf(file)));
  const checks = files.flatMap(
    (file) => JSON.parse(readFileSync(file, "utf8")) as { readonly status: string }[],
  );
  const of = (...statuses: string[]): number =>
    checks.filter(({ status }) => statuses.includes(status)).length;
  return {
    scenarios: files.length,
    passed: of("SUCCESS"),
    failed: of("FAILURE", "WARNING"),
  };
}

/** The suite names its folders after scenarios and times. */
function scenarioOf(file: string): string {
  return basename(dirname(file)).replace(/-\d{4}-\d{2}-\d{2}T.*$/, "");
}

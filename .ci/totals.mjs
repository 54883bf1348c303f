/**
 * Prints how long the stages and the slowest test files took, and the totals of the tests. Usage:
 * totals.mjs FOLDER EXIT-CODE-OF-VITEST, where the folder has vitest's JSON report (`report`), the
 * times of the files (`times`) and a line for each stage (`stages`: name, exit code, begin and end
 * in seconds). A file that could not be loaded counts as one failed test, and so does an error
 * outside of any test, of which only the exit code tells. Exits 0 if something passed and nothing
 * failed.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const SLOWEST = 20;

const [folder, exitCode] = process.argv.slice(2);

const seconds = (s) => `${s.toFixed(1).padStart(7)} s`;

/** What the file has, or `absent` where it was not written or is broken. */
function read(name, parse, absent) {
  try {
    return parse(readFileSync(join(folder, name), "utf8"));
  } catch {
    console.log(`There is no ${name}.`);
    return absent;
  }
}

const times = Object.entries(read("times", JSON.parse, {})).toSorted(([, a], [, b]) => b - a);
console.log(`\nThe slowest of ${times.length} test files`);
for (const [path, ms] of times.slice(0, SLOWEST)) {
  console.log(`${seconds(ms / 1000)}  ${path}`);
}

const stages = read("stages", (text) => text.trim().split("\n"), []).map((line) => line.split(" "));
console.log("\nStages (the checks run beside the tests)");
for (const [name, code, from, to] of stages) {
  console.log(`${seconds(to - from)}  ${name}${code === "0" ? "" : `, exit code ${code}`}`);
}
const begins = stages.map(([, , from]) => Number(from));
const ends = stages.map(([, , , to]) => Number(to));
console.log(`${seconds(Math.max(...ends) - Math.min(...begins))}  in all\n`);

const files = read("report", (text) => JSON.parse(text).testResults, []);
const tests = files.flatMap((result) => result.assertionResults);
const count = (status) => tests.filter((test) => test.status === status).length;
const broken = files.filter(
  ({ status, assertionResults }) =>
    status === "failed" && assertionResults.every((test) => test.status !== "failed"),
);

const passed = count("passed");
let failed = count("failed") + broken.length;
const skipped = tests.length - passed - count("failed");
if (failed === 0 && exitCode !== "0") {
  console.log("vitest failed outside of any test.");
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;

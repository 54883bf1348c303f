/**
 * Reads vitest's JSON report and prints the totals. Usage: totals.mjs REPORT EXIT-CODE-OF-VITEST.
 * A file that could not be loaded counts as one failed test, and so does an error outside of any
 * test, of which only the exit code tells. Exits 0 if something passed and nothing failed.
 */
import { readFileSync } from "node:fs";

const [file, exitCode] = process.argv.slice(2);

let files = [];
try {
  files = JSON.parse(readFileSync(file, "utf8")).testResults;
} catch {
  console.log("vitest left no report.");
}

const tests = files.flatMap((result) => result.assertionResults);
const count = (status) => tests.filter((test) => test.status === status).length;
const broken = files.filter(
  ({ status, assertionResults }) =>
    status === "failed" && assertionResults.every((test) => test.status !== "failed"),
);

const passed = count("passed");
let failed = count("failed") + broken.length;
if (failed === 0 && exitCode !== "0") {
  console.log("vitest failed outside of any test.");
  failed = 1;
}
if (tests.length > passed + count("failed")) {
  console.log(`${tests.length - passed - count("failed")} skipped`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;

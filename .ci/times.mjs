/**
 * A reporter of vitest that writes how long each test file took, in milliseconds, loading and hooks
 * included, to the file that `TEST_TIMES` names. What the file has of files that did not run stays;
 * what it has of files that are gone is dropped.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative, sep } from "node:path";

export default class Times {
  onTestRunEnd(modules) {
    const file = process.env["TEST_TIMES"];
    if (file === undefined || file === "") {
      throw new Error("TEST_TIMES has to name the file for the times");
    }
    const before = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
    const now = modules.map((module) => {
      const path = relative(process.cwd(), module.moduleId).split(sep).join("/");
      const {
        environmentSetupDuration,
        prepareDuration,
        setupDuration,
        collectDuration,
        duration,
      } = module.diagnostic();
      const ms =
        environmentSetupDuration + prepareDuration + setupDuration + collectDuration + duration;
      return [path, Math.round(ms)];
    });
    const entries = Object.entries({ ...before, ...Object.fromEntries(now) })
      .filter(([path]) => existsSync(path))
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    writeFileSync(file, `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`);
  }
}

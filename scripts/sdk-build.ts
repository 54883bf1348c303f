/**
 * Builds the package `opspawn` into `sdk/dist`, from nothing: what was removed is not packed. The
 * client is built twice, as ES modules and as CommonJS.
 */
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const dist = join(root, "sdk", "dist");
rmSync(dist, { recursive: true, force: true });
const tsc = join(root, "node_modules", ".bin", "tsc");
for (const project of ["sdk", "sdk/tsconfig.cjs.json"]) {
  const { status } = spawnSync(tsc, ["-p", project], { cwd: root, stdio: "inherit" });
  process.exitCode ||= status ?? 1;
}
// The package is of ES modules; this folder of it is not.
writeFileSync(join(dist, "cjs", "package.json"), '{ "type": "commonjs" }\n');

/** Builds the package `opspawn` into `sdk/dist`, from nothing: what was removed is not packed. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
rmSync(join(root, "sdk", "dist"), { recursive: true, force: true });
const tsc = join(root, "node_modules", ".bin", "tsc");
const { status } = spawnSync(tsc, ["-p", "sdk"], { cwd: root, stdio: "inherit" });
process.exitCode = status ?? 1;

/**
 * Builds the package `opspawn` into `sdk/dist`, from nothing: what was removed is not packed. The
 * client is built twice, as ES modules and as CommonJS. `opspawn/testing` is the engine of `src/`,
 * bundled with everything that it needs, and so are the two modules of `opspawn eval` that use a
 * library.
 */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { build } from "esbuild";
import { TEMPLATES } from "../sdk/src/cli/project/create.ts";

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

await build({
  absWorkingDir: root,
  entryPoints: ["sdk/src/cli/eval/assertions/json-schema.ts", "sdk/src/cli/eval/config/yaml.ts"],
  outdir: join(dist, "cli", "eval"),
  allowOverwrite: true,
  bundle: true,
  format: "esm",
  // `yaml` is CommonJS for Node, which an ES module cannot load what it needs with.
  platform: "neutral",
  target: "node20",
  legalComments: "none",
});

const testing = join(dist, "testing");
await build({
  absWorkingDir: root,
  entryPoints: ["src/testing/index.ts"],
  outdir: testing,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  legalComments: "none",
  // Loaded by the first request to a provider, which a simulation never sends.
  external: ["@anthropic-ai/sdk", "@google/genai", "openai"],
});
copyTypes();
// What `opspawn init` creates projects from.
for (const name of Object.keys(TEMPLATES)) {
  cpSync(join(root, "templates", name), join(dist, "templates", name), { recursive: true });
}

/** Copies the types that the entry of `opspawn/testing` reaches: those of the engine stay inside. */
function copyTypes(): void {
  const made = mkdtempSync(join(tmpdir(), "opspawn-types-"));
  const { status } = spawnSync(tsc, ["-p", "sdk/tsconfig.testing.json", "--outDir", made], {
    cwd: root,
    stdio: "inherit",
  });
  process.exitCode ||= status ?? 1;
  const reached = new Set(["index"]);
  for (const name of reached) {
    const file = join(made, "src", "testing", `${name}.d.ts`);
    cpSync(file, join(testing, `${name}.d.ts`));
    for (const [, from = ""] of readFileSync(file, "utf8").matchAll(/from "(.+)"/g)) {
      const [, other] = /^\.\/([a-z-]+)\.(?:js|ts)$/.exec(from) ?? [];
      if (other === undefined) {
        throw new Error(`The public types of opspawn/testing reach ${from}, in ${name}.d.ts.`);
      }
      reached.add(other);
    }
  }
  rmSync(made, { recursive: true });
}

/** Makes what is packed: the program in one file, and the templates. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const root = join(here, "..");
rmSync(join(here, "dist"), { recursive: true, force: true });
for (const name of ["starter", "chat", "slack"]) {
  cpSync(join(root, "templates", name), join(here, "dist", "templates", name), { recursive: true });
}
await build({
  absWorkingDir: root,
  entryPoints: ["scripts/create-opspawn.ts"],
  outfile: join(here, "dist", "create-opspawn.mjs"),
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node22",
  logLevel: "warning",
});

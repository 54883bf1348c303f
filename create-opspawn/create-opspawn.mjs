#!/usr/bin/env node
/**
 * `npm create opspawn <folder>`: copies the template and names the project after its folder. With
 * OPSPAWN_WORKER_PACKAGE, the project depends on that version, file or archive of `@opspawn/worker`.
 */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";

const USAGE = "Usage: npm create opspawn <folder>";
const NAME = /^[a-z0-9][a-z0-9-]{0,52}$/;

process.exitCode = create(process.argv.slice(2));

/** Returns the exit code. */
function create([folder, ...more]) {
  if (folder === undefined || folder.startsWith("-") || more.length > 0) {
    console.error(USAGE);
    return folder === "--help" ? 0 : 2;
  }
  const target = resolve(folder);
  const name = basename(target);
  if (!NAME.test(name)) {
    console.error(
      `The folder names the Worker, and ${name} is no valid name: use up to 53 lower-case letters, digits and -.`,
    );
    return 2;
  }
  if (existsSync(target) && readdirSync(target).length > 0) {
    console.error(`The folder ${target} is not empty.`);
    return 1;
  }
  cpSync(join(import.meta.dirname, "template"), target, { recursive: true });
  // npm leaves .gitignore out of packages.
  renameSync(join(target, "_gitignore"), join(target, ".gitignore"));
  edit(join(target, "wrangler.jsonc"), (text) => text.replaceAll("starter", name));
  edit(join(target, "package.json"), (text) => {
    const manifest = JSON.parse(text);
    manifest.name = name;
    const version = process.env["OPSPAWN_WORKER_PACKAGE"];
    if (version) {
      manifest.dependencies["@opspawn/worker"] = version;
    }
    return `${JSON.stringify(manifest, null, 2)}\n`;
  });
  console.log(`Made ${name}. Next:\n\n  cd ${folder}\n  npm install\n  npm run dev\n`);
  return 0;
}

function edit(file, change) {
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

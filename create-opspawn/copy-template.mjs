/** Copies the template into the package before it is packed. */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

const template = join(import.meta.dirname, "template");
rmSync(template, { recursive: true, force: true });
cpSync(join(import.meta.dirname, "..", "templates", "starter"), template, { recursive: true });

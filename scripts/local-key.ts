/**
 * The local service's API key and encryption key in `.dev.vars`. They are created once and read by
 * all programs in this folder. The file is wrangler's (`NAME=value` lines) and may contain other
 * secrets; existing lines are never changed.
 */
import { randomBytes, createHash } from "node:crypto";
import { appendFileSync, chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { devVarsIn, LOCAL_KEY_NAME, localKeyIn } from "../sdk/src/cli/project/local-key.ts";

/** The folder of the project. */
export const ROOT = resolve(import.meta.dirname, "..");
const FILE = ".dev.vars";
const SEALING = "OPSPAWN_ENCRYPTION_KEY";
const OWNER_ONLY = 0o600;

/** What `.dev.vars` sets; nothing if there is no such file. */
export function readDevVars(folder = ROOT): Readonly<Record<string, string | undefined>> {
  return devVarsIn(folder);
}

/** The local key, or null if none was made yet. */
export function localKey(folder = ROOT): string | null {
  return localKeyIn(folder);
}

/** The local key, made if there is none. */
export function ensureLocalKey(folder = ROOT): string {
  return ensure(
    folder,
    LOCAL_KEY_NAME,
    () => `opsk_local_${randomBytes(24).toString("base64url")}`,
  );
}

/** Makes what stored tokens are sealed with, unless the file has it. */
export function ensureEncryptionKey(folder = ROOT): void {
  ensure(folder, SEALING, () => randomBytes(32).toString("base64"));
}

/** What the file sets a name to; a line is added if it does not. */
function ensure(folder: string, name: string, make: () => string): string {
  const known = readDevVars(folder)[name]?.trim();
  if (known !== undefined && known !== "") {
    return known;
  }
  const file = join(folder, FILE);
  const line = `${name}=${make()}\n`;
  const text = readText(file);
  if (text !== null) {
    appendFileSync(file, text === "" || text.endsWith("\n") ? line : `\n${line}`);
    chmodSync(file, OWNER_ONLY);
  } else {
    // If another start made the file at the same moment, both use its line.
    createWhole(file, line);
  }
  return ensure(folder, name, make);
}

/** What the service stores of a key. */
export function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

/** Creates a file with its content in one step, unless it exists. */
function createWhole(file: string, text: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, text, { mode: OWNER_ONLY });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  } finally {
    rmSync(draft);
  }
}

function readText(file: string): string | null {
  try {
    // A byte order mark would become part of the first name.
    return readFileSync(file, "utf8").replace(/^\u{feff}/u, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return null;
    }
    throw error;
  }
}

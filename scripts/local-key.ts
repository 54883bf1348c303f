/**
 * The key of the local service, in `.dev.vars`: made once, then read by whoever runs programs in
 * this folder. The file is wrangler's (`NAME=value` lines), may hold secrets of its owner, and
 * keeps every line that it has.
 */
import { randomBytes, createHash } from "node:crypto";
import { appendFileSync, chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";

/** The folder of the project. */
export const ROOT = resolve(import.meta.dirname, "..");
const FILE = ".dev.vars";
const NAME = "OPSPAWN_LOCAL_KEY";
const OWNER_ONLY = 0o600;

/** What `.dev.vars` sets; nothing if there is no such file. */
export function readDevVars(folder = ROOT): Readonly<Record<string, string | undefined>> {
  const text = readText(join(folder, FILE));
  return text === null ? {} : parseEnv(text);
}

/** The local key, or null if none was made yet. */
export function localKey(folder = ROOT): string | null {
  return readDevVars(folder)[NAME]?.trim() || null;
}

/** The local key, made if there is none. */
export function ensureLocalKey(folder = ROOT): string {
  const known = localKey(folder);
  if (known !== null) {
    return known;
  }
  const file = join(folder, FILE);
  const line = `${NAME}=opsk_local_${randomBytes(24).toString("base64url")}\n`;
  const text = readText(file);
  if (text !== null) {
    appendFileSync(file, text === "" || text.endsWith("\n") ? line : `\n${line}`);
    chmodSync(file, OWNER_ONLY);
  } else if (!createWhole(file, line)) {
    // Another start made the file at the same moment: its key is everybody's.
    return ensureLocalKey(folder);
  }
  return ensureLocalKey(folder);
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
    return readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return null;
    }
    throw error;
  }
}

/** The key of the local service, which `opspawn dev` and `npm start` write to `.dev.vars`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";

/** The variable of the local key. */
export const LOCAL_KEY_NAME = "OPSPAWN_LOCAL_KEY";

/** Returns the variables in `.dev.vars` of a folder; none if there is no such file. */
export function devVarsIn(folder: string): Readonly<Record<string, string | undefined>> {
  try {
    // A byte order mark would become part of the first name.
    return parseEnv(readFileSync(join(folder, ".dev.vars"), "utf8").replace(/^\u{feff}/u, ""));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return {};
    }
    throw error;
  }
}

/** Returns the local key of a project, or null if there is none yet. */
export function localKeyIn(folder: string): string | null {
  return devVarsIn(folder)[LOCAL_KEY_NAME]?.trim() || null;
}

/** The file of profiles: a name for a service and the key to it. It is its owner's alone. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "./world.ts";

/** Where a service is and what opens it. */
export interface Profile {
  readonly url: string;
  readonly key: string;
}

export const DEFAULT_PROFILE = "default";
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

type Profiles = Readonly<Record<string, Profile>>;

/** `$XDG_CONFIG_HOME/opspawn/config.json`, or below `~/.config`. */
export function configFileOf(env: Readonly<Record<string, string | undefined>>): string {
  const folder = env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
  return join(folder, "opspawn", "config.json");
}

/** @throws UsageError if the file is not one of profiles */
export function readProfile(file: string | null, name: string): Profile | null {
  const profiles = file === null ? {} : readProfiles(file);
  return Object.hasOwn(profiles, name) ? (profiles[name] ?? null) : null;
}

/** Adds a profile, or replaces the one of that name; the file is never half written. */
export function writeProfile(file: string, name: string, profile: Profile): void {
  const profiles: Profiles = { ...readProfiles(file), [name]: profile };
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ profiles }, null, 2)}\n`, { mode: OWNER_ONLY });
  chmodSync(draft, OWNER_ONLY);
  renameSync(draft, file);
}

function readProfiles(file: string): Profiles {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return {};
    }
    throw new UsageError(`${file} cannot be read.`);
  }
  const profiles = profilesIn(text);
  if (profiles === null) {
    throw new UsageError(`${file} is not what \`opspawn login\` writes: mend it or delete it.`);
  }
  return profiles;
}

function profilesIn(text: string): Profiles | null {
  try {
    const { profiles } = JSON.parse(text) as { profiles: Profiles };
    const isWhole = Object.values(profiles).every(
      ({ url, key }) => typeof url === "string" && typeof key === "string",
    );
    return isWhole ? profiles : null;
  } catch {
    return null;
  }
}

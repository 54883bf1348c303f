/** The profile file: service URLs and API keys by name. Readable only by its owner. */
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { UsageError } from "./cli-env.ts";

/** A service URL and an API key. */
export interface Profile {
  readonly url: string;
  readonly key: string;
}

export const DEFAULT_PROFILE = "default";
const OWNER_ONLY = 0o600;
const OWNER_ONLY_FOLDER = 0o700;

type Profiles = Readonly<Record<string, Profile>>;

/** Returns `$XDG_CONFIG_HOME/opspawn/config.json`, or the same path under `~/.config`. */
export function configFileOf(env: Readonly<Record<string, string | undefined>>): string {
  const folder = env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
  return join(folder, "opspawn", "config.json");
}

/** Returns all profiles by name. @throws UsageError if the file is not a valid profile file */
export function profilesIn(file: string | null): Readonly<Record<string, Profile>> {
  return file === null ? {} : readProfiles(file);
}

/** @throws UsageError if the file is not a valid profile file */
export function readProfile(file: string | null, name: string): Profile | null {
  const profiles = profilesIn(file);
  return Object.hasOwn(profiles, name) ? (profiles[name] ?? null) : null;
}

/** Adds or replaces a profile. The file is written atomically. */
export function writeProfile(file: string, name: string, profile: Profile): void {
  write(file, { ...readProfiles(file), [name]: profile });
}

/** Deletes a profile. @returns whether there was one */
export function deleteProfile(file: string | null, name: string): boolean {
  const { [name]: found, ...rest } = profilesIn(file);
  if (file === null || found === undefined) {
    return false;
  }
  write(file, rest);
  return true;
}

function write(file: string, profiles: Profiles): void {
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
    throw new UsageError(`Cannot read ${file}.`);
  }
  const profiles = parsed(text);
  if (profiles === null) {
    throw new UsageError(`${file} is not a valid profile file: repair or delete it.`);
  }
  return profiles;
}

function parsed(text: string): Profiles | null {
  try {
    // Trimming also removes a byte order mark, which editors on Windows write.
    const { profiles } = JSON.parse(text.trim()) as { profiles: Profiles };
    const isWhole = Object.values(profiles).every(
      ({ url, key }) => typeof url === "string" && typeof key === "string",
    );
    return isWhole ? profiles : null;
  } catch {
    return null;
  }
}

/**
 * Which service, and with which key: options, then the environment, then the profile, then what
 * `npm start` serves. A profile's key goes to the profile's own address and nowhere else.
 */
import { Opspawn } from "../opspawn.ts";
import { DEFAULT_PROFILE, readProfile } from "./config.ts";
import type { Given } from "./command.ts";
import { shellWord } from "./shell.ts";
import { UsageError, type World } from "./world.ts";

export const DEFAULT_URL = "http://127.0.0.1:8787";

/** What the options, the environment and the profiles come to. */
export interface Address {
  readonly url: string;
  readonly key: string | null;
}

/** @throws UsageError if a profile is named that there is not */
export function addressOf(world: World, given: Given): Address {
  const { env } = world;
  const named = given.text("profile");
  const name = profileName(world, given);
  const profile = readProfile(world.configFile, name);
  if (named !== undefined && profile === null) {
    throw new UsageError(`There is no profile ${named}: \`opspawn login --profile ${named}\`.`);
  }
  const fromEnv = env["OPSPAWN_URL"] || undefined;
  // A profile that was asked for by an option goes before the environment.
  const ordered = named === undefined ? [fromEnv, profile?.url] : [profile?.url, fromEnv];
  const url = given.text("url") ?? ordered.find((one) => one !== undefined) ?? DEFAULT_URL;
  const own = profile !== null && isSame(url, profile.url) ? profile.key : null;
  const keyFromEnv = env["OPSPAWN_KEY"]?.trim() || null;
  const key = named === undefined ? (keyFromEnv ?? own) : (own ?? keyFromEnv);
  return { url, key: key ?? world.defaultKey() };
}

export function profileName(world: World, given: Given): string {
  return given.text("profile") ?? (world.env["OPSPAWN_PROFILE"] || DEFAULT_PROFILE);
}

/** @throws UsageError if there is no key, or one of both is none */
export function connect({ url, key }: Address): Opspawn {
  if (key === null) {
    throw new UsageError(
      "There is no key: run `opspawn login`, or set OPSPAWN_KEY (`npm start` keeps the local one in .dev.vars).",
    );
  }
  try {
    return new Opspawn({ url, key });
  } catch (error) {
    const isKey = (error as Error).message.startsWith("The key");
    throw new UsageError(
      isKey
        ? (error as Error).message
        : `The service's address must be one such as ${DEFAULT_URL}, and it is ${url}.`,
    );
  }
}

/** How to call the program again for the same service. */
export function sameProgram({ program }: World, given: Given): string {
  const options = ["url", "profile"].flatMap((name) => {
    const value = given.text(name);
    return value === undefined ? [] : [`--${name}=${shellWord(value)}`];
  });
  return [program, ...options].join(" ");
}

function isSame(one: string, other: string): boolean {
  return one.replace(/\/+$/, "") === other.replace(/\/+$/, "");
}

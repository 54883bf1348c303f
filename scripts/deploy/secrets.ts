/** The Worker's secrets: which it needs, and where their texts come from. */
import { randomBytes } from "node:crypto";
import { configOf, SettingError } from "../../src/env/config.ts";
import { DeployError } from "./deploy-error.ts";
import { checkPasted } from "./login.ts";

/** Encrypts the tenants' tokens and secrets. It is needed nowhere else. */
export const SEALING = "OPSPAWN_ENCRYPTION_KEY";

/** The deployment's own API key with all scopes, in place of a first key. */
export const ADMIN_KEY = "OPSPAWN_ADMIN_KEY";

const PROVIDER_KEYS = [
  "OPENAI_API_KEY",
  "ANTHROPIC_API_KEY",
  "GOOGLE_API_KEY",
  "OPENROUTER_API_KEY",
];

type Variables = Readonly<Record<string, string | undefined>>;

/** Refuses a sealing key or an admin key that the service would refuse. @throws DeployError */
export function checkOwnSecrets(env: Variables): void {
  try {
    configOf({ [SEALING]: env[SEALING] ?? "", [ADMIN_KEY]: env[ADMIN_KEY] ?? "" });
  } catch (error) {
    throw error instanceof SettingError ? new DeployError(error.message) : error;
  }
}

/** Refuses provider keys that no provider has made. @throws DeployError without the key */
export function checkProviderKeys(names: readonly string[], env: Variables): void {
  for (const name of names) {
    checkPasted(name, env[name] ?? "");
  }
}

/** The keys of providers in an environment, by name; no texts. */
export function providerKeysIn(env: Variables): string[] {
  return PROVIDER_KEYS.filter((name) => isSet(env[name]));
}

/** The name of the admin key, if the environment sets it. */
export function adminKeyIn(env: Variables): string[] {
  return isSet(env[ADMIN_KEY]) ? [ADMIN_KEY] : [];
}

/** The name of the admin key, if it is one of these secrets of the Worker. */
export function adminKeyAmong(secrets: ReadonlySet<string> | null): string[] {
  return secrets?.has(ADMIN_KEY) === true ? [ADMIN_KEY] : [];
}

/**
 * The secrets to put, by name: the sealing key where there is none, which is the environment's or
 * new, and those asked for that are not there. One that is there is never replaced: what was sealed
 * with it could not be opened again.
 */
export function missingSecrets(
  there: ReadonlySet<string>,
  asked: readonly string[],
  env: Variables,
): Record<string, string> {
  const names = [SEALING, ...asked].filter((name) => !there.has(name));
  return Object.fromEntries(names.map((name) => [name, textOf(name, env)]));
}

function textOf(name: string, env: Variables): string {
  const given = env[name]?.trim() ?? "";
  return given === "" && name === SEALING ? randomBytes(32).toString("base64") : given;
}

/** Whether a variable has a value. */
export function isSet(text: string | undefined): boolean {
  return text !== undefined && text.trim() !== "";
}

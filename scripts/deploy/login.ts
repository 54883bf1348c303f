/** The credentials that wrangler takes from the environment. */
import { DeployError } from "./deploy-error.ts";

/** Secret ones first. Wrangler still reads the names with `CF_`. */
const SECRET = ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_API_KEY", "CF_API_TOKEN", "CF_API_KEY"];
const NAMES = [...SECRET, "CLOUDFLARE_ACCOUNT_ID", "CF_ACCOUNT_ID", "CLOUDFLARE_EMAIL", "CF_EMAIL"];

/** Shorter texts are parts of other words. */
const MIN_MASKED = 8;

/**
 * Returns the environment with trimmed credentials: a pasted one often ends in a line feed.
 * @throws DeployError naming the variable, but not its text, if one contains spaces, quotes, line
 * feeds or other characters that no credential has
 */
export function cleanLogin(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const clean = { ...env };
  for (const name of NAMES) {
    const given = env[name];
    if (given !== undefined) {
      clean[name] = given.trim();
      checkPasted(name, given);
    }
  }
  return clean;
}

/** Refuses a value that was pasted with more than itself. @throws DeployError without the value */
export function checkPasted(name: string, given: string): void {
  const fault = faultIn(given.trim());
  if (fault !== null) {
    throw new DeployError(`${name} contains ${fault}: set it again, to the value alone.`);
  }
}

function faultIn(text: string): string | null {
  if (/[\r\n]/.test(text)) {
    return "a line feed";
  }
  if (/["'`]/.test(text)) {
    return "quotes";
  }
  if (/\s/.test(text)) {
    return "spaces";
  }
  const [other] = /[^\u0021-\u007e]/u.exec(text) ?? [];
  const point = other?.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return point === undefined ? null : `the character U+${point}`;
}

/**
 * Replaces every credential in a text by `…`, and what follows `Bearer` as well. JSON stays JSON.
 */
export function withoutLogin(text: string, env: NodeJS.ProcessEnv): string {
  const secrets = SECRET.map((name) => env[name]?.trim() ?? "");
  const masked = secrets
    .filter(({ length }) => length >= MIN_MASKED)
    .reduce((shown, secret) => shown.replaceAll(secret, "…"), text);
  return masked.replaceAll(/\bBearer [^"\\]+/g, "Bearer …");
}

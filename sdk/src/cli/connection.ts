/**
 * Selects the service and the key. Precedence: options, environment, profile, then the local service
 * of `npm start` and `opspawn dev`. A profile's key is sent only to the profile's own URL, and the
 * local service's key only to this machine.
 */
import { Opspawn } from "../opspawn.ts";
import { DEFAULT_PROFILE, readProfile } from "./config.ts";
import type { ParsedArgs } from "./parsed-args.ts";
import { isLoopback } from "./loopback.ts";
import { shellWord } from "./shell.ts";
import { UsageError, type CliEnv } from "./cli-env.ts";

export const DEFAULT_URL = "http://127.0.0.1:8787";

/** The selected service and key. */
export interface Address {
  readonly url: string;
  readonly key: string | null;
}

/** @throws UsageError if the named profile does not exist */
export function addressOf(cli: CliEnv, args: ParsedArgs): Address {
  const { env } = cli;
  const named = args.text("profile");
  const name = profileName(cli, args);
  const fromEnv = env["OPSPAWN_URL"]?.trim() || undefined;
  const keyFromEnv = env["OPSPAWN_KEY"]?.trim() || null;
  const given = args.text("url")?.trim() ?? (named === undefined ? fromEnv : undefined);
  // A broken profile file does not block a command that needs none.
  const isComplete = named === undefined && given !== undefined && keyFromEnv !== null;
  const profile = isComplete ? null : readProfile(cli.configFile, name);
  if (named !== undefined && profile === null) {
    throw new UsageError(
      `Unknown profile ${named}. Create it with \`opspawn login --profile ${named}\`.`,
    );
  }
  // A profile named by an option takes precedence over the environment.
  const url = given ?? profile?.url ?? DEFAULT_URL;
  const own = profile !== null && isSame(url, profile.url) ? profile.key : null;
  const key = named === undefined ? (keyFromEnv ?? own) : (own ?? keyFromEnv);
  return { url, key: key ?? (isLoopback(url) ? cli.defaultKey() : null) };
}

export function profileName(cli: CliEnv, args: ParsedArgs): string {
  return args.text("profile") ?? (cli.env["OPSPAWN_PROFILE"] || DEFAULT_PROFILE);
}

/** @throws UsageError if the URL is malformed */
export function checkUrl(url: string): void {
  // The client checks the URL first; this key is never sent.
  connect({ url, key: "unused" });
}

/** Returns the selected key. @throws UsageError if there is none */
export function keyOf({ key }: Address): string {
  if (key === null) {
    throw new UsageError(
      "No API key: run `opspawn login` or set OPSPAWN_KEY (`opspawn dev` and `npm start` write the local one to .dev.vars).",
    );
  }
  return key;
}

/** @throws UsageError if the key is missing, or the URL or key is malformed */
export function connect(address: Address, send: typeof fetch = fetch): Opspawn {
  const { url } = address;
  const key = keyOf(address);
  try {
    // A client with its own `fetch` would not use the WebSocket that it does not know.
    return new Opspawn({ url, key, fetch: send, WebSocket: globalThis.WebSocket ?? null });
  } catch (error) {
    const isKey = (error as Error).message.startsWith("The key");
    throw new UsageError(
      isKey
        ? (error as Error).message
        : `The service URL must look like ${DEFAULT_URL}, but is ${url}.`,
    );
  }
}

/** Returns the command prefix that reaches the same service again. */
export function sameProgram({ program }: CliEnv, args: ParsedArgs): string {
  const options = ["url", "profile"].flatMap((name) => {
    const value = args.text(name);
    return value === undefined ? [] : [`--${name}=${shellWord(value)}`];
  });
  return [program, ...options].join(" ");
}

function isSame(one: string, other: string): boolean {
  return one.replace(/\/+$/, "") === other.replace(/\/+$/, "");
}

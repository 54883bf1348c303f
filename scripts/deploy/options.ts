/** What `npm run deploy` is asked for on its command line. */
import { parseArgs } from "node:util";
import { DeployError } from "./deploy-error.ts";
import { isSet } from "./secrets.ts";

export const USAGE = `Usage: opspawn deploy [options], or npm run deploy [-- options]

Makes what the service needs in a Cloudflare account, unless it is there: the database, the queues,
the Worker and its secrets; then waits until it answers, and shows the first key once. It can be
run again at any time: to deploy a new version, and to go on where a run was stopped.

  --env name        staging, production, or another environment of wrangler.toml
  --dry-run         makes nothing: says what it would make, builds the bundle and tells its size
  --yes             does not ask before it begins
  --provider-keys   puts OPENAI_API_KEY, ANTHROPIC_API_KEY, GOOGLE_API_KEY and OPENROUTER_API_KEY,
                    those that are set here, as secrets; one that is there stays as it is
  --tenant name     the tenant of the first key (default main)
  --no-key          makes no first key
  --new-key         makes a key although there are some, for who has lost theirs
  --url address     where the service is asked for its health, where that is not the address that
                    wrangler names
  --wait seconds    how long it is waited for (default 180)

OPSPAWN_ADMIN_KEY, if it is set here, becomes the service's key with all scopes, in the place of a
first key. Without it no key is made in the log of a build (CI).

It uses wrangler's login: npx wrangler login, or CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.`;

export interface Options {
  readonly environment: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly providerKeys: boolean;
  readonly tenant: string;
  /** Whether a key is made: where there is none, never, or in any case. */
  readonly key: "first" | "none" | "new";
  readonly url: string | null;
  readonly waitMs: number;
}

/** Null where only the usage was asked for. @throws DeployError */
export function readOptions(args: readonly string[]): Options | null {
  const values = parsed(args);
  if (values.help === true) {
    return null;
  }
  const { env = "", tenant = "main", url = null, wait = "180" } = values;
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/.test(tenant)) {
    throw wrong("--tenant takes up to 64 lower-case letters, digits, _ and -.");
  }
  if (url !== null && !URL.canParse(url)) {
    throw wrong(`--url must be an address, and it is ${url}.`);
  }
  if (!/^\d{1,5}$/.test(wait)) {
    throw wrong(`--wait must be a number of seconds, and it is ${wait}.`);
  }
  return {
    environment: env,
    dryRun: values["dry-run"] === true,
    yes: values.yes === true,
    providerKeys: values["provider-keys"] === true,
    tenant,
    key: values["no-key"] === true ? "none" : values["new-key"] === true ? "new" : "first",
    url,
    waitMs: Number(wait) * 1000,
  };
}

/**
 * Returns the options of a build, whose log is kept: it shows no key, unless one is asked for. A
 * build at Cloudflare deploys what was pushed and has no terminal, so it asks for no confirmation.
 */
export function forBuild(
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const isAtCloudflare = isSet(env["WORKERS_CI"]);
  const isKept = isAtCloudflare || isSet(env["CI"]);
  return {
    ...options,
    yes: options.yes || isAtCloudflare,
    key: isKept && options.key === "first" ? "none" : options.key,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        env: { type: "string", short: "e" },
        "dry-run": { type: "boolean" },
        yes: { type: "boolean", short: "y" },
        "provider-keys": { type: "boolean" },
        tenant: { type: "string" },
        "no-key": { type: "boolean" },
        "new-key": { type: "boolean" },
        url: { type: "string" },
        wait: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    throw wrong(`${(error as Error).message.split(". ")[0]}.`);
  }
}

function wrong(sentence: string): DeployError {
  return new DeployError(`${sentence} \`npm run deploy -- --help\` lists what there is.`);
}

/** Turns a wrangler failure into one sentence that says what to do. */
import { DeployError } from "./deploy-error.ts";
import type { Answer } from "./wrangler.ts";

const PAGE = "docs/how-to/deploy.md";

/** Cloudflare's codes and messages for failures that the user can fix, the most specific first. */
const KNOWN: readonly (readonly [RegExp, string])[] = [
  [
    /set a CLOUDFLARE_API_TOKEN|not logged in|Failed to automatically retrieve account IDs/i,
    "Wrangler is not logged in: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID.",
  ],
  [
    /More than one account/i,
    "This login has more than one account: set CLOUDFLARE_ACCOUNT_ID to the one to deploy to (`npx wrangler whoami` lists them).",
  ],
  [
    /Invalid account ID/i,
    "CLOUDFLARE_ACCOUNT_ID is not the id of an account: `npx wrangler whoami` lists them.",
  ],
  [
    /Authentication error|code: (?:10000|9109|6003|6111|7403)\]/,
    `Cloudflare refuses this login: run \`npx wrangler login\` again, or give the token of CLOUDFLARE_API_TOKEN the permissions that ${PAGE} lists, for the account of CLOUDFLARE_ACCOUNT_ID.`,
  ],
  [
    /Free plan|Workers Paid|paid plan|code: 100328\]/i,
    "This account is on the free plan of Workers, and Opspawn needs the paid one: choose it under Workers & Pages, Plans, in Cloudflare's dashboard.",
  ],
  [
    /register a workers\.dev subdomain/i,
    "This account has no workers.dev subdomain yet: open Workers & Pages in Cloudflare's dashboard once, which makes one, or set a route in wrangler.toml.",
  ],
  [
    /code: 11004\]|already has a (?:worker )?consumer/i,
    "One of the queues is read by another Worker: remove that consumer, or choose other names of queues in wrangler.toml.",
  ],
  [
    /fetch failed|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT/,
    "Cloudflare cannot be reached, or the connection broke: look at the network and run the same command again.",
  ],
];

/** Names that are in use already, which for find-or-create is no failure. */
export function isTaken({ stderr }: Answer): boolean {
  return /code: 11009\]|already taken|name already exists/i.test(stderr);
}

/** Whether the Worker is not there yet. */
export function isAbsent({ stderr }: Answer): boolean {
  return /Worker "[^"]*"[^\n]* not found|code: 10007\]/.test(stderr);
}

/** @returns the error that tells of a failed command */
export function refusalOf(what: string, answer: Answer): DeployError {
  const known = KNOWN.find(([pattern]) => pattern.test(answer.stderr));
  return known === undefined
    ? new DeployError(
        `${what} failed: ${told(answer)} Run the same command again; it continues where it stopped.`,
        1,
      )
    : new DeployError(known[1]);
}

/** What wrangler said, without its advice on how to report bugs. */
function told({ entries, stderr }: Answer): string {
  const written = entries.find(({ type }) => type === "command-failed")?.message ?? "";
  const note = /^\s+(.*\[code: \d+\])\s*$/m.exec(stderr)?.[1] ?? "";
  const said = [written, note].filter((part) => part !== "").join(" ") || stderr.trim();
  const line = said.replaceAll(/\s+/g, " ").slice(0, 500) || "wrangler ended without a word.";
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

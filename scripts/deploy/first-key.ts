/** The first key of a service. No key exists that could request it, so it is written to the database directly. */
import { SCOPES } from "../../src/store/keys.ts";
import { makeKey, type MadeKey } from "../new-key.ts";
import { refusalOf } from "./refusal.ts";
import type { Wrangler } from "./wrangler.ts";

/** A key that may make others: not revoked, not over. */
const USABLE = `SELECT key_id FROM api_key
  WHERE ' ' || scopes || ' ' LIKE '% admin %' AND revoked_at IS NULL
    AND (expires_at IS NULL OR expires_at > strftime('%Y-%m-%dT%H:%M:%fZ', 'now')) LIMIT 1`;

/** Whether a key exists that can create others. @throws DeployError */
export async function hasAdminKey(wrangler: Wrangler, database: string): Promise<boolean> {
  return (await query(wrangler, database, USABLE)).length > 0;
}

export function newAdminKey(tenant: string): MadeKey {
  return makeKey({ name: "made by npm run deploy", scopes: SCOPES, tenant });
}

/**
 * Stores a key's hash; unless `always`, only where there is still no key that may make others.
 * @returns whether it was stored. @throws DeployError
 */
export async function store(
  wrangler: Wrangler,
  database: string,
  { insert }: MadeKey,
  always: boolean,
): Promise<boolean> {
  const sql = `${insert(always ? "" : `WHERE NOT EXISTS (${USABLE})`)} RETURNING key_id`;
  return (await query(wrangler, database, sql)).length > 0;
}

async function query(wrangler: Wrangler, database: string, sql: string): Promise<unknown[]> {
  const command = `--command=${sql.replaceAll(/\s+/g, " ")}`;
  const answer = await wrangler(["d1", "execute", database, "--remote", "--json", command]);
  if (!answer.ok) {
    throw refusalOf("Asking the database", answer);
  }
  const [first] = JSON.parse(answer.stdout) as { results: unknown[] }[];
  return first?.results ?? [];
}

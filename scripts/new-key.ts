/** Creates a key without the service: needed for the first one, because no key exists to request it. */
import { randomBytes } from "node:crypto";
import { newId } from "../src/run/value/id.ts";
import type { Scope } from "../src/store/keys.ts";
import { hashOf } from "./local-key.ts";

/** What a key is to be. */
export interface KeyRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly tenant?: string;
  readonly expires_at?: string;
}

/** A key, shown once, and the statement that stores its hash. */
export interface MadeKey {
  readonly key: string;
  readonly key_id: string;
  /** One SQL statement, its values in it. */
  readonly sql: string;
  /** The same under a condition, as `WHERE …`, without its semicolon. */
  readonly insert: (condition: string) => string;
}

/** Makes a key; nothing is stored. */
export function makeKey({ name, scopes, tenant = "local", expires_at }: KeyRequest): MadeKey {
  const key = `opsk_${randomBytes(32).toString("base64url")}`;
  const key_id = newId("key", Date.now(), randomBytes(16));
  const ends = expires_at === undefined ? null : new Date(expires_at).toISOString();
  const values = [
    key_id,
    tenant,
    name,
    hashOf(key),
    scopes.join(" "),
    new Date().toISOString(),
    ends,
  ];
  const columns = "(key_id, tenant_id, name, hash, scopes, created_at, expires_at)";
  const list = values.map(quoted).join(", ");
  return {
    key,
    key_id,
    sql: `INSERT INTO api_key ${columns} VALUES (${list});`,
    insert: (condition) => `INSERT INTO api_key ${columns} SELECT ${list} ${condition}`,
  };
}

function quoted(value: string | null): string {
  return value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`;
}

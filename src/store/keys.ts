/** API keys in D1: looked up by the hash of what the client sent, never stored in clear. */

export const SCOPES = [
  "tasks:read",
  "tasks:write",
  "tools:write",
  "agents:write",
  "admin",
  "platform",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who makes a request. */
export interface Caller {
  readonly keyId: string;
  readonly tenantId: string;
  readonly scopes: ReadonlySet<Scope>;
}

export class KeyStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** The caller that a key stands for, or null if it is unknown, revoked or expired. */
  async find(hash: string, now: string): Promise<Caller | null> {
    const row = await this.#db
      .prepare(
        `SELECT key_id, tenant_id, scopes FROM api_key
         WHERE hash = ? AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?)`,
      )
      .bind(hash, now)
      .first<{ key_id: string; tenant_id: string; scopes: string }>();
    return row === null
      ? null
      : {
          keyId: row.key_id,
          tenantId: row.tenant_id,
          scopes: new Set(SCOPES.filter((scope) => row.scopes.split(" ").includes(scope))),
        };
  }

  /** The key that signs tickets and cursors, as hex; made with the database. */
  async signingKey(): Promise<string> {
    const value = await this.#db
      .prepare("SELECT value FROM secret WHERE name = 'signing_key'")
      .first<string>("value");
    if (value === null) {
      throw new Error("The database has no signing key: apply the migrations.");
    }
    return value;
  }

  /** Resolves if D1 answers. */
  async ping(): Promise<void> {
    await this.#db.prepare("SELECT 1").first();
  }
}

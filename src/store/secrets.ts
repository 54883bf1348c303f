/**
 * Signing secrets in D1, sealed: one for each webhook and hook of a tenant, and one for the
 * `callback_url`s of its tasks. After a rotation, the previous secret stays valid for a day.
 */

/** A stored secret. */
export interface KeptSecret {
  readonly sealed: string;
  /** The previous secret, valid until `previous_until`. */
  readonly previous: string | null;
  readonly previous_until: string | null;
}

export class SecretStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  async get(tenantId: string, owner: string): Promise<KeptSecret | null> {
    return this.#db
      .prepare(
        `SELECT sealed, previous, previous_until FROM signing_secret
         WHERE tenant_id = ? AND owner = ?`,
      )
      .bind(tenantId, owner)
      .first<KeptSecret>();
  }

  /** Inserts the secret of an owner. Has no effect if the owner has one. */
  async insert(tenantId: string, owner: string, sealed: string, now: string): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO signing_secret (tenant_id, owner, sealed, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT DO NOTHING`,
      )
      .bind(tenantId, owner, sealed, now)
      .run();
  }

  /** Replaces the secret of an owner. Returns false if the owner has none. */
  async rotate(tenantId: string, owner: string, sealed: string, until: string): Promise<boolean> {
    const { meta } = await this.#db
      .prepare(
        `UPDATE signing_secret SET previous = sealed, previous_until = ?3, sealed = ?4
         WHERE tenant_id = ?1 AND owner = ?2`,
      )
      .bind(tenantId, owner, until, sealed)
      .run();
    return meta.changes > 0;
  }
}

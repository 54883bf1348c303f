/**
 * Secrets of tenants, in D1, sealed. Every query is bound to a tenant. Values are never read by
 * lists; `src/agent/secrets/` opens them.
 */
import { defined } from "../run/value/defined.ts";
import type { Actor } from "./audit.ts";
import { expectedValues, isExpected, VersionedTable, type Version } from "./versioned.ts";

/** Maximum secrets of a tenant. */
export const MAX_SECRETS = 100;

/** A secret without its value. */
export interface SecretRow extends Version {
  readonly name: string;
  /** Hosts that the value may be sent to, in the form of `URL.host`; null for any host. */
  readonly hosts: readonly string[] | null;
  readonly updated_at: string;
  /** The last day on which a call used the value, `YYYY-MM-DD` in UTC; null for never. */
  readonly last_used_on: string | null;
}

/** A secret with its sealed value. */
export interface SealedSecretRow extends SecretRow {
  readonly sealed: string;
}

/** The new value of a secret. */
export interface SecretChange {
  readonly sealed: string;
  readonly hosts: readonly string[] | null;
}

type Raw = Omit<SealedSecretRow, "hosts"> & { readonly hosts: string | null };

const COLUMNS = "name, version, hosts, created_at, updated_at, last_used_on";

export class TenantSecretStore {
  readonly #db: D1Database;
  readonly #table: VersionedTable<Raw, SealedSecretRow>;

  constructor(db: D1Database) {
    this.#db = db;
    this.#table = new VersionedTable(db, "tenant_secret", rowOf);
  }

  /** Returns all secrets of a tenant without their values, ordered by name. */
  async list(tenantId: string): Promise<SecretRow[]> {
    const { results } = await this.#db
      .prepare(`SELECT ${COLUMNS} FROM tenant_secret WHERE tenant_id = ? ORDER BY name`)
      .bind(tenantId)
      .all<Omit<Raw, "sealed">>();
    return results.map((raw) => Object.assign(raw, { hosts: hostsOf(raw.hosts) }));
  }

  /** Returns a secret with its sealed value, or null. */
  get(tenantId: string, name: string): Promise<SealedSecretRow | null> {
    return this.#table.get(tenantId, name);
  }

  /** Inserts a secret. Returns null if its name is taken or the tenant has the maximum of secrets. */
  async insert(
    tenantId: string,
    name: string,
    { sealed, hosts }: SecretChange,
    actor: Actor,
  ): Promise<SealedSecretRow | null> {
    const statement = this.#db
      .prepare(
        `INSERT INTO tenant_secret (tenant_id, name, version, sealed, hosts, created_at, updated_at)
         SELECT ?1, ?2, 1, ?3, ?4, ?5, ?5
         WHERE (SELECT COUNT(*) FROM tenant_secret WHERE tenant_id = ?1) < ${MAX_SECRETS}
         ON CONFLICT DO NOTHING RETURNING *`,
      )
      .bind(tenantId, name, sealed, jsonOf(hosts), actor.at);
    return this.#table.write(statement, actor, {
      tenant_id: tenantId,
      action: "secret.created",
      subject: name,
      details: defined({ hosts: hosts ?? undefined }),
    });
  }

  /**
   * Replaces the value of a secret and increments its version. Returns null if there is no such
   * secret or its version differs from `expected`.
   */
  async change(
    tenantId: string,
    name: string,
    { sealed, hosts }: SecretChange,
    expected: Version | null,
    actor: Actor,
  ): Promise<SealedSecretRow | null> {
    const statement = this.#db
      .prepare(
        `UPDATE tenant_secret SET version = version + 1, sealed = ?3, hosts = ?4, updated_at = ?5
         WHERE tenant_id = ?1 AND name = ?2 AND ${isExpected(6)} RETURNING *`,
      )
      .bind(tenantId, name, sealed, jsonOf(hosts), actor.at, ...expectedValues(expected));
    return this.#table.write(statement, actor, {
      tenant_id: tenantId,
      action: "secret.changed",
      subject: name,
      details: defined({ hosts: hosts ?? undefined }),
    });
  }

  /** Deletes a secret. Returns false if there is no such secret or its version differs. */
  remove(tenantId: string, name: string, expected: Version | null, actor: Actor): Promise<boolean> {
    return this.#table.remove(tenantId, name, expected, actor, "secret.deleted");
  }

  /** Returns whether a tenant has a secret of a name. */
  async has(tenantId: string, name: string): Promise<boolean> {
    const row = await this.#db
      .prepare("SELECT 1 AS one FROM tenant_secret WHERE tenant_id = ? AND name = ?")
      .bind(tenantId, name)
      .first();
    return row !== null;
  }

  /**
   * Stores that a secret was used. Writes once a day at most.
   * @param day `YYYY-MM-DD`
   */
  async used(tenantId: string, name: string, day: string): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE tenant_secret SET last_used_on = ?3 WHERE tenant_id = ?1 AND name = ?2
           AND (last_used_on IS NULL OR last_used_on < ?3)`,
      )
      .bind(tenantId, name, day)
      .run();
  }
}

function rowOf(raw: Raw): SealedSecretRow {
  const { name, version, sealed, created_at, updated_at, last_used_on } = raw;
  return { name, version, sealed, hosts: hostsOf(raw.hosts), created_at, updated_at, last_used_on };
}

function hostsOf(json: string | null): readonly string[] | null {
  return json === null ? null : (JSON.parse(json) as string[]);
}

function jsonOf(hosts: readonly string[] | null): string | null {
  return hosts === null ? null : JSON.stringify(hosts);
}

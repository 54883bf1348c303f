/**
 * API keys in D1, looked up by hash and never stored in plain text. Each rotation adds a secret,
 * numbered from 0. The latest secret is valid; a retired one is valid until the time that its
 * rotation set.
 */
import { writeNoted, type Actor } from "./audit.ts";

export const SCOPES = [
  "tasks:read",
  "tasks:write",
  "tools:write",
  "agents:write",
  "keys:write",
  "webhooks:write",
  "limits:write",
  "secrets:write",
  "schedules:write",
  "memory:read",
  "memory:write",
  "audit:read",
  "admin",
  "platform",
] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes that a key with `admin` has without naming them. */
const IMPLIED_BY_ADMIN: readonly Scope[] = [
  "keys:write",
  "webhooks:write",
  "limits:write",
  "secrets:write",
  "audit:read",
];

/** A key and the number of the secret that a client sent. */
export interface Credential {
  readonly keyId: string;
  readonly secret: number;
}

/** The authenticated sender of a request. */
export interface Caller extends Credential {
  readonly tenantId: string;
  /** With the scopes that `admin` implies. */
  readonly scopes: ReadonlySet<Scope>;
}

/** Begins the `keyId` of a caller without a key, who was identified otherwise. */
export const KEYLESS = "caller:";

/** A stored key without its hash. */
export interface KeyRow {
  readonly key_id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created_at: string;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

/** Position of the last key of a page; `name` is the id of the key. */
export interface KeyPosition {
  readonly created_at: string;
  readonly name: string;
}

const COLUMNS = "key_id, tenant_id, name, scopes, created_at, expires_at, revoked_at";
/** Condition on the alias `k`; `?2` is the current time. */
const LIVE = "k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ?2)";
const NEWEST_SECRET = "(SELECT COUNT(*) FROM retired_secret AS old WHERE old.key_id = k.key_id)";

export class KeyStore {
  readonly #db: D1Database;
  /** Read once: it does not change while a deployment runs. */
  #signingKey: string | null = null;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Returns the caller of a key, or null if the key is unknown, revoked or expired. */
  async find(hash: string, now: string): Promise<Caller | null> {
    const row = await this.#db
      .prepare(
        `SELECT k.key_id, k.tenant_id, k.scopes, ${NEWEST_SECRET} AS secret
         FROM api_key AS k WHERE k.hash = ?1 AND ${LIVE}
         UNION ALL
         SELECT k.key_id, k.tenant_id, k.scopes, r.secret
         FROM retired_secret AS r JOIN api_key AS k ON k.key_id = r.key_id
         WHERE r.hash = ?1 AND r.valid_until > ?2 AND ${LIVE}`,
      )
      .bind(hash, now)
      .first<{ key_id: string; tenant_id: string; scopes: string; secret: number }>();
    return row === null
      ? null
      : {
          keyId: row.key_id,
          secret: row.secret,
          tenantId: row.tenant_id,
          scopes: withImplied(scopesOf(row.scopes)),
        };
  }

  /**
   * Returns the indexes of the credentials that are still valid. Runs one statement for all. A
   * principal has no key that could be revoked, so it stays valid.
   */
  async stillValid(shown: readonly Credential[], now: string): Promise<ReadonlySet<number>> {
    const keyless = shown.flatMap(({ keyId }, place) => (keyId.startsWith(KEYLESS) ? [place] : []));
    if (keyless.length === shown.length) {
      return new Set(keyless);
    }
    const { results } = await this.#db
      .prepare(
        `SELECT s.key AS place FROM json_each(?1) AS s
         JOIN api_key AS k ON k.key_id = s.value ->> '$.keyId'
         WHERE ${LIVE} AND (s.value ->> '$.secret' = ${NEWEST_SECRET} OR EXISTS (
           SELECT 1 FROM retired_secret AS r
           WHERE r.key_id = k.key_id AND r.secret = s.value ->> '$.secret' AND r.valid_until > ?2))`,
      )
      .bind(JSON.stringify(shown), now)
      .all<{ place: number }>();
    return new Set([...keyless, ...results.map(({ place }) => place)]);
  }

  /** Returns a key by its id, or null. @param tenantId null for any tenant */
  async get(tenantId: string | null, keyId: string): Promise<KeyRow | null> {
    const row = await this.#db
      .prepare(
        `SELECT ${COLUMNS} FROM api_key WHERE key_id = ?1 AND (?2 IS NULL OR tenant_id = ?2)`,
      )
      .bind(keyId, tenantId)
      .first<RawKey>();
    return row === null ? null : fromRaw(row);
  }

  /** Returns a page of a tenant's keys, newest first, including revoked keys. */
  async list(tenantId: string, limit: number, before: KeyPosition | null): Promise<KeyRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT ${COLUMNS} FROM api_key
         WHERE tenant_id = ?1 AND (?2 IS NULL OR (created_at, key_id) < (?2, ?3))
         ORDER BY created_at DESC, key_id DESC LIMIT ?4`,
      )
      .bind(tenantId, before?.created_at ?? null, before?.name ?? null, limit)
      .all<RawKey>();
    return results.map(fromRaw);
  }

  async insert(
    key: Omit<KeyRow, "created_at" | "revoked_at">,
    hash: string,
    actor: Actor,
  ): Promise<void> {
    const { key_id, tenant_id, name, scopes, expires_at } = key;
    await writeNoted(
      this.#db,
      this.#db
        .prepare(
          `INSERT INTO api_key (key_id, tenant_id, name, hash, scopes, created_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING key_id`,
        )
        .bind(key_id, tenant_id, name, hash, scopes.join(" "), actor.at, expires_at),
      actor,
      {
        tenant_id,
        action: "key.created",
        subject: key_id,
        details: { name, scopes: [...scopes], expires_at },
      },
    );
  }

  /** Stores a key, unless its hash was ever stored: a key that was revoked or rotated stays so. */
  async adopt(
    { key_id, tenant_id, name, scopes }: Omit<KeyRow, "created_at" | "revoked_at" | "expires_at">,
    hash: string,
    actor: Actor,
  ): Promise<void> {
    await writeNoted(
      this.#db,
      this.#db
        .prepare(
          `INSERT INTO api_key (key_id, tenant_id, name, hash, scopes, created_at)
           SELECT ?1, ?2, ?3, ?4, ?5, ?6
           WHERE NOT EXISTS (SELECT 1 FROM api_key WHERE hash = ?4)
             AND NOT EXISTS (SELECT 1 FROM retired_secret WHERE hash = ?4) RETURNING key_id`,
        )
        .bind(key_id, tenant_id, name, hash, scopes.join(" "), actor.at),
      actor,
      { tenant_id, action: "key.created", subject: key_id, details: { name, scopes: [...scopes] } },
    );
  }

  /** Replaces the secret of a key. Returns false if the key is revoked or expired. */
  async rotate(
    { key_id, tenant_id }: KeyRow,
    hash: string,
    validUntil: string,
    actor: Actor,
  ): Promise<boolean> {
    const retired = this.#db
      .prepare(
        `INSERT INTO retired_secret (key_id, secret, hash, valid_until)
         SELECT k.key_id, ${NEWEST_SECRET}, k.hash, ?3 FROM api_key AS k
         WHERE k.key_id = ?1 AND ${LIVE} RETURNING key_id`,
      )
      .bind(key_id, actor.at, validUntil);
    const replaced = this.#db
      .prepare(`UPDATE api_key AS k SET hash = ?3 WHERE k.key_id = ?1 AND ${LIVE}`)
      .bind(key_id, actor.at, hash);
    const row = await writeNoted(
      this.#db,
      retired,
      actor,
      { tenant_id, action: "key.rotated", subject: key_id, details: { old_until: validUntil } },
      replaced,
    );
    return row !== null;
  }

  /** Revokes a key. Has no effect on a revoked key. */
  async revoke({ key_id, tenant_id }: KeyRow, actor: Actor): Promise<void> {
    await writeNoted(
      this.#db,
      this.#db
        .prepare(
          `UPDATE api_key SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL
           RETURNING key_id`,
        )
        .bind(actor.at, key_id),
      actor,
      { tenant_id, action: "key.revoked", subject: key_id },
    );
  }

  /** Returns the key that signs tickets and cursors, as hex. The migrations create it. */
  async signingKey(): Promise<string> {
    this.#signingKey ??= await this.#readSigningKey();
    return this.#signingKey;
  }

  async #readSigningKey(): Promise<string> {
    const value = await this.#db
      .prepare("SELECT value FROM secret WHERE name = 'signing_key'")
      .first<string>("value");
    if (value === null) {
      throw new Error("The database has no signing key: apply the migrations.");
    }
    return value;
  }

  /** Resolves if D1 responds, and rejects otherwise. */
  async ping(): Promise<void> {
    await this.#db.prepare("SELECT 1").first();
  }
}

type RawKey = Omit<KeyRow, "scopes"> & { readonly scopes: string };

function fromRaw({ scopes, ...row }: RawKey): KeyRow {
  return { ...row, scopes: scopesOf(scopes) };
}

function withImplied(scopes: readonly Scope[]): ReadonlySet<Scope> {
  return new Set(scopes.includes("admin") ? [...scopes, ...IMPLIED_BY_ADMIN] : scopes);
}

function scopesOf(text: string): Scope[] {
  const listed = text.split(" ");
  return SCOPES.filter((scope) => listed.includes(scope));
}

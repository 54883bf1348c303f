/** Hooks in D1: URLs that start tasks. A call has no API key: `find` needs only the hook's id. */
import type { JsonObject } from "../run/value/json.ts";
import { MAX_WEBHOOKS } from "../run/log/webhook-body.ts";
import { expectedValues, isExpected, type Version } from "./versioned.ts";
import type { KeptSecret } from "./secrets.ts";

export const HOOK_SCHEMES = ["standard", "github"] as const;

export interface HookRow extends Version {
  readonly hook_id: string;
  readonly tenant_id: string;
  readonly name: string;
  readonly scheme: (typeof HOOK_SCHEMES)[number];
  readonly template: JsonObject;
  readonly enabled: boolean;
  readonly updated_at: string;
}

/** Fields of a hook to change. */
export type HookChange = Partial<Pick<HookRow, "name" | "scheme" | "template" | "enabled">>;

export class HookStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Returns all hooks of a tenant, oldest first. */
  async list(tenantId: string): Promise<HookRow[]> {
    const { results } = await this.#db
      .prepare("SELECT * FROM hook WHERE tenant_id = ? ORDER BY hook_id")
      .bind(tenantId)
      .all<RawHook>();
    return results.map(hookOf);
  }

  async get(tenantId: string, hookId: string): Promise<HookRow | null> {
    const row = await this.#db
      .prepare("SELECT * FROM hook WHERE hook_id = ?2 AND tenant_id = ?1")
      .bind(tenantId, hookId)
      .first<RawHook>();
    return row === null ? null : hookOf(row);
  }

  /** Returns a hook of any tenant with its sealed signing secret, or null. */
  async find(hookId: string): Promise<{ hook: HookRow; secret: KeptSecret } | null> {
    const row = await this.#db
      .prepare(
        `SELECT hook.*, sealed, previous, previous_until FROM hook
         JOIN signing_secret ON signing_secret.tenant_id = hook.tenant_id AND owner = hook_id
         WHERE hook_id = ?`,
      )
      .bind(hookId)
      .first<RawHook & KeptSecret>();
    if (row === null) {
      return null;
    }
    const { sealed, previous, previous_until } = row;
    return { hook: hookOf(row), secret: { sealed, previous, previous_until } };
  }

  /** Inserts a hook and its secret in one batch. Returns null if the tenant has `MAX_WEBHOOKS`. */
  async insert(
    tenantId: string,
    hookId: string,
    hook: Required<HookChange>,
    sealed: string,
    now: string,
  ): Promise<HookRow | null> {
    const [inserted] = await this.#db.batch<RawHook>([
      this.#db
        .prepare(
          `INSERT INTO hook (hook_id, tenant_id, name, scheme, template, enabled, created_at, updated_at)
           SELECT ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?7
           WHERE (SELECT COUNT(*) FROM hook WHERE tenant_id = ?1) < ${MAX_WEBHOOKS}
           RETURNING *`,
        )
        .bind(
          tenantId,
          hookId,
          hook.name,
          hook.scheme,
          JSON.stringify(hook.template),
          Number(hook.enabled),
          now,
        ),
      this.#db
        .prepare(
          `INSERT INTO signing_secret (tenant_id, owner, sealed, created_at)
           SELECT tenant_id, hook_id, ?3, ?4 FROM hook WHERE tenant_id = ?1 AND hook_id = ?2`,
        )
        .bind(tenantId, hookId, sealed, now),
    ]);
    const [row] = inserted?.results ?? [];
    return row === undefined ? null : hookOf(row);
  }

  /** Changes a hook. Returns null if it does not exist or has another version than expected. */
  async change(
    tenantId: string,
    hookId: string,
    { name, scheme, template, enabled }: HookChange,
    expected: Version | null,
    now: string,
  ): Promise<HookRow | null> {
    const row = await this.#db
      .prepare(
        `UPDATE hook SET name = COALESCE(?3, name), scheme = COALESCE(?4, scheme),
           template = COALESCE(?5, template), enabled = COALESCE(?6, enabled), updated_at = ?7,
           version = version + 1
         WHERE tenant_id = ?1 AND hook_id = ?2 AND ${isExpected(8)} RETURNING *`,
      )
      .bind(
        tenantId,
        hookId,
        name ?? null,
        scheme ?? null,
        template === undefined ? null : JSON.stringify(template),
        enabled === undefined ? null : Number(enabled),
        now,
        ...expectedValues(expected),
      )
      .first<RawHook>();
    return row === null ? null : hookOf(row);
  }

  /** Deletes a hook and its secret. Returns false if there is none with the expected version. */
  async remove(tenantId: string, hookId: string, expected: Version | null): Promise<boolean> {
    const [removed] = await this.#db.batch([
      this.#db
        .prepare(`DELETE FROM hook WHERE tenant_id = ?1 AND hook_id = ?2 AND ${isExpected(3)}`)
        .bind(tenantId, hookId, ...expectedValues(expected)),
      this.#db
        .prepare("DELETE FROM signing_secret WHERE tenant_id = ? AND owner = ? AND changes() > 0")
        .bind(tenantId, hookId),
    ]);
    return (removed?.meta.changes ?? 0) > 0;
  }
}

type RawHook = Omit<HookRow, "template" | "enabled"> & {
  readonly template: string;
  readonly enabled: number;
};

/** Maps a row to a hook. Ignores other columns. */
function hookOf(raw: RawHook): HookRow {
  const { hook_id, tenant_id, name, scheme, template, enabled, version } = raw;
  const { created_at, updated_at } = raw;
  return {
    hook_id,
    tenant_id,
    name,
    scheme,
    template: JSON.parse(template) as JsonObject,
    enabled: enabled === 1,
    version,
    created_at,
    updated_at,
  };
}

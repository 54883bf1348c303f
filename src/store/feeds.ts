/**
 * The tenants whose feed is on, in D1: a run learns with each projection whether its changes are
 * wanted, so a tenant without watchers pays nothing. Owner: the tenant's feed object.
 */
export class FeedStore {
  readonly #db: Pick<D1Database, "batch" | "prepare">;

  constructor(db: Pick<D1Database, "batch" | "prepare">) {
    this.#db = db;
  }

  /**
   * Turns the feed of a tenant on.
   * @param now RFC 3339
   * @returns since when it is on
   */
  async turnOn(tenantId: string, now: string): Promise<string> {
    const insert = this.#db
      .prepare("INSERT INTO feed (tenant_id, since) VALUES (?, ?) ON CONFLICT DO NOTHING")
      .bind(tenantId, now);
    const results = await this.#db.batch<{ since: string }>([
      insert,
      feedSince(this.#db, tenantId),
    ]);
    return results.at(-1)?.results[0]?.since ?? now;
  }

  /** Returns whether the feed of a tenant is on. */
  async isOn(tenantId: string): Promise<boolean> {
    return (await feedSince(this.#db, tenantId).first()) !== null;
  }

  /** Turns the feed of a tenant off. */
  async turnOff(tenantId: string): Promise<void> {
    await this.#db.prepare("DELETE FROM feed WHERE tenant_id = ?").bind(tenantId).run();
  }
}

/** Returns the statement that reads since when a tenant's feed is on: a column `since`. */
function feedSince(db: Pick<D1Database, "prepare">, tenantId: string): D1PreparedStatement {
  return db.prepare("SELECT since FROM feed WHERE tenant_id = ?").bind(tenantId);
}

/** What of a tenant's follows the status of its runs, as columns. */
export interface Followers {
  /** Since when the tenant's feed is on, RFC 3339; null while it is off. */
  readonly since: string | null;
  /** 1 if the tenant has its traces exported, else null. */
  readonly telemetry: number | null;
}

/** Returns the expressions of `Followers`. @param tenant SQL expression of the tenant's id */
export function followers(tenant: string): string {
  return `(SELECT since FROM feed WHERE tenant_id = ${tenant}) AS since,
    (SELECT 1 FROM telemetry WHERE tenant_id = ${tenant} AND url IS NOT NULL) AS telemetry`;
}

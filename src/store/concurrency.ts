/**
 * Caps on concurrency as D1 knows them: that a tenant has any, so that its new tasks ask for slots.
 * The tenant's ledger keeps to them, and is who knows how they are used.
 */
import { writeNoted, type Actor } from "./audit.ts";

/** A cap of the tenant, or of one agent; null lifts it. */
export interface Cap {
  readonly agent: string | null;
  readonly max_runs: number | null;
}

export class ConcurrencyStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Sets or lifts a cap, and notes who did. Lifting one that is not there changes and notes nothing. */
  async set(tenantId: string, { agent, max_runs }: Cap, actor: Actor): Promise<void> {
    const name = agent ?? "";
    const statement =
      max_runs === null
        ? this.#db
            .prepare("DELETE FROM concurrency_cap WHERE tenant_id = ? AND agent = ? RETURNING 1")
            .bind(tenantId, name)
        : this.#db
            .prepare("INSERT OR REPLACE INTO concurrency_cap VALUES (?, ?, ?) RETURNING 1")
            .bind(tenantId, name, max_runs);
    await writeNoted(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "concurrency.changed",
      subject: agent ?? "tenant",
      details: { max_runs },
    });
  }
}

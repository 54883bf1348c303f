/**
 * Concurrency caps in D1. They decide whether a tenant's new tasks need slots. The tenant's ledger
 * enforces the caps and counts the slots in use.
 */
import { writeNoted, type Actor } from "./audit.ts";

/** A cap of the tenant, or of one agent. A `max_runs` of null removes it. */
export interface Cap {
  readonly agent: string | null;
  readonly max_runs: number | null;
}

export class ConcurrencyStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Sets or removes a cap and audits it. Removing a missing cap changes and audits nothing, and
   * returns false.
   */
  async set(tenantId: string, { agent, max_runs }: Cap, actor: Actor): Promise<boolean> {
    const name = agent ?? "";
    const statement =
      max_runs === null
        ? this.#db
            .prepare("DELETE FROM concurrency_cap WHERE tenant_id = ? AND agent = ? RETURNING 1")
            .bind(tenantId, name)
        : this.#db
            .prepare("INSERT OR REPLACE INTO concurrency_cap VALUES (?, ?, ?) RETURNING 1")
            .bind(tenantId, name, max_runs);
    const written = await writeNoted(this.#db, statement, actor, {
      tenant_id: tenantId,
      action: "concurrency.changed",
      subject: agent ?? "tenant",
      details: { max_runs },
    });
    return written !== null;
  }
}

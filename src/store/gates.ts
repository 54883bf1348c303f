/**
 * The gates of providers, in D1, so that they can be listed. Owner: each gate's object, which writes
 * its row when it is first asked and when its breaker changes.
 */
import type { BreakerState, GateName } from "../run/value/provider-gate.ts";

/** Maximum gates in a list. */
const MAX_GATES = 100;

/** A gate as it is listed. */
export interface GateRow extends GateName {
  readonly breaker: BreakerState;
  /** When the breaker changed last, RFC 3339. */
  readonly changedAt: string;
}

export class GateStore {
  readonly #db: Pick<D1Database, "prepare">;

  constructor(db: Pick<D1Database, "prepare">) {
    this.#db = db;
  }

  /** Stores the state of a gate's breaker. */
  async note(name: GateName, breaker: BreakerState, now: string): Promise<void> {
    await this.#db
      .prepare(
        `INSERT INTO provider_gate (tenant_id, provider, family, breaker, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT DO UPDATE SET breaker = ?4, changed_at = ?5 WHERE breaker <> ?4`,
      )
      .bind(name.tenant ?? "", name.provider, name.family, breaker, now)
      .run();
  }

  async remove({ tenant, provider, family }: GateName): Promise<void> {
    await this.#db
      .prepare("DELETE FROM provider_gate WHERE tenant_id = ? AND provider = ? AND family = ?")
      .bind(tenant ?? "", provider, family)
      .run();
  }

  /** Returns the gates that a tenant's calls pass: its own and the deployment's, at most `MAX_GATES`. */
  async list(tenantId: string): Promise<GateRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT tenant_id, provider, family, breaker, changed_at FROM provider_gate
         WHERE tenant_id IN ('', ?1) ORDER BY provider, family, tenant_id LIMIT ${MAX_GATES}`,
      )
      .bind(tenantId)
      .all<
        Record<"tenant_id" | "provider" | "family" | "changed_at", string> & {
          breaker: BreakerState;
        }
      >();
    return results.map(({ tenant_id, provider, family, breaker, changed_at }) => ({
      tenant: tenant_id === "" ? null : tenant_id,
      provider,
      family,
      breaker,
      changedAt: changed_at,
    }));
  }
}

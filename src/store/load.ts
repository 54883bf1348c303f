/** What a tenant has to do and has not done yet, counted in D1. */

/** The oldest task that could have been started. */
export interface OldestPending {
  readonly task_id: string;
  /** When it could have been started first, RFC 3339. */
  readonly since: string;
}

/** Work that waits. */
export interface Load {
  /** Null if every task that could be started was. */
  readonly oldestPending: OldestPending | null;
  /** Deliveries of webhooks that have not ended, and when the first of them is due. */
  readonly deliveries: { readonly pending: number; readonly firstDueAt: string | null };
}

export class LoadStore {
  readonly #db: Pick<D1Database, "batch" | "prepare">;

  constructor(db: Pick<D1Database, "batch" | "prepare">) {
    this.#db = db;
  }

  /**
   * Counts the work of a tenant. Reads its unfinished tasks and all pending deliveries.
   * @param now RFC 3339
   */
  async of(tenantId: string, now: string): Promise<Load> {
    const [pending, deliveries] = await this.#db.batch<Record<string, unknown>>([
      this.#db
        .prepare(
          `SELECT task_id, MAX(created_at, COALESCE(scheduled_at, '')) AS since
           FROM task INDEXED BY task_open
           WHERE tenant_id = ?1 AND completed_at IS NULL AND status = 'pending'
             AND waiting_for IS NULL AND COALESCE(scheduled_at, '') <= ?2
           ORDER BY 2 LIMIT 1`,
        )
        .bind(tenantId, now),
      this.#db
        .prepare(
          `SELECT COUNT(*) AS pending, MIN(next_attempt_at) AS first
           FROM webhook_delivery INDEXED BY webhook_delivery_due
           WHERE state = 'pending' AND tenant_id = ?1`,
        )
        .bind(tenantId),
    ]);
    const [oldest] = pending?.results ?? [];
    const [row] = deliveries?.results ?? [];
    const first = row?.["first"];
    return {
      oldestPending:
        oldest === undefined
          ? null
          : { task_id: String(oldest["task_id"]), since: String(oldest["since"]) },
      deliveries: {
        pending: Number(row?.["pending"] ?? 0),
        firstDueAt: typeof first === "string" ? first : null,
      },
    };
  }
}

/** Usage in D1, as runs reported it: sums over a tenant's runs, by day, agent or model. */

/** Columns that sums can be grouped by. */
export const USAGE_GROUPS = ["day", "agent", "model"] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export interface UsageSum {
  readonly day: string | null;
  readonly agent: string | null;
  readonly model: string | null;
  readonly tasks: number;
  readonly model_calls: number;
  readonly input_tokens: number;
  readonly cached_input_tokens: number;
  readonly output_tokens: number;
  readonly cost_micro_usd: number;
}

/** Maximum rows of a report. `sums` returns one more row if the report would be longer. */
export const MAX_USAGE_ROWS = 10_000;

export class UsageStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Returns sums of a tenant's usage over a range of days.
   * @param from first day, `YYYY-MM-DD`
   * @param to last day, inclusive
   * @param groups columns to group by; empty for one total
   */
  async sums(
    tenantId: string,
    from: string,
    to: string,
    groups: readonly UsageGroup[],
  ): Promise<UsageSum[]> {
    const columns = USAGE_GROUPS.map((name) => (groups.includes(name) ? name : `NULL AS ${name}`));
    const grouping = groups.length === 0 ? "" : `GROUP BY ${groups.join(", ")}`;
    const { results } = await this.#db
      .prepare(
        `SELECT ${columns.join(", ")}, COUNT(DISTINCT task_id) AS tasks,
           COALESCE(SUM(model_calls), 0) AS model_calls,
           COALESCE(SUM(input_tokens), 0) AS input_tokens,
           COALESCE(SUM(cached_input_tokens), 0) AS cached_input_tokens,
           COALESCE(SUM(output_tokens), 0) AS output_tokens,
           COALESCE(SUM(cost_micro_usd), 0) AS cost_micro_usd
         FROM usage WHERE tenant_id = ? AND day BETWEEN ? AND ?
         ${grouping} ORDER BY 1, 2, 3 LIMIT ${MAX_USAGE_ROWS + 1}`,
      )
      .bind(tenantId, from, to)
      .all<UsageSum>();
    return results;
  }
}

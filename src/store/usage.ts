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

/** Position of a row in a report: its day, agent and model, each empty where it is not grouped. */
export type UsagePosition = readonly [day: string, agent: string, model: string];

/** The columns that are summed. */
const SUMMED = [
  "model_calls",
  "input_tokens",
  "cached_input_tokens",
  "output_tokens",
  "cost_micro_usd",
] as const;

/** How long sums of deleted tasks are stored: five years, in milliseconds. */
const SUMS_RETENTION_MS = 5 * 366 * 86_400_000;

export class UsageStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Returns sums of a tenant's usage over a range of days. A deleted task counts once for each of
   * its days and models.
   * @param from first day, `YYYY-MM-DD`
   * @param to last day, inclusive
   * @param groups columns to group by; empty for one total
   * @param limit maximum number of rows, in the order of their positions
   * @param after position of the last row of the previous page
   */
  async sums(
    tenantId: string,
    from: string,
    to: string,
    groups: readonly UsageGroup[],
    limit: number,
    after: UsagePosition | null,
  ): Promise<UsageSum[]> {
    const columns = USAGE_GROUPS.map((name) => (groups.includes(name) ? name : `NULL AS ${name}`));
    const grouping = groups.length === 0 ? "" : `GROUP BY ${groups.join(", ")}`;
    // Earlier days are on earlier pages.
    const first = after === null || after[0] < from ? from : after[0];
    const { results } = await this.#db
      .prepare(
        `SELECT * FROM (SELECT ${columns.join(", ")}, COUNT(DISTINCT task_id) + COALESCE(SUM(deleted_tasks), 0) AS tasks,
           COALESCE(SUM(model_calls), 0) AS model_calls,
           COALESCE(SUM(input_tokens), 0) AS input_tokens,
           COALESCE(SUM(cached_input_tokens), 0) AS cached_input_tokens,
           COALESCE(SUM(output_tokens), 0) AS output_tokens,
           COALESCE(SUM(cost_micro_usd), 0) AS cost_micro_usd
         FROM (
           SELECT day, agent, model, task_id, 0 AS deleted_tasks, ${SUMMED.join(", ")}
           FROM usage WHERE tenant_id = ?1 AND day BETWEEN ?2 AND ?3
           UNION ALL
           SELECT day, agent, model, NULL, tasks, ${SUMMED.join(", ")}
           FROM usage_by_day WHERE tenant_id = ?1 AND day BETWEEN ?2 AND ?3)
         ${grouping})
         WHERE ?4 IS NULL OR (COALESCE(day, ''), COALESCE(agent, ''), COALESCE(model, '')) > (?4, ?5, ?6)
         ORDER BY 1, 2, 3 LIMIT ?7`,
      )
      .bind(tenantId, first, to, ...(after ?? [null, null, null]), limit)
      .all<UsageSum>();
    return results;
  }

  /**
   * Sums the usage of a tenant's deleted tasks by day, agent and model, and deletes its rows by
   * task. A task that still exists keeps its rows: its run may report again.
   * @param before days before this one, `YYYY-MM-DD`
   * @param now milliseconds since the epoch
   */
  async rollUp(tenantId: string, before: string, now: number): Promise<void> {
    const old = `tenant_id = ?1 AND day < ?2 AND NOT EXISTS (
      SELECT 1 FROM task WHERE task.tenant_id = usage.tenant_id AND task.task_id = usage.task_id)`;
    const sums = SUMMED.map((name) => `SUM(${name})`).join(", ");
    const added = ["tasks", ...SUMMED].map((name) => `${name} = ${name} + excluded.${name}`);
    const oldest = new Date(now - SUMS_RETENTION_MS).toISOString().slice(0, 10);
    await this.#db.batch([
      this.#db
        .prepare(
          `INSERT INTO usage_by_day (tenant_id, day, agent, model, tasks, ${SUMMED.join(", ")})
           SELECT tenant_id, day, agent, model, COUNT(*), ${sums} FROM usage WHERE ${old}
           GROUP BY tenant_id, day, agent, model
           ON CONFLICT DO UPDATE SET ${added.join(", ")}`,
        )
        .bind(tenantId, before),
      this.#db.prepare(`DELETE FROM usage WHERE ${old}`).bind(tenantId, before),
      this.#db
        .prepare("DELETE FROM usage_by_day WHERE tenant_id = ? AND day < ?")
        .bind(tenantId, oldest),
    ]);
  }
}

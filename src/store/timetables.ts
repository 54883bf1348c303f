/**
 * The timetables that the reconciler looks at, in D1: the alarm of an object may be lost. Owner: the
 * tenant's timetable, which keeps `check_at` some minutes behind its alarm.
 */
export class TimetableStore {
  readonly #db: Pick<D1Database, "prepare">;

  constructor(db: Pick<D1Database, "prepare">) {
    this.#db = db;
  }

  /** Stores when a timetable is looked at. @param checkAt RFC 3339; null for never */
  async note(tenantId: string, checkAt: string | null): Promise<void> {
    await this.#db
      .prepare(
        "INSERT INTO timetable (tenant_id, check_at) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET check_at = ?2",
      )
      .bind(tenantId, checkAt)
      .run();
  }

  /** Deletes the row of a timetable without schedules. */
  async remove(tenantId: string): Promise<void> {
    await this.#db.prepare("DELETE FROM timetable WHERE tenant_id = ?").bind(tenantId).run();
  }

  /**
   * Claims timetables whose check is due, and sets their next check to `again`. Returns their
   * tenants. For the reconciler.
   */
  async takeLate(now: string, again: string, limit: number): Promise<string[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE timetable SET check_at = ?2 WHERE tenant_id IN (
           SELECT tenant_id FROM timetable WHERE check_at < ?1 ORDER BY check_at LIMIT ?3)
         RETURNING tenant_id`,
      )
      .bind(now, again, limit)
      .all<{ tenant_id: string }>();
    return results.map(({ tenant_id }) => tenant_id);
  }

  /** Returns since when the check of a tenant's timetable is due; null if it is not. */
  async lateSince(tenantId: string, now: string): Promise<string | null> {
    return this.#db
      .prepare("SELECT check_at FROM timetable WHERE tenant_id = ? AND check_at < ?")
      .bind(tenantId, now)
      .first<string>("check_at");
  }
}

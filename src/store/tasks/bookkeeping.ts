/** The reconciler's queries and changes of tasks, across tenants. */
import { dropAnswersBefore, IDEMPOTENCY_TTL_MS } from "../answers.ts";
import { releaseStatements } from "../attachments.ts";
import { dropQuestions } from "../inbox.ts";
import { isoTime } from "../../run/value/time.ts";
import { RUNNING_CHECK_MS } from "./projection.ts";
import { leaveStatements } from "./turn-place.ts";
import { GIVEN_UP, rowOf, type TaskName, type TaskRow, type WholeRow } from "./rows.ts";

/** A finished task. */
export type EndedTask = TaskName & {
  readonly completed_at: string;
  readonly conversation_id: string | null;
  /** True if the log was unreadable or lost, so that it has no final event. */
  readonly givenUp: boolean;
};

/** A pending task whose queue message may be lost, and the number of dispatches so far. */
export interface ForgottenTask {
  readonly task: TaskRow;
  readonly dispatches: number;
}

export class TaskBookkeeping {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Claims tasks that are still pending and were dispatched before `before`, and counts another
   * dispatch. Across tenants; for the reconciler.
   */
  async takeForgotten(before: string, now: string, limit: number): Promise<ForgottenTask[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE task SET dispatched_at = ?1, check_at = ?1, dispatches = dispatches + 1
         WHERE (tenant_id, task_id) IN (
           SELECT tenant_id, task_id FROM task
           WHERE check_at < ?2 AND status = 'pending' AND waiting_for IS NULL ORDER BY check_at LIMIT ?3)
         RETURNING *`,
      )
      .bind(now, before, limit)
      .all<WholeRow & { dispatches: number }>();
    return results.map((row) => ({ task: rowOf(row), dispatches: row.dispatches }));
  }

  /**
   * Claims live tasks whose check is due, and sets their next check to `again`. A waiting task is due
   * at its `check_at`, a running one `RUNNING_CHECK_MS` later. Across tenants; for the reconciler.
   */
  async takeUnheard(now: string, again: string, limit: number): Promise<TaskRow[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE task SET check_at = CASE status WHEN 'running' THEN ?5 ELSE ?1 END
         WHERE (tenant_id, task_id) IN (
           SELECT tenant_id, task_id FROM task
           WHERE check_at < ?2 AND (status = 'waiting' OR status = 'running' AND check_at < ?3)
           ORDER BY check_at LIMIT ?4)
         RETURNING *`,
      )
      .bind(again, now, runningCheck(now), limit, runningCheck(again))
      .all<WholeRow>();
    return results.map((row) => rowOf(row));
  }

  /**
   * Returns a page of tasks that ended before `before`, oldest first. Across tenants; for the
   * reconciler.
   * @param after last task of the previous page
   */
  async endedBefore(before: string, after: EndedTask | null, limit: number): Promise<EndedTask[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT tenant_id, task_id, completed_at, conversation_id,
           COALESCE(error ->> '$.code' IN (${GIVEN_UP.map((code) => `'${code}'`).join(", ")}), 0) AS given_up
         FROM task WHERE completed_at < ? AND (completed_at, tenant_id, task_id) > (?, ?, ?)
         ORDER BY completed_at, tenant_id, task_id LIMIT ?`,
      )
      .bind(before, after?.completed_at ?? "", after?.tenant_id ?? "", after?.task_id ?? "", limit)
      .all<Omit<EndedTask, "givenUp"> & { given_up: number }>();
    return results.map(({ given_up, ...row }) => Object.assign(row, { givenUp: given_up === 1 }));
  }

  /** Deletes the row of a task if the task ended before `endedBefore`; see `TaskChanges.delete`. */
  async delete(
    { tenant_id, task_id, conversation_id }: TaskName & Pick<EndedTask, "conversation_id">,
    endedBefore: string,
  ): Promise<void> {
    await this.#db.batch([
      this.#db
        .prepare("DELETE FROM task WHERE tenant_id = ? AND task_id = ? AND completed_at < ?")
        .bind(tenant_id, task_id, endedBefore),
      dropQuestions(this.#db, { tenant_id, task_id }),
      ...releaseStatements(this.#db, { tenant_id, task_id }),
      ...leaveStatements(this.#db, { tenant_id, task_id }, conversation_id),
    ]);
  }

  /** Deletes idempotency keys and stored responses that are older than `IDEMPOTENCY_TTL_MS`. */
  async expireIdempotency(now: number): Promise<void> {
    const before = isoTime(now - IDEMPOTENCY_TTL_MS);
    await this.#db.batch([
      this.#db.prepare("DELETE FROM idempotency WHERE created_at < ?").bind(before),
      dropAnswersBefore(this.#db, before),
    ]);
  }
}

/** Returns the `check_at` of a running task that is due at a time. */
function runningCheck(due: string): string {
  return isoTime(Date.parse(due) - RUNNING_CHECK_MS);
}

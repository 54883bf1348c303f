/** Changes of tasks that do not come from their runs: their name and metadata, and deletion. */
import type { JsonObject } from "../../run/value/json.ts";
import { CALLBACKS } from "../../run/log/webhook-body.ts";
import { releaseStatements } from "../attachments.ts";
import { writeNoted, type Actor } from "../audit.ts";
import type { TaskName, TaskRow } from "./rows.ts";
import { leaveStatements } from "./turn-place.ts";

/** The fields of a task that clients may change at any time. */
export type TaskLabels = Pick<TaskRow, "name" | "metadata">;

/** Changes and deletions of tasks in D1. */
export class TaskChanges {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Replaces the name and metadata of a task. Returns false, and changes nothing, if they are not
   * those of `before` any more.
   */
  async relabel(
    { tenant_id, task_id }: TaskName,
    before: TaskLabels,
    after: TaskLabels,
    now: string,
  ): Promise<boolean> {
    const { meta } = await this.#db
      .prepare(
        `UPDATE task SET name = ?3, metadata = ?4, updated_at = MAX(updated_at, ?7)
         WHERE tenant_id = ?1 AND task_id = ?2 AND name IS ?5 AND metadata = ?6`,
      )
      .bind(tenant_id, task_id, after.name, text(after), before.name, text(before), now)
      .run();
    return meta.changes > 0;
  }

  /**
   * Deletes a finished task with its deliveries, its idempotency key and stored responses, in one
   * batch with the audit entry. The turn before it becomes the head of its conversation. Its usage stays: it is the tenant's bill. The run must be deleted
   * before: without the row, it could not be found again.
   * @returns whether the task was there and finished
   */
  async delete({ tenant_id, task_id }: TaskName, actor: Actor): Promise<boolean> {
    const found = await this.#db
      .prepare("SELECT claim, conversation_id FROM task WHERE tenant_id = ? AND task_id = ?")
      .bind(tenant_id, task_id)
      .first<{ claim: string | null; conversation_id: string | null }>();
    const deleted = await writeNoted(
      this.#db,
      this.#db
        .prepare(
          `DELETE FROM task WHERE tenant_id = ? AND task_id = ?
             AND status IN ('completed', 'failed', 'cancelled') RETURNING task_id`,
        )
        .bind(tenant_id, task_id),
      actor,
      { tenant_id, action: "task.deleted", subject: task_id },
      this.#db
        .prepare(
          `DELETE FROM webhook_delivery WHERE tenant_id = ?1 AND message_id > ?2 || ':'
             AND message_id < ?2 || ';' AND webhook_id IN (
               SELECT webhook_id FROM webhook WHERE tenant_id = ?1 UNION ALL SELECT '${CALLBACKS}')
             AND NOT EXISTS (SELECT 1 FROM task WHERE tenant_id = ?1 AND task_id = ?2)`,
        )
        .bind(tenant_id, task_id),
      this.#db
        .prepare(
          `DELETE FROM idempotency WHERE tenant_id = ?1 AND route = ?3 ->> 0 AND key = ?3 ->> 1
             AND task_id = ?2
             AND NOT EXISTS (SELECT 1 FROM task WHERE tenant_id = ?1 AND task_id = ?2)`,
        )
        .bind(tenant_id, task_id, found?.claim ?? "[]"),
      this.#db
        .prepare(
          `DELETE FROM answer WHERE tenant_id = ?1 AND task_id = ?2
             AND NOT EXISTS (SELECT 1 FROM task WHERE tenant_id = ?1 AND task_id = ?2)`,
        )
        .bind(tenant_id, task_id),
      ...releaseStatements(this.#db, { tenant_id, task_id }),
      ...leaveStatements(this.#db, { tenant_id, task_id }, found?.conversation_id ?? null),
    );
    return deleted !== null;
  }
}

function text({ metadata }: { readonly metadata: JsonObject }): string {
  return JSON.stringify(metadata);
}

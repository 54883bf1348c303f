/** The status of many tasks at once, for those that follow tasks of their own. */
import type { TaskStatus } from "../../run/log/state.ts";

/** Returns the status of a tenant's tasks by their ids. Those that do not exist are absent. */
export async function taskStatuses(
  db: D1Database,
  tenantId: string,
  taskIds: readonly string[],
): Promise<ReadonlyMap<string, TaskStatus>> {
  const { results } = await db
    .prepare(
      `SELECT task_id, status FROM task
       WHERE tenant_id = ? AND task_id IN (SELECT value FROM json_each(?))`,
    )
    .bind(tenantId, JSON.stringify(taskIds))
    .all<{ task_id: string; status: TaskStatus }>();
  return new Map(results.map(({ task_id, status }) => [task_id, status]));
}

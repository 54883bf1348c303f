/** Fails a task whose log is unreadable or lost: such a log can take no event. */
import type { RunView } from "../../run/decide/view.ts";
import { isoTime } from "../../run/value/time.ts";
import type { TaskName } from "../../store/tasks/rows.ts";
import type { Deps } from "./deps.ts";

/**
 * Fails a task in D1, then sends the change to its tenant's feed if that is on. Repeating it changes
 * nothing. @throws what D1 or the feed throws
 * @param now milliseconds since the epoch
 */
export async function failInD1(
  { tasks, feed }: Pick<Deps, "tasks" | "feed">,
  { tenant_id, task_id }: TaskName,
  error: NonNullable<RunView["error"]>,
  now: number,
): Promise<void> {
  const failed = await tasks.failUnreadable({ tenant_id, task_id }, error, isoTime(now));
  if (failed !== null) {
    await feed(tenant_id)?.changed({
      task_id,
      // No event says it, so it has the number of the next one.
      seq: failed.last_seq + 1,
      status: "failed",
      waiting_for: null,
      agent: failed.agent,
      deleted: false,
      at: failed.completed_at,
    });
  }
}

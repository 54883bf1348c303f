/**
 * The net under the queue, run by the cron trigger: a task that is still `pending` long after it
 * was accepted has lost its message, and is sent again; one that was sent too often is failed.
 * Bounded in each run; what is left over is taken by the next.
 */
import { specOf, type TaskStore } from "../store/tasks.ts";
import type { QueueDeps } from "./consumer.ts";
import { abandonRun } from "./dead-letter.ts";
import { messageFor, type TaskMessage } from "./message.ts";

export interface ReconcilerDeps extends QueueDeps {
  readonly tasks: Pick<TaskStore, "get" | "takeForgotten" | "undeliverable" | "expireIdempotency">;
  readonly queue: Pick<Queue<TaskMessage>, "send">;
  /** Age at which a pending task counts as forgotten, milliseconds. */
  readonly reconcileAfterMs: number;
}

/** Tasks read at once: each may hold a megabyte of input. */
const PAGE = 20;
const MAX_PAGES = 50;

/** @param now milliseconds */
export async function reconcile(deps: ReconcilerDeps, now: number): Promise<void> {
  const before = new Date(now - deps.reconcileAfterMs).toISOString();
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const rows = await deps.tasks.takeForgotten(before, new Date(now).toISOString(), PAGE);
    for (const row of rows) {
      const spec = JSON.stringify(specOf(row));
      await deps.queue.send(messageFor(row.tenant_id, row.task_id, spec));
    }
    if (rows.length < PAGE) {
      break;
    }
  }
  for (const row of await deps.tasks.undeliverable(before, PAGE)) {
    await abandonRun(JSON.stringify(specOf(row)), row.tenant_id, row.task_id, deps);
  }
  await deps.tasks.expireIdempotency(now);
}

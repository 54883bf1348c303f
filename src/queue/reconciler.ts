/**
 * The net under the queue, run by the cron trigger: a task that is still `pending` long after it
 * was accepted has lost its message, and is sent again; then its run is asked directly; one whose
 * run refuses again and again is failed. Bounded in each run; the rest is taken by the next.
 */
import { specOf, type ForgottenTask, type TaskStore } from "../store/tasks.ts";
import type { QueueDeps } from "./consumer.ts";
import { abandonRun } from "./dead-letter.ts";
import { messageFor, type TaskMessage } from "./message.ts";

export interface ReconcilerDeps extends QueueDeps {
  readonly tasks: Pick<TaskStore, "get" | "takeForgotten" | "expireIdempotency">;
  readonly queue: Pick<Queue<TaskMessage>, "send">;
  /** Age at which a pending task counts as forgotten, milliseconds. */
  readonly reconcileAfterMs: number;
}

/** Tasks read at once: each may hold a megabyte of input. */
const PAGE = 20;
const MAX_PAGES = 50;
/** Times that a task is sent again before its run is asked directly, and then failed. */
const QUEUE_TRIES = 10;
const DIRECT_TRIES = 10;

/** @param now milliseconds */
export async function reconcile(deps: ReconcilerDeps, now: number): Promise<void> {
  const before = new Date(now - deps.reconcileAfterMs).toISOString();
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const rows = await deps.tasks.takeForgotten(before, new Date(now).toISOString(), PAGE);
    for (const row of rows) {
      await mend(row, deps).catch((error: unknown) => deps.observer.fault("reconcile", error));
    }
    if (rows.length < PAGE) {
      break;
    }
  }
  await deps.tasks.expireIdempotency(now);
}

/** By the queue at first; then directly, since the queue may be what is broken. */
async function mend(row: ForgottenTask, deps: ReconcilerDeps): Promise<void> {
  const { tenant_id, task_id } = row.task;
  const spec = JSON.stringify(specOf(row.task));
  if (row.dispatches <= QUEUE_TRIES) {
    await deps.queue.send(messageFor(tenant_id, task_id, spec));
    return;
  }
  try {
    await deps.run(tenant_id, task_id).start(spec);
  } catch (error) {
    if (row.dispatches <= QUEUE_TRIES + DIRECT_TRIES) {
      throw error;
    }
    await abandonRun(spec, tenant_id, task_id, deps);
  }
}

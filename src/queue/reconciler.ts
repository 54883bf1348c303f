/**
 * Cron safety net. Finds three kinds of tasks, each through an index, so its cost does not grow with
 * the table: a task that is still `pending` long after it was accepted has lost its message; a live
 * run that has not reported in time may have lost its alarm; a task that ended long ago is deleted.
 * Old deliveries, idempotency keys and audit entries are deleted too. Each run is bounded; the next
 * one takes the rest.
 */
import { specOf } from "../store/tasks/rows.ts";
import {
  type EndedTask,
  type ForgottenTask,
  type TaskBookkeeping,
} from "../store/tasks/bookkeeping.ts";
import type { QueueDeps } from "./tasks/consumer.ts";
import { abandonRun } from "./tasks/dead-letter.ts";
import type { AuditStore } from "../store/audit.ts";
import type { DeliveryStore } from "../store/webhooks/deliveries.ts";
import { messageFor, sendTask, type TaskQueues } from "./tasks/message.ts";
import { sendDeliveries, type WebhookQueue } from "./webhooks/message.ts";

export interface ReconcilerDeps extends QueueDeps {
  readonly bookkeeping: Pick<
    TaskBookkeeping,
    "takeForgotten" | "takeUnheard" | "endedBefore" | "expireIdempotency" | "delete"
  >;
  readonly queues: TaskQueues;
  readonly webhooks: {
    readonly store: Pick<DeliveryStore, "takeOverdue" | "expire">;
    readonly queue: WebhookQueue;
  };
  readonly audit: Pick<AuditStore, "expire">;
  /** Age at which a pending task counts as forgotten, milliseconds. */
  readonly reconcileAfterMs: number;
  /** Pause before a live run that was looked at is looked at again, milliseconds. */
  readonly checkAgainMs: number;
  /** How long a task is kept after its end, milliseconds. */
  readonly retentionMs: number;
  /** How long an entry of the audit is kept, milliseconds. */
  readonly auditRetentionMs: number;
}

/** Tasks read at once: each may hold a megabyte of input. */
const PAGE = 20;
const MAX_PAGES = 50;
/** Deliveries read at once: no more than their names. */
const DELIVERIES = 100;
/** Times that a task is sent again before its run is asked directly, and then failed. */
const QUEUE_TRIES = 10;
const DIRECT_TRIES = 10;

/**
 * Runs every phase once. A phase that fails is reported as a fault under its name and holds up no
 * other. Does not throw.
 * @param now milliseconds since the epoch
 */
export async function reconcile(deps: ReconcilerDeps, now: number): Promise<void> {
  for (const [name, phase] of Object.entries(PHASES)) {
    await phase(deps, now).catch((error: unknown) =>
      deps.observer.fault(`reconcile.${name}`, error),
    );
  }
}

type Phase = (deps: ReconcilerDeps, now: number) => Promise<void>;

/** The phases in their order, by the name that a fault of theirs is reported under. */
const PHASES: Readonly<Record<string, Phase>> = {
  /** Sends the message of a forgotten task again. */
  forgotten: (deps, now) => {
    const before = iso(now - deps.reconcileAfterMs);
    return inPages(
      () => deps.bookkeeping.takeForgotten(before, iso(now), PAGE),
      (found) => sendAgain(found, deps),
      deps,
    );
  },
  /** Repairs live runs that have not reported in time. */
  unheard: (deps, now) =>
    inPages(
      () => deps.bookkeeping.takeUnheard(iso(now), iso(now + deps.checkAgainMs), PAGE),
      async (task) => {
        await deps.run(task.tenant_id, task.task_id).repair(JSON.stringify(specOf(task)));
      },
      deps,
    ),
  /** Deletes tasks that ended before the retention period. */
  ended: (deps, now) => {
    const endedBefore = iso(now - deps.retentionMs);
    let last: EndedTask | null = null;
    return inPages(
      async () => {
        const page: EndedTask[] = await deps.bookkeeping.endedBefore(endedBefore, last, PAGE);
        last = page.at(-1) ?? last;
        return page;
      },
      (task) => expire(task, endedBefore, deps),
      deps,
    );
  },
  idempotency: async ({ bookkeeping }, now) => {
    await bookkeeping.expireIdempotency(now);
  },
  /** Sends overdue deliveries again. */
  overdue: async ({ webhooks: { store, queue }, reconcileAfterMs }, now) => {
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const overdue = await store.takeOverdue(iso(now - reconcileAfterMs), iso(now), DELIVERIES);
      await sendDeliveries(queue, overdue);
      if (overdue.length < DELIVERIES) {
        break;
      }
    }
  },
  deliveries: async ({ webhooks: { store }, retentionMs }, now) => {
    await store.expire(iso(now - retentionMs), MAX_PAGES * DELIVERIES);
  },
  audit: async ({ audit, auditRetentionMs }, now) => {
    await audit.expire(iso(now - auditRetentionMs));
  },
};

/** Works through what `take` gives, page by page; it never gives the same twice. One that fails holds up no other. */
async function inPages<T>(
  take: () => Promise<T[]>,
  work: (item: T) => Promise<void>,
  { observer }: Pick<ReconcilerDeps, "observer">,
): Promise<void> {
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const items = await take();
    for (const item of items) {
      await work(item).catch((error: unknown) => observer.fault("reconcile", error));
    }
    if (items.length < PAGE) {
      return;
    }
  }
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}

/** By the queue at first; then directly, since the queue may be what is broken. */
async function sendAgain({ task, dispatches }: ForgottenTask, deps: ReconcilerDeps): Promise<void> {
  const { tenant_id, task_id, priority } = task;
  if (dispatches <= QUEUE_TRIES) {
    await sendTask(deps.queues, priority, messageFor(task));
    return;
  }
  const spec = JSON.stringify(specOf(task));
  try {
    await deps.run(tenant_id, task_id).start(spec);
  } catch (error) {
    if (dispatches <= QUEUE_TRIES + DIRECT_TRIES) {
      throw error;
    }
    await abandonRun(spec, tenant_id, task_id, deps);
  }
}

/** Deletes the log first: without its row, the log could not be found again. */
async function expire(task: EndedTask, endedBefore: string, deps: ReconcilerDeps): Promise<void> {
  if (await deps.run(task.tenant_id, task.task_id).expire(endedBefore, task.givenUp)) {
    await deps.bookkeeping.delete(task, endedBefore);
  }
}

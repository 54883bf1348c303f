/**
 * Cron safety net. Finds three kinds of tasks, each through an index, so its cost does not grow
 * with the table. Dispatches tasks again that are `pending` for too long (their message was lost).
 * Repairs live runs whose update is overdue (their alarm may be lost), and wakes timetables that
 * are. Starts turns of conversations that wait for a turn that has ended. Continues deletions of
 * subjects. Deletes tasks past their retention. Also sends overdue deliveries, and deletes old
 * deliveries, idempotency keys, audit entries and stale questions. Each invocation is bounded, and the next one continues.
 */
import type { ObservedIds } from "../observe.ts";
import { specOf, type TaskName } from "../store/tasks/rows.ts";
import { idsOfTask } from "./observed.ts";
import {
  type EndedTask,
  type ForgottenTask,
  type TaskBookkeeping,
} from "../store/tasks/bookkeeping.ts";
import type { QueueDeps } from "./tasks/consumer.ts";
import { abandonRun } from "./tasks/dead-letter.ts";
import type { FileBytes } from "../run/value/attachment.ts";
import type { AttachmentStore } from "../store/attachments.ts";
import type { AuditStore } from "../store/audit.ts";
import type { ConversationStore } from "../store/conversations.ts";
import type { InboxStore } from "../store/inbox.ts";
import type { TimetableStore } from "../store/timetables.ts";
import type { TimetableRpc } from "../durable/timetable/rpc.ts";
import type { TreeStore } from "../store/tasks/trees.ts";
import type { DeletionName, SubjectDeletionStore } from "../store/subject-deletions.ts";
import type { UsageStore } from "../store/usage.ts";
import type { DeliveryStore } from "../store/webhooks/deliveries.ts";
import { inParallel } from "../run/value/in-parallel.ts";
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
  readonly inbox: Pick<InboxStore, "dropStale">;
  readonly conversations: Pick<ConversationStore, "takeQueued">;
  /** Starts a turn if the turn before it has ended. */
  releaseTurn(tenantId: string, taskId: string): Promise<void>;
  readonly timetables: Pick<TimetableStore, "takeLate">;
  timetable(tenantId: string): Pick<TimetableRpc, "wake">;
  readonly subjectDeletions: Pick<SubjectDeletionStore, "takeDue" | "expire">;
  /** Continues the deletion of everything about a subject. */
  forgetSubject(name: DeletionName): Promise<void>;
  readonly trees: Pick<TreeStore, "allOrphans">;
  readonly usage: Pick<UsageStore, "rollUp">;
  readonly audit: Pick<AuditStore, "expire">;
  readonly attachments: {
    readonly store: Pick<AttachmentStore, "takeUnchecked" | "condemnUnused" | "drop">;
    readonly bytes: Pick<FileBytes, "remove">;
  };
  /** Age at which a pending task is dispatched again, milliseconds. */
  readonly reconcileAfterMs: number;
  /** Pause between two checks of a live run, milliseconds. */
  readonly checkAgainMs: number;
  /** Retention of a task after its end, milliseconds. */
  readonly retentionMs: number;
  /** Retention of an audit entry, milliseconds. */
  readonly auditRetentionMs: number;
}

/** Tasks per page. Each may hold 1 MB of input. */
const PAGE = 20;
const MAX_PAGES = 50;
/**
 * Pages of tasks that one invocation deletes after their retention: 4.3 million tasks a day. A task
 * takes two of the 10,000 subrequests of an invocation.
 */
const DELETED_PAGES = 150;
/** Tasks that are deleted at a time. */
const DELETED_WIDTH = 6;
/** Maximum tasks that one invocation deletes after their retention. */
export const DELETED_A_MINUTE = DELETED_PAGES * PAGE;
/** Deliveries per page. Only their keys are read. */
const DELIVERIES = 100;
/** Questions per page. Only their keys are read. */
const QUESTIONS = 1000;
/** The inbox is checked in one minute of each hour: a stale question is shown to no one. */
const INBOX_MINUTE = 17;
/** Orphans are looked for in one minute of each hour: parents cancel their tasks themselves. */
const ORPHANS_MINUTE = 37;
/** Maximum orphans that one invocation cancels. */
const MAX_ORPHANS = 500;
const MINUTE_MS = 60_000;
/** Pages of deletions of subjects that one invocation continues: each may delete much. */
const FORGET_PAGES = 1;
/** Pause before a timetable that does not answer is woken again. */
const TIMETABLE_AGAIN_MS = 300_000;
/** Dispatches through the queue, then direct starts of the run, before the task fails. */
const QUEUE_TRIES = 10;
const DIRECT_TRIES = 10;

/**
 * Runs every phase once. Reports a failed phase as a fault under its name and continues with the
 * next. Does not throw.
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

/** The phases in their order. The key is the name in a phase's faults. */
const PHASES: Readonly<Record<string, Phase>> = {
  /** Dispatches pending tasks again whose message was lost. */
  forgotten: (deps, now) => {
    const before = iso(now - deps.reconcileAfterMs);
    return inPages(
      () => deps.bookkeeping.takeForgotten(before, iso(now), PAGE),
      (found) => sendAgain(found, deps),
      deps,
      ({ task }) => idsOfTask(task),
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
      idsOfTask,
    ),
  /** Starts turns of conversations whose earlier turn has ended without it. */
  turns: (deps, now) =>
    inPages(
      () => deps.conversations.takeQueued(iso(now), iso(now + deps.checkAgainMs), PAGE),
      ({ tenant_id, task_id }) => deps.releaseTurn(tenant_id, task_id),
      deps,
      namedIn,
    ),
  /** Wakes timetables that have not reported in time: their alarm may be lost. */
  timetables: (deps, now) =>
    inPages(
      () => deps.timetables.takeLate(iso(now), iso(now + TIMETABLE_AGAIN_MS), PAGE),
      (tenantId) => deps.timetable(tenantId).wake(),
      deps,
      (tenant_id) => ({ tenant_id }),
    ),
  /** Continues deletions of subjects whose process is gone. */
  subjects: (deps, now) =>
    inPages(
      () => deps.subjectDeletions.takeDue(iso(now), iso(now + deps.checkAgainMs), PAGE),
      (name) => deps.forgetSubject(name),
      deps,
      ({ tenant_id }) => ({ tenant_id }),
      { pages: FORGET_PAGES, width: 1 },
    ),
  /** Deletes tasks that ended before the retention period. */
  ended: async (deps, now) => {
    const endedBefore = iso(now - deps.retentionMs);
    const tenants = new Set<string>();
    let last: EndedTask | null = null;
    await inPages(
      async () => {
        const page: EndedTask[] = await deps.bookkeeping.endedBefore(endedBefore, last, PAGE);
        last = page.at(-1) ?? last;
        return page;
      },
      async (task) => {
        await expire(task, endedBefore, deps);
        tenants.add(task.tenant_id);
      },
      deps,
      namedIn,
      { pages: DELETED_PAGES, width: DELETED_WIDTH },
    );
    // After the tasks: their rows of usage belong to no task now.
    for (const tenant of tenants) {
      await deps.usage.rollUp(tenant, endedBefore.slice(0, 10), now);
    }
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
  /** Deletes questions of tasks that have ended or are gone. */
  inbox: async ({ inbox }, now) => {
    if (Math.floor(now / MINUTE_MS) % 60 !== INBOX_MINUTE) {
      return;
    }
    let last: Awaited<ReturnType<InboxStore["dropStale"]>> = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      last = await inbox.dropStale(last, QUESTIONS);
      if (last === null) {
        break;
      }
    }
  },
  /** Deletes files that no task uses any more. */
  attachments: (deps, now) =>
    inPages(
      () => deps.attachments.store.takeUnchecked(iso(now), iso(now + deps.checkAgainMs), PAGE),
      async (file) => {
        const { store, bytes } = deps.attachments;
        if (await store.condemnUnused(file)) {
          await bytes.remove(file.tenant_id, file.sha256);
          await store.drop(file);
        }
      },
      deps,
      ({ tenant_id }) => ({ tenant_id }),
    ),
  /** Cancels tasks whose parent has ended without them. */
  orphans: async (deps, now) => {
    if (Math.floor(now / MINUTE_MS) % 60 !== ORPHANS_MINUTE) {
      return;
    }
    for (const { tenant_id, task_id } of await deps.trees.allOrphans(MAX_ORPHANS)) {
      const row = await deps.tasks.get(tenant_id, task_id);
      if (row !== null) {
        const reason = "The parent task has ended.";
        const request = { reason, by: row.parent_task_id ?? "reconciler" };
        await deps
          .run(tenant_id, task_id)
          .cancel(JSON.stringify(specOf(row)), request)
          .catch((error: unknown) => deps.observer.fault("reconcile", error, idsOfTask(row)));
      }
    }
  },
  audit: async ({ audit, subjectDeletions, auditRetentionMs }, now) => {
    await audit.expire(iso(now - auditRetentionMs));
    await subjectDeletions.expire(iso(now - auditRetentionMs));
  },
};

/**
 * Processes the items that `take` returns, page by page. `take` must not return an item twice. A
 * failed item does not stop the others.
 * @param idsOf returns what the fault of an item belongs to
 * @param width items of a page at a time
 */
async function inPages<T>(
  take: () => Promise<T[]>,
  work: (item: T) => Promise<void>,
  { observer }: Pick<ReconcilerDeps, "observer">,
  idsOf: (item: T) => ObservedIds,
  { pages, width } = { pages: MAX_PAGES, width: 1 },
): Promise<void> {
  for (let page = 0; page < pages; page += 1) {
    const items = await take();
    await inParallel(items, width, (item) =>
      work(item).catch((error: unknown) => observer.fault("reconcile", error, idsOf(item))),
    );
    if (items.length < PAGE) {
      return;
    }
  }
}

function namedIn({ tenant_id, task_id }: TaskName): ObservedIds {
  return { tenant_id, task_id };
}

function iso(moment: number): string {
  return new Date(moment).toISOString();
}

/** Sends a task to the queue again. After `QUEUE_TRIES`, starts its run without the queue. */
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

/** Deletes the log before the row: without the row, the log could not be found again. */
async function expire(task: EndedTask, endedBefore: string, deps: ReconcilerDeps): Promise<void> {
  if (await deps.run(task.tenant_id, task.task_id).expire(endedBefore, task.givenUp)) {
    await deps.bookkeeping.delete(task, endedBefore);
  }
}

/**
 * The deletion of everything that is stored about a subject, in pieces. Each piece can be repeated,
 * so a deletion that was interrupted continues where it was: what is left is what can still be found.
 * A deletion is over when a piece finds nothing more. Tasks that are submitted in the meantime are deleted too.
 */
import { isoTime } from "../../run/value/time.ts";
import { sleep } from "../../timing.ts";
import { newActor } from "../../store/audit.ts";
import type {
  DeletionName,
  DeletionReport,
  SubjectDeletion,
} from "../../store/subject-deletions.ts";
import type { Caller } from "../../store/keys.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { addressOf } from "../memory/operations.ts";
import { deleteTask } from "../tasks/changes.ts";
import { cancelTask } from "../tasks/commands.ts";
import { schedulesAbout, storesAbout } from "./export.ts";

/** Things of a kind that one piece deletes. */
const PAGE = 20;
/** Pieces before the reconciler continues: a piece takes up to some 200 subrequests of 10,000. */
const MAX_PIECES = 40;
/** The reconciler continues a deletion that made no progress for this long. */
export const RESUMED_AFTER_MS = 60_000;
/** Pause while cancelled runs end. */
const SETTLE_MS = 250;
const REASON = "Everything about its subject is deleted.";
const OPEN = ["pending", "running", "waiting"] as const;
const ENDED = ["completed", "failed", "cancelled"] as const;

/** A piece of a deletion: what it deleted, and what is left. */
interface Piece {
  readonly deleted: DeletionReport;
  /** `open` if only tasks are left that have not ended yet. */
  readonly left: "nothing" | "open" | "more";
}

/** Continues a deletion for a while. Does nothing if there is none, or it is over. */
export async function forgetSubject(deps: ApiDeps, name: DeletionName): Promise<void> {
  for (let count = 0; count < MAX_PIECES; count += 1) {
    const deletion = await deps.subjectDeletions.get(name);
    if (deletion === null || deletion.completed_at !== null) {
      return;
    }
    const { deleted, left } = await forgetPiece(deps, deletion);
    const now = deps.now();
    const nextAt = left === "nothing" ? null : isoTime(now + RESUMED_AFTER_MS);
    await deps.subjectDeletions.progress(deletion, deleted, isoTime(now), nextAt);
    if (left === "open") {
      await sleep(SETTLE_MS);
    }
  }
}

/** Deletes some of each kind. Memory last of what runs can write, and again until no task is open. */
async function forgetPiece(deps: ApiDeps, deletion: SubjectDeletion): Promise<Piece> {
  const caller: Caller = {
    tenantId: deletion.tenant_id,
    keyId: deletion.asked_by,
    secret: 0,
    scopes: new Set(["tasks:write"]),
  };
  const schedules = await forgetSchedules(deps, deletion, caller);
  const { open, tasks_cancelled } = await cancelOpen(deps, deletion, caller);
  const { stores, memories } = await forgetStores(deps, deletion);
  const ended = deletion.keeps_tasks ? [] : await tasksAbout(deps, deletion, false);
  let tasks_deleted = 0;
  for (const { task_id } of ended) {
    const done = await tried(deps, async () => {
      await deleteTask(deps, caller, task_id);
      return true;
    });
    tasks_deleted += Number(done === true);
  }
  const deleted = { schedules, stores, memories, tasks_cancelled, tasks_deleted };
  if (schedules + stores + tasks_deleted > 0) {
    return { deleted, left: "more" };
  }
  return { deleted, left: open + ended.length > 0 ? "open" : "nothing" };
}

async function forgetSchedules(
  deps: ApiDeps,
  { tenant_id, subject }: DeletionName,
  { keyId }: Caller,
): Promise<number> {
  const found: string[] = [];
  for await (const { schedule_id } of schedulesAbout(deps, tenant_id, subject)) {
    if (found.push(schedule_id) === PAGE) {
      break;
    }
  }
  let removed = 0;
  for (const id of found) {
    const done = await deps.timetable(tenant_id).remove(id, null, newActor(deps.now(), keyId));
    await deps.answers.forget(tenant_id, `/api/v1/schedules/${id}`);
    removed += Number(done.ok);
  }
  return removed;
}

async function cancelOpen(
  deps: ApiDeps,
  deletion: DeletionName,
  caller: Caller,
): Promise<{ readonly open: number; readonly tasks_cancelled: number }> {
  const open = await tasksAbout(deps, deletion, true);
  let tasks_cancelled = 0;
  for (const { task_id } of open) {
    const task = await tried(deps, () => cancelTask(deps, caller, task_id, REASON));
    tasks_cancelled += Number(task?.status === "cancelled");
  }
  return { open: open.length, tasks_cancelled };
}

async function forgetStores(
  deps: ApiDeps,
  { tenant_id, subject }: DeletionName,
): Promise<Pick<DeletionReport, "stores" | "memories">> {
  let stores = 0;
  let memories = 0;
  for await (const { store } of storesAbout(deps, tenant_id, subject)) {
    const { items, blocks } = await deps.memory(tenant_id, store).forget(store);
    await deps.answers.forget(tenant_id, `${addressOf(store)}/`);
    memories += items + blocks;
    stores += 1;
    if (stores === PAGE) {
      break;
    }
  }
  return { stores, memories };
}

/** Returns up to a page of the tasks about a subject that have ended, or that have not. */
async function tasksAbout(
  deps: ApiDeps,
  { tenant_id, subject }: DeletionName,
  open: boolean,
): Promise<readonly { readonly task_id: string }[]> {
  const status = open ? OPEN : ENDED;
  let after: string | null = null;
  do {
    const filter = { subject, status, metadata: [] };
    const page = await deps.tasks.list(tenant_id, filter, PAGE, after, "oldest");
    if (page.tasks.length > 0) {
      return page.tasks;
    }
    after = page.next;
  } while (after !== null);
  return [];
}

/**
 * Works on a task; null if that fails. The next piece finds the task again, and one task does not keep
 * the others.
 */
async function tried<T>({ observer }: ApiDeps, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Problem)) {
      observer.fault("forget", error);
    }
    return null;
  }
}

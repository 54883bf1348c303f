/**
 * Deletions of subjects in D1: what was asked for, how far it is, and what was deleted. A deletion is
 * a job in pieces. Its row is the promise that it ends, whatever becomes of the process.
 */
import { writeNoted, type Actor } from "./audit.ts";

/** Counts of what a deletion has deleted. */
export interface DeletionReport {
  readonly schedules: number;
  readonly stores: number;
  /** Items and blocks of the stores. */
  readonly memories: number;
  readonly tasks_cancelled: number;
  readonly tasks_deleted: number;
}

/** Names a deletion: there is one for each subject. */
export interface DeletionName {
  readonly tenant_id: string;
  readonly subject: string;
}

/** A deletion. Times are RFC 3339. */
export interface SubjectDeletion extends DeletionName {
  /** Whether finished tasks stay. */
  readonly keeps_tasks: boolean;
  /** Id of the key that asked for it. */
  readonly asked_by: string;
  readonly report: DeletionReport;
  readonly created_at: string;
  readonly updated_at: string;
  /** null while it runs. */
  readonly completed_at: string | null;
}

/** A report with nothing in it. */
const NOTHING_DELETED: DeletionReport = {
  schedules: 0,
  stores: 0,
  memories: 0,
  tasks_cancelled: 0,
  tasks_deleted: 0,
};
/** Maximum rows that one call of `expire` deletes. */
const EXPIRED = 1000;

type RawDeletion = Omit<SubjectDeletion, "keeps_tasks" | "report"> & {
  readonly keeps_tasks: number;
  readonly report: string;
};

export class SubjectDeletionStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Starts a deletion, in one batch with its audit entry, and returns it. One that runs is
   * returned as it is; only whether tasks stay can change, from yes to no.
   * @param nextAt when the reconciler continues it
   */
  async start(
    { tenant_id, subject }: DeletionName,
    keepsTasks: boolean,
    actor: Actor,
    nextAt: string,
  ): Promise<SubjectDeletion | null> {
    const started = await writeNoted<RawDeletion>(
      this.#db,
      this.#db
        .prepare(
          `INSERT INTO subject_deletion (tenant_id, subject, keeps_tasks, asked_by, report,
             created_at, updated_at, completed_at, next_at)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, NULL, ?7)
           ON CONFLICT DO UPDATE SET keeps_tasks = excluded.keeps_tasks,
             asked_by = excluded.asked_by, updated_at = excluded.updated_at,
             report = IIF(completed_at IS NULL, report, excluded.report),
             created_at = IIF(completed_at IS NULL, created_at, excluded.created_at),
             completed_at = NULL, next_at = excluded.next_at
           WHERE completed_at IS NOT NULL OR keeps_tasks > excluded.keeps_tasks
           RETURNING *`,
        )
        .bind(
          tenant_id,
          subject,
          Number(keepsTasks),
          actor.by,
          JSON.stringify(NOTHING_DELETED),
          actor.at,
          nextAt,
        ),
      actor,
      {
        tenant_id,
        action: "subject.deleted",
        subject,
        details: { tasks: keepsTasks ? "keep" : "delete" },
      },
    );
    return started === null ? this.get({ tenant_id, subject }) : deletionOf(started);
  }

  /** Returns the deletion of a subject, or null. */
  async get({ tenant_id, subject }: DeletionName): Promise<SubjectDeletion | null> {
    const row = await this.#db
      .prepare("SELECT * FROM subject_deletion WHERE tenant_id = ? AND subject = ?")
      .bind(tenant_id, subject)
      .first<RawDeletion>();
    return row === null ? null : deletionOf(row);
  }

  /**
   * Adds to the report of a deletion that runs.
   * @param nextAt when the reconciler continues it; null if it is completed
   */
  async progress(
    { tenant_id, subject }: DeletionName,
    added: DeletionReport,
    now: string,
    nextAt: string | null,
  ): Promise<void> {
    const sums = Object.keys(NOTHING_DELETED).map(
      (field) => `'${field}', (report ->> '$.${field}') + (?3 ->> '$.${field}')`,
    );
    await this.#db
      .prepare(
        `UPDATE subject_deletion SET report = json_object(${sums.join(", ")}), updated_at = ?4,
           next_at = ?5, completed_at = IIF(?5 IS NULL, ?4, NULL)
         WHERE tenant_id = ?1 AND subject = ?2 AND completed_at IS NULL`,
      )
      .bind(tenant_id, subject, JSON.stringify(added), now, nextAt)
      .run();
  }

  /**
   * Claims deletions that have stopped, and sets the next claim to `again`. Across tenants;
   * for the reconciler.
   */
  async takeDue(now: string, again: string, limit: number): Promise<DeletionName[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE subject_deletion SET next_at = ?2 WHERE (tenant_id, subject) IN (
           SELECT tenant_id, subject FROM subject_deletion INDEXED BY subject_deletion_due
           WHERE next_at < ?1 ORDER BY next_at LIMIT ?3)
         RETURNING tenant_id, subject`,
      )
      .bind(now, again, limit)
      .all<DeletionName>();
    return results;
  }

  /** Deletes up to 1,000 completed deletions from before `before`, across tenants. */
  async expire(before: string): Promise<void> {
    await this.#db
      .prepare(
        `DELETE FROM subject_deletion WHERE (tenant_id, subject) IN (
           SELECT tenant_id, subject FROM subject_deletion INDEXED BY subject_deletion_over
           WHERE completed_at < ? ORDER BY completed_at LIMIT ${EXPIRED})`,
      )
      .bind(before)
      .run();
  }
}

function deletionOf({ keeps_tasks, report, ...row }: RawDeletion): SubjectDeletion {
  return {
    tenant_id: row.tenant_id,
    subject: row.subject,
    keeps_tasks: keeps_tasks === 1,
    asked_by: row.asked_by,
    report: JSON.parse(report) as DeletionReport,
    created_at: row.created_at,
    updated_at: row.updated_at,
    completed_at: row.completed_at,
  };
}

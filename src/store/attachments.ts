/**
 * Files of tenants in D1: what they are, which tasks use them, and when they are deleted. The bytes
 * are elsewhere; a row is there before its bytes, and until they are gone.
 */
import {
  attachmentsIn,
  MAX_TENANT_BYTES,
  MAX_TENANT_FILES,
  type Attachment,
} from "../run/value/attachment.ts";
import { isoTime } from "../run/value/time.ts";
import { writeNoted, type Actor } from "./audit.ts";
import type { NewTask, TaskName } from "./tasks/rows.ts";

/** A file of a tenant. Times are RFC 3339. */
export interface AttachmentRow {
  readonly sha256: string;
  readonly media_type: string;
  readonly bytes: number;
  readonly pages: number | null;
  readonly created_at: string;
  /** Number of tasks that use it. */
  readonly tasks: number;
}

/** The outcome of an upload's beginning. `stored`: the file is there already. */
export type UploadBegun = "begun" | "stored" | "full" | "deleting";

/** A file, across tenants. */
export interface FileName {
  readonly tenant_id: string;
  readonly sha256: string;
}

/** How long a file that no task uses is kept, milliseconds. */
export const UNUSED_MS = 86_400_000;
/** How long an upload may take, milliseconds. */
const UPLOAD_MS = 3_600_000;

const COLUMNS = `sha256, media_type, bytes, pages, created_at,
  (SELECT COUNT(*) FROM attachment_use WHERE attachment_use.tenant_id = attachment.tenant_id
     AND attachment_use.sha256 = attachment.sha256) AS tasks`;
const IS_USED = `EXISTS (SELECT 1 FROM attachment_use WHERE attachment_use.tenant_id = attachment.tenant_id
  AND attachment_use.sha256 = attachment.sha256)`;

export class AttachmentStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Inserts the row of an upload before its bytes are stored. */
  async begin(
    tenantId: string,
    { sha256, media_type, bytes, pages }: Omit<Attachment, "name">,
    now: number,
  ): Promise<UploadBegun> {
    const known = await this.#touched(tenantId, sha256, now);
    if (known !== null) {
      return known === "stored" ? "stored" : known === "deleting" ? "deleting" : "begun";
    }
    const { meta } = await this.#db
      .prepare(
        `INSERT INTO attachment (tenant_id, sha256, media_type, bytes, pages, state, created_at, check_at)
         SELECT ?1, ?2, ?3, ?4, ?5, 'uploading', ?6, ?7
         FROM (SELECT COUNT(*) AS files, COALESCE(SUM(bytes), 0) AS total
               FROM attachment WHERE tenant_id = ?1)
         WHERE files < ?8 AND total + ?4 <= ?9
         ON CONFLICT DO NOTHING`,
      )
      .bind(
        tenantId,
        sha256,
        media_type,
        bytes,
        pages ?? null,
        isoTime(now),
        isoTime(now + UPLOAD_MS),
        MAX_TENANT_FILES,
        MAX_TENANT_BYTES,
      )
      .run();
    if (meta.changes > 0) {
      return "begun";
    }
    const other = await this.#touched(tenantId, sha256, now);
    return other === null ? "full" : other === "deleting" ? "deleting" : "begun";
  }

  /** Marks the bytes of a file as stored. Returns the file; null if the upload took too long. */
  async complete(tenantId: string, sha256: string, now: number): Promise<AttachmentRow | null> {
    return this.#db
      .prepare(
        `UPDATE attachment SET state = 'stored',
           check_at = CASE WHEN state = 'stored' THEN check_at ELSE ?3 END
         WHERE tenant_id = ?1 AND sha256 = ?2 AND state IN ('uploading', 'stored')
         RETURNING ${COLUMNS}`,
      )
      .bind(tenantId, sha256, isoTime(now + UNUSED_MS))
      .first<AttachmentRow>();
  }

  /** Returns a stored file, or null. */
  async get(tenantId: string, sha256: string): Promise<AttachmentRow | null> {
    const [row] = await this.find(tenantId, [sha256]);
    return row ?? null;
  }

  /** Returns those of the files that are stored, in no order. */
  async find(tenantId: string, hashes: readonly string[]): Promise<AttachmentRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT ${COLUMNS} FROM attachment WHERE tenant_id = ?1 AND state = 'stored'
           AND sha256 IN (SELECT value FROM json_each(?2))`,
      )
      .bind(tenantId, JSON.stringify(hashes))
      .all<AttachmentRow>();
    return results;
  }

  /** Returns stored files in the order of their hashes. @param after null for the first page */
  async list(tenantId: string, after: string | null, limit: number): Promise<AttachmentRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT ${COLUMNS} FROM attachment WHERE tenant_id = ?1 AND state = 'stored' AND sha256 > ?2
         ORDER BY sha256 LIMIT ?3`,
      )
      .bind(tenantId, after ?? "", limit)
      .all<AttachmentRow>();
    return results;
  }

  /** Marks a file for deletion by a client. Returns false if a task uses it, or it is not there. */
  async condemn(tenantId: string, sha256: string, actor: Actor, now: number): Promise<boolean> {
    const found = await writeNoted(
      this.#db,
      this.#db
        .prepare(
          `UPDATE attachment SET state = 'deleting', check_at = ?3
           WHERE tenant_id = ?1 AND sha256 = ?2 AND state = 'stored' AND NOT ${IS_USED}
           RETURNING sha256`,
        )
        .bind(tenantId, sha256, isoTime(now)),
      actor,
      { tenant_id: tenantId, action: "attachment.deleted", subject: sha256 },
    );
    return found !== null;
  }

  /**
   * Claims files whose check is due, and sets their next check to `again`. Across tenants; for the
   * reconciler.
   */
  async takeUnchecked(now: string, again: string, limit: number): Promise<FileName[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE attachment SET check_at = ?2 WHERE (tenant_id, sha256) IN (
           SELECT tenant_id, sha256 FROM attachment WHERE check_at < ?1 ORDER BY check_at LIMIT ?3)
         RETURNING tenant_id, sha256`,
      )
      .bind(now, again, limit)
      .all<FileName>();
    return results;
  }

  /** Marks a file for deletion unless a task uses it. Returns whether its bytes are to be deleted. */
  async condemnUnused({ tenant_id, sha256 }: FileName): Promise<boolean> {
    const [used, unused] = await this.#db.batch([
      this.#db
        .prepare(
          `UPDATE attachment SET check_at = NULL
           WHERE tenant_id = ? AND sha256 = ? AND state = 'stored' AND ${IS_USED}`,
        )
        .bind(tenant_id, sha256),
      this.#db
        .prepare(
          `UPDATE attachment SET state = 'deleting'
           WHERE tenant_id = ? AND sha256 = ? AND NOT ${IS_USED}`,
        )
        .bind(tenant_id, sha256),
    ]);
    return used?.meta.changes === 0 && (unused?.meta.changes ?? 0) > 0;
  }

  /** Deletes the row of a file whose bytes are gone. */
  async drop({ tenant_id, sha256 }: FileName): Promise<void> {
    await this.#db
      .prepare("DELETE FROM attachment WHERE tenant_id = ? AND sha256 = ? AND state = 'deleting'")
      .bind(tenant_id, sha256)
      .run();
  }

  /** Keeps a file that is uploaded again for another day. Returns its state; null for a new one. */
  async #touched(tenantId: string, sha256: string, now: number): Promise<string | null> {
    const row = await this.#db
      .prepare(
        `UPDATE attachment SET check_at =
           CASE WHEN state = 'deleting' OR check_at IS NULL THEN check_at ELSE MAX(check_at, ?3) END
         WHERE tenant_id = ?1 AND sha256 = ?2 RETURNING state`,
      )
      .bind(tenantId, sha256, isoTime(now + UNUSED_MS))
      .first<{ state: string }>();
    return row?.state ?? null;
  }
}

/** Returns the hashes of a task's files as a JSON list. */
export function filesText(task: Pick<NewTask, "input_data">): string {
  return JSON.stringify(attachmentsIn(task.input_data).map(({ sha256 }) => sha256));
}

/** Returns the condition that all files of a JSON list are stored. */
export function hasFiles(tenant: string, files: string): string {
  return `NOT EXISTS (SELECT 1 FROM json_each(${files}) AS file LEFT JOIN attachment
    ON attachment.tenant_id = ${tenant} AND attachment.sha256 = file.value
    WHERE attachment.state IS NOT 'stored')`;
}

/** Returns the statements that follow the insertion of a task: it uses its files. */
export function useStatements(db: D1Database, task: NewTask): D1PreparedStatement[] {
  const files = filesText(task);
  if (files === "[]") {
    return [];
  }
  const isThere = "EXISTS (SELECT 1 FROM task WHERE tenant_id = ?1 AND task_id = ?2)";
  const names = [task.tenant_id, task.task_id, files];
  return [
    db
      .prepare(
        `INSERT OR IGNORE INTO attachment_use (tenant_id, task_id, sha256)
         SELECT ?1, ?2, value FROM json_each(?3) WHERE ${isThere}`,
      )
      .bind(...names),
    db
      .prepare(
        `UPDATE attachment SET check_at = NULL WHERE tenant_id = ?1
           AND sha256 IN (SELECT value FROM json_each(?3)) AND ${isThere}`,
      )
      .bind(...names),
  ];
}

/** Returns the statements that follow the deletion of a task: its files may be unused now. */
export function releaseStatements(
  db: D1Database,
  { tenant_id, task_id }: TaskName,
): D1PreparedStatement[] {
  const isGone = "NOT EXISTS (SELECT 1 FROM task WHERE tenant_id = ?1 AND task_id = ?2)";
  return [
    db
      .prepare(
        `UPDATE attachment SET check_at = created_at WHERE tenant_id = ?1 AND sha256 IN (
           SELECT sha256 FROM attachment_use WHERE tenant_id = ?1 AND task_id = ?2) AND ${isGone}`,
      )
      .bind(tenant_id, task_id),
    db
      .prepare(`DELETE FROM attachment_use WHERE tenant_id = ?1 AND task_id = ?2 AND ${isGone}`)
      .bind(tenant_id, task_id),
  ];
}

/**
 * The audit log in D1: who changed what, per tenant. A change in D1 and its entry are one batch, so
 * neither exists without the other. A change in a Durable Object and its entry are separate writes:
 * the entry of a budget comes first, the entry of a command to a run afterwards. Entries contain no
 * secrets.
 */
import { newId } from "../run/value/id.ts";
import type { JsonObject } from "../run/value/json.ts";
import { isoTime } from "../run/value/time.ts";

/** All audited actions. */
export const AUDIT_ACTIONS = [
  "key.created",
  "key.rotated",
  "key.revoked",
  "agent.created",
  "agent.changed",
  "agent.deleted",
  "attachment.deleted",
  "tool.registered",
  "tool.changed",
  "tool.deleted",
  "secret.created",
  "secret.changed",
  "secret.deleted",
  "mcp_server.registered",
  "mcp_server.changed",
  "mcp_server.deleted",
  "mcp_server.authorization_forgotten",
  "telemetry.changed",
  "telemetry.deleted",
  "budget.changed",
  "concurrency.changed",
  "approval.decided",
  "limits.changed",
  "task.cancelled",
  "task.deleted",
  "schedule.created",
  "schedule.changed",
  "schedule.deleted",
  "schedule.paused",
  "schedule.resumed",
  "schedule.triggered",
  "schedule.backfilled",
  "memory.item_saved",
  "memory.item_deleted",
  "memory.item_restored",
  "memory.block_written",
  "memory.block_deleted",
  "memory.block_restored",
  "memory.deleted",
  "subject.deleted",
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** The author and time of a change, and the id of its audit entry. */
export interface Actor {
  /** Id of the audit entry. */
  readonly id: string;
  /** RFC 3339. */
  readonly at: string;
  /** Id of a key. */
  readonly by: string;
}

/** The change that an audit entry records. */
export interface AuditEntry {
  readonly tenant_id: string;
  readonly action: AuditAction;
  /** Name or id of the changed resource. */
  readonly subject: string;
  readonly details?: JsonObject;
}

export interface AuditRow extends Omit<Actor, "id"> {
  readonly audit_id: string;
  readonly action: string;
  readonly subject: string;
  readonly details: Record<string, unknown>;
}

/** Maximum number of entries that one call of `expire` deletes. */
const EXPIRED = 5000;

/** Returns the actor of a change at `now`, with a new id for its audit entry. */
export function newActor(now: number, by: string): Actor {
  const id = newId("audit", now, crypto.getRandomValues(new Uint8Array(16)));
  return { id, at: isoTime(now), by };
}

/**
 * Runs a statement and inserts its audit entry in one batch, so that neither exists without the
 * other. Inserts no entry if the statement changes no row.
 * @param statement must return the row that it wrote (`RETURNING`)
 * @param after further statements of the same batch
 * @returns the row that was written, or null
 */
export async function writeNoted<T>(
  db: D1Database,
  statement: D1PreparedStatement,
  actor: Actor,
  entry: AuditEntry,
  ...after: readonly D1PreparedStatement[]
): Promise<T | null> {
  const note = insertion(db, "WHERE changes() > 0", actor, entry);
  const [written] = await db.batch<T>([statement, note, ...after]);
  return written?.results[0] ?? null;
}

export class AuditStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /** Inserts the entry of a change that was made outside D1. */
  async note(actor: Actor, entry: AuditEntry): Promise<void> {
    await insertion(this.#db, "", actor, entry).run();
  }

  /** Deletes up to 5000 entries from before `before`, across tenants. For the reconciler. */
  async expire(before: string): Promise<void> {
    await this.#db
      .prepare(
        `DELETE FROM audit WHERE (tenant_id, audit_id) IN (
           SELECT tenant_id, audit_id FROM audit WHERE at < ? ORDER BY at LIMIT ${EXPIRED})`,
      )
      .bind(before)
      .run();
  }

  /**
   * Returns a page of a tenant's entries, newest first.
   * @param before id of the last entry of the previous page
   */
  async list(tenantId: string, limit: number, before: string | null): Promise<AuditRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT audit_id, at, by, action, subject, details FROM audit
         WHERE tenant_id = ?1 AND (?2 IS NULL OR audit_id < ?2)
         ORDER BY audit_id DESC LIMIT ?3`,
      )
      .bind(tenantId, before, limit)
      .all<Omit<AuditRow, "details"> & { details: string }>();
    return results.map((row) =>
      Object.assign(row, { details: JSON.parse(row.details) as Record<string, unknown> }),
    );
  }
}

function insertion(
  db: D1Database,
  condition: string,
  { id, at, by }: Actor,
  { tenant_id, action, subject, details = {} }: AuditEntry,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (tenant_id, audit_id, at, by, action, subject, details)
       SELECT ?, ?, ?, ?, ?, ?, ? ${condition}`,
    )
    .bind(tenant_id, id, at, by, action, subject, JSON.stringify(details));
}

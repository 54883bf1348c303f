/**
 * The place of a task in a conversation, in D1. A conversation's head moves in the batch that inserts
 * a turn, and only if it is still the head that the turn was made for. So of two turns that are
 * submitted at once, one is inserted.
 */
import type { TaskName } from "./rows.ts";

/** Maximum turns of a conversation that wait for the turn before them. */
export const MAX_QUEUED_TURNS = 100;
/** When the reconciler looks at a queued turn for the first time, after its submission. */
export const QUEUED_CHECK_MS = 60_000;

/** Where a new task stands in a conversation. */
export interface TurnPlace {
  readonly conversationId: string;
  /**
   * The head that the turn was made for; nothing is inserted if there is another one. Null: the
   * conversation does not exist yet.
   */
  readonly head: string | null;
  /** True: the turn follows whatever head there is, and waits for its end. */
  readonly queued: boolean;
  /** The earlier task that becomes the first turn of a new conversation. */
  readonly first: string | null;
  readonly branchedFrom: string | null;
}

/** Returns the expression of a new turn's number. @param before that of the turn before the first */
export function turnNumber(tenant: string, conversation: string, before: string): string {
  return `CASE WHEN ${conversation} IS NOT NULL THEN COALESCE((SELECT turns FROM conversation
    WHERE tenant_id = ${tenant} AND conversation_id = ${conversation}), ${before}) + 1 END`;
}

/** Returns the expression of the task that a new turn continues. @param other without a head */
export function earlierTurn(tenant: string, conversation: string, other: string): string {
  return `COALESCE(${headOf(tenant, conversation)}, ${other})`;
}

/**
 * Returns the condition under which a task is inserted.
 * @param follows null: it is no turn; 1: it follows any head; 0: only `head`
 */
export function hasPlace(
  tenant: string,
  conversation: string,
  follows: string,
  head: string,
): string {
  return `CASE ${follows} WHEN 1 THEN ${headOf(tenant, conversation)} IS NOT NULL AND (
      SELECT COUNT(*) FROM task INDEXED BY task_queued WHERE tenant_id = ${tenant}
        AND conversation_id = ${conversation} AND waiting_for = 'turn') < ${MAX_QUEUED_TURNS}
    WHEN 0 THEN ${head} IS ${headOf(tenant, conversation)} ELSE 1 END`;
}

function headOf(tenant: string, conversation: string): string {
  return `(SELECT head_task_id FROM conversation
    WHERE tenant_id = ${tenant} AND conversation_id = ${conversation})`;
}

/** Returns the expression of the turn that waits for a task. */
export function nextTurn(tenant: string, task: string): string {
  return `(SELECT task_id FROM task INDEXED BY task_queued
    WHERE tenant_id = ${tenant} AND waiting_for = 'turn' AND continues_task_id = ${task}
      AND conversation_id = (
        SELECT conversation_id FROM task WHERE tenant_id = ${tenant} AND task_id = ${task})
    ORDER BY turn LIMIT 1)`;
}

/** Returns the statements that follow the insertion of a turn in its batch. */
export function placeStatements(
  db: Pick<D1Database, "prepare">,
  { tenant_id, task_id }: TaskName,
  { conversationId, first, branchedFrom }: TurnPlace,
): D1PreparedStatement[] {
  const head = db
    .prepare(
      `INSERT INTO conversation (tenant_id, conversation_id, head_task_id, turns, subject,
         branched_from, created_at, updated_at)
       SELECT tenant_id, conversation_id, task_id, turn, subject, ?3, created_at, created_at
       FROM task WHERE tenant_id = ?1 AND task_id = ?2
       ON CONFLICT DO UPDATE SET head_task_id = excluded.head_task_id, turns = excluded.turns,
         updated_at = excluded.updated_at`,
    )
    .bind(tenant_id, task_id, branchedFrom);
  return first === null
    ? [head]
    : [
        head,
        db
          .prepare(
            `UPDATE task SET conversation_id = ?3, turn = 1
             WHERE tenant_id = ?1 AND task_id = ?4 AND conversation_id IS NULL
               AND EXISTS (SELECT 1 FROM task WHERE tenant_id = ?1 AND task_id = ?2)`,
          )
          .bind(tenant_id, task_id, conversationId, first),
      ];
}

/**
 * Returns the statements that follow the deletion of a task in its batch: the newest turn that is
 * left becomes the head, and a conversation without turns is deleted.
 */
export function leaveStatements(
  db: Pick<D1Database, "prepare">,
  { tenant_id, task_id }: TaskName,
  conversationId: string | null,
): D1PreparedStatement[] {
  if (conversationId === null) {
    return [];
  }
  const left = `SELECT task_id FROM task INDEXED BY task_by_conversation
    WHERE tenant_id = ?1 AND conversation_id = ?2 ORDER BY turn DESC LIMIT 1`;
  return [
    db
      .prepare(
        `UPDATE conversation SET head_task_id = COALESCE((${left}), head_task_id)
         WHERE tenant_id = ?1 AND conversation_id = ?2 AND head_task_id = ?3
           AND NOT EXISTS (SELECT 1 FROM task WHERE tenant_id = ?1 AND task_id = ?3)`,
      )
      .bind(tenant_id, conversationId, task_id),
    db
      .prepare(
        `DELETE FROM conversation WHERE tenant_id = ?1 AND conversation_id = ?2
           AND NOT EXISTS (${left})`,
      )
      .bind(tenant_id, conversationId),
  ];
}

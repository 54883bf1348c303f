/**
 * Conversations in D1: chains of tasks. The row has the newest task of a chain, its head, which moves
 * in the batch that inserts a turn, and only if it is still the head that the turn was made for.
 */
import type { TaskStatus } from "../run/log/state.ts";
import type { History } from "../run/spec/history.ts";
import { MAX_QUEUED_TURNS } from "./tasks/turn-place.ts";
import { rowOf, type TaskName, type TaskRow, type WholeRow } from "./tasks/rows.ts";

/** A conversation. */
export interface ConversationRow {
  readonly conversation_id: string;
  readonly head_task_id: string;
  readonly turns: number;
  readonly subject: string | null;
  readonly branched_from: string | null;
  readonly created_at: string;
  readonly updated_at: string;
}

/** A conversation with what a list shows of its head; null if the head is being deleted. */
export interface ListedConversation extends ConversationRow {
  readonly status: TaskStatus | null;
  readonly agent: string | null;
  readonly goal: string | null;
}

/** A turn of a conversation, as far as D1 knows it. */
export type ConversationTurn = Pick<
  TaskRow,
  | "task_id"
  | "agent"
  | "status"
  | "waiting_for"
  | "continues_task_id"
  | "created_at"
  | "completed_at"
> & {
  readonly turn: number;
  readonly goal: string | null;
  /** Null while there is none, and for one that D1 is too small for. */
  readonly answer: string | null;
};

/** A position in the list of conversations. */
export interface ConversationPlace {
  readonly updatedAt: string;
  readonly id: string;
}

/** Characters of a goal in a list. */
const LISTED_GOAL_CHARS = 200;
const COLUMNS = `conversation.conversation_id, head_task_id, turns, conversation.subject,
  branched_from, conversation.created_at, conversation.updated_at`;
const GOAL = "COALESCE(input_data ->> '$.goal', input_data ->> '$.prompt')";
const LISTED = `SELECT ${COLUMNS}, task.status, task.agent,
    SUBSTR(${GOAL}, 1, ${LISTED_GOAL_CHARS}) AS goal
  FROM conversation LEFT JOIN task
    ON task.tenant_id = conversation.tenant_id AND task.task_id = conversation.head_task_id`;
const OVER = "('completed', 'failed', 'cancelled')";

type Database = Pick<D1Database, "batch" | "prepare">;

export class ConversationStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Returns one conversation of a tenant, or null. */
  async get(tenantId: string, id: string): Promise<ListedConversation | null> {
    return this.#db
      .prepare(`${LISTED} WHERE conversation.tenant_id = ? AND conversation.conversation_id = ?`)
      .bind(tenantId, id)
      .first<ListedConversation>();
  }

  /** Returns a page of a tenant's conversations, those with the newest turns first. */
  async list(
    tenantId: string,
    subject: string | null,
    limit: number,
    after: ConversationPlace | null,
  ): Promise<ListedConversation[]> {
    const { results } = await this.#db
      .prepare(
        `${LISTED} WHERE conversation.tenant_id = ?1
           AND (?2 IS NULL OR conversation.subject = ?2)
           AND (?3 IS NULL OR (conversation.updated_at, conversation.conversation_id) < (?3, ?4))
         ORDER BY conversation.updated_at DESC, conversation.conversation_id DESC LIMIT ?5`,
      )
      .bind(tenantId, subject, after?.updatedAt ?? null, after?.id ?? null, limit)
      .all<ListedConversation>();
    return results;
  }

  /**
   * Returns a page of the conversations about a subject, by id.
   * @param after the last one of the previous page; empty for the first
   */
  async about(
    tenantId: string,
    subject: string,
    after: string,
    limit: number,
  ): Promise<ConversationRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT ${COLUMNS} FROM conversation INDEXED BY conversation_by_subject
         WHERE tenant_id = ? AND subject = ? AND conversation_id > ?
         ORDER BY conversation_id LIMIT ?`,
      )
      .bind(tenantId, subject, after, limit)
      .all<ConversationRow>();
    return results;
  }

  /** Returns a page of the turns of a conversation, oldest first. @param after a number of a turn */
  async turns(
    tenantId: string,
    id: string,
    after: number,
    limit: number,
  ): Promise<ConversationTurn[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT task_id, turn, agent, status, waiting_for, continues_task_id, created_at,
           completed_at, ${GOAL} AS goal, result ->> '$.answer' AS answer
         FROM task INDEXED BY task_by_conversation
         WHERE tenant_id = ? AND conversation_id = ? AND turn > ? ORDER BY turn LIMIT ?`,
      )
      .bind(tenantId, id, after, limit)
      .all<ConversationTurn>();
    return results;
  }

  /** Returns the turns of a conversation that have not ended, oldest first. */
  async open(tenantId: string, id: string): Promise<TaskRow[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT * FROM task INDEXED BY task_by_conversation
         WHERE tenant_id = ?1 AND conversation_id = ?2 AND completed_at IS NULL
           AND turn > (SELECT turns - ${2 * MAX_QUEUED_TURNS} FROM conversation
             WHERE tenant_id = ?1 AND conversation_id = ?2)
         ORDER BY turn`,
      )
      .bind(tenantId, id)
      .all<WholeRow>();
    return results.map((row) => rowOf(row));
  }

  /** Returns the newest turn before one that is still there, or null. */
  async before(tenantId: string, id: string, turn: number): Promise<TaskRow | null> {
    const row = await this.#db
      .prepare(
        `SELECT * FROM task INDEXED BY task_by_conversation
         WHERE tenant_id = ? AND conversation_id = ? AND turn < ? ORDER BY turn DESC LIMIT 1`,
      )
      .bind(tenantId, id, turn)
      .first<WholeRow>();
    return row === null ? null : rowOf(row);
  }

  /**
   * Ends the wait of a queued turn, and stores what it knows of the turns before it.
   * @returns its row; null if it did not wait any more
   */
  async release(
    { tenant_id, task_id }: TaskName,
    history: History | null,
    now: string,
  ): Promise<TaskRow | null> {
    const row = await this.#db
      .prepare(
        `UPDATE task SET waiting_for = NULL, history = ?3, dispatched_at = ?4, check_at = ?4,
           updated_at = ?4
         WHERE tenant_id = ?1 AND task_id = ?2 AND status = 'pending' AND waiting_for = 'turn'
         RETURNING *`,
      )
      .bind(tenant_id, task_id, history === null ? null : JSON.stringify(history), now)
      .first<WholeRow>();
    return row === null ? null : rowOf(row);
  }

  /**
   * Claims queued turns whose check is due, and sets the next one to `again`. Across tenants; for the
   * reconciler.
   */
  async takeQueued(now: string, again: string, limit: number): Promise<TaskName[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE task SET check_at = ?2
         WHERE (tenant_id, task_id) IN (
           SELECT tenant_id, task_id FROM task
           WHERE check_at < ?1 AND status = 'pending' AND waiting_for = 'turn'
           ORDER BY check_at LIMIT ?3)
         RETURNING tenant_id, task_id`,
      )
      .bind(now, again, limit)
      .all<TaskName>();
    return results;
  }

  /** Returns queued turns of a tenant that wait although the turn before them has ended. */
  async stuck(tenantId: string, before: string, limit: number): Promise<string[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT task.task_id FROM task INDEXED BY task_queued
         LEFT JOIN task AS earlier ON earlier.tenant_id = task.tenant_id
           AND earlier.task_id = task.continues_task_id
         WHERE task.tenant_id = ?1 AND task.waiting_for = 'turn' AND task.updated_at < ?2
           AND (earlier.task_id IS NULL
             OR earlier.status IN ${OVER} AND earlier.completed_at < ?2)
         LIMIT ?3`,
      )
      .bind(tenantId, before, limit)
      .all<{ task_id: string }>();
    return results.map(({ task_id }) => task_id);
  }
}

/**
 * Tasks in D1: plain SQL, every query bound to a tenant. The reconciler's queries across tenants
 * are in `bookkeeping.ts`.
 */
import { IDEMPOTENCY_TTL_MS } from "../answers.ts";
import { dropQuestions } from "../inbox.ts";
import { firstIdAt } from "../../run/value/id.ts";
import type { TaskStatus } from "../../run/log/state.ts";
import type { RunView } from "../../run/decide/view.ts";
import { WEBHOOK_TYPES, type WebhookType } from "../../run/value/webhook-type.ts";
import { isoTime } from "../../run/value/time.ts";
import { currentMark } from "../agents.ts";
import { projectionStatements, type TaskProjection } from "./projection.ts";
import {
  rowOf,
  type ListedTask,
  type NewTask,
  type RawTask,
  type StoredTask,
  type TaskName,
  type TaskRow,
  type WholeRow,
} from "./rows.ts";

/** The task that was created with an idempotency key. */
export interface EarlierTask {
  readonly taskId: string;
  readonly fingerprint: string;
}

/** The outcome of an insertion. */
export type Inserted =
  | { readonly stored: StoredTask; readonly earlier?: never; readonly outdated?: never }
  | { readonly earlier: EarlierTask; readonly stored?: never; readonly outdated?: never }
  | { readonly outdated: true; readonly stored?: never; readonly earlier?: never };

/** An idempotency key and the request that it belongs to. */
export interface IdempotencyClaim {
  readonly route: string;
  readonly key: string;
  /** Hash of the request. The same key with another hash is an error of the client. */
  readonly fingerprint: string;
}

/** An unfinished task, with the fields that the invariants check. */
export type OpenTask = TaskName &
  Pick<TaskRow, "status" | "last_seq" | "created_at" | "updated_at">;

export interface TaskFilter {
  readonly status?: TaskStatus;
  readonly agent?: string;
  readonly createdAfter?: string;
  readonly createdBefore?: string;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

/** Maximum characters of JSON of an input or result in a list. A longer one is null. */
const LISTED_CHARS = 16_384;
const LISTED = `tenant_id, task_id, task_type, name, status, waiting_for, waiting_until, waiting, agent,
  agent_version, json_object('model', config ->> '$.model', 'planner', config ->> '$.planner') AS config,
  limits, metadata, priority, attempt, retry_of, scheduled_at, callback_url, error, usage, last_seq, created_at, updated_at,
  started_at, completed_at,
  CASE WHEN LENGTH(input_data) <= ${LISTED_CHARS} THEN input_data END AS input_data,
  CASE WHEN LENGTH(result) <= ${LISTED_CHARS} THEN result END AS result`;

/** The open tasks: without a hint, SQLite reads the ended ones too. */
const OPEN_TASKS = "task INDEXED BY task_open";

export class TaskStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Inserts a task, and its idempotency claim in the same batch. The INSERT also stores the event
   * types to deliver (those of the tenant's enabled webhooks; all with a `callback_url`), and sets
   * `slotted` if the tenant has a concurrency cap.
   * @param mark inserts nothing unless the task's agent and its tenant's tools still have this mark
   * @returns the stored task, the earlier task if the key was used before, or that the mark is old
   */
  async insert(
    task: NewTask,
    claim: IdempotencyClaim | null,
    mark: string | null = null,
  ): Promise<Inserted> {
    const insert = this.#db
      .prepare(
        `INSERT INTO task (tenant_id, task_id, task_type, name, status, input_data, agent,
           agent_version, config, limits, metadata, priority, attempt, retry_of, scheduled_at,
           tools, mcp_servers, callback_url, webhooks, slotted, last_seq, created_at, updated_at,
           dispatched_at, check_at, dispatches, claim, overrides)
         SELECT ?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?13, ?14, ?15,
           ?16, ?17, ?18, CASE WHEN ?18 IS NOT NULL THEN ?19 ELSE (
             SELECT NULLIF(json_group_array(DISTINCT type.value), '[]')
             FROM webhook, json_each(webhook.types) AS type
             WHERE webhook.tenant_id = ?1 AND webhook.enabled = 1) END,
           (SELECT 1 FROM concurrency_cap WHERE tenant_id = ?1 LIMIT 1),
           0, ?12, ?12, ?12, ?12, 1, ?20, ?21
         WHERE ?22 IS NULL OR ?22 = ${currentMark("?1", "?6")}
         RETURNING webhooks, slotted`,
      )
      .bind(
        task.tenant_id,
        task.task_id,
        task.task_type,
        task.name,
        JSON.stringify(task.input_data),
        task.agent,
        task.agent_version,
        JSON.stringify(task.config),
        JSON.stringify(task.limits),
        JSON.stringify(task.metadata),
        task.priority,
        task.created_at,
        task.attempt,
        task.retry_of,
        task.scheduled_at,
        task.tools.length === 0 ? null : JSON.stringify(task.tools),
        task.mcp_servers.length === 0 ? null : JSON.stringify(task.mcp_servers),
        task.callback_url,
        JSON.stringify(WEBHOOK_TYPES),
        claim === null ? null : JSON.stringify([claim.route, claim.key]),
        task.overrides === null ? null : JSON.stringify(task.overrides),
        mark,
      );
    if (claim === null) {
      return inserted(task, await insert.first<FoundRow>());
    }
    const scope = [task.tenant_id, claim.route, claim.key];
    const expired = isoTime(Date.parse(task.created_at) - IDEMPOTENCY_TTL_MS);
    try {
      const answers = await this.#db.batch<FoundRow>([
        this.#db
          .prepare(
            "DELETE FROM idempotency WHERE tenant_id = ? AND route = ? AND key = ? AND created_at < ?",
          )
          .bind(...scope, expired),
        this.#db
          .prepare(
            `INSERT INTO idempotency SELECT ?1, ?2, ?3, ?4, ?5, ?6
             WHERE ?7 IS NULL OR ?7 = ${currentMark("?1", "?8")}`,
          )
          .bind(...scope, claim.fingerprint, task.task_id, task.created_at, mark, task.agent),
        insert,
      ]);
      return inserted(task, answers.at(-1)?.results[0] ?? null);
    } catch (error) {
      const earlier = await this.claimed(task.tenant_id, claim);
      if (earlier === null) {
        throw error;
      }
      // The batch may have been committed even if its response was lost.
      const stored =
        earlier.taskId === task.task_id ? await this.get(task.tenant_id, task.task_id) : null;
      return stored === null ? { earlier } : { stored };
    }
  }

  /** Returns the task that was created with an idempotency key, or null. */
  async claimed(
    tenantId: string,
    { route, key }: Pick<IdempotencyClaim, "route" | "key">,
  ): Promise<EarlierTask | null> {
    const row = await this.#db
      .prepare(
        "SELECT task_id, fingerprint FROM idempotency WHERE tenant_id = ? AND route = ? AND key = ?",
      )
      .bind(tenantId, route, key)
      .first<{ task_id: string; fingerprint: string }>();
    return row === null ? null : { taskId: row.task_id, fingerprint: row.fingerprint };
  }

  /** Returns the ids of a tenant's newest tasks that are pending or running. */
  async unfinished(tenantId: string, limit: number): Promise<string[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT task_id FROM task INDEXED BY task_open
         WHERE tenant_id = ? AND completed_at IS NULL AND status IN ('pending', 'running')
         ORDER BY task_id DESC LIMIT ?`,
      )
      .bind(tenantId, limit)
      .all<{ task_id: string }>();
    return results.map(({ task_id }) => task_id);
  }

  /** Returns one task of a tenant, or null. */
  async get(tenantId: string, taskId: string): Promise<TaskRow | null> {
    const row = await this.#db
      .prepare("SELECT * FROM task WHERE tenant_id = ? AND task_id = ?")
      .bind(tenantId, taskId)
      .first<WholeRow>();
    return row === null ? null : rowOf(row);
  }

  /**
   * Returns a page of a tenant's tasks, newest first, and the number of matches; null if only a
   * scan could count them.
   */
  async list(
    tenantId: string,
    filter: TaskFilter,
    limit: number,
    before: string | null,
  ): Promise<{ readonly tasks: readonly ListedTask[]; readonly total: number | null }> {
    const { from, where, values } = conditions(tenantId, filter);
    const page = before === null ? where : `${where} AND task_id < ?`;
    const [rows, count] = await this.#db.batch<Record<string, unknown>>([
      this.#db
        .prepare(`SELECT ${LISTED} FROM ${from} WHERE ${page} ORDER BY task_id DESC LIMIT ?`)
        .bind(...values, ...(before === null ? [] : [before]), limit),
      ...(isCounted(filter) ? [this.#total(tenantId, filter)] : []),
    ]);
    return {
      tasks: (rows?.results ?? []).map((row) => rowOf(row as RawTask)),
      total: count === undefined ? null : Number(count.results[0]?.["total"] ?? 0),
    };
  }

  /**
   * Stores a newer projection, and the open questions in the same transaction. Ignores an older or
   * equal one, and any after the task has ended.
   */
  async project(projection: TaskProjection): Promise<void> {
    await this.#db.batch(projectionStatements(this.#db, projection));
  }

  /** Returns the statement for the number of tasks that a counted filter matches. */
  #total(tenantId: string, filter: TaskFilter): D1PreparedStatement {
    const { where, values } = conditions(tenantId, filter);
    const ended = `SELECT COALESCE(SUM(n), 0) FROM ended_task_count WHERE ${where}`;
    const open = `SELECT COUNT(*) FROM ${OPEN_TASKS} WHERE ${where} AND completed_at IS NULL`;
    if (filter.status === undefined) {
      return this.#db.prepare(`SELECT (${ended}) + (${open}) AS total`).bind(...values, ...values);
    }
    const isOpen = OPEN_STATUSES.has(filter.status);
    return this.#db.prepare(`SELECT (${isOpen ? open : ended}) AS total`).bind(...values);
  }

  /** Fails a task whose run is unreadable. Keeps the other fields of the last projection. */
  async failUnreadable(
    { tenant_id, task_id }: TaskName,
    error: NonNullable<RunView["error"]>,
    now: string,
  ): Promise<void> {
    await this.#db.batch([
      this.#db
        .prepare(
          `UPDATE task SET status = 'failed', waiting_for = NULL, waiting_until = NULL,
             waiting = NULL, check_at = NULL, error = ?1, updated_at = ?2, completed_at = ?2
           WHERE tenant_id = ?3 AND task_id = ?4 AND completed_at IS NULL`,
        )
        .bind(JSON.stringify(error), now, tenant_id, task_id),
      dropQuestions(this.#db, { tenant_id, task_id }),
    ]);
  }

  /**
   * Returns a page of a tenant's unfinished tasks, oldest first.
   * @param after id of the last task of the previous page; empty for the first page
   */
  async open(tenantId: string, after: string, limit: number): Promise<OpenTask[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT tenant_id, task_id, status, last_seq, created_at, updated_at
         FROM task INDEXED BY task_open
         WHERE tenant_id = ? AND completed_at IS NULL AND task_id > ?
         ORDER BY task_id LIMIT ?`,
      )
      .bind(tenantId, after, limit)
      .all<OpenTask>();
    return results;
  }
}

type FoundRow = Pick<WholeRow, "webhooks" | "slotted">;

function inserted(task: NewTask, row: FoundRow | null): Inserted {
  if (row === null) {
    return { outdated: true };
  }
  const webhooks = JSON.parse(row.webhooks ?? "[]") as WebhookType[];
  return { stored: { ...task, webhooks, slotted: row.slotted === 1 } };
}

/** The statuses of a task that has not ended. */
const OPEN_STATUSES: ReadonlySet<TaskStatus> = new Set(["pending", "running", "waiting"]);

/** Returns whether the total for a filter is counted: ended tasks are, by agent and status. */
function isCounted(filter: TaskFilter): boolean {
  const { createdAfter, createdBefore, metadata } = filter;
  return createdAfter === undefined && createdBefore === undefined && metadata.length === 0;
}

function conditions(
  tenantId: string,
  filter: TaskFilter,
): { from: string; where: string; values: string[] } {
  const parts: [string, ...string[]][] = [["tenant_id = ?", tenantId]];
  let from = "task";
  if (filter.status !== undefined) {
    // Written out, since a partial index is not used for a bound value.
    parts.push([`status = '${filter.status}'`]);
    if (OPEN_STATUSES.has(filter.status)) {
      parts.push(["completed_at IS NULL"]);
      from = OPEN_TASKS;
    } else if (filter.status !== "completed") {
      from = "task INDEXED BY task_failed";
    }
  }
  if (filter.agent !== undefined) {
    parts.push(["agent = ?", filter.agent]);
  }
  // A task id starts with its creation time in milliseconds, and the index is ordered by id.
  if (filter.createdAfter !== undefined) {
    parts.push(["task_id >= ?", firstIdAt(Date.parse(filter.createdAfter))]);
  }
  if (filter.createdBefore !== undefined) {
    parts.push(["task_id < ?", firstIdAt(Date.parse(filter.createdBefore))]);
  }
  for (const { key, value } of filter.metadata) {
    parts.push([
      `EXISTS (SELECT 1 FROM json_each(metadata) WHERE json_each.key = ? AND ? =
         CASE WHEN json_each.type IN ('true', 'false', 'null') THEN json_each.type
         ELSE CAST(json_each.value AS TEXT) END)`,
      key,
      value,
    ]);
  }
  return {
    from,
    where: parts.map(([sql]) => sql).join(" AND "),
    values: parts.flatMap(([, ...bound]) => bound),
  };
}

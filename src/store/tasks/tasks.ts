/**
 * Tasks in D1: plain SQL, every query bound to a tenant. The reconciler's queries across tenants
 * are in `bookkeeping.ts`.
 */
import { IDEMPOTENCY_TTL_MS } from "../answers.ts";
import { feedSince } from "../feeds.ts";
import { dropQuestions } from "../inbox.ts";
import type { RunView } from "../../run/decide/view.ts";
import { WEBHOOK_TYPES, type WebhookType } from "../../run/value/webhook-type.ts";
import { isoTime } from "../../run/value/time.ts";
import { currentMark } from "../agents.ts";
import {
  groupStatement,
  isCounted,
  listQuery,
  pageStatement,
  scannedStatement,
  totalStatement,
  type CountedField,
  type ListPlace,
  type ListQuery,
  type TaskFilter,
  type TaskOrder,
} from "./list-query.ts";
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

/** A task that was failed in D1 alone. */
export interface FailedTask {
  readonly agent: string;
  /** The last event that D1 knows of. */
  readonly last_seq: number;
  readonly completed_at: string;
}

/** Maximum characters of JSON of an input or result in a list. A longer one is null. */
const LISTED_CHARS = 16_384;
const LISTED = `tenant_id, task_id, task_type, name, status, waiting_for, waiting_until, waiting, agent,
  agent_version, json_object('model', config ->> '$.model', 'planner', config ->> '$.planner') AS config,
  limits, metadata, priority, attempt, retry_of, scheduled_at, callback_url, error, usage, last_seq, created_at, updated_at,
  started_at, completed_at,
  CASE WHEN LENGTH(input_data) <= ${LISTED_CHARS} THEN input_data END AS input_data,
  CASE WHEN LENGTH(result) <= ${LISTED_CHARS} THEN result END AS result`;

/** A page of tasks. */
export interface TaskListPage {
  readonly tasks: readonly ListedTask[];
  /** The position of the next page; null if there is none. */
  readonly next: string | null;
  readonly total: number | null;
}

/** The number of tasks with one value of a field. */
export interface TaskCount {
  readonly value: string;
  readonly count: number;
}

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
   * Returns a page of a tenant's tasks, the position of the next page or null, and the number of
   * matches; null if only a scan could count them. A page with filters examines at most
   * `MAX_SCANNED` tasks, so it may be short and still have a next one.
   * @param after the last task of the previous page; null for the first page
   */
  async list(
    tenantId: string,
    filter: TaskFilter,
    limit: number,
    after: string | null,
    order: TaskOrder = "newest",
  ): Promise<TaskListPage> {
    const query = listQuery(tenantId, filter);
    const place = { order, limit: limit + 1, after };
    const [rows, count] = await this.#db.batch<Record<string, unknown>>([
      pageStatement(this.#db, tenantId, LISTED, query, place),
      ...(isCounted(filter) ? [totalStatement(this.#db, tenantId, filter)] : []),
    ]);
    const sign = order === "newest" ? -1 : 1;
    const found = (rows?.results ?? [])
      .map((row) => rowOf(row as RawTask))
      .toSorted((a, b) => (a.task_id < b.task_id ? -sign : sign));
    const tasks = found.slice(0, limit);
    return {
      tasks,
      next:
        found.length > limit
          ? (tasks.at(-1)?.task_id ?? null)
          : await this.#scannedTo(query, place),
      total: count === undefined ? null : Number(count.results[0]?.["total"] ?? 0),
    };
  }

  /**
   * Returns the ids of a page of tasks, oldest first. A page can be short or empty and still have a
   * next one.
   */
  async ids(
    tenantId: string,
    filter: TaskFilter,
    limit: number,
    after: string | null,
  ): Promise<{ readonly ids: readonly string[]; readonly next: string | null }> {
    const query = listQuery(tenantId, filter);
    const place = { order: "oldest", limit: limit + 1, after } as const;
    const statement = pageStatement(this.#db, tenantId, "task.task_id", query, place);
    const { results } = await statement.all<{ task_id: string }>();
    const found = results.map(({ task_id }) => task_id).toSorted();
    const ids = found.slice(0, limit);
    const next = found.length > limit ? ids.at(-1) : await this.#scannedTo(query, place);
    return { ids, next: next ?? null };
  }

  /** Returns the last task that a page examined; null if it examined all. */
  async #scannedTo(query: ListQuery, place: ListPlace): Promise<string | null> {
    if (query.tests.length === 0) {
      return null;
    }
    const statement = scannedStatement(this.#db, query, place);
    return (await statement.first<{ task_id: string }>())?.task_id ?? null;
  }

  /** Returns how many tasks there are by a field, most first; at most `MAX_GROUPS` groups. */
  async counts(
    tenantId: string,
    field: CountedField,
    filter: Pick<TaskFilter, "status" | "agent">,
  ): Promise<{ readonly groups: readonly TaskCount[]; readonly total: number }> {
    const [groups, total] = await this.#db.batch<Record<string, unknown>>([
      groupStatement(this.#db, tenantId, field, filter),
      totalStatement(this.#db, tenantId, filter),
    ]);
    return {
      groups: (groups?.results ?? []).map(({ value, count }) => ({
        value: String(value),
        count: Number(count),
      })),
      total: Number(total?.results[0]?.["total"] ?? 0),
    };
  }

  /**
   * Stores a newer projection, and the open questions in the same transaction. Ignores an older or
   * equal one, and any after the task has ended.
   * @returns since when the tenant's feed is on, RFC 3339; null while it is off
   */
  async project(projection: TaskProjection): Promise<{ readonly feedSince: string | null }> {
    const results = await this.#db.batch<{ since?: string }>([
      ...projectionStatements(this.#db, projection),
      feedSince(this.#db, projection.tenant_id),
    ]);
    return { feedSince: results.at(-1)?.results[0]?.since ?? null };
  }

  /**
   * Fails a task whose run is unreadable. Keeps the other fields of the last projection. Repeating
   * it returns the same.
   * @returns the change for the tenant's feed; null while the feed is off, and if the task ended
   * otherwise
   */
  async failUnreadable(
    { tenant_id, task_id }: TaskName,
    error: NonNullable<RunView["error"]>,
    now: string,
  ): Promise<FailedTask | null> {
    const results = await this.#db.batch<FailedTask>([
      this.#db
        .prepare(
          `UPDATE task SET status = 'failed', waiting_for = NULL, waiting_until = NULL,
             waiting = NULL, check_at = NULL, error = ?1, updated_at = ?2, completed_at = ?2
           WHERE tenant_id = ?3 AND task_id = ?4 AND completed_at IS NULL`,
        )
        .bind(JSON.stringify(error), now, tenant_id, task_id),
      dropQuestions(this.#db, { tenant_id, task_id }),
      this.#db
        .prepare(
          `SELECT agent, last_seq, completed_at FROM task
           WHERE tenant_id = ?1 AND task_id = ?2 AND status = 'failed' AND error ->> '$.code' = ?3
             AND EXISTS (SELECT 1 FROM feed WHERE tenant_id = ?1)`,
        )
        .bind(tenant_id, task_id, error.code),
    ]);
    return results.at(-1)?.results[0] ?? null;
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

/**
 * Tasks in D1: plain SQL, every query bound to a tenant. The reconciler's queries across tenants
 * are in `bookkeeping.ts`.
 */
import {
  claimedTask,
  insertTask,
  type EarlierTask,
  type IdempotencyClaim,
  type Inserted,
} from "./insert.ts";
import { nextTurn, type TurnPlace } from "./turn-place.ts";
import { followers, type Followers } from "../feeds.ts";
import { dropQuestions } from "../inbox.ts";
import { isTerminal, type RunView } from "../../run/decide/view.ts";
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
  type TaskName,
  type TaskRow,
  type WholeRow,
} from "./rows.ts";

/** An unfinished task, with the fields that the invariants check. */
export type OpenTask = TaskName &
  Pick<TaskRow, "status" | "waiting_for" | "last_seq" | "created_at" | "updated_at">;

/** A task that was failed in D1 alone. */
export interface FailedTask {
  readonly agent: string;
  /** The last event that D1 knows of. */
  readonly last_seq: number;
  readonly completed_at: string;
}

/** Maximum characters of JSON of an input or result in a list. A longer one is null. */
const LISTED_CHARS = 16_384;
const LISTED = `tenant_id, task_id, task_type, name, subject, parent_task_id, root_task_id, depth, status, waiting_for, waiting_until, waiting, agent,
  agent_version, json_object('model', config ->> '$.model', 'planner', config ->> '$.planner') AS config,
  limits, metadata, priority, attempt, retry_of, schedule_id, group_id, conversation_id, turn, continues_task_id, scheduled_at, callback_url, error, usage, last_seq, created_at, updated_at,
  started_at, completed_at,
  CASE WHEN LENGTH(input_data) <= ${LISTED_CHARS} THEN input_data END AS input_data,
  CASE WHEN LENGTH(result) <= ${LISTED_CHARS} THEN result END AS result`;

interface RawProjected extends Partial<Followers> {
  readonly next_turn?: string | null;
}

/** What a run learns when its status is stored. */
export interface Projected {
  /** Since when the tenant's feed is on (RFC 3339); null while it is off. */
  readonly feedSince: string | null;
  /** Whether the tenant has its traces exported. */
  readonly telemetry: boolean;
  /** After the end: the turn of the conversation that waits for it; null without one. */
  readonly nextTurn?: string | null;
}

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

  /** Inserts a task; see `insertTask`. */
  insert(
    task: NewTask,
    claim: IdempotencyClaim | null,
    mark: string | null = null,
    place: TurnPlace | null = null,
  ): Promise<Inserted> {
    const get = (tenantId: string, taskId: string) => this.get(tenantId, taskId);
    return insertTask(this.#db, get, { task, claim, mark, place });
  }

  /** Returns the task that was created with an idempotency key, or null. */
  claimed(
    tenantId: string,
    claim: Pick<IdempotencyClaim, "route" | "key">,
  ): Promise<EarlierTask | null> {
    return claimedTask(this.#db, tenantId, claim);
  }

  /** Claims an idempotency key for a task that exists. A key that is claimed stays as it is. */
  async claim(
    { tenant_id, task_id }: TaskName,
    { route, key, fingerprint }: IdempotencyClaim,
    now: string,
  ): Promise<void> {
    await this.#db
      .prepare("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
      .bind(tenant_id, route, key, fingerprint, task_id, now)
      .run();
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
   */
  async project(projection: TaskProjection): Promise<Projected> {
    const isOver = isTerminal(projection.view.status);
    const results = await this.#db.batch<RawProjected>([
      ...projectionStatements(this.#db, projection),
      this.#db
        .prepare(
          `SELECT ${followers("?1")}${isOver ? `, ${nextTurn("?1", "?2")} AS next_turn` : ""}`,
        )
        .bind(projection.tenant_id, ...(isOver ? [projection.task_id] : [])),
    ]);
    const row = results.at(-1)?.results[0];
    return {
      feedSince: row?.since ?? null,
      telemetry: row?.telemetry === 1,
      ...(isOver ? { nextTurn: row?.next_turn ?? null } : {}),
    };
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
        `SELECT tenant_id, task_id, status, waiting_for, last_seq, created_at, updated_at
         FROM task INDEXED BY task_open
         WHERE tenant_id = ? AND completed_at IS NULL AND task_id > ?
         ORDER BY task_id LIMIT ?`,
      )
      .bind(tenantId, after, limit)
      .all<OpenTask>();
    return results;
  }
}

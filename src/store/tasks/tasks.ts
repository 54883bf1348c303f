/**
 * Tasks in D1: plain SQL, rows mapped once. A row is what was submitted plus the newest projection
 * of the run's log; every query is bound to a tenant, except the reconciler's.
 */
import type { AgentConfig, RunLimits, RunSpec } from "../../run/spec/spec.ts";
import { dropAnswersBefore, IDEMPOTENCY_TTL_MS } from "../answers.ts";
import type { JsonObject, JsonValue } from "../../run/value/json.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { ToolDefinition } from "../../run/spec/tool-definition.ts";
import { firstIdAt } from "../../run/value/id.ts";
import { INITIAL_STATE, type TaskStatus } from "../../run/log/state.ts";
import { viewOf, type RunView } from "../../run/decide/view.ts";
import { WEBHOOK_TYPES, type WebhookType } from "../../run/value/webhook-type.ts";
import { isoTime } from "../../run/value/time.ts";

export interface TaskRow {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly task_type: string;
  readonly name: string | null;
  readonly status: TaskStatus;
  readonly waiting_for: string | null;
  readonly waiting_until: string | null;
  readonly input_data: JsonObject;
  readonly agent: string;
  readonly agent_version: number;
  readonly config: AgentConfig;
  readonly limits: RunLimits;
  readonly metadata: JsonObject;
  readonly priority: number;
  readonly attempt: number;
  readonly retry_of: string | null;
  readonly scheduled_at: string | null;
  /** The tenant's tools that the run may use, as they were at submission. */
  readonly tools: readonly ToolDefinition[];
  /** The MCP servers that the run may use, as they were at submission. */
  readonly mcp_servers: readonly McpServerDefinition[];
  /** Where the task's news are sent, besides the tenant's webhooks. */
  readonly callback_url: string | null;
  /** What anybody wanted to be told of when the task was submitted. */
  readonly webhooks: readonly WebhookType[];
  /** Whether its run works only while it holds one of its tenant's slots. */
  readonly slotted: boolean;
  readonly result: JsonValue;
  readonly error: RunView["error"];
  readonly usage: RunView["usage"];
  readonly last_seq: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

/** A task as a list has it: what is too large for a page of a hundred is null. */
export type ListedTask = Omit<TaskRow, "input_data" | "config" | Snapshot> & {
  readonly input_data: JsonObject | null;
  readonly config: Pick<AgentConfig, "model" | "planner">;
};

/** What a new task is; the rest of its row follows. */
export type NewTask = Pick<
  TaskRow,
  | "tenant_id"
  | "task_id"
  | "task_type"
  | "name"
  | "input_data"
  | "agent"
  | "agent_version"
  | "config"
  | "limits"
  | "metadata"
  | "priority"
  | "attempt"
  | "retry_of"
  | "scheduled_at"
  | "tools"
  | "mcp_servers"
  | "callback_url"
  | "created_at"
>;

/** A new task that is stored: it is known who wants to be told of it, and whether it needs a slot. */
export type StoredTask = NewTask & Pick<TaskRow, "webhooks" | "slotted">;

/** The task that an idempotency key stands for. */
export interface EarlierTask {
  readonly taskId: string;
  readonly fingerprint: string;
}

/** A client's claim that a request is the same as an earlier one. */
export interface IdempotencyClaim {
  readonly route: string;
  readonly key: string;
  /** Hash of the request; the same key with another one is a mistake. */
  readonly fingerprint: string;
}

export interface TaskProjection {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly agent: string;
  readonly view: RunView;
}

/** A task by its name alone. */
export type TaskName = Pick<TaskRow, "tenant_id" | "task_id">;

/** A task that is over. */
export type EndedTask = TaskName & {
  readonly completed_at: string;
  /** Its log could not be read, or is gone: it has no last word. */
  readonly givenUp: boolean;
};

/** A task that is not over, as the invariants look at it. */
export type OpenTask = TaskName &
  Pick<TaskRow, "status" | "last_seq" | "created_at" | "updated_at">;

/** A task whose message seems lost, and how often it has been given away by now. */
export interface ForgottenTask {
  readonly task: TaskRow;
  readonly dispatches: number;
}

export interface TaskFilter {
  readonly status?: TaskStatus;
  readonly agent?: string;
  readonly createdAfter?: string;
  readonly createdBefore?: string;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

/** Characters of JSON that a list shows of one input or result. */
const LISTED_CHARS = 16_384;
const LISTED = `tenant_id, task_id, task_type, name, status, waiting_for, waiting_until, agent,
  agent_version, json_object('model', config ->> '$.model', 'planner', config ->> '$.planner') AS config,
  limits, metadata, priority, attempt, retry_of, scheduled_at, callback_url, error, usage, last_seq, created_at, updated_at,
  started_at, completed_at,
  CASE WHEN LENGTH(input_data) <= ${LISTED_CHARS} THEN input_data END AS input_data,
  CASE WHEN LENGTH(result) <= ${LISTED_CHARS} THEN result END AS result`;
/** How long after the last news of a running task the reconciler looks at it. */
const RUNNING_CHECK_MS = 300_000;
/** How late a run may be that should have gone on by itself. */
const LATE_MS = 120_000;
/** A longer result stays in the run's log, and a reader of the task asks the run for it. */
const MAX_RESULT_CHARS = 262_144;

/** What a task has used that no run has told of yet. */
const NO_USAGE = viewOf(INITIAL_STATE).usage;

export class TaskStore {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Inserts a task, and its idempotency claim if there is one, both or neither. The same statement
   * finds out who wants to be told of it, and whether its tenant caps how many runs work at once.
   * @returns the task as it is stored, or the claim's earlier one if the key was used before
   */
  async insert(
    task: NewTask,
    claim: IdempotencyClaim | null,
  ): Promise<
    { readonly stored: StoredTask; readonly earlier?: never } | { readonly earlier: EarlierTask }
  > {
    const insert = this.#db
      .prepare(
        `INSERT INTO task (tenant_id, task_id, task_type, name, status, input_data, agent,
           agent_version, config, limits, metadata, priority, attempt, retry_of, scheduled_at,
           tools, mcp_servers, callback_url, webhooks, slotted, last_seq, created_at, updated_at,
           dispatched_at, dispatches)
         VALUES (?1, ?2, ?3, ?4, 'pending', ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?13, ?14, ?15,
           ?16, ?17, ?18, CASE WHEN ?18 IS NOT NULL THEN ?19 ELSE (
             SELECT NULLIF(json_group_array(DISTINCT type.value), '[]')
             FROM webhook, json_each(webhook.types) AS type
             WHERE webhook.tenant_id = ?1 AND webhook.enabled = 1) END,
           (SELECT 1 FROM concurrency_cap WHERE tenant_id = ?1 LIMIT 1),
           0, ?12, ?12, ?12, 1)
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
      );
    if (claim === null) {
      return { stored: withFound(task, await insert.first<FoundRow>()) };
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
          .prepare("INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?)")
          .bind(...scope, claim.fingerprint, task.task_id, task.created_at),
        insert,
      ]);
      return { stored: withFound(task, answers.at(-1)?.results[0] ?? null) };
    } catch (error) {
      const earlier = await this.claimed(task.tenant_id, claim);
      if (earlier === null) {
        throw error;
      }
      // The batch may have been committed although its answer was lost.
      const stored =
        earlier.taskId === task.task_id ? await this.get(task.tenant_id, task.task_id) : null;
      return stored === null ? { earlier } : { stored };
    }
  }

  /** The task of an idempotency key that was used before, or null. */
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

  /** One task of a tenant, or null. */
  async get(tenantId: string, taskId: string): Promise<TaskRow | null> {
    const row = await this.#db
      .prepare("SELECT * FROM task WHERE tenant_id = ? AND task_id = ?")
      .bind(tenantId, taskId)
      .first<WholeRow>();
    return row === null ? null : fromRaw(row);
  }

  /** A page of a tenant's tasks, newest first, and how many there are in all. */
  async list(
    tenantId: string,
    filter: TaskFilter,
    limit: number,
    before: string | null,
  ): Promise<{ readonly tasks: readonly ListedTask[]; readonly total: number }> {
    const { where, values } = conditions(tenantId, filter);
    const page = before === null ? where : `${where} AND task_id < ?`;
    const [rows, count] = await this.#db.batch<Record<string, unknown>>([
      this.#db
        .prepare(`SELECT ${LISTED} FROM task WHERE ${page} ORDER BY task_id DESC LIMIT ?`)
        .bind(...values, ...(before === null ? [] : [before]), limit),
      this.#db
        .prepare(
          isCounted(filter)
            ? `SELECT SUM(n) AS total FROM task_count WHERE ${where}`
            : `SELECT COUNT(*) AS total FROM task WHERE ${where}`,
        )
        .bind(...values),
    ]);
    return {
      tasks: (rows?.results ?? []).map((row) => fromRaw(row as RawTask)),
      total: Number(count?.results[0]?.["total"] ?? 0),
    };
  }

  /** Stores a newer projection; an older or equal one changes nothing. */
  async project({ tenant_id, task_id, agent, view }: TaskProjection): Promise<void> {
    const update = this.#db
      .prepare(
        `UPDATE task SET status = ?, waiting_for = ?, waiting_until = ?, check_at = ?,
           limits = COALESCE(?, limits), result = ?, error = ?, usage = ?,
           last_seq = ?, updated_at = ?, started_at = ?, completed_at = ?
         WHERE tenant_id = ? AND task_id = ? AND last_seq < ?
           AND status NOT IN ('completed', 'failed', 'cancelled')`,
      )
      .bind(
        view.status,
        view.waiting_for,
        view.waiting_until,
        checkAt(view),
        view.limits === null ? null : JSON.stringify(view.limits),
        resultText(view),
        view.error === null ? null : JSON.stringify(view.error),
        JSON.stringify(view.usage),
        view.last_seq,
        view.updated_at,
        view.started_at,
        view.completed_at,
        tenant_id,
        task_id,
        view.last_seq,
      );
    // While a run works, its usage changes with every call: it is told at a rest and at the end.
    if (view.ledger.length === 0 || view.status === "running") {
      await update.run();
      return;
    }
    await this.#db.batch([
      update,
      ...view.ledger.map((entry) =>
        this.#db
          .prepare(
            `INSERT INTO usage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT DO UPDATE SET model_calls = ?6, input_tokens = ?7,
               cached_input_tokens = ?8, output_tokens = ?9, cost_micro_usd = ?10
             WHERE model_calls < ?6`,
          )
          .bind(
            tenant_id,
            entry.day,
            task_id,
            entry.model,
            agent,
            entry.model_calls,
            entry.input_tokens,
            entry.cached_input_tokens,
            entry.output_tokens,
            entry.cost_micro_usd,
          ),
      ),
    ]);
  }

  /** Fails a task whose run cannot be read any more; what was known of it stays. */
  async failUnreadable(
    { tenant_id, task_id }: TaskName,
    error: NonNullable<RunView["error"]>,
    now: string,
  ): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE task SET status = 'failed', waiting_for = NULL, waiting_until = NULL,
           check_at = NULL, error = ?1, updated_at = ?2, completed_at = ?2
         WHERE tenant_id = ?3 AND task_id = ?4
           AND status IN ('pending', 'running', 'waiting')`,
      )
      .bind(JSON.stringify(error), now, tenant_id, task_id)
      .run();
  }

  /**
   * Takes pending tasks that were given to the queue before a moment and are still pending, and
   * marks them as given again. Across tenants; for the reconciler.
   */
  async takeForgotten(before: string, now: string, limit: number): Promise<ForgottenTask[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE task SET dispatched_at = ?, dispatches = dispatches + 1
         WHERE (tenant_id, task_id) IN (
           SELECT tenant_id, task_id FROM task
           WHERE status = 'pending' AND dispatched_at < ?
           ORDER BY dispatched_at LIMIT ?)
         RETURNING *`,
      )
      .bind(now, before, limit)
      .all<WholeRow & { dispatches: number }>();
    return results.map((row) => ({ task: fromRaw(row), dispatches: row.dispatches }));
  }

  /**
   * Takes live tasks whose run should have been heard of before now, and says when to look at them
   * again. Across tenants; for the reconciler.
   */
  async takeUnheard(now: string, again: string, limit: number): Promise<TaskRow[]> {
    const { results } = await this.#db
      .prepare(
        `UPDATE task SET check_at = ?
         WHERE (tenant_id, task_id) IN (
           SELECT tenant_id, task_id FROM task
           WHERE check_at < ? AND status IN ('running', 'waiting') ORDER BY check_at LIMIT ?)
         RETURNING *`,
      )
      .bind(again, now, limit)
      .all<WholeRow>();
    return results.map((row) => fromRaw(row));
  }

  /**
   * Tasks that ended before a moment, oldest first. Across tenants; for the reconciler.
   * @param after the last one of the page before
   */
  async endedBefore(before: string, after: EndedTask | null, limit: number): Promise<EndedTask[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT tenant_id, task_id, completed_at,
           COALESCE(error ->> '$.code' IN ('log_corrupt', 'log_lost', 'out_of_memory'), 0) AS given_up
         FROM task WHERE completed_at < ? AND (completed_at, tenant_id, task_id) > (?, ?, ?)
         ORDER BY completed_at, tenant_id, task_id LIMIT ?`,
      )
      .bind(before, after?.completed_at ?? "", after?.tenant_id ?? "", after?.task_id ?? "", limit)
      .all<TaskName & { completed_at: string; given_up: number }>();
    return results.map(({ given_up, ...row }) => Object.assign(row, { givenUp: given_up === 1 }));
  }

  /** Deletes the row of a task that ended before a moment. */
  async delete({ tenant_id, task_id }: TaskName, endedBefore: string): Promise<void> {
    await this.#db
      .prepare("DELETE FROM task WHERE tenant_id = ? AND task_id = ? AND completed_at < ?")
      .bind(tenant_id, task_id, endedBefore)
      .run();
  }

  /**
   * A page of a tenant's tasks that are not over, oldest first.
   * @param after id of the last task of the page before; empty for the first page
   */
  async open(tenantId: string, after: string, limit: number): Promise<OpenTask[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT tenant_id, task_id, status, last_seq, created_at, updated_at FROM task
         WHERE tenant_id = ? AND status IN ('pending', 'running', 'waiting') AND task_id > ?
         ORDER BY task_id LIMIT ?`,
      )
      .bind(tenantId, after, limit)
      .all<OpenTask>();
    return results;
  }

  /** Drops idempotency keys older than their lifetime. */
  async expireIdempotency(now: number): Promise<void> {
    const before = isoTime(now - IDEMPOTENCY_TTL_MS);
    await this.#db.batch([
      this.#db.prepare("DELETE FROM idempotency WHERE created_at < ?").bind(before),
      dropAnswersBefore(this.#db, before),
    ]);
  }
}

/** What a run is told of its task. */
export function specOf(row: StoredTask): RunSpec {
  const { task_id, tenant_id, input_data, agent, agent_version, config, limits } = row;
  const { scheduled_at, tools, mcp_servers, webhooks, slotted, priority } = row;
  return {
    task_id,
    tenant_id,
    input_data,
    agent,
    agent_version,
    config,
    limits,
    ...(scheduled_at === null ? {} : { scheduled_at }),
    ...(tools.length === 0 ? {} : { tools: [...tools] }),
    ...(mcp_servers.length === 0 ? {} : { mcp_servers: [...mcp_servers] }),
    ...(webhooks.length === 0 ? {} : { webhooks: [...webhooks] }),
    ...(slotted ? { concurrency: { priority } } : {}),
  };
}

/** A task as it is right after it was accepted. */
export function asAccepted(task: StoredTask): TaskRow {
  return {
    ...task,
    status: "pending",
    waiting_for: null,
    waiting_until: null,
    result: null,
    error: null,
    usage: NO_USAGE,
    last_seq: 0,
    updated_at: task.created_at,
    started_at: null,
    completed_at: null,
  };
}

type JsonColumn = "config" | "limits" | "metadata";
type NullableJsonColumn = "input_data" | "result" | "error" | "usage";
/** What a task was submitted with, absent where it was nothing. */
export type Snapshot = "tools" | "mcp_servers" | "webhooks" | "slotted";
type RawTask = Omit<TaskRow, JsonColumn | NullableJsonColumn | Snapshot> &
  Record<JsonColumn, string> &
  Record<NullableJsonColumn, string | null>;
/** Columns that are no business of clients. */
interface Bookkeeping {
  readonly dispatched_at: string;
  readonly dispatches: number;
  readonly check_at: string | null;
}
/** A row read whole: its input is there. */
type WholeRow = RawTask & { readonly input_data: string } & Readonly<
    Record<Exclude<Snapshot, "slotted">, string | null> & Record<"slotted", number | null>
  >;

function fromRaw(raw: WholeRow): TaskRow;
function fromRaw(raw: RawTask): ListedTask;
function fromRaw(
  raw: RawTask & Partial<Bookkeeping> & Partial<Pick<WholeRow, Snapshot>>,
): ListedTask & Pick<TaskRow, Snapshot> {
  const { dispatched_at: _at, dispatches: _n, check_at: _check, ...row } = raw;
  return {
    ...row,
    input_data: raw.input_data === null ? null : (JSON.parse(raw.input_data) as JsonObject),
    config: JSON.parse(raw.config) as AgentConfig,
    limits: JSON.parse(raw.limits) as RunLimits,
    metadata: JSON.parse(raw.metadata) as JsonObject,
    result: raw.result === null ? null : (JSON.parse(raw.result) as JsonValue),
    error: raw.error === null ? null : (JSON.parse(raw.error) as RunView["error"]),
    usage: raw.usage === null ? NO_USAGE : (JSON.parse(raw.usage) as RunView["usage"]),
    tools: JSON.parse(raw.tools ?? "[]") as ToolDefinition[],
    mcp_servers: JSON.parse(raw.mcp_servers ?? "[]") as McpServerDefinition[],
    webhooks: JSON.parse(raw.webhooks ?? "[]") as WebhookType[],
    slotted: raw.slotted === 1,
  };
}

type FoundRow = Pick<WholeRow, "webhooks" | "slotted">;

function withFound(task: NewTask, row: FoundRow | null): StoredTask {
  const webhooks = JSON.parse(row?.webhooks ?? "[]") as WebhookType[];
  return { ...task, webhooks, slotted: row?.slotted === 1 };
}

/** When the reconciler should have heard of the run again; null where nothing is to be expected. */
function checkAt({ status, waiting_until, updated_at }: RunView): string | null {
  switch (status) {
    case "running":
      return isoTime(Date.parse(updated_at ?? "") + RUNNING_CHECK_MS);
    case "waiting":
      return waiting_until === null ? null : isoTime(Date.parse(waiting_until) + LATE_MS);
    default:
      return null;
  }
}

function resultText({ result }: RunView): string | null {
  const text = result === null ? null : JSON.stringify(result);
  return text !== null && text.length > MAX_RESULT_CHARS ? null : text;
}

/** Whether the tasks that fit a filter are counted as they come and go. */
function isCounted(filter: TaskFilter): boolean {
  const { createdAfter, createdBefore, metadata } = filter;
  return createdAfter === undefined && createdBefore === undefined && metadata.length === 0;
}

function conditions(tenantId: string, filter: TaskFilter): { where: string; values: string[] } {
  const parts: [string, ...string[]][] = [["tenant_id = ?", tenantId]];
  if (filter.status !== undefined) {
    parts.push(["status = ?", filter.status]);
  }
  if (filter.agent !== undefined) {
    parts.push(["agent = ?", filter.agent]);
  }
  // A task's id begins with the millisecond it was made in, and ids are the order of the table.
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
    where: parts.map(([sql]) => sql).join(" AND "),
    values: parts.flatMap(([, ...bound]) => bound),
  };
}

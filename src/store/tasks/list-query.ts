/**
 * Queries of task lists, totals and counts. Each is bounded: a filter either has an index, or a page
 * examines at most `MAX_SCANNED` tasks and then continues on the next one.
 */
import { firstIdAt } from "../../run/value/id.ts";
import type { TaskStatus } from "../../run/log/state.ts";

/** Filters of a task list. Times are RFC 3339 in UTC. */
export interface TaskFilter {
  readonly status?: TaskStatus | readonly TaskStatus[];
  readonly agent?: string;
  readonly scheduleId?: string;
  readonly groupId?: string;
  readonly waitingFor?: string;
  readonly subject?: string;
  /** The first task of a tree: the tasks below it. */
  readonly rootTaskId?: string;
  readonly parentTaskId?: string;
  /** Inclusive. */
  readonly createdAfter?: string;
  /** Exclusive. */
  readonly createdBefore?: string;
  /** Exclusive. */
  readonly updatedAfter?: string;
  /** The beginning of an id, or a part of the name or goal, in any case. */
  readonly text?: string;
  readonly metadata: readonly { readonly key: string; readonly value: string }[];
}

/** Order of a task list: by time of submission. */
export type TaskOrder = "newest" | "oldest";

/** Fields by which tasks are counted. */
export const COUNTED_FIELDS = ["status", "agent", "waiting_for"] as const;
/** One of `COUNTED_FIELDS`. */
export type CountedField = (typeof COUNTED_FIELDS)[number];

/** Maximum tasks that one page with filters examines. */
const MAX_SCANNED = 2_000;
/** Maximum groups of a count. */
const MAX_GROUPS = 1_000;
/** Maximum characters of an input in which a goal is searched. */
const MAX_SEARCHED_CHARS = 16_384;

/** The open tasks: without a hint, SQLite reads the ended ones too. */
const OPEN_TASKS = "task INDEXED BY task_open";
/** The statuses of a task that has not ended. */
const OPEN_STATUSES: ReadonlySet<TaskStatus> = new Set(["pending", "running", "waiting"]);
const ID_START = /^task_[0-9a-f-]{0,36}$/;

/** A condition and the values that are bound to it. */
type Part = readonly [sql: string, ...values: string[]];

/** The parts of a list's query. */
export interface ListQuery {
  /** The table, and the index that is read. */
  readonly from: string;
  /** Conditions that bound the range of the index. */
  readonly range: readonly Part[];
  /** Conditions that are tested for each task of the range. */
  readonly tests: readonly Part[];
}

/** Returns the parts of a list's query. */
export function listQuery(tenantId: string, filter: TaskFilter): ListQuery {
  const { agent, scheduleId, waitingFor, createdAfter, createdBefore, updatedAfter, text } = filter;
  const statuses = statusesOf(filter);
  const range: Part[] = [["tenant_id = ?", tenantId]];
  const tests: Part[] = [];
  let from = "task";
  const [only] = statuses;
  if (scheduleId !== undefined) {
    from = "task INDEXED BY task_by_schedule";
    range.push(["schedule_id = ?", scheduleId]);
    if (statuses.length > 0) {
      tests.push([`status IN (${quoted(statuses)})`]);
    }
  } else if (statuses.length === 1 && (only === "failed" || only === "cancelled")) {
    from = "task INDEXED BY task_failed";
    // Written out, since a partial index is not used for a bound value.
    range.push([`status = '${only}'`]);
  } else {
    if (statuses.length > 0) {
      tests.push([`status IN (${quoted(statuses)})`]);
    }
    const areOpen = statuses.length > 0 && statuses.every(isOpen);
    if (areOpen || waitingFor !== undefined) {
      from = OPEN_TASKS;
      range.push(["completed_at IS NULL"]);
    }
  }
  const root = filter.rootTaskId ?? filter.parentTaskId;
  if (root !== undefined) {
    from = "task INDEXED BY task_by_root";
    range.push(["root_task_id = ?", root]);
  } else if (filter.subject !== undefined) {
    from = "task INDEXED BY task_by_subject";
    range.push(["subject = ?", filter.subject]);
  }
  if (root !== undefined && filter.subject !== undefined) {
    tests.push(["subject = ?", filter.subject]);
  }
  if (filter.groupId !== undefined) {
    from = "task INDEXED BY task_by_group";
    range.push(["group_id = ?", filter.groupId]);
  }
  if (filter.parentTaskId !== undefined) {
    tests.push(["parent_task_id = ?", filter.parentTaskId]);
  }
  if (agent !== undefined) {
    tests.push(["agent = ?", agent]);
  }
  if (waitingFor !== undefined) {
    tests.push(["waiting_for = ?", waitingFor]);
  }
  // A task id starts with its creation time in milliseconds, and the indexes are ordered by id.
  if (createdAfter !== undefined) {
    range.push(["task_id >= ?", firstIdAt(Date.parse(createdAfter))]);
  }
  if (createdBefore !== undefined) {
    range.push(["task_id < ?", firstIdAt(Date.parse(createdBefore))]);
  }
  if (updatedAfter !== undefined) {
    tests.push(["updated_at > ?", updatedAfter]);
  }
  if (text !== undefined) {
    const isId = ID_START.test(text);
    (isId ? range : tests).push(isId ? idStarts(text) : textPart(text));
  }
  for (const { key, value } of filter.metadata) {
    tests.push([
      `EXISTS (SELECT 1 FROM json_each(metadata) WHERE json_each.key = ? AND ? =
         CASE WHEN json_each.type IN ('true', 'false', 'null') THEN json_each.type
         ELSE CAST(json_each.value AS TEXT) END)`,
      key,
      value,
    ]);
  }
  return { from, range, tests };
}

function statusesOf({ status = [] }: Pick<TaskFilter, "status">): readonly TaskStatus[] {
  return typeof status === "string" ? [status] : [...new Set(status)];
}

function quoted(statuses: readonly TaskStatus[]): string {
  return statuses.map((status) => `'${status}'`).join(", ");
}

function idStarts(text: string): Part {
  return ["task_id >= ? AND task_id < ?", text, `${text}~`];
}

/** A longer input is searched by its task's name only: reading it could cost a megabyte a task. */
function textPart(text: string): Part {
  const goal = "COALESCE(input_data ->> '$.goal', input_data ->> '$.prompt', '')";
  return [
    `(instr(lower(COALESCE(name, '')), lower(?)) > 0
       OR (octet_length(input_data) <= ${MAX_SEARCHED_CHARS} AND instr(lower(${goal}), lower(?)) > 0))`,
    text,
    text,
  ];
}

/** A position in a list: the id of a task. */
export interface ListPlace {
  readonly order: TaskOrder;
  readonly limit: number;
  readonly after: string | null;
}

/**
 * Returns the statement of a page: at most `limit` tasks, in no order if there are tests.
 * @param columns the columns to read, of the table `task`
 */
export function pageStatement(
  db: D1Database,
  tenantId: string,
  columns: string,
  { from, range, tests }: ListQuery,
  place: ListPlace,
): D1PreparedStatement {
  const { limit } = place;
  const { where, values, direction } = rangeOf(range, place);
  if (tests.length === 0) {
    return db
      .prepare(
        `SELECT ${columns} FROM ${from} WHERE ${where} ORDER BY task_id ${direction} LIMIT ?`,
      )
      .bind(...values, limit);
  }
  // The tests read few columns, and the other columns are read for the tasks of the page only.
  return db
    .prepare(
      `SELECT ${columns} FROM (
         SELECT id FROM (
           SELECT task_id AS id, status, agent, waiting_for, updated_at, metadata, name, input_data,
             subject, parent_task_id
           FROM ${from} WHERE ${where} ORDER BY task_id ${direction} LIMIT ${MAX_SCANNED})
         WHERE ${tests.map(([sql]) => sql).join(" AND ")} LIMIT ?) AS found
       CROSS JOIN task ON task.tenant_id = ? AND task.task_id = found.id`,
    )
    .bind(...values, ...tests.flatMap(([, ...bound]) => bound), limit, tenantId);
}

/** Returns the statement of the last task that a page examined: a column `task_id`, or no row. */
export function scannedStatement(
  db: D1Database,
  { from, range }: ListQuery,
  place: ListPlace,
): D1PreparedStatement {
  const { where, values, direction } = rangeOf(range, place);
  return db
    .prepare(
      `SELECT task_id FROM ${from} WHERE ${where} ORDER BY task_id ${direction}
       LIMIT 1 OFFSET ${MAX_SCANNED - 1}`,
    )
    .bind(...values);
}

function rangeOf(range: readonly Part[], { after, order }: ListPlace) {
  const isNewest = order === "newest";
  const parts: readonly Part[] =
    after === null ? range : [...range, [`task_id ${isNewest ? "<" : ">"} ?`, after]];
  return {
    where: parts.map(([sql]) => sql).join(" AND "),
    values: parts.flatMap(([, ...bound]) => bound),
    direction: isNewest ? "DESC" : "ASC",
  };
}

/** Returns whether the number of matches is counted: by status and agent it is. */
export function isCounted(filter: TaskFilter): boolean {
  const { waitingFor, createdAfter, createdBefore, updatedAfter, text, metadata } = filter;
  const { subject, rootTaskId, parentTaskId, scheduleId, groupId } = filter;
  const others = [scheduleId, groupId, waitingFor, createdAfter, createdBefore, updatedAfter, text];
  return (
    [...others, subject, rootTaskId, parentTaskId].every((value) => value === undefined) &&
    metadata.length === 0
  );
}

/** Returns the statement that counts the matches of a counted filter: a column `total`. */
export function totalStatement(
  db: D1Database,
  tenantId: string,
  filter: Pick<TaskFilter, "status" | "agent">,
): D1PreparedStatement {
  const { sql, values } = countedRows(tenantId, filter, "n");
  return db.prepare(`SELECT COALESCE(SUM(n), 0) AS total FROM (${sql})`).bind(...values);
}

/** Returns the statement that counts tasks by a field: columns `value` and `count`. */
export function groupStatement(
  db: D1Database,
  tenantId: string,
  field: CountedField,
  filter: Pick<TaskFilter, "status" | "agent">,
): D1PreparedStatement {
  if (field === "waiting_for") {
    const { where, values } = counted(tenantId, filter);
    return db
      .prepare(
        `SELECT waiting_for AS value, COUNT(*) AS count FROM ${OPEN_TASKS}
         WHERE ${where} AND completed_at IS NULL AND waiting_for IS NOT NULL
         GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${MAX_GROUPS}`,
      )
      .bind(...values);
  }
  const { sql, values } = countedRows(tenantId, filter, `${field} AS value, n`);
  return db
    .prepare(
      `SELECT value, SUM(n) AS count FROM (${sql}) GROUP BY 1 HAVING SUM(n) > 0
       ORDER BY 2 DESC, 1 LIMIT ${MAX_GROUPS}`,
    )
    .bind(...values);
}

/**
 * The stored counts of ended tasks, and one row for each open task; only those that the statuses
 * admit.
 */
function countedRows(
  tenantId: string,
  filter: Pick<TaskFilter, "status" | "agent">,
  columns: string,
): { readonly sql: string; readonly values: readonly string[] } {
  const { where, values } = counted(tenantId, filter);
  const statuses = statusesOf(filter);
  const ended = `SELECT ${columns} FROM ended_task_count WHERE ${where}`;
  const open = `SELECT ${columns.replace(/\bn$/, "1 AS n")} FROM ${OPEN_TASKS}
    WHERE ${where} AND completed_at IS NULL`;
  const parts = [
    ...(statuses.length > 0 && statuses.every(isOpen) ? [] : [ended]),
    ...(statuses.length > 0 && !statuses.some(isOpen) ? [] : [open]),
  ];
  return { sql: parts.join(" UNION ALL "), values: parts.flatMap(() => values) };
}

function isOpen(status: TaskStatus): boolean {
  return OPEN_STATUSES.has(status);
}

function counted(
  tenantId: string,
  filter: Pick<TaskFilter, "status" | "agent">,
): { readonly where: string; readonly values: readonly string[] } {
  const statuses = statusesOf(filter);
  const parts: Part[] = [
    ["tenant_id = ?", tenantId],
    ...(statuses.length === 0 ? [] : [[`status IN (${quoted(statuses)})`] as const]),
    ...(filter.agent === undefined ? [] : [["agent = ?", filter.agent] as const]),
  ];
  return {
    where: parts.map(([sql]) => sql).join(" AND "),
    values: parts.flatMap(([, ...bound]) => bound),
  };
}

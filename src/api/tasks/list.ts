/** Use case: lists tasks, for every transport. */
import type { TaskStatus } from "../../run/log/state.ts";
import type { Caller } from "../../store/keys.ts";
import type { WaitName } from "../../run/log/event-data.ts";
import type { TaskFilter, TaskOrder } from "../../store/tasks/list-query.ts";
import type { ApiDeps } from "../context.ts";
import { cursorAt, cursorOf, DEFAULT_LIMIT, type ListPage } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import type { TaskJson } from "./schemas.ts";
import { taskJson } from "./view.ts";
import { isoTime } from "../../run/value/time.ts";
import { defined } from "../../run/value/defined.ts";

/** Limited because D1 allows 100 bound values per statement. */
const MAX_METADATA_FILTERS = 10;

/** Filter and page of a list. Times are RFC 3339. The transport validates `limit`. */
export interface TaskQuery {
  readonly status?: TaskStatus | readonly TaskStatus[] | undefined;
  readonly waiting_for?: WaitName | undefined;
  readonly agent?: string | undefined;
  readonly schedule_id?: string | undefined;
  readonly group_id?: string | undefined;
  readonly subject?: string | undefined;
  readonly root_task_id?: string | undefined;
  readonly parent_task_id?: string | undefined;
  /** Inclusive. */
  readonly created_after?: string | undefined;
  /** Exclusive. */
  readonly created_before?: string | undefined;
  /** Exclusive. */
  readonly updated_after?: string | undefined;
  /** The beginning of an id, or a part of the name or goal. */
  readonly q?: string | undefined;
  /** By time of submission. Default: `newest`. */
  readonly order?: TaskOrder | undefined;
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  /** The task's metadata must contain every pair; values are compared as text. */
  readonly metadata: TaskFilter["metadata"];
}

export interface TaskPage extends ListPage<TaskJson> {
  /** Number of tasks on all pages; null if only a scan of the tasks could count them. */
  readonly total: number | null;
}

/**
 * Returns a page of the caller's tasks. @throws Problem `validation_failed`
 * @param cursorName the transport's name of the cursor parameter
 */
export async function listTasks(
  deps: ApiDeps,
  caller: Caller,
  query: TaskQuery,
  cursorName = "cursor",
): Promise<TaskPage> {
  if (query.metadata.length > MAX_METADATA_FILTERS) {
    throw new Problem("validation_failed", `At most ${MAX_METADATA_FILTERS} metadata filters.`);
  }
  const limit = query.limit ?? DEFAULT_LIMIT;
  const { cursor, order = "newest" } = query;
  // A cursor of the other order would skip what it has not shown.
  const prefix = order === "newest" ? "" : `${order} `;
  const form = new RegExp(`^${prefix}task_`);
  const after =
    cursor === undefined ? null : await cursorOf(deps, caller, cursor, { name: cursorName, form });
  const { tasks, next, total } = await deps.tasks.list(
    caller.tenantId,
    filterOf(query),
    limit,
    after === null ? null : after.slice(prefix.length),
    order,
  );
  const next_cursor = await cursorAt(deps, caller, next === null ? null : `${prefix}${next}`);
  return { data: tasks.map(taskJson), total, next_cursor };
}

/** Returns the filter of a query, with its times as stored. */
export function filterOf(query: TaskQuery): TaskFilter {
  const { status, agent, waiting_for, created_after, created_before, updated_after, q } = query;
  return defined({
    status,
    agent,
    scheduleId: query.schedule_id,
    groupId: query.group_id,
    subject: query.subject,
    rootTaskId: query.root_task_id,
    parentTaskId: query.parent_task_id,
    waitingFor: waiting_for,
    text: q,
    updatedAfter: updated_after === undefined ? undefined : utc(updated_after),
    createdAfter: created_after === undefined ? undefined : utc(created_after),
    createdBefore: created_before === undefined ? undefined : utc(created_before),
    metadata: query.metadata,
  });
}

/** Returns a time in the format of stored times, which compare as text. */
function utc(time: string): string {
  return isoTime(Date.parse(time));
}

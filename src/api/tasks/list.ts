/** Use case: lists tasks, for every transport. */
import type { TaskStatus } from "../../run/log/state.ts";
import type { Caller } from "../../store/keys.ts";
import type { TaskFilter } from "../../store/tasks/tasks.ts";
import type { ApiDeps } from "../context.ts";
import { cursorOf, DEFAULT_LIMIT, pageOf, type ListPage } from "../http/cursor.ts";
import { Problem } from "../http/problem.ts";
import type { TaskJson } from "./schemas.ts";
import { taskJson } from "./view.ts";
import { isoTime } from "../../run/value/time.ts";
import { defined } from "../../run/value/defined.ts";

/** Limited because D1 allows 100 bound values per statement. */
const MAX_METADATA_FILTERS = 10;

/** Filter and page of a list. Times are RFC 3339. The transport validates `limit`. */
export interface TaskQuery {
  readonly status?: TaskStatus | undefined;
  readonly agent?: string | undefined;
  /** Inclusive. */
  readonly created_after?: string | undefined;
  /** Exclusive. */
  readonly created_before?: string | undefined;
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
 * Returns a page of the caller's tasks, newest first. @throws Problem `validation_failed`
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
  const { cursor } = query;
  const before =
    cursor === undefined ? null : await cursorOf(deps, caller, cursor, { name: cursorName });
  const filter = filterOf(query);
  const { tasks, total } = await deps.tasks.list(caller.tenantId, filter, limit + 1, before);
  const { data, next_cursor } = await pageOf(deps, caller, tasks, limit, ({ task_id }) => task_id);
  return { data: data.map(taskJson), total, next_cursor };
}

function filterOf(query: TaskQuery): TaskFilter {
  const { status, agent, created_after, created_before, metadata } = query;
  return defined({
    status,
    agent,
    createdAfter: created_after === undefined ? undefined : utc(created_after),
    createdBefore: created_before === undefined ? undefined : utc(created_before),
    metadata,
  });
}

/** Returns a time in the format of stored times, which compare as text. */
function utc(time: string): string {
  return isoTime(Date.parse(time));
}

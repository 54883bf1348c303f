/** Reads pages of a run's log. */
import type { TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";

/** An event of the log. */
export interface LoggedEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface LogPage {
  readonly events: readonly LoggedEvent[];
  /** Last seq of the log, not of the page. */
  readonly last_seq: number;
  readonly has_more: boolean;
  readonly status: string;
}

/** Returns at most `limit` events after a cursor. */
export async function logPage(
  deps: ApiDeps,
  row: TaskRow,
  after: number,
  limit: number,
): Promise<LogPage> {
  const page = await deps.run(row.tenant_id, row.task_id).events(after, limit);
  return { ...page, events: JSON.parse(page.events) as LoggedEvent[] };
}

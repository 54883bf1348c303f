/** A page of a run's log, as the fronts of this folder read it. */
import type { TaskRow } from "../../store/tasks/rows.ts";
import type { ApiDeps } from "../context.ts";

/** An event as it is in the log. */
export interface LoggedEvent {
  readonly seq: number;
  readonly at: string;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface LogPage {
  readonly events: readonly LoggedEvent[];
  /** The log's, not the page's. */
  readonly last_seq: number;
  readonly has_more: boolean;
  readonly status: string;
}

/** At most `limit` events after a cursor. */
export async function logPage(
  deps: ApiDeps,
  row: TaskRow,
  after: number,
  limit: number,
): Promise<LogPage> {
  const page = await deps.run(row.tenant_id, row.task_id).events(after, limit);
  return { ...page, events: JSON.parse(page.events) as LoggedEvent[] };
}

/** Trees of tasks in D1: the tasks below one, and tasks whose parent has ended without them. */
import type { RunView } from "../../run/decide/view.ts";
import type { TaskStatus } from "../../run/log/state.ts";
import type { NewTask, StoredTask, TaskName, TaskRow } from "./rows.ts";
import type { TaskStore } from "./tasks.ts";

/** A task of a tree. */
export type TreeTask = Pick<
  TaskRow,
  | "task_id"
  | "parent_task_id"
  | "depth"
  | "agent"
  | "name"
  | "status"
  | "waiting_for"
  | "last_seq"
  | "created_at"
  | "completed_at"
> & { readonly usage: RunView["usage"] | null; readonly error_code: string | null };

/** What the tasks of a tree have used, as far as D1 knows. */
export interface TreeUsage {
  readonly tasks: number;
  readonly open: number;
  readonly steps: number;
  readonly model_calls: number;
  readonly tool_calls: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cost_usd: number;
}

/** A task that should have been cancelled with its parent. */
export type Orphan = TaskName & { readonly status: TaskStatus };

const COLUMNS = `task_id, parent_task_id, depth, agent, name, status, waiting_for, last_seq,
  created_at, completed_at, usage, error ->> '$.code' AS error_code`;
/** The tasks at and below one: ?2 is the first of its tree, ?3 the task itself. */
const BELOW = `FROM task INDEXED BY task_by_root WHERE tenant_id = ?1 AND root_task_id = ?2
  AND (?2 = ?3 OR task_id = ?3 OR EXISTS (
    SELECT 1 FROM json_each(lineage, '$.path') WHERE value = ?3))`;
const OVER = "('completed', 'failed', 'cancelled')";
const USED = `SELECT COUNT(*) AS tasks, SUM(completed_at IS NULL) AS open, ${sum("steps")},
  ${sum("model_calls")}, ${sum("tool_calls")}, ${sum("input_tokens")}, ${sum("output_tokens")},
  ${sum("cost_usd")} ${BELOW} AND task_id <> ?3`;
/** Open tasks whose parent has ended or is gone, and that were not to go on. */
const ORPHANS = `FROM task AS child INDEXED BY task_open
  LEFT JOIN task AS parent
    ON parent.tenant_id = child.tenant_id AND parent.task_id = child.parent_task_id
  WHERE child.completed_at IS NULL AND child.parent_task_id IS NOT NULL
    AND child.lineage ->> '$.on_end' = 'cancel'
    AND (parent.status IS NULL OR parent.status IN ${OVER})`;

/**
 * Inserts a task whose id was chosen before, and returns it as stored. Inserting it again changes
 * nothing.
 */
export async function insertOnce(
  tasks: Pick<TaskStore, "get" | "insert">,
  task: NewTask,
): Promise<{ readonly stored: StoredTask; readonly created: boolean }> {
  try {
    const { stored } = await tasks.insert(task, null);
    if (stored === undefined) {
      throw new Error("a task without a mark is always inserted");
    }
    return { stored, created: true };
  } catch (error) {
    const earlier = await tasks.get(task.tenant_id, task.task_id);
    if (earlier === null) {
      throw error;
    }
    return { stored: earlier, created: false };
  }
}

export class TreeStore {
  readonly #db: Pick<D1Database, "batch" | "prepare">;

  constructor(db: Pick<D1Database, "batch" | "prepare">) {
    this.#db = db;
  }

  /**
   * Returns a page of the tasks below a task, oldest first, and what all of them have used.
   * @param after the last task of the previous page; empty for the first
   */
  async below(
    tenantId: string,
    task: Pick<TaskRow, "task_id" | "root_task_id">,
    after: string,
    limit: number,
  ): Promise<{ readonly tasks: readonly TreeTask[]; readonly usage: TreeUsage }> {
    const bound = [tenantId, task.root_task_id ?? task.task_id, task.task_id] as const;
    const [page, used] = await this.#db.batch<Record<string, unknown>>([
      this.#db
        .prepare(
          `SELECT ${COLUMNS} ${BELOW} AND task_id <> ?3 AND task_id > ?4
           ORDER BY task_id LIMIT ?5`,
        )
        .bind(...bound, after, limit),
      this.#db.prepare(USED).bind(...bound),
    ]);
    return {
      tasks: (page?.results ?? []).map((row) => treeTaskOf(row as unknown as RawTask)),
      usage: usageOf(used?.results[0] ?? {}),
    };
  }

  /** Returns what all tasks below one have used. */
  async usageBelow(
    tenantId: string,
    task: Pick<TaskRow, "task_id" | "root_task_id">,
  ): Promise<TreeUsage> {
    const row = await this.#db
      .prepare(USED)
      .bind(tenantId, task.root_task_id ?? task.task_id, task.task_id)
      .first();
    return usageOf(row ?? {});
  }

  /** Returns orphans of a tenant. */
  async orphans(tenantId: string, limit: number): Promise<Orphan[]> {
    const { results } = await this.#db
      .prepare(
        `SELECT child.tenant_id, child.task_id, child.status ${ORPHANS}
           AND child.tenant_id = ? ORDER BY child.task_id LIMIT ?`,
      )
      .bind(tenantId, limit)
      .all<Orphan>();
    return results;
  }

  /** Returns orphans of all tenants; for the reconciler. */
  async allOrphans(limit: number): Promise<TaskName[]> {
    const { results } = await this.#db
      .prepare(`SELECT child.tenant_id, child.task_id ${ORPHANS} LIMIT ?`)
      .bind(limit)
      .all<TaskName>();
    return results;
  }
}

function sum(field: string): string {
  return `SUM(COALESCE(usage ->> '$.${field}', 0)) AS ${field}`;
}

type RawTask = Omit<TreeTask, "usage"> & { readonly usage: string | null };

function treeTaskOf({ usage, ...row }: RawTask): TreeTask {
  return { ...row, usage: usage === null ? null : (JSON.parse(usage) as RunView["usage"]) };
}

function usageOf(row: Readonly<Record<string, unknown>>): TreeUsage {
  const of = (field: keyof TreeUsage): number => Number(row[field] ?? 0);
  return {
    tasks: of("tasks"),
    open: of("open"),
    steps: of("steps"),
    model_calls: of("model_calls"),
    tool_calls: of("tool_calls"),
    input_tokens: of("input_tokens"),
    output_tokens: of("output_tokens"),
    // A sum of dollars has the precision of its parts.
    cost_usd: Math.round(of("cost_usd") * 1_000_000) / 1_000_000,
  };
}

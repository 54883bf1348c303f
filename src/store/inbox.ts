/**
 * Open questions of runs in D1. A run's outbox writes them in the transaction of the task's row, so
 * they never differ from it. A list reads them through an index, never a log.
 */
import type { OpenQuestion, QuestionKind } from "../run/decide/questions.ts";
import type { TaskName } from "./tasks/rows.ts";

/** An open question, with the task that asks it. */
export interface InboxRow {
  readonly task_id: string;
  readonly name: string | null;
  /** The beginning of the task's goal. */
  readonly goal: string | null;
  readonly agent: string;
  readonly question: OpenQuestion;
}

/** Order of an inbox: the oldest question first, or the one that expires first. */
export type InboxOrder = "oldest" | "expiry";

/** Filters of an inbox. */
export interface InboxFilter {
  readonly kinds?: readonly QuestionKind[];
  readonly agent?: string;
  readonly tool?: string;
  readonly taskId?: string;
  /** The first task of a tree: its own questions, and those of all tasks below it. */
  readonly rootTaskId?: string;
}

/** Position in an inbox: the last entry of a page. */
export interface InboxPlace {
  /** The value that the list is ordered by. */
  readonly key: string;
  readonly task_id: string;
  readonly seq: number;
}

/** A page of an inbox. */
export interface InboxPage {
  readonly rows: readonly InboxRow[];
  /** Where the next page starts; null if there is none. */
  readonly next: InboxPlace | null;
}

/** The expiry of a question that does not expire. Times are texts that sort. */
const NEVER = "9999-12-31T23:59:59.999Z";
/** Maximum entries that one page with filters examines. */
const MAX_SCANNED = 1000;
/** Maximum characters of a goal in an entry. */
const GOAL_CHARS = 200;

/** The questions of one run as of one `seq` of its log. */
export interface QuestionsOfRun extends TaskName {
  readonly agent: string;
  readonly questions: readonly OpenQuestion[];
  readonly lastSeq: number;
}

/**
 * Returns the statements that make the inbox hold exactly these questions of a run. They write
 * nothing if it does. The task's row is the fence: older questions never replace newer ones.
 */
export function questionStatements(
  db: Pick<D1Database, "prepare">,
  { tenant_id, task_id, agent, questions, lastSeq }: QuestionsOfRun,
): D1PreparedStatement[] {
  const fence = "FROM task WHERE tenant_id = ?1 AND task_id = ?2 AND last_seq <= ?3";
  const closed = db
    .prepare(
      `DELETE FROM inbox WHERE tenant_id = ?1 AND task_id = ?2 AND EXISTS (SELECT 1 ${fence})
         AND seq NOT IN (SELECT value FROM json_each(?4))`,
    )
    .bind(tenant_id, task_id, lastSeq, JSON.stringify(questions.map(({ seq }) => seq)));
  const opened = db
    .prepare(
      `INSERT INTO inbox (tenant_id, task_id, seq, kind, agent, tool, since, due, question)
       SELECT ?1, ?2, value ->> '$.seq', value ->> '$.kind', ?4, value ->> '$.tool',
         value ->> '$.since', COALESCE(value ->> '$.until', ?5), value
       FROM json_each(?6)
       WHERE EXISTS (SELECT 1 ${fence} AND status NOT IN ('completed', 'failed', 'cancelled'))
       ON CONFLICT DO UPDATE SET due = excluded.due, question = excluded.question
         WHERE inbox.question <> excluded.question`,
    )
    .bind(tenant_id, task_id, lastSeq, agent, NEVER, JSON.stringify(questions));
  return questions.length === 0 ? [closed] : [closed, opened];
}

/** Returns the statement that deletes the questions of a task that has ended or is deleted. */
export function dropQuestions(
  db: Pick<D1Database, "prepare">,
  { tenant_id, task_id }: TaskName,
): D1PreparedStatement {
  return db
    .prepare("DELETE FROM inbox WHERE tenant_id = ? AND task_id = ?")
    .bind(tenant_id, task_id);
}

export class InboxStore {
  readonly #db: Pick<D1Database, "batch" | "prepare">;

  constructor(db: Pick<D1Database, "batch" | "prepare">) {
    this.#db = db;
  }

  /**
   * Returns a page of a tenant's open questions. Without filters, it reads as many rows as it
   * returns. With filters it examines at most 1,000 entries, so a page may be short and still have
   * a next one.
   */
  async list(
    tenantId: string,
    filter: InboxFilter,
    order: InboxOrder,
    limit: number,
    after: InboxPlace | null,
  ): Promise<InboxPage> {
    const column = order === "oldest" ? "since" : "due";
    const { where, values } = conditions(filter);
    const scanned = where === "" ? limit + 1 : MAX_SCANNED;
    const place = after ?? { key: "", task_id: "", seq: 0 };
    const range = `FROM inbox WHERE tenant_id = ? AND (${column}, task_id, seq) > (?, ?, ?)
      ORDER BY ${column}, task_id, seq`;
    const from = [tenantId, place.key, place.task_id, place.seq];
    const key = `SELECT ${column} AS key, task_id, seq ${range} LIMIT 1 OFFSET ?`;
    const [found, edge] = await this.#db.batch<Record<string, unknown>>([
      this.#db
        .prepare(
          `SELECT q.task_id, q.seq, q.${column} AS key, q.agent, q.question, task.name,
             substr(COALESCE(task.input_data ->> '$.goal', task.input_data ->> '$.prompt'), 1,
               ${GOAL_CHARS}) AS goal
           FROM (SELECT * ${range} LIMIT ?) AS q
           JOIN task ON task.tenant_id = q.tenant_id AND task.task_id = q.task_id
           WHERE task.status NOT IN ('completed', 'failed', 'cancelled')${where}
           ORDER BY key, q.task_id, q.seq LIMIT ?`,
        )
        .bind(...from, scanned, ...values, limit + 1),
      this.#db.prepare(key).bind(...from, scanned - 1),
    ]);
    const rows = (found?.results ?? []) as unknown as (RawRow & InboxPlace)[];
    const last = rows.length > limit ? rows[limit - 1] : undefined;
    // With `limit` rows or fewer, the scan may have ended before the list.
    const end = last ?? (edge?.results[0] as unknown as InboxPlace | undefined) ?? null;
    return {
      rows: rows.slice(0, limit).map(rowOf),
      next: end === null ? null : { key: end.key, task_id: end.task_id, seq: end.seq },
    };
  }

  /**
   * Deletes the questions of tasks that have ended or are gone, across tenants; for the reconciler.
   * Examines one page.
   * @param after the last entry of the previous page; null for the first page
   * @returns the last entry that was examined; null if it was the last page
   */
  async dropStale(
    after: (TaskName & { readonly seq: number }) | null,
    limit: number,
  ): Promise<(TaskName & { readonly seq: number }) | null> {
    const { results } = await this.#db
      .prepare(
        `SELECT q.tenant_id, q.task_id, q.seq,
           task.status IS NULL OR task.status IN ('completed', 'failed', 'cancelled') AS stale
         FROM (SELECT tenant_id, task_id, seq FROM inbox
           WHERE (tenant_id, task_id, seq) > (?, ?, ?)
           ORDER BY tenant_id, task_id, seq LIMIT ?) AS q
         LEFT JOIN task ON task.tenant_id = q.tenant_id AND task.task_id = q.task_id`,
      )
      .bind(after?.tenant_id ?? "", after?.task_id ?? "", after?.seq ?? 0, limit)
      .all<TaskName & { seq: number; stale: number }>();
    const stale = new Map(
      results
        .filter((row) => row.stale === 1)
        .map((row) => [`${row.tenant_id}/${row.task_id}`, row]),
    );
    if (stale.size > 0) {
      await this.#db.batch([...stale.values()].map((row) => dropQuestions(this.#db, row)));
    }
    return results.length < limit ? null : (results.at(-1) ?? null);
  }
}

type RawRow = Omit<InboxRow, "question"> & { readonly question: string };

function rowOf({ task_id, name, goal, agent, question }: RawRow): InboxRow {
  return { task_id, name, goal, agent, question: JSON.parse(question) as OpenQuestion };
}

function conditions({ kinds, agent, tool, taskId, rootTaskId }: InboxFilter): {
  readonly where: string;
  readonly values: readonly string[];
} {
  const parts: [string, ...string[]][] = [];
  if (kinds !== undefined) {
    parts.push([`q.kind IN (${kinds.map(() => "?").join(", ")})`, ...kinds]);
  }
  if (agent !== undefined) {
    parts.push(["q.agent = ?", agent]);
  }
  if (tool !== undefined) {
    parts.push(["q.tool = ?", tool]);
  }
  if (taskId !== undefined) {
    parts.push(["q.task_id = ?", taskId]);
  }
  if (rootTaskId !== undefined) {
    parts.push(["(task.root_task_id = ? OR q.task_id = ?)", rootTaskId, rootTaskId]);
  }
  return {
    where: parts.map(([sql]) => ` AND ${sql}`).join(""),
    values: parts.flatMap(([, ...bound]) => bound),
  };
}

/**
 * Writes a run's newest status to its task's row. An update sets no more columns than needed: each
 * index on a column that is set costs a written row.
 */
import type { OpenQuestion } from "../../run/decide/questions.ts";
import type { RunView } from "../../run/decide/view.ts";
import { isoTime } from "../../run/value/time.ts";
import { RECOVERY } from "../incidents.ts";
import { questionStatements } from "../inbox.ts";

/** The newest status of a task's run. */
export interface TaskProjection {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly agent: string;
  readonly view: RunView;
  /** The run's open questions; null if it never asked one. */
  readonly questions: readonly OpenQuestion[] | null;
}

/** The reconciler checks a running task this long after its `check_at`: after its last news. */
export const RUNNING_CHECK_MS = 300_000;
/** The reconciler checks a waiting task this long after its wait should have ended. */
const LATE_MS = 120_000;
/** Maximum characters of a result in D1. A longer result is read from the run's log. */
const MAX_RESULT_CHARS = 262_144;

/** Returns the statements that store a projection, for one batch. */
export function projectionStatements(
  db: D1Database,
  projection: TaskProjection,
): D1PreparedStatement[] {
  const { tenant_id, task_id, agent, view, questions } = projection;
  const run = { tenant_id, task_id, agent, lastSeq: view.last_seq };
  return [
    // Before the row, which is their fence.
    ...(questions === null ? [] : questionStatements(db, { ...run, questions })),
    ...rowStatements(db, projection),
  ];
}

function rowStatements(db: D1Database, projection: TaskProjection): D1PreparedStatement[] {
  const { view } = projection;
  switch (view.status) {
    case "pending":
      // It keeps the check of its dispatch.
      return [update(db, projection, {})];
    case "running":
      // Its usage changes with every call: it is stored when the run waits or ends.
      return [update(db, projection, {}), checkInTime(db, projection)];
    case "waiting": {
      const check_at =
        view.waiting_until === null ? null : isoTime(Date.parse(view.waiting_until) + LATE_MS);
      return [update(db, projection, { check_at }), ...usage(db, projection)];
    }
    default: {
      const ended = {
        check_at: null,
        result: resultText(view),
        error: view.error === null ? null : JSON.stringify(view.error),
        completed_at: view.completed_at,
      };
      return [update(db, projection, ended), ...usage(db, projection)];
    }
  }
}

/** @param columns further columns */
function update(
  db: D1Database,
  { tenant_id, task_id, view }: TaskProjection,
  columns: Readonly<Record<string, string | null>>,
): D1PreparedStatement {
  const more = { ...columns, ...incidents(view) };
  const further = Object.keys(more).map((column) => `, ${column} = ?`);
  return db
    .prepare(
      `UPDATE task SET status = ?, waiting_for = ?, waiting_until = ?, waiting = ?,
         limits = COALESCE(?, limits), usage = ?, last_seq = ?, updated_at = ?, started_at = ?
         ${further.join("")}
       WHERE tenant_id = ? AND task_id = ? AND last_seq < ? AND completed_at IS NULL`,
    )
    .bind(
      view.status,
      view.waiting_for,
      view.waiting_until,
      view.waiting === null ? null : JSON.stringify(view.waiting),
      view.limits === null ? null : JSON.stringify(view.limits),
      JSON.stringify(view.usage),
      view.last_seq,
      view.updated_at,
      view.started_at,
      ...Object.values(more),
      tenant_id,
      task_id,
      view.last_seq,
    );
}

/** The run's totals, from which a trigger counts what is new. */
function incidents({ incidents: { recoveries, failures } }: RunView): { incidents?: string } {
  const counts = [
    ...(recoveries === 0 ? [] : [["", RECOVERY, recoveries]]),
    ...failures.map((one) => [one.provider, one.code, one.failures]),
  ];
  return counts.length === 0 ? {} : { incidents: JSON.stringify(counts) };
}

/**
 * Sets the check of a task that has become running, unless an earlier one is set: a task that was
 * pending has that of its dispatch.
 */
function checkInTime(
  db: D1Database,
  { tenant_id, task_id, view }: TaskProjection,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE task SET check_at = ?1
       WHERE tenant_id = ?2 AND task_id = ?3 AND last_seq = ?4 AND status = 'running'
         AND (check_at IS NULL OR check_at > ?1)`,
    )
    .bind(view.updated_at, tenant_id, task_id, view.last_seq);
}

/** Stores the run's totals of usage by day and model. */
function usage(
  db: D1Database,
  { tenant_id, task_id, agent, view }: TaskProjection,
): D1PreparedStatement[] {
  return view.ledger.map((entry) =>
    db
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
  );
}

function resultText({ result }: RunView): string | null {
  const text = result === null ? null : JSON.stringify(result);
  return text !== null && text.length > MAX_RESULT_CHARS ? null : text;
}

/** Migrations of a database that has data. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { MIGRATIONS, migrationNames } from "../../scripts/local-state.ts";

/** A database with the migrations before one, and a function that applies that one. */
function before(name: string): { readonly db: DatabaseSync; readonly apply: () => void } {
  const db = new DatabaseSync(":memory:");
  const apply = (file: string) => db.exec(readFileSync(join(MIGRATIONS, file), "utf8"));
  for (const file of migrationNames()) {
    if (file.startsWith(name)) {
      return { db, apply: () => apply(file) };
    }
    apply(file);
  }
  throw new Error(`there is no migration ${name}`);
}

const THEN = "2026-01-01T00:00:00.000Z";
const LATER = "2026-01-01T00:05:00.000Z";

function insert(
  db: DatabaseSync,
  id: string,
  status: string,
  more: { completed?: string; check?: string } = {},
): void {
  db.prepare(
    `INSERT INTO task (tenant_id, task_id, task_type, status, input_data, agent, agent_version,
       config, limits, metadata, priority, attempt, last_seq, created_at, updated_at,
       dispatched_at, dispatches, completed_at, check_at)
     VALUES ('acme', ?, 'agent_run', ?, '{}', 'default', 1, '{}', '{}', '{}', 0, 1, 0, ?, ?, ?, 1, ?, ?)`,
  ).run(id, status, THEN, THEN, THEN, more.completed ?? null, more.check ?? null);
}

function counts(db: DatabaseSync): Record<string, unknown> {
  const rows = db
    .prepare("SELECT status, SUM(n) AS n FROM task_count WHERE tenant_id = 'acme' GROUP BY status")
    .all();
  return Object.fromEntries(
    rows.filter(({ n }) => n !== 0).map(({ status, n }) => [String(status), n]),
  );
}

test("0013 keeps the counts and the checks of the tasks that there are, also for an older version", () => {
  const { db, apply } = before("0013");
  insert(db, "task_1", "pending");
  insert(db, "task_2", "running", { check: LATER });
  insert(db, "task_3", "waiting");
  insert(db, "task_4", "completed", { completed: THEN });
  insert(db, "task_5", "failed", { completed: THEN });
  const known = counts(db);
  expect(known).toEqual({ pending: 1, running: 1, waiting: 1, completed: 1, failed: 1 });

  apply();
  expect(counts(db)).toEqual(known);
  const checks = db.prepare("SELECT task_id, check_at FROM task ORDER BY task_id").all();
  expect(checks.map(({ check_at }) => check_at)).toEqual([THEN, LATER, null, null, null]);

  // What an older version does: it inserts without a check, and ends and deletes tasks.
  insert(db, "task_6", "pending");
  const update = db.prepare("UPDATE task SET status = ?, completed_at = ? WHERE task_id = ?");
  update.run("running", null, "task_1");
  update.run("failed", THEN, "task_2");
  db.exec("DELETE FROM task WHERE task_id = 'task_4'");
  expect(counts(db)).toEqual({ pending: 1, running: 1, waiting: 1, failed: 2 });
  expect(db.prepare("SELECT check_at FROM task WHERE task_id = 'task_6'").get()).toEqual({
    check_at: THEN,
  });
});

-- The schedule that submitted a task; null for all other tasks, which the index has no entry for.
ALTER TABLE task ADD COLUMN schedule_id TEXT;
CREATE INDEX task_by_schedule ON task (tenant_id, schedule_id, task_id) WHERE schedule_id IS NOT NULL;

-- When the reconciler looks at a tenant's timetable, whose alarm may be lost. Owner: the tenant's
-- timetable (src/durable/timetable/timetable.ts). Bound: one row for each tenant that has schedules.
-- The object deletes its row with the last schedule.
CREATE TABLE timetable (
  tenant_id TEXT PRIMARY KEY,
  -- Null while no schedule is due at any time.
  check_at TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX timetable_check ON timetable (check_at) WHERE check_at IS NOT NULL;

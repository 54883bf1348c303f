-- Fewer rows for each task: an index adds a written row whenever a column of it is set, so a task
-- that runs and ends wrote 14 rows here, and now writes 7 (and one of usage).
--
-- What each index of `task` is read by (test/workers/task-rows.test.ts checks the plans):
--   primary key (tenant_id, task_id)  one task; a tenant's list, also by agent, metadata, time and
--                                     `completed`, which most tasks are
--   task_open (tenant_id, task_id)    lists and totals of pending, running and waiting tasks; the
--                                     tasks that a new budget concerns; the invariants
--   task_failed (tenant_id, status, task_id)
--                                     lists of failed and cancelled tasks
--   task_to_check (check_at)          the reconciler: lost messages and lost alarms
--   task_ended (completed_at)         the reconciler: retention
DROP INDEX task_by_status;
DROP INDEX task_undispatched;

-- Not touched by an update that leaves `completed_at` alone, so a status while the task is open costs
-- no index entry. The last two columns spare a total the rows.
CREATE INDEX task_open ON task (tenant_id, task_id, agent, completed_at) WHERE completed_at IS NULL;
CREATE INDEX task_failed ON task (tenant_id, status, task_id)
  WHERE status = 'failed' OR status = 'cancelled';

-- A pending task is looked at through `check_at` too, from its dispatch on.
UPDATE task SET check_at = dispatched_at WHERE status = 'pending';

-- A version of the service that is older than this migration inserts tasks without a check.
CREATE TRIGGER task_checked AFTER INSERT ON task WHEN NEW.check_at IS NULL BEGIN
  UPDATE task SET check_at = NEW.dispatched_at
    WHERE tenant_id = NEW.tenant_id AND task_id = NEW.task_id;
END;

-- Only ended tasks are counted, once. Open ones, which retention does not bound but work does, are
-- read where a total is asked for.
DROP TRIGGER task_counted;
DROP TRIGGER task_recounted;
DROP TRIGGER task_uncounted;
ALTER TABLE task_count RENAME TO ended_task_count;
DELETE FROM ended_task_count WHERE status IN ('pending', 'running', 'waiting');

CREATE TRIGGER task_end_counted AFTER UPDATE OF status ON task
WHEN NEW.completed_at IS NOT NULL AND OLD.completed_at IS NULL BEGIN
  INSERT INTO ended_task_count VALUES (NEW.tenant_id, NEW.agent, NEW.status, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER task_end_uncounted AFTER DELETE ON task WHEN OLD.completed_at IS NOT NULL BEGIN
  UPDATE ended_task_count SET n = n - 1
    WHERE tenant_id = OLD.tenant_id AND agent = OLD.agent AND status = OLD.status;
END;

-- The totals, for this version and for older ones.
CREATE VIEW task_count AS
  SELECT tenant_id, agent, status, n FROM ended_task_count
  UNION ALL
  SELECT tenant_id, agent, status, 1 FROM task WHERE completed_at IS NULL;

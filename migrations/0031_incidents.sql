-- What went wrong in a tenant's runs and was survived, counted since this migration: recoveries (with
-- an empty provider and the code 'recovery'), and failed attempts of model calls by provider and
-- code. Owner: the trigger below. Bound: one row for each tenant, provider and code of a failure.
-- Deleted by nothing: a counter never falls, also when its tasks are deleted.
CREATE TABLE incident_count (
  tenant_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  code TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, provider, code)
) STRICT, WITHOUT ROWID;

-- The totals of the task's run, as a JSON list of [provider, code, n]. Owner: src/store/tasks. Null
-- for a run without any. It is written with the row's last_seq, so a late or repeated report counts
-- nothing.
ALTER TABLE task ADD COLUMN incidents TEXT;

CREATE TRIGGER task_incidents_counted AFTER UPDATE OF incidents ON task
WHEN NEW.incidents IS NOT NULL AND NEW.incidents IS NOT OLD.incidents BEGIN
  INSERT INTO incident_count
    SELECT NEW.tenant_id, now.value ->> 0, now.value ->> 1,
      (now.value ->> 2) - COALESCE((
        SELECT before.value ->> 2 FROM json_each(OLD.incidents) AS before
        WHERE before.value ->> 0 = now.value ->> 0 AND before.value ->> 1 = now.value ->> 1), 0)
    FROM json_each(NEW.incidents) AS now WHERE true
    ON CONFLICT DO UPDATE SET n = n + excluded.n;
END;

-- The address of `v1/metrics` of a tenant's receiver; null if no metrics are sent to it.
ALTER TABLE telemetry ADD COLUMN metrics_url TEXT;

-- What a task waits for, as JSON; null while it does not wait. Written with its status.
ALTER TABLE task ADD COLUMN waiting TEXT;

-- Open questions of runs to people. Owner: src/store/inbox.ts. Bound: 50 rows for each task that has
-- not ended. A run's outbox writes and deletes its rows in the transaction of the task's row; the
-- reconciler deletes rows of tasks that have ended or are gone.
CREATE TABLE inbox (
  tenant_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  -- The event that asked.
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  agent TEXT NOT NULL,
  tool TEXT,
  since TEXT NOT NULL,
  -- When it expires; the end of the year 9999 if it does not.
  due TEXT NOT NULL,
  question TEXT NOT NULL,
  PRIMARY KEY (tenant_id, task_id, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX inbox_by_age ON inbox (tenant_id, since, task_id, seq);
CREATE INDEX inbox_by_expiry ON inbox (tenant_id, due, task_id, seq);

-- What deleting a task has to find, and what retrying it with the agent's current config needs.
-- Owner of all columns: src/store/tasks. They are deleted with their rows.

-- The idempotency key of the submission, as a JSON list of route and key, so that its row is found
-- without an index. Null without a key, and for tasks from before this migration.
ALTER TABLE task ADD COLUMN claim TEXT;

-- What the submission itself set: {"config": …, "limits": …}. Null if it set nothing.
ALTER TABLE task ADD COLUMN overrides TEXT;

-- The task that a stored response shows.
ALTER TABLE answer ADD COLUMN task_id TEXT;
-- Read by the deletion of a task.
CREATE INDEX answer_by_task ON answer (tenant_id, task_id) WHERE task_id IS NOT NULL;

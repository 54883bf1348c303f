-- The batch that submitted a task; null for all other tasks, which the index has no entry for.
ALTER TABLE task ADD COLUMN group_id TEXT;
CREATE INDEX task_by_group ON task (tenant_id, group_id, task_id) WHERE group_id IS NOT NULL;

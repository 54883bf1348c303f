-- Trees of tasks, and the subject of a task. Owner: src/store/tasks/. All columns are null for a task
-- that has no parent, no subject and refers to no agents, and the indexes have no entry for it.
ALTER TABLE task ADD COLUMN subject TEXT;
ALTER TABLE task ADD COLUMN parent_task_id TEXT;
-- The first task of the tree; null for that task itself.
ALTER TABLE task ADD COLUMN root_task_id TEXT;
ALTER TABLE task ADD COLUMN depth INTEGER;
-- JSON: the rest of the link to the parent.
ALTER TABLE task ADD COLUMN lineage TEXT;
-- JSON: the agents that the task refers to, as they were at submission.
ALTER TABLE task ADD COLUMN agents TEXT;
CREATE INDEX task_by_subject ON task (tenant_id, subject, task_id) WHERE subject IS NOT NULL;
CREATE INDEX task_by_root ON task (tenant_id, root_task_id, task_id) WHERE root_task_id IS NOT NULL;

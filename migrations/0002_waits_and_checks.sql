-- What a task came from, when it may begin, and until when it waits.
ALTER TABLE task ADD COLUMN retry_of TEXT;
ALTER TABLE task ADD COLUMN scheduled_at TEXT;
ALTER TABLE task ADD COLUMN waiting_until TEXT;

-- When the reconciler looks whether a live run has been forgotten. A run that waits for people is
-- not looked at: it needs nothing.
ALTER TABLE task ADD COLUMN check_at TEXT;
UPDATE task SET check_at = updated_at WHERE status IN ('running', 'waiting');
CREATE INDEX task_to_check ON task (check_at) WHERE check_at IS NOT NULL;

-- What has ended, for retention.
CREATE INDEX task_ended ON task (completed_at) WHERE completed_at IS NOT NULL;

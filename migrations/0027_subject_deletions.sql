-- Deletions of everything that is stored about a subject. Owner: src/store/subject-deletions.ts. One
-- row for each tenant and subject; the reconciler deletes it when audit entries of its age go.
-- `next_at` is when the reconciler goes on with it; null once it is completed.
CREATE TABLE subject_deletion (
  tenant_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  keeps_tasks INTEGER NOT NULL,
  asked_by TEXT NOT NULL,
  report TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  completed_at TEXT,
  next_at TEXT,
  PRIMARY KEY (tenant_id, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX subject_deletion_due ON subject_deletion (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX subject_deletion_over ON subject_deletion (completed_at) WHERE completed_at IS NOT NULL;

-- Files that tasks have as inputs. Their bytes are in R2 or in an object each (src/durable/file/).
-- Owner of both tables: src/store/attachments.ts.

-- Bound: 10,000 files and 1 GB for each tenant. The reconciler deletes a file that no task uses a day
-- after its upload or its last use, and right after the last task that used it is deleted.
CREATE TABLE attachment (
  tenant_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  -- What a model is expected to count: the pages of a PDF. Null for text.
  pages INTEGER,
  -- 'uploading' until the bytes are stored, then 'stored', and 'deleting' until they are gone.
  state TEXT NOT NULL,
  created_at TEXT NOT NULL,
  -- When the reconciler looks whether it is still used. Null while a task uses it.
  check_at TEXT,
  PRIMARY KEY (tenant_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_to_check ON attachment (check_at) WHERE check_at IS NOT NULL;

-- Which tasks use a file. Bound: 10 for each task. Deleted with the task.
CREATE TABLE attachment_use (
  tenant_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (tenant_id, task_id, sha256)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_use_by_file ON attachment_use (tenant_id, sha256);

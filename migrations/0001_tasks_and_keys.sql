-- Tasks: what was submitted, and a projection of each run's log for listing. Never the source of
-- truth for a run. Rows are clustered by tenant and id, and ids sort by time, so a tenant's list
-- needs no index of its own.
CREATE TABLE task (
  tenant_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  task_type TEXT NOT NULL,
  name TEXT,
  status TEXT NOT NULL,
  waiting_for TEXT,
  input_data TEXT NOT NULL,
  agent TEXT NOT NULL,
  agent_version INTEGER NOT NULL,
  config TEXT NOT NULL,
  limits TEXT NOT NULL,
  metadata TEXT NOT NULL,
  priority INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  result TEXT,
  error TEXT,
  usage TEXT,
  last_seq INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  started_at TEXT,
  completed_at TEXT,
  -- When the task was last given to the queue, and how often: what the reconciler looks at.
  dispatched_at TEXT NOT NULL,
  dispatches INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, task_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX task_by_status ON task (tenant_id, status, task_id);
CREATE INDEX task_undispatched ON task (dispatched_at) WHERE status = 'pending';

-- Keys are stored as SHA-256 only.
CREATE TABLE api_key (
  key_id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT,
  revoked_at TEXT
) STRICT;

-- A reserved Idempotency-Key points at the task it made; both are written in one batch.
CREATE TABLE idempotency (
  tenant_id TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  task_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, route, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Made once per database; signs tickets and cursors.
CREATE TABLE secret (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO secret (name, value) VALUES ('signing_key', hex(randomblob(32)));

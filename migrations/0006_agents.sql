-- Agents of a tenant: the newest version of each, for tasks to be submitted with. A deleted one
-- keeps its row, so that its name goes on counting versions.
CREATE TABLE agent (
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  description TEXT,
  config TEXT NOT NULL,
  limits TEXT NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at TEXT,
  PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

CREATE INDEX agent_by_age ON agent (tenant_id, created_at DESC, name DESC) WHERE deleted_at IS NULL;

-- Every version that there ever was: tasks name theirs.
CREATE TABLE agent_version (
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  description TEXT,
  config TEXT NOT NULL,
  limits TEXT NOT NULL,
  created_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, name, version)
) STRICT, WITHOUT ROWID;

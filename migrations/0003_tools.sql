-- Tools that a tenant brings. Only the newest version is kept: a task keeps those that it began with.
CREATE TABLE tool (
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  kind TEXT NOT NULL,
  definition TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

-- The definitions that a task was submitted with.
ALTER TABLE task ADD COLUMN tools TEXT;

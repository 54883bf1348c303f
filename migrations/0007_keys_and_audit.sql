-- Secrets that a key had before it was rotated, numbered from 0: the newest one is in api_key, and
-- its number is how many there were before it.
CREATE TABLE retired_secret (
  key_id TEXT NOT NULL,
  secret INTEGER NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  valid_until TEXT NOT NULL,
  PRIMARY KEY (key_id, secret)
) STRICT, WITHOUT ROWID;

CREATE INDEX api_key_by_tenant ON api_key (tenant_id, created_at DESC, key_id DESC);

-- Who did what. Ids sort by time.
CREATE TABLE audit (
  tenant_id TEXT NOT NULL,
  audit_id TEXT NOT NULL,
  at TEXT NOT NULL,
  by TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details TEXT NOT NULL,
  PRIMARY KEY (tenant_id, audit_id)
) STRICT, WITHOUT ROWID;

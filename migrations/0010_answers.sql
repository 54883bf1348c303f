-- What creating requests were answered, by their Idempotency-Key. A row without a status is held by
-- a request that is under way; `claim` says by which. Tasks have a table of their own, since they are
-- made in one batch with their key.
CREATE TABLE answer (
  tenant_id TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  claim TEXT NOT NULL,
  created_at TEXT NOT NULL,
  status INTEGER,
  headers TEXT,
  body TEXT,
  PRIMARY KEY (tenant_id, route, key)
) STRICT;

CREATE INDEX answer_by_age ON answer (created_at);

-- Caps on how many runs of a tenant work at once. The tenant's ledger keeps to them; here it is known
-- that there are any, so that only tasks of such tenants ask. The agent is empty for the whole tenant.
CREATE TABLE concurrency_cap (
  tenant_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  max_runs INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, agent)
) STRICT, WITHOUT ROWID;

-- Whether the task's run needs a slot to work; null where its tenant had no cap.
ALTER TABLE task ADD COLUMN slotted INTEGER;

-- The end of entries of the audit.
CREATE INDEX audit_by_age ON audit (at);

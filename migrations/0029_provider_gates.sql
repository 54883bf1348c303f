-- Gates of providers that calls asked in the last days, to list them. Owner: src/store/gates.ts.
-- Bound: one row for each gate. Its object deletes it a day after the last call.
CREATE TABLE provider_gate (
  -- '' for a gate of the deployment's key, which all tenants share.
  tenant_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  family TEXT NOT NULL,
  breaker TEXT NOT NULL,
  -- When the breaker changed last.
  changed_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, provider, family)
) STRICT, WITHOUT ROWID;

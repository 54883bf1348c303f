-- Secrets of tenants, by name. Owner: src/store/tenant-secrets.ts. Bound: 100 for each tenant, of 16 KB
-- each. Deleted by the tenant (DELETE /api/v1/secrets/{name}).
CREATE TABLE tenant_secret (
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  -- The value, encrypted for this tenant and name.
  sealed TEXT NOT NULL,
  -- A JSON list of the hosts that the value may be sent to; null for any host.
  hosts TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  -- The last day (UTC) on which a call used the value.
  last_used_on TEXT,
  PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

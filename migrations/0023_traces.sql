-- The place of a task in its caller's trace, as JSON. Owner: src/store/tasks/. Null for a task whose
-- submission stated none.
ALTER TABLE task ADD COLUMN trace TEXT;

-- Where the traces of a tenant are sent, and what could not be sent. Owner: src/store/telemetry.ts.
-- Bound: a row for each tenant, and one with the empty tenant_id for what the deployment itself could
-- not send. Deleted by the tenant (DELETE /api/v1/telemetry). Written on failures only.
CREATE TABLE telemetry (
  tenant_id TEXT PRIMARY KEY,
  -- Null: nothing is sent; the row only counts.
  url TEXT,
  format TEXT,
  content TEXT,
  sampling TEXT,
  -- JSON of all headers, encrypted for this tenant; null without headers.
  headers TEXT,
  -- JSON list.
  header_names TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  failed_exports INTEGER NOT NULL DEFAULT 0,
  rejected_spans INTEGER NOT NULL DEFAULT 0,
  last_error TEXT,
  last_failed_at TEXT
) STRICT, WITHOUT ROWID;

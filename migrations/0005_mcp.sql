-- MCP servers that a tenant brings. Only the newest version is kept: a task keeps those that it began with.
CREATE TABLE mcp_server (
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  definition TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, name)
) STRICT, WITHOUT ROWID;

-- What a server offers to a tenant, as it was listed last, and how it answered last. The server may be
-- the deployment's. `revision` is null where it was never listed.
CREATE TABLE mcp_catalogue (
  tenant_id TEXT NOT NULL,
  server TEXT NOT NULL,
  -- Hash of what the listing depends on, and of what it came to.
  key TEXT,
  revision TEXT,
  parts INTEGER NOT NULL DEFAULT 0,
  fetched_at TEXT,
  expires_at TEXT,
  tool_count INTEGER NOT NULL DEFAULT 0,
  total_chars INTEGER NOT NULL DEFAULT 0,
  capabilities TEXT NOT NULL DEFAULT '{}',
  instructions TEXT,
  problems TEXT NOT NULL DEFAULT '[]',
  problem_count INTEGER NOT NULL DEFAULT 0,
  status TEXT NOT NULL,
  code TEXT,
  message TEXT,
  checked_at TEXT NOT NULL,
  -- In a row.
  failures INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant_id, server)
) STRICT, WITHOUT ROWID;

-- The tools of a listing, some to a row: a big one is never read whole.
CREATE TABLE mcp_catalogue_part (
  tenant_id TEXT NOT NULL,
  server TEXT NOT NULL,
  revision TEXT NOT NULL,
  part INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (tenant_id, server, revision, part)
) STRICT;

-- What OAuth left: a client, tokens, an authorization that is under way. The text is sealed.
CREATE TABLE mcp_token (
  tenant_id TEXT NOT NULL,
  server TEXT NOT NULL,
  version INTEGER NOT NULL,
  sealed TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  -- SHA-256 of the state that a browser brings back; taken once.
  state_hash TEXT,
  state_expires_at TEXT,
  PRIMARY KEY (tenant_id, server)
) STRICT;

CREATE UNIQUE INDEX mcp_token_by_state ON mcp_token (state_hash) WHERE state_hash IS NOT NULL;

-- The servers that a task was submitted with.
ALTER TABLE task ADD COLUMN mcp_servers TEXT;

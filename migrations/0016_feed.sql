-- The tenants whose feed of status changes is on. Owner: the tenant's feed object
-- (src/durable/feed/feed.ts). Bound: one row for each tenant. The object deletes its row a day after
-- the last watcher left.
CREATE TABLE feed (
  tenant_id TEXT PRIMARY KEY,
  since TEXT NOT NULL
) STRICT, WITHOUT ROWID;

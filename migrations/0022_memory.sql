-- The memory stores of tenants, to list, export and delete them; their content is in one object each
-- (src/durable/memory/). Owner: the object, which writes its row before its first write and then at
-- most once in ten minutes, so the numbers may be behind. Bound: one row for each store. The object
-- deletes its row with its content.
CREATE TABLE memory_store (
  tenant_id TEXT NOT NULL,
  store TEXT NOT NULL,
  agent TEXT,
  subject TEXT,
  items INTEGER NOT NULL,
  chars INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, store)
) STRICT, WITHOUT ROWID;
CREATE INDEX memory_store_by_subject ON memory_store (tenant_id, subject) WHERE subject IS NOT NULL;

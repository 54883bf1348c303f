-- What a tenant wants to be told of its tasks, and where.
CREATE TABLE webhook (
  tenant_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  url TEXT NOT NULL,
  -- A JSON list.
  types TEXT NOT NULL,
  description TEXT,
  enabled INTEGER NOT NULL,
  -- Why the service disabled it: gone, failing.
  disabled_reason TEXT,
  -- When it failed first since it last worked; null while it works.
  failing_since TEXT,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, webhook_id)
) STRICT, WITHOUT ROWID;

-- Each message to each receiver, and how it is going. `webhook_id` is `callbacks` for the address that
-- a task brought along.
CREATE TABLE webhook_delivery (
  tenant_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  task_id TEXT,
  seq INTEGER,
  type TEXT NOT NULL,
  body TEXT NOT NULL,
  -- pending, delivered, failed
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  -- While an attempt is under way: when it is given up for lost.
  next_attempt_at TEXT,
  last_attempt_at TEXT,
  last_status INTEGER,
  last_error TEXT,
  delivered_at TEXT,
  created_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, webhook_id, message_id)
) STRICT, WITHOUT ROWID;

-- The list of a webhook's deliveries; what is due; retention.
CREATE INDEX webhook_delivery_listed ON webhook_delivery (tenant_id, webhook_id, created_at, message_id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at) WHERE state = 'pending';
CREATE INDEX webhook_delivery_age ON webhook_delivery (created_at);

-- What messages are signed with, and signatures checked against; sealed. The owner is a webhook, a
-- hook, or `callbacks`.
CREATE TABLE signing_secret (
  tenant_id TEXT NOT NULL,
  owner TEXT NOT NULL,
  sealed TEXT NOT NULL,
  -- The secret before, until when it is good.
  previous TEXT,
  previous_until TEXT,
  created_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, owner)
) STRICT, WITHOUT ROWID;

-- Addresses that start tasks.
CREATE TABLE hook (
  hook_id TEXT PRIMARY KEY,
  tenant_id TEXT NOT NULL,
  name TEXT NOT NULL,
  -- How its requests are signed: standard, github.
  scheme TEXT NOT NULL,
  template TEXT NOT NULL,
  enabled INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX hook_by_tenant ON hook (tenant_id, hook_id);

-- Where the task itself wants its news sent, and the types that anybody wanted when it was submitted.
ALTER TABLE task ADD COLUMN callback_url TEXT;
ALTER TABLE task ADD COLUMN webhooks TEXT;

-- Versions of webhooks and hooks: a change can name the one that it expects.
ALTER TABLE webhook ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE hook ADD COLUMN version INTEGER NOT NULL DEFAULT 1;

-- Conversations: chains of tasks. Owner: src/store/conversations.ts, which moves a head in the batch
-- that inserts its task. Bound: one row for each chain that has a task. A row is deleted with the last
-- task of its chain.
CREATE TABLE conversation (
  tenant_id TEXT NOT NULL,
  conversation_id TEXT NOT NULL,
  -- The newest turn, which the next one continues.
  head_task_id TEXT NOT NULL,
  -- The number of the newest turn that there ever was.
  turns INTEGER NOT NULL,
  subject TEXT,
  -- The turn of another conversation that the first turn continues.
  branched_from TEXT,
  created_at TEXT NOT NULL,
  -- When the newest turn was submitted.
  updated_at TEXT NOT NULL,
  PRIMARY KEY (tenant_id, conversation_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX conversation_by_update ON conversation (tenant_id, updated_at, conversation_id);

-- All null for a task outside of conversations, which no index here has an entry for.
ALTER TABLE task ADD COLUMN conversation_id TEXT;
-- The number of the turn, from 1.
ALTER TABLE task ADD COLUMN turn INTEGER;
ALTER TABLE task ADD COLUMN continues_task_id TEXT;
-- JSON: what earlier turns said, as of the submission. Null for a first turn, and for a queued one.
ALTER TABLE task ADD COLUMN history TEXT;
CREATE UNIQUE INDEX task_by_conversation ON task (tenant_id, conversation_id, turn)
  WHERE conversation_id IS NOT NULL;
-- Turns that wait for the end of the turn before them.
CREATE INDEX task_queued ON task (tenant_id, conversation_id, turn) WHERE waiting_for = 'turn';

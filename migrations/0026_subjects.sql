-- What exports and deletions of a subject read. Owner: src/store/conversations.ts. It has no entry
-- for a conversation without a subject.
CREATE INDEX conversation_by_subject ON conversation (tenant_id, subject, conversation_id)
  WHERE subject IS NOT NULL;

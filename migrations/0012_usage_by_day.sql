-- Usage of deleted tasks, summed by day (UTC), agent and model, so that `usage` stays as
-- small as the tasks that there are. Owner: src/store/usage.ts. Bound: one row for each tenant, day, agent and model. The same
-- file deletes rows after five years.
CREATE TABLE usage_by_day (
  tenant_id TEXT NOT NULL,
  day TEXT NOT NULL,
  agent TEXT NOT NULL,
  model TEXT NOT NULL,
  tasks INTEGER NOT NULL,
  model_calls INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, day, agent, model)
) STRICT, WITHOUT ROWID;

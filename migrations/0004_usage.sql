-- What each run has used, by day (UTC) and model: totals of the run, so that telling them again
-- changes nothing.
CREATE TABLE usage (
  tenant_id TEXT NOT NULL,
  day TEXT NOT NULL,
  task_id TEXT NOT NULL,
  model TEXT NOT NULL,
  agent TEXT NOT NULL,
  model_calls INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  cached_input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cost_micro_usd INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, day, task_id, model)
) STRICT, WITHOUT ROWID;

-- How many tasks there are, by what a list is filtered by most: a total must not cost more with each
-- task. The rows that this writes for a task (three) are what reading a thousand others would cost.
CREATE TABLE task_count (
  tenant_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  status TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, agent, status)
) STRICT, WITHOUT ROWID;

INSERT INTO task_count SELECT tenant_id, agent, status, COUNT(*) FROM task GROUP BY 1, 2, 3;

CREATE TRIGGER task_counted AFTER INSERT ON task BEGIN
  INSERT INTO task_count VALUES (NEW.tenant_id, NEW.agent, NEW.status, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER task_recounted AFTER UPDATE OF status ON task WHEN OLD.status <> NEW.status BEGIN
  UPDATE task_count SET n = n - 1
    WHERE tenant_id = OLD.tenant_id AND agent = OLD.agent AND status = OLD.status;
  INSERT INTO task_count VALUES (NEW.tenant_id, NEW.agent, NEW.status, 1)
    ON CONFLICT DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER task_uncounted AFTER DELETE ON task BEGIN
  UPDATE task_count SET n = n - 1
    WHERE tenant_id = OLD.tenant_id AND agent = OLD.agent AND status = OLD.status;
END;

/** Columns of the `task` table that reach clients. */
import { expect, test } from "vitest";
import { taskJson } from "../../src/api/tasks/view.ts";
import { rowOf, type WholeRow } from "../../src/store/tasks/rows.ts";

const ROW: WholeRow = {
  tenant_id: "acme",
  task_id: "task_1",
  task_type: "agent_run",
  name: null,
  status: "pending",
  waiting_for: null,
  waiting_until: null,
  waiting: null,
  input_data: '{"prompt":"Hello"}',
  agent: "default",
  agent_version: 1,
  config: '{"model":"local/script","planner":"native"}',
  limits: "{}",
  metadata: "{}",
  priority: 0,
  attempt: 1,
  retry_of: null,
  schedule_id: null,
  group_id: null,
  conversation_id: null,
  turn: null,
  continues_task_id: null,
  history: null,
  scheduled_at: null,
  tools: null,
  mcp_servers: null,
  callback_url: null,
  overrides: null,
  subject: null,
  parent_task_id: null,
  root_task_id: null,
  depth: null,
  lineage: null,
  agents: null,
  trace: null,
  webhooks: null,
  slotted: 1,
  result: null,
  error: null,
  usage: null,
  last_seq: 0,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
  started_at: null,
  completed_at: null,
};

const INTERNAL = {
  dispatched_at: "2026-01-01T00:00:00.000Z",
  dispatches: 3,
  check_at: null,
  column_of_tomorrow: "internal",
};

test("internal and unknown columns of a row are not part of the task", () => {
  const task = rowOf({ ...ROW, ...INTERNAL });
  expect(task).toEqual(rowOf(ROW));
  for (const column of Object.keys(INTERNAL)) {
    expect(task).not.toHaveProperty(column);
    expect(taskJson(task)).not.toHaveProperty(column);
  }
});

test("a task has every public column of its row", () => {
  expect(Object.keys(rowOf(ROW)).toSorted()).toEqual(Object.keys(ROW).toSorted());
  expect(rowOf(ROW)).toMatchObject({
    task_id: "task_1",
    input_data: { prompt: "Hello" },
    slotted: true,
    tools: [],
  });
});

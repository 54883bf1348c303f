/** Examples of tasks and their events. */
import { type Examples, TASK_ID, AT, LATER } from "../openapi/examples.ts";

const exampleTask = {
  id: TASK_ID,
  task_id: TASK_ID,
  task_type: "agent_run",
  name: null,
  status: "completed",
  waiting_for: null,
  waiting_until: null,
  waiting: null,
  input_data: { goal: "What is 17% of 2,340?" },
  result: { answer: "397.8" },
  error: null,
  error_message: null,
  agent: "default",
  agent_version: 1,
  model: "openai/gpt-4o-mini",
  planner: "native",
  usage: {
    steps: 2,
    model_calls: 2,
    tool_calls: 1,
    input_tokens: 412,
    output_tokens: 57,
    cost_usd: 0.000096,
  },
  limits: { max_steps: 25, max_duration_s: 3600, max_repeats: 10 },
  metadata: { team: "ops" },
  priority: 0,
  attempt: 1,
  last_seq: 14,
  retry_of: null,
  forked_from: null,
  parent_task_id: null,
  workflow_id: null,
  callback_url: null,
  created_at: AT,
  updated_at: LATER,
  scheduled_at: null,
  started_at: AT,
  completed_at: LATER,
};

/** Examples by schema name. */
export const examples: Examples = {
  Task: exampleTask,
  TaskList: { data: [exampleTask], next_cursor: null, total: 1 },
  CancelTask: { reason: "Not needed any more." },
  BatchResult: { data: [{ index: 0, task: exampleTask, replayed: false }] },
  RetryTask: { config: "same" },
  Ticket: { ticket: "eyJ0YXNrIjoi4oCmIn0.c2lnbmVk", expires_at: LATER },
  EventPage: {
    data: [
      { seq: 1, at: AT, type: "run.started", v: 1, data: { epoch: 1 } },
      { seq: 2, at: AT, type: "message.received", v: 1, data: { content: "Go on.", by: "key_1" } },
    ],
    next_cursor: "2",
    last_seq: 14,
    status: "completed",
  },
  OutputPage: { text: '{"rows":[', offset: 0, total: 80_000, next_offset: 9 },
};

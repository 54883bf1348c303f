/**
 * What the document shows of each schema that does not say so itself, by the schema's name. A test
 * holds each against its schema, and finds the schemas of bodies and answers that have none.
 */

const TASK_ID = "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11";
const AT = "2026-11-22T19:05:12.345Z";
const LATER = "2026-11-22T19:06:12.345Z";

const task = {
  task_id: TASK_ID,
  task_type: "agent_run",
  name: null,
  status: "completed",
  waiting_for: null,
  waiting_until: null,
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

const httpTool = {
  kind: "http",
  description: "The weather at a place.",
  input_schema: { type: "object", properties: { place: { type: "string" } }, required: ["place"] },
  effect: "pure",
  http: {
    method: "GET",
    url: "https://api.example.com/weather",
    headers: { Accept: "application/json" },
  },
};

const tool = {
  ...httpTool,
  name: "weather",
  version: 1,
  enabled: true,
  output_schema: null,
  approval: "never",
  untrusted: "web",
  timeout_ms: 60_000,
  created_at: AT,
  updated_at: AT,
};

const mcpServer = {
  url: "https://mcp.example.com/mcp",
  headers: { "X-Client": "opspawn" },
  effects: { search: "pure" },
};

const health = {
  status: "ok",
  code: null,
  message: null,
  checked_at: AT,
  tools: 3,
  problems: 0,
  expires_at: LATER,
};

const server = {
  ...mcpServer,
  name: "docs",
  source: "tenant",
  version: 1,
  enabled: true,
  timeout_ms: 60_000,
  trust_annotations: false,
  approval: "never",
  health,
  created_at: AT,
  updated_at: AT,
};

const webhook = {
  id: "wh_4f0c1f1d9a5a4d6c8f3b2e1a0d9c8b7a",
  url: "https://example.com/opspawn",
  types: ["task.completed", "task.failed"],
  description: "The operations channel",
  enabled: true,
  disabled_reason: null,
  failing_since: null,
  created_at: AT,
  updated_at: AT,
};

const WEBHOOK_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

const delivery = {
  id: "msg_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11_14",
  type: "task.completed",
  task_id: TASK_ID,
  seq: 14,
  state: "delivered",
  attempts: 1,
  next_attempt_at: null,
  last_attempt_at: LATER,
  last_status: 204,
  last_error: null,
  delivered_at: LATER,
  created_at: LATER,
};

const template = { input_data: { goal: "Triage the issue {{issue.title}}" } };

const hook = {
  id: "hook_4f0c1f1d9a5a4d6c8f3b2e1a0d9c8b7a",
  name: "New issues",
  url: "https://opspawn.example.com/api/v1/hooks/hook_4f0c1f1d9a5a4d6c8f3b2e1a0d9c8b7a",
  scheme: "github",
  template,
  enabled: true,
  created_at: AT,
  updated_at: AT,
};

const HOOK_SECRET = "an example of 256 random bits";

const agentBody = {
  description: "Reads invoices and books them.",
  config: { planner: "react", tools: ["calculator"] },
  limits: { max_steps: 20 },
};

const version = {
  name: "accountant",
  version: 1,
  ...agentBody,
  built_in: false,
  created_at: AT,
};

const agent = { ...version, updated_at: AT };

const key = {
  key_id: "key_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a12",
  tenant: "acme",
  name: "deploy",
  scopes: ["tasks:read", "tasks:write"],
  created_at: AT,
  expires_at: null,
  revoked_at: null,
};

/** Examples by the name of their schema. */
export const EXAMPLES: Readonly<Record<string, unknown>> = {
  Task: task,
  TaskList: { tasks: [task], total: 1, next_cursor: null },
  CancelTask: { reason: "Not needed any more." },
  Empty: {},
  Ticket: { ticket: "eyJ0YXNrIjoi4oCmIn0.c2lnbmVk", expires_at: LATER },
  EventPage: {
    events: [
      { seq: 1, at: AT, type: "run.started", v: 1, data: { epoch: 1 } },
      { seq: 2, at: AT, type: "message.received", v: 1, data: { content: "Go on.", by: "key_1" } },
    ],
    last_seq: 14,
    has_more: true,
    status: "completed",
  },
  OutputPage: { text: '{"rows":[', offset: 0, total: 80_000, next_offset: 9 },
  RegisterTool: { name: "weather", ...httpTool },
  ReplaceTool: httpTool,
  EnableTool: { enabled: false },
  Tool: tool,
  ToolList: { tools: [tool] },
  CreateMcpServer: { name: "docs", ...mcpServer },
  ReplaceMcpServer: mcpServer,
  EnableMcpServer: { enabled: false },
  McpServer: server,
  McpServerList: { servers: [server] },
  McpToolPage: {
    tools: [
      {
        name: "search",
        call_as: "docs.search",
        description: "Searches the documentation.",
        input_schema: { type: "object", properties: { query: { type: "string" } } },
        output_schema: null,
        annotations: { readOnlyHint: true },
      },
    ],
    total: 1,
    next_cursor: null,
    fetched_at: AT,
    expires_at: LATER,
    instructions: null,
    problems: [],
    problem_count: 0,
  },
  McpAuthorization: {
    authorized: false,
    authorization_url: "https://login.example.com/authorize?state=…",
    expires_at: LATER,
  },
  UsageReport: {
    from: "2026-10-26",
    to: "2026-11-24",
    usage: [
      {
        day: "2026-11-22",
        agent: null,
        model: "openai/gpt-4o-mini",
        tasks: 1,
        model_calls: 2,
        input_tokens: 412,
        cached_input_tokens: 0,
        output_tokens: 57,
        cost_usd: 0.000096,
      },
    ],
  },
  BudgetList: {
    budgets: [{ agent: null, period: "day", max_cost_usd: 5, spent_usd: 0.25, reserved_usd: 0.01 }],
  },
  ConcurrencyList: { caps: [{ agent: null, max_runs: 10, running: 10, waiting: 3 }] },
  Invariants: {
    not_dispatched: [],
    no_alarm: [],
    overdue: [],
    behind: [],
    no_log: [],
    unreachable: [],
    checked: 50,
    next_cursor: null,
  },
  WebhookList: { webhooks: [webhook] },
  Webhook: webhook,
  NewWebhook: { ...webhook, secret: WEBHOOK_SECRET },
  ChangeWebhook: { types: ["task.failed"], enabled: true },
  SigningSecret: { secret: WEBHOOK_SECRET, previous_until: null },
  WebhookDelivery: delivery,
  WebhookDeliveryList: { deliveries: [delivery], next_cursor: null },
  HookList: { hooks: [hook] },
  Hook: hook,
  NewHook: { ...hook, secret: HOOK_SECRET },
  CreateHook: { name: "New issues", scheme: "github", template, secret: HOOK_SECRET },
  ChangeHook: { template, enabled: false },
  StartedTask: { task_id: TASK_ID, status: "pending", created_at: AT },
  AgentList: { agents: [agent], next_cursor: null },
  Agent: agent,
  ReplaceAgent: agentBody,
  AgentVersionList: { versions: [version], next_cursor: null },
  KeyList: { keys: [key], next_cursor: null },
  Key: key,
  NewKey: { ...key, key: "opsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo" },
  RotateKey: { grace_s: 3600 },
  AuditList: {
    entries: [
      {
        audit_id: "audit_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a13",
        at: AT,
        by: key.key_id,
        action: "key.revoked",
        subject: "key_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a14",
        details: {},
      },
    ],
    next_cursor: null,
  },
  Health: { status: "ok", version: "0.1.0", database: "ok", queue: "ok", models: ["local"] },
};

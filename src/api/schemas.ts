/**
 * What the API takes and gives, as zod schemas: they validate requests, and the OpenAPI document
 * is made from them. Client input is strict: an unknown field is named and refused.
 */
import { z } from "@hono/zod-openapi";
import { INPUT_ACTIONS } from "../run/log/elicitation.ts";
import type { JsonValue } from "../run/value/json.ts";
import { isTaskId } from "../run/value/id.ts";
import { scriptSchema, scriptToolsSchema } from "../run/spec/script.ts";
import { USAGE_GROUPS } from "../store/usage.ts";
import { MAX_MCP_SERVERS, MCP_TOOL_MODES } from "../run/spec/mcp-server.ts";
import { MAX_REASON_CHARS, PLAIN_TEXT } from "../run/value/plain-text.ts";
import { policySchema } from "../run/spec/policy.ts";
import { profileSchema } from "../run/spec/profile.ts";
import { EXPIRY_POLICIES, PLANNERS } from "../run/spec/spec.ts";

/** Any JSON: what it may hold is checked once for the whole body, see `body.ts`. */
const freeValue: z.ZodType<JsonValue> = z
  .any()
  .openapi({ type: ["object", "array", "string", "number", "boolean", "null"], items: {} });
export const freeObject = z.record(z.string(), freeValue);
export const timestamp = z
  .string()
  .openapi({ format: "date-time", example: "2026-11-22T19:05:12.345Z" });
export const instant = z.iso.datetime({ offset: true, error: "must be an RFC 3339 time" });
const taskIdText = z.string().refine(isTaskId, "not a task id");
/** No control characters: names are shown to people and in terminals. */
export const plainText = (max: number) =>
  z.string().max(max).regex(PLAIN_TEXT, "must not hold control characters");

const TASK_STATUSES = [
  "pending",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
] as const;

/** An address that is sent to; whether it may be is the deployment's business. */
export const webhookUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .max(2048)
  .openapi({ example: "https://example.com/opspawn" });

const message = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.string().max(500_000),
});

const someText = z.string().regex(/\S/, "must not be empty").max(500_000);

/** A list whose entries another schema knows; that one is not made for documents. */
function checkedBy<T extends z.core.$ZodType>(
  schema: T,
  document: object = { type: "array", items: { type: "object" } },
) {
  return z
    .any()
    .transform((value, ctx): z.output<T> => {
      const parsed = z.safeParse(schema, value);
      if (!parsed.success) {
        ctx.issues.push(...parsed.error.issues.map((issue) => ({ ...issue, input: value })));
        return z.NEVER;
      }
      return parsed.data;
    })
    .openapi(document);
}

const { $schema: _dialect, ...policyDocument } = z.toJSONSchema(policySchema, {
  unrepresentable: "any",
  io: "input",
});
const policy = checkedBy(policySchema, {
  ...policyDocument,
  description:
    "What the agent may do, by tool name; `*` stands for any text. `deny` wins; with `allow`, what it does not name is denied. `approve`: a person must say yes before each call. `arguments`: a JSON Schema by pattern, which the arguments must fit. `after_untrusted`: what follows for calls with side effects once content from the web or a remote server is in the conversation.",
  example: { approve: ["pay", "mail.*"], rate: { "mail.*": { per_run: 5 } } },
}).openapi("Policy");

const { $schema: _again, ...profileDocument } = z.toJSONSchema(profileSchema, { io: "input" });
const profile = checkedBy(profileSchema, {
  ...profileDocument,
  description: "Who the agent is. Its model is told, before the instructions.",
  example: { role: "An accountant", guidelines: ["Show how you came to each number."] },
}).openapi("Profile");

/** What an input may hold that has a meaning. */
export const inputFields = {
  goal: someText.optional().openapi({ example: "What is 17% of 2,340?" }),
  prompt: someText.optional().openapi({ description: "The same as goal; goal wins." }),
  context: freeObject.optional(),
  messages: z.array(message).max(1000).optional(),
  images: z
    .array(
      z.union([
        z.strictObject({ url: z.url({ protocol: /^https?$/ }) }),
        z.strictObject({
          media_type: z.string().regex(/^image\/[\w.+-]+$/, "must be image/…"),
          data: z.base64(),
        }),
      ]),
    )
    .max(20)
    .optional(),
  inject_mcp_proxy: z.boolean().optional().openapi({
    description: "The same as `agent_config.inject_mcp_proxy`, which wins.",
  }),
  script: checkedBy(scriptSchema).optional(),
  script_tools: checkedBy(scriptToolsSchema).optional(),
};

const inputData = z
  .looseObject(inputFields)
  .refine((input) => input.goal !== undefined || input.prompt !== undefined, {
    path: ["goal"],
    message: "goal or prompt is required",
  })
  .openapi("InputData", { description: "A free object; these fields have a meaning." });

export const agentConfig = z
  .strictObject({
    model: z.string().min(1).max(256).optional().openapi({ example: "openai/gpt-4o-mini" }),
    fallback_models: z.array(z.string().min(1).max(256)).max(8).optional().openapi({
      description: "Take over, in their order, where the model before cannot answer.",
    }),
    planner: z.enum(PLANNERS).optional(),
    output_schema: freeObject.optional().openapi({
      description:
        "JSON Schema of the answer, which `result.data` then holds. What does not fit goes back to the model with the reasons.",
    }),
    instructions: z.string().max(100_000).optional(),
    profile: profile.optional(),
    tools: z.array(z.string().min(1).max(128)).max(128).optional(),
    mcp_servers: z.array(z.string().min(1).max(40)).max(MAX_MCP_SERVERS).optional().openapi({
      description:
        "The MCP servers whose tools the run may use. Absent: none, or all with the proxy.",
    }),
    mcp_tools: z.enum(MCP_TOOL_MODES).optional().openapi({
      description:
        "`direct`: each tool of a server is a tool. `proxy`: one tool, `mcp_proxy_tool`, calls them all.",
    }),
    inject_mcp_proxy: z.boolean().optional().openapi({
      description:
        "Whether `mcp_proxy_tool` is there; without `mcp_servers` it reaches all servers.",
    }),
    temperature: z.number().min(0).max(2).optional(),
    max_output_tokens: z.number().int().min(1).max(1_000_000).optional(),
    stop: z.array(z.string().min(1).max(256)).max(4).optional(),
    seed: z.number().int().optional(),
    memory: z
      .strictObject({
        max_messages: z.number().int().min(4).max(1000).optional(),
        max_tokens: z.number().int().min(500).max(10_000_000).optional().openapi({
          description:
            "Tokens of conversation beyond which it is compacted: long outputs are shortened, then older turns summarised.",
        }),
      })
      .optional(),
    policy: policy.optional(),
    on_outcome_unknown: z.enum(["tell_model", "ask", "fail"]).optional().openapi({
      description:
        "What follows when a crash leaves nobody knowing whether a tool of the effect `once` took effect. `ask` holds the call for a person: approving it runs it again.",
    }),
    waits: z
      .strictObject({
        approval_expires_s: z.number().int().min(1).max(31_536_000).optional(),
        input_expires_s: z.number().int().min(1).max(31_536_000).optional(),
        on_expiry: z.enum(EXPIRY_POLICIES).optional().openapi({
          description:
            "`deny` (the default): the model is told. `fail`: the run fails. `continue`: an approval counts as given, an input as empty.",
        }),
      })
      .optional(),
  })
  .openapi("AgentConfig");

/** A cap: a whole number, or null for none. */
const cap = (min: number, max: number) => z.number().int().min(min).max(max).nullish();

export const limits = z
  .strictObject({
    max_steps: cap(1, 100_000),
    max_tool_calls: cap(0, 100_000),
    max_duration_s: cap(1, 2_592_000),
    max_tokens: cap(1, 1_000_000_000),
    max_cost_usd: z.number().min(0).max(1_000_000).nullish(),
    max_repeats: cap(2, 100).openapi({
      description:
        "How often the same tool calls may follow each other; at half of it the model is told.",
    }),
    on_reached: z.enum(["wait", "fail"]).nullish().openapi({
      description:
        "For every cap. By default max_tokens and max_cost_usd make the run wait for `budget`, and the others end it.",
    }),
  })
  .openapi("Limits", {
    description: "Waits do not count towards max_duration_s. null lifts a limit.",
  });

export const submitBody = z
  .strictObject({
    task_type: z.string().min(1).max(64).default("agent_run"),
    name: plainText(256).nullish(),
    input_data: inputData,
    agent: z.string().min(1).max(128).default("default"),
    agent_config: agentConfig.optional(),
    limits: limits.optional(),
    priority: z.number().int().min(-1000).max(1000).default(0),
    metadata: freeObject.optional(),
    scheduled_at: instant.nullish().openapi({
      description: "The run begins no sooner; until then it waits for `schedule`.",
    }),
    callback_url: webhookUrl.nullish().openapi({
      description:
        "Is told of every type of webhook event of this task, signed with the tenant's secret (`GET /api/v1/webhooks/callbacks/secret`).",
    }),
    request_id: plainText(255).min(1).optional().openapi({
      description: "The same as the header Idempotency-Key, which wins.",
    }),
  })
  .openapi("SubmitTask", {
    example: { input_data: { goal: "What is 17% of 2,340, and what time is it?" } },
  });
export type SubmitBody = z.output<typeof submitBody>;

export const cancelBody = z
  .strictObject({ reason: plainText(MAX_REASON_CHARS).optional() })
  .openapi("CancelTask");

/** Nothing is required, and nothing is taken. */
export const emptyBody = z.strictObject({}).openapi("Empty");

export const messageBody = z
  .strictObject({
    content: z.string().max(500_000).optional(),
    data: freeObject.optional().openapi({
      description: "The answer to a structured question; fields that are left out have defaults.",
    }),
    action: z.enum(INPUT_ACTIONS).optional().openapi({
      description:
        "What is done with the question of a call (`input.requested`); it is answered if this is not given.",
    }),
    call_id: z.string().min(1).max(64).optional().openapi({
      description: "The call whose question it answers. Where there are several, name `key` too.",
    }),
    key: z.string().min(1).max(64).optional().openapi({
      description: "The `key` of the `input.requested` that it answers.",
    }),
  })
  .refine(
    ({ content, data, action = "accept" }) =>
      (content ?? "").trim() !== "" || data !== undefined || action !== "accept",
    { path: ["content"], message: "content or data is required" },
  )
  .openapi("SendMessage", { example: { content: "Use the second offer." } });

export const approvalBody = z
  .strictObject({
    decision: z.enum(["approve", "deny"]),
    arguments: freeValue.optional().openapi({
      description: "Take the place of the model's; checked against the tool's schema.",
    }),
    comment: plainText(MAX_REASON_CHARS).optional(),
  })
  .openapi("DecideApproval", { example: { decision: "approve" } });

export const limitsBody = limits
  .refine((body) => Object.keys(body).length > 0, "name a limit")
  .openapi("ChangeLimits", { example: { max_tokens: 400_000 } });

const taskId = z.string().openapi({
  param: { name: "id", in: "path" },
  example: "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11",
});

export const taskPath = z.object({ id: taskId });

export const approvalPath = z.object({
  id: taskId,
  call_id: z.string().openapi({ param: { name: "call_id", in: "path" }, example: "call_7" }),
});

export const outputPath = z.object({
  id: taskId,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be the output_sha256 of an event")
    .openapi({ param: { name: "sha256", in: "path" } }),
});

export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .openapi({ type: "integer", minimum: min, maximum: max });

export const listQuery = z.strictObject({
  status: z.enum(TASK_STATUSES).optional(),
  agent: z.string().max(128).optional(),
  created_after: instant.optional().openapi({ description: "Inclusive." }),
  created_before: instant.optional().openapi({ description: "Exclusive." }),
  limit: whole(1, 100).optional(),
  cursor: z.string().max(4096).optional(),
});

export const eventsQuery = z.strictObject({
  after: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: whole(1, 1000).optional(),
  ticket: z.string().max(4096).optional(),
});

export const outputQuery = z.strictObject({
  offset: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  limit: whole(1, 1_000_000).optional(),
});

export const outputPage = z
  .object({
    text: z.string(),
    offset: z.number().int(),
    total: z.number().int().openapi({ description: "Characters of the whole output." }),
    next_offset: z.number().int().nullable(),
  })
  .openapi("OutputPage");

const dayText = z.iso.date("must be a day, YYYY-MM-DD").openapi({ example: "2026-11-24" });

export const usageQuery = z.strictObject({
  from: dayText.optional().openapi({ description: "First day; 29 days before today by default." }),
  to: dayText.optional().openapi({ description: "Last day; today by default." }),
  group_by: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(USAGE_GROUPS)).max(3))
    .optional()
    .openapi({ type: "string", example: "day,model" }),
});

export const usageReport = z
  .object({
    from: z.string(),
    to: z.string(),
    usage: z.array(
      z.object({
        day: z.string().nullable(),
        agent: z.string().nullable(),
        model: z.string().nullable(),
        tasks: z.number().int(),
        model_calls: z.number().int(),
        input_tokens: z.number().int(),
        cached_input_tokens: z.number().int(),
        output_tokens: z.number().int(),
        cost_usd: z.number(),
      }),
    ),
  })
  .openapi("UsageReport");

export const budgetBody = z
  .strictObject({
    agent: z.string().min(1).max(128).nullish().openapi({
      description: "The agent whose tasks it is for; absent or null: all of the tenant's.",
    }),
    period: z.enum(["day", "month"]),
    max_cost_usd: z.number().min(0).max(1_000_000_000).nullable(),
  })
  .openapi("SetBudget", { example: { period: "day", max_cost_usd: 5 } });

export const budgetList = z
  .object({
    budgets: z.array(
      z.object({
        agent: z.string().nullable(),
        period: z.enum(["day", "month"]),
        max_cost_usd: z.number(),
        spent_usd: z.number(),
        reserved_usd: z.number().openapi({
          description: "Held back for model calls that are under way.",
        }),
      }),
    ),
  })
  .openapi("BudgetList");

export const concurrencyBody = z
  .strictObject({
    agent: z.string().min(1).max(128).nullish().openapi({
      description: "The agent whose tasks it is for; absent or null: all of the tenant's.",
    }),
    max_runs: z.number().int().min(0).max(1000).nullable(),
  })
  .openapi("SetConcurrencyCap", { example: { max_runs: 10 } });

export const concurrencyList = z
  .object({
    caps: z.array(
      z.object({
        agent: z.string().nullable(),
        max_runs: z.number().int(),
        running: z.number().int(),
        waiting: z.number().int(),
      }),
    ),
  })
  .openapi("ConcurrencyList");

export const invariantsQuery = z.strictObject({
  limit: whole(1, 100).optional(),
  cursor: z.string().max(4096).optional(),
});

const offender = z
  .object({
    task_id: z.string(),
    status: z.enum(TASK_STATUSES).openapi({ description: "As the list has it." }),
    detail: z.string(),
  })
  .openapi("Offender");

export const invariants = z
  .object({
    not_dispatched: z.array(offender),
    no_alarm: z.array(offender),
    overdue: z.array(offender),
    behind: z.array(offender),
    no_log: z.array(offender),
    unreachable: z.array(offender),
    checked: z.number().int().openapi({ description: "Tasks on this page that were looked at." }),
    next_cursor: z.string().nullable(),
  })
  .openapi("Invariants", {
    description: "What breaks a promise right now; empty lists mean that nothing does.",
  });

const usage = z
  .object({
    steps: z.number().int(),
    model_calls: z.number().int(),
    tool_calls: z.number().int(),
    input_tokens: z.number().int(),
    output_tokens: z.number().int(),
    cost_usd: z.number(),
  })
  .openapi("Usage");

export const task = z
  .object({
    task_id: taskIdText.openapi({ example: "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11" }),
    task_type: z.string(),
    name: z.string().nullable(),
    status: z.enum(TASK_STATUSES),
    waiting_for: z.string().nullable().openapi({
      description: "approval, input, timer, budget, schedule or concurrency.",
    }),
    waiting_until: timestamp.nullable().openapi({
      description: "When the wait ends by itself; null where only somebody can end it.",
    }),
    input_data: freeObject.nullable().openapi({
      description: "null in a list where it is larger than 16 KiB; the task itself has it.",
    }),
    result: freeValue.openapi({ description: "Holds `answer`. null in a list where it is large." }),
    error: z
      .object({ code: z.string(), message: z.string(), details: freeValue.optional() })
      .nullable(),
    error_message: z.string().nullable(),
    agent: z.string(),
    agent_version: z.number().int(),
    model: z.string(),
    planner: z.enum(PLANNERS),
    usage,
    limits: freeObject,
    metadata: freeObject,
    priority: z.number().int(),
    attempt: z.number().int(),
    last_seq: z.number().int(),
    retry_of: z.string().nullable(),
    forked_from: z.string().nullable(),
    parent_task_id: z.string().nullable(),
    workflow_id: z.string().nullable(),
    created_at: timestamp,
    updated_at: timestamp,
    scheduled_at: timestamp.nullable(),
    callback_url: z.string().nullable(),
    started_at: timestamp.nullable(),
    completed_at: timestamp.nullable(),
  })
  .openapi("Task");

export type TaskJson = z.output<typeof task>;

export const taskList = z
  .object({ tasks: z.array(task), total: z.number().int(), next_cursor: z.string().nullable() })
  .openapi("TaskList");

const event = z
  .object({
    seq: z.number().int(),
    at: timestamp,
    type: z.string().openapi({ example: "tool.completed" }),
    v: z.number().int(),
    data: freeObject,
  })
  .openapi("Event");

export const eventPage = z
  .object({
    events: z.array(event),
    last_seq: z.number().int().openapi({ description: "The log's, not the page's." }),
    has_more: z.boolean(),
    status: z.enum(TASK_STATUSES),
  })
  .openapi("EventPage");

export const ticket = z.object({ ticket: z.string(), expires_at: timestamp }).openapi("Ticket");

export const health = z
  .object({
    status: z.enum(["ok", "degraded"]),
    version: z.string(),
    database: z.enum(["ok", "unreachable"]),
    queue: z.enum(["ok", "unbound"]),
    models: z.array(z.string()),
  })
  .openapi("Health");

export const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ example: "validation_failed" }),
    request_id: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .openapi("Problem");

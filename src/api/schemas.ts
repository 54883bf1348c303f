/**
 * What the API takes and gives, as zod schemas: they validate requests, and the OpenAPI document
 * is made from them. Client input is strict: an unknown field is named and refused.
 */
import { z } from "@hono/zod-openapi";
import type { JsonValue } from "../run/json.ts";
import { isTaskId } from "../run/id.ts";
import { scriptSchema, scriptToolsSchema } from "../run/script.ts";
import { EFFECTS } from "../run/event.ts";
import { MAX_REASON_CHARS, PLAIN_TEXT } from "../run/plain-text.ts";
import { PLANNERS } from "../run/spec.ts";

/** Any JSON: what it may hold is checked once for the whole body, see `body.ts`. */
const freeValue: z.ZodType<JsonValue> = z
  .any()
  .openapi({ type: ["object", "array", "string", "number", "boolean", "null"] });
const freeObject = z.record(z.string(), freeValue);
const timestamp = z.string().openapi({ format: "date-time", example: "2026-11-22T19:05:12.345Z" });
const taskIdText = z.string().refine(isTaskId, "not a task id");
/** No control characters: names are shown to people and in terminals. */
const plainText = (max: number) =>
  z.string().max(max).regex(PLAIN_TEXT, "must not hold control characters");

const TASK_STATUSES = [
  "pending",
  "running",
  "waiting",
  "completed",
  "failed",
  "cancelled",
] as const;

/** A field of the contract whose feature is not built: null says that it is not asked for. */
const notBuilt = z
  .null("is not built yet; leave it out")
  .optional()
  .openapi({ description: "Not built yet: only null is accepted." });

const message = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.string().max(500_000),
});

const someText = z.string().regex(/\S/, "must not be empty").max(500_000);

/** A list whose entries another schema knows; that one is not made for documents. */
function checkedBy<T extends z.core.$ZodType>(schema: T) {
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
    .openapi({ type: "array", items: { type: "object" } });
}

const inputData = z
  .looseObject({
    goal: someText.optional().openapi({ example: "What is 17% of 2,340?" }),
    prompt: someText.optional().openapi({ description: "The same as goal; goal wins." }),
    context: freeObject.optional(),
    messages: z.array(message).max(1000).optional(),
    script: checkedBy(scriptSchema).optional(),
    script_tools: checkedBy(scriptToolsSchema).optional(),
  })
  .refine((input) => input.goal !== undefined || input.prompt !== undefined, {
    path: ["goal"],
    message: "goal or prompt is required",
  })
  .openapi("InputData", { description: "A free object; these fields have a meaning." });

const agentConfig = z
  .strictObject({
    model: z.string().min(1).max(256).optional().openapi({ example: "openai/gpt-4o-mini" }),
    planner: z.enum(PLANNERS).optional(),
    instructions: z.string().max(100_000).optional(),
    tools: z.array(z.string().min(1).max(128)).max(128).optional(),
    temperature: z.number().min(0).max(2).optional(),
    max_output_tokens: z.number().int().min(1).max(1_000_000).optional(),
    stop: z.array(z.string().min(1).max(256)).max(4).optional(),
    seed: z.number().int().optional(),
    memory: z
      .strictObject({ max_messages: z.number().int().min(4).max(1000).optional() })
      .optional(),
  })
  .openapi("AgentConfig");

const limits = z
  .strictObject({
    max_steps: z.number().int().min(1).max(100_000).optional(),
    max_tool_calls: z.number().int().min(0).max(100_000).optional(),
    max_duration_s: z.number().int().min(1).max(2_592_000).optional(),
    max_tokens: notBuilt,
    max_cost_usd: notBuilt,
  })
  .openapi("Limits", { description: "Waits do not count towards max_duration_s." });

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
    scheduled_at: notBuilt,
    callback_url: notBuilt,
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

export const taskPath = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    example: "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11",
  }),
});

const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max))
    .openapi({ type: "integer", minimum: min, maximum: max });

const instant = z.iso.datetime({ offset: true, error: "must be an RFC 3339 time" });

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
    waiting_for: z.string().nullable(),
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

export const toolList = z
  .object({
    tools: z.array(
      z
        .object({
          name: z.string(),
          description: z.string(),
          input_schema: freeObject,
          output_schema: freeObject.nullable(),
          effect: z.enum(EFFECTS),
          timeout_ms: z.number().int(),
        })
        .openapi("Tool"),
    ),
  })
  .openapi("ToolList");

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

/** Zod schemas of tasks and their events; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { INPUT_ACTIONS } from "../../run/log/elicitation.ts";
import { WAITS } from "../../run/log/event-data.ts";
import { scriptSchema, scriptToolsSchema } from "../../run/spec/script.ts";
import { PLANNERS } from "../../run/spec/spec.ts";
import { MAX_REASON_CHARS } from "../../run/value/plain-text.ts";
import { agentConfig, limits } from "../agents/config-schemas.ts";
import {
  checkedBy,
  freeObject,
  freeValue,
  instant,
  listOf,
  pageQuery,
  plainText,
  problem,
  TASK_STATUSES,
  taskIdText,
  timestamp,
  whole,
} from "../schemas.ts";
import { event } from "./event-schemas.ts";
import { webhookUrl } from "../webhooks/schemas.ts";
import { type Examples, TASK_ID, AT, LATER } from "../openapi/examples.ts";

const message = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.string().max(500_000),
});

const someText = z.string().regex(/\S/, "must not be empty").max(500_000);

/** Fields of `input_data` that the service interprets. */
export const inputFields = {
  goal: someText.optional().openapi({ example: "What is 17% of 2,340?" }),
  prompt: someText.optional().openapi({ description: "The same as goal, which takes precedence." }),
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
    description: "The same as `agent_config.inject_mcp_proxy`, which takes precedence.",
  }),
  script: checkedBy(scriptSchema).optional(),
  script_tools: checkedBy(scriptToolsSchema).optional(),
};

const inputData = z
  .looseObject(inputFields)
  .refine((input) => input.goal !== undefined || input.prompt !== undefined, {
    path: ["goal"],
    message: "is required",
  })
  .openapi("InputData", { description: "A free-form object. These fields have a meaning." });

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
      description: "Earliest start. Until then the run waits for `schedule`.",
    }),
    callback_url: webhookUrl.nullish().openapi({
      description:
        "Receives every type of webhook event of this task, signed with the tenant's secret (`GET /api/v1/webhooks/callbacks/secret`).",
    }),
    request_id: plainText(255).min(1).optional().openapi({
      description: "The same as the header Idempotency-Key, which takes precedence.",
    }),
  })
  .openapi("SubmitTask", {
    example: { input_data: { goal: "What is 17% of 2,340, and what time is it?" } },
  });
export type SubmitBody = z.output<typeof submitBody>;

export const batchBody = z
  .strictObject({
    tasks: z
      .array(z.unknown().openapi({ type: "object" }))
      .min(1)
      .max(100)
      .openapi({ description: "Each is the body of `POST /api/v1/tasks`." }),
  })
  .openapi("SubmitBatch", {
    example: {
      tasks: [{ input_data: { goal: "Add 1 and 2." } }, { input_data: { goal: "Add 3 and 4." } }],
    },
  });

export const cancelBody = z
  .strictObject({ reason: plainText(MAX_REASON_CHARS).optional() })
  .openapi("CancelTask");

export const retryBody = z
  .strictObject({
    config: z.enum(["same", "current"]).default("same").openapi({
      description:
        "`same`: the config and limits of the retried task. `current`: those of its agent today, with the overrides of the retried task.",
    }),
  })
  .openapi("RetryTask");

export const labelsBody = z
  .strictObject({
    name: plainText(256).nullish().openapi({ description: "null removes the name." }),
    metadata: freeObject.optional().openapi({
      description: "Merged by key; null removes a key. At most 16384 characters of JSON in all.",
    }),
  })
  .refine((body) => Object.keys(body).length > 0, "name a field")
  .openapi("UpdateTask", { example: { metadata: { reviewed: true } } });

export const messageBody = z
  .strictObject({
    content: z.string().max(500_000).optional(),
    data: freeObject.optional().openapi({
      description: "The answer to a structured question. Omitted fields get their defaults.",
    }),
    action: z.enum(INPUT_ACTIONS).optional().openapi({
      description: "Action for a question of a call (`input.requested`). Default: answer it.",
    }),
    call_id: z.string().min(1).max(64).optional().openapi({
      description: "The call whose question it answers. If it asked several, set `key` too.",
    }),
    key: z.string().min(1).max(64).optional().openapi({
      description: "The `key` of the `input.requested` that it answers.",
    }),
  })
  .refine(
    ({ content, data, action = "accept" }) =>
      (content ?? "").trim() !== "" || data !== undefined || action !== "accept",
    { path: ["content"], message: "is required, unless there is data" },
  )
  .openapi("SendMessage", { example: { content: "Use the second offer." } });

export const approvalBody = z
  .strictObject({
    decision: z.enum(["approve", "deny"]),
    arguments: freeValue.optional().openapi({
      description: "Replaces the model's arguments. Validated against the tool's schema.",
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

export const listQuery = z.strictObject({
  status: z.enum(TASK_STATUSES).optional(),
  agent: z.string().max(128).optional(),
  created_after: instant.optional().openapi({ description: "Inclusive." }),
  created_before: instant.optional().openapi({ description: "Exclusive." }),
  ...pageQuery,
});

export const eventsQuery = z.strictObject({
  after: whole(0, Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "`seq` of the last known event. Default: 0, for all events.",
  }),
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, "is not a cursor of this list")
    .transform(Number)
    .optional()
    .openapi({
      type: "string",
      description: "The `next_cursor` of the previous page. Takes precedence over `after`.",
    }),
  limit: whole(1, 1000).optional().openapi({
    description: "Maximum number of events on the page. Default: 100.",
  }),
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
    waiting_for: z.enum(WAITS).nullable().openapi({
      description: "What the task waits for; null unless `status` is `waiting`.",
    }),
    waiting_until: timestamp.nullable().openapi({
      description: "When the wait ends by itself; null if it needs a person.",
    }),
    input_data: freeObject.nullable().openapi({
      description: "null in a list if it is larger than 16 KiB; get the task to read it.",
    }),
    result: freeValue.openapi({ description: "Contains `answer`. null in a list if it is large." }),
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

export const taskList = listOf(task)
  .extend({
    total: z.number().int().nullable().openapi({
      description:
        "Number of tasks on all pages. null with a filter other than `status` and `agent`: only a scan could count those tasks.",
    }),
  })
  .openapi("TaskList");

export const eventPage = listOf(event)
  .extend({
    next_cursor: z.string().nullable().openapi({
      description:
        "`cursor` or `after` of the next page: the `seq` of the last event on this one. null if no event follows yet; a live run may add events after `last_seq`.",
    }),
    last_seq: z.number().int().openapi({ description: "Of the log, not of the page." }),
    status: z.enum(TASK_STATUSES),
  })
  .openapi("EventPage");

export const batchResult = z
  .object({
    data: z.array(
      z
        .object({
          index: z.number().int().openapi({ description: "Of the task in the request, from 0." }),
          task: task.optional().openapi({ description: "The accepted task." }),
          replayed: z.boolean().optional().openapi({
            description: "Whether an earlier request with this key made the task.",
          }),
          error: problem.optional().openapi({ description: "Why the task was refused." }),
        })
        .openapi("BatchOutcome"),
    ),
  })
  .openapi("BatchResult");

export const ticket = z.object({ ticket: z.string(), expires_at: timestamp }).openapi("Ticket");

const exampleTask = {
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

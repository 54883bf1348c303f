/** Zod schemas of tasks and their events; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { INPUT_ACTIONS } from "../../run/log/elicitation.ts";
import { WAITS } from "../../run/log/event-data.ts";
import { scriptSchema, scriptToolsSchema } from "../../run/spec/script.ts";
import { MAX_REASON_CHARS } from "../../run/value/plain-text.ts";
import { taskAttachments } from "../attachments/schemas.ts";
import { agentConfig, limits } from "../agents/config-schemas.ts";
import {
  checkedBy,
  conversationName,
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
import { event, eventTypes } from "./event-schemas.ts";
import { COUNTED_FIELDS } from "../../store/tasks/list-query.ts";
import { webhookUrl } from "../webhooks/schemas.ts";
import { TASK_ID } from "../openapi/examples.ts";
import { taskUsage } from "./usage-schema.ts";
import { waiting } from "./waiting-schema.ts";

const message = z.strictObject({
  role: z.enum(["user", "assistant"]).describe("Who wrote the message."),
  content: z.string().max(500_000).describe("The text of the message."),
});

const someText = z.string().regex(/\S/, "must not be empty").max(500_000);

/** Fields of `input_data` that the service interprets. */
export const inputFields = {
  goal: someText.optional().openapi({
    description: "What the agent has to do. Required, unless there is `prompt`.",
    example: "What is 17% of 2,340?",
  }),
  prompt: someText.optional().openapi({
    description: "The same as goal, which takes precedence.",
    deprecated: true,
  }),
  context: freeObject.optional().openapi({
    description: "Data for the goal. The model sees it as JSON below the goal.",
  }),
  messages: z.array(message).max(1000).optional().openapi({
    description: "An earlier conversation, oldest message first. It precedes the goal.",
  }),
  images: z
    .array(
      z.union([
        z.strictObject({
          url: z
            .url({ protocol: /^https?$/ })
            .describe("The address that the provider loads the picture from."),
        }),
        z.strictObject({
          media_type: z
            .string()
            .regex(/^image\/[\w.+-]+$/, "must be image/…")
            .describe("The media type, such as `image/png`."),
          data: z.base64().describe("The picture in base64."),
        }),
      ]),
    )
    .max(20)
    .optional()
    .openapi({ description: "Pictures for the model, shown with the goal." }),
  attachments: taskAttachments,
  inject_mcp_proxy: z.boolean().optional().openapi({
    deprecated: true,
    description: "The same as `agent_config.inject_mcp_proxy`, which takes precedence.",
  }),
  script: checkedBy(scriptSchema).optional().openapi({
    description: "For the model `local/script`: its replies, in order.",
  }),
  script_tools: checkedBy(scriptToolsSchema).optional().openapi({
    description: "For the model `local/script`: tools whose outputs are data.",
  }),
};

const inputData = z
  .looseObject(inputFields)
  .refine((input) => input.goal !== undefined || input.prompt !== undefined, {
    path: ["goal"],
    message: "is required",
  })
  .openapi("InputData", {
    description:
      "What the task is about: a free-form object, in which these fields have a meaning.",
  });

/** What happens to a turn while the newest turn of its conversation has not ended. */
const ON_BUSY = ["reject", "queue", "interrupt", "tell"] as const;

export const submitBody = z
  .strictObject({
    task_type: z.string().min(1).max(64).default("agent_run").openapi({
      description: "`agent_run`, or `agent_task`, which is the same.",
      deprecated: true,
    }),
    name: plainText(256).nullish().describe("A name for people, shown in lists."),
    subject: plainText(128).min(1).nullish().openapi({
      description:
        "Who or what the task is about, such as the id of a customer. The tasks that it starts have the same; lists filter by it.",
      example: "user-42",
    }),
    input_data: inputData,
    agent: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .describe(
        "The name of the agent that runs the task. Default: `default`; for a turn of a conversation, the agent of the turn before it.",
      ),
    agent_version: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional().openapi({
      description:
        "The version of the agent. Default: the newest. An agent in code has its current version only.",
    }),
    conversation: conversationName.optional().openapi({
      description:
        "The conversation that the task is the next turn of. The agent knows what the turns before it said. The first task with a name starts the conversation.",
      example: "support-42",
    }),
    continues: taskIdText.optional().openapi({
      description:
        "The task that this one continues, in place of `conversation`. Continuing another turn than the newest one starts a conversation of its own (`branched_from`).",
    }),
    on_busy: z.enum(ON_BUSY).optional().openapi({
      description:
        "What happens while the newest turn has not ended. `reject` (the default): 409 `conversation_busy`. `queue`: the task starts after it; at most 100 turns wait. `interrupt`: cancels all turns that have not ended. `tell`: sends the goal to the running turn as a message, and returns that task with 200.",
    }),
    agent_config: agentConfig.optional(),
    limits: limits.optional(),
    priority: z
      .number()
      .int()
      .min(-1000)
      .max(1000)
      .default(0)
      .describe(
        "Above, at or below 0 selects one of three queues. At a concurrency limit, higher values go first.",
      ),
    metadata: freeObject
      .optional()
      .describe("Free data of the client, returned with the task. The model does not see it."),
    scheduled_at: instant.nullish().openapi({
      description: "Earliest start. Until then the run waits for `schedule`.",
    }),
    callback_url: webhookUrl.nullish().openapi({
      description:
        "Receives every type of webhook event of this task, signed with the tenant's secret (`GET /api/v1/webhooks/callbacks/secret`).",
    }),
    idempotency_key: plainText(255).min(1).optional().openapi({
      description: "The same as the header Idempotency-Key, which takes precedence.",
    }),
    request_id: plainText(255).min(1).optional().openapi({
      description: "The same as `idempotency_key`, which takes precedence.",
      deprecated: true,
    }),
  })
  .refine(({ continues, conversation }) => continues === undefined || conversation === undefined, {
    path: ["continues"],
    message: "cannot be set together with conversation",
  })
  .refine(
    ({ continues, conversation, on_busy }) =>
      on_busy === undefined || continues !== undefined || conversation !== undefined,
    { path: ["on_busy"], message: "needs conversation or continues" },
  )
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
  .strictObject({
    reason: plainText(MAX_REASON_CHARS)
      .optional()
      .describe("Why, for people. The event `run.cancelled` contains it."),
  })
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
    name: plainText(256)
      .nullish()
      .openapi({ description: "A name for people, shown in lists. null removes it." }),
    metadata: freeObject.optional().openapi({
      description:
        "The client's data. Merged by key; null removes a key. At most 16384 characters of JSON in all.",
    }),
  })
  .refine((body) => Object.keys(body).length > 0, "name a field")
  .openapi("UpdateTask", { example: { metadata: { reviewed: true } } });

export const messageBody = z
  .strictObject({
    content: z.string().max(500_000).optional().openapi({
      description: "The text of the message. Required, unless there is `data` or `action`.",
    }),
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
    ({ content, data, action }) =>
      (content ?? "").trim() !== "" || data !== undefined || action !== undefined,
    { path: ["content"], message: "is required, unless there is data or action" },
  )
  .openapi("SendMessage", { example: { content: "Use the second offer." } });

export const approvalBody = z
  .strictObject({
    decision: z.enum(["approve", "deny"]).openapi({
      description: "`approve`: the call is made. `deny`: the model sees the denial.",
    }),
    arguments: freeValue.optional().openapi({
      description: "Replaces the model's arguments. Validated against the tool's schema.",
    }),
    comment: plainText(MAX_REASON_CHARS).optional().openapi({
      description: "Why, for the log. On a denial, the model sees it.",
    }),
  })
  .openapi("DecideApproval", { example: { decision: "approve" } });

export const limitsBody = limits
  .refine((body) => Object.keys(body).length > 0, "name a limit")
  .openapi("ChangeLimits", { example: { max_tokens: 400_000 } });

const taskId = z.string().openapi({
  param: { name: "id", in: "path" },
  description: "The id of the task.",
  example: "task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a11",
});

export const taskPath = z.object({ id: taskId });

export const approvalPath = z.object({
  id: taskId,
  call_id: z.string().openapi({
    param: { name: "call_id", in: "path" },
    description: "The id of the tool call, from its `approval.requested`.",
    example: "call_7",
  }),
});

export const approvalQuery = z.strictObject({
  task_id: taskIdText.optional().openapi({
    description: "A task below this one whose call it is. Default: this task.",
  }),
});

export const outputPath = z.object({
  id: taskId,
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, "must be the output_sha256 of an event")
    .openapi({
      param: { name: "sha256", in: "path" },
      description: "The `output_sha256` of the event: 64 hex digits.",
    }),
});

const statusList = z.array(z.enum(TASK_STATUSES)).max(20);

/** One status or several: `a,b`, or the parameter repeated. */
const statuses = z
  .union([z.string(), z.array(z.string())])
  .transform((given, ctx) => {
    const parsed = statusList.safeParse([given].flat().flatMap((text) => text.split(",")));
    if (!parsed.success) {
      // One fault, which points at the parameter and not into its list.
      const [first] = parsed.error.issues;
      const detail = first?.message ?? "is not a status";
      ctx.issues.push({ code: "custom", message: detail, input: given });
      return z.NEVER;
    }
    return parsed.data;
  })
  .openapi({
    type: "array",
    items: { type: "string", enum: [...TASK_STATUSES] },
    description: "Only tasks with one of these statuses: `running,waiting`.",
    param: { style: "form", explode: false },
  });

export const countsQuery = z.strictObject({
  group_by: z.enum(COUNTED_FIELDS).optional().openapi({
    description: "What to count by. Default: `status`. `waiting_for` counts the tasks that wait.",
  }),
  status: statuses.optional(),
  agent: z.string().max(128).optional().openapi({ description: "Only tasks of this agent." }),
});

export const taskCounts = listOf(
  z.object({
    value: z.string().openapi({ description: "A value of the field.", example: "running" }),
    count: z.number().int().openapi({ description: "Number of tasks with it." }),
  }),
)
  .extend({
    total: z.number().int().openapi({ description: "Number of tasks that match the filters." }),
  })
  .openapi("TaskCounts", {
    description: "At most 1,000 groups, the largest first. `next_cursor` is always null.",
  });

export const listQuery = z.strictObject({
  status: statuses.optional(),
  waiting_for: z.enum(WAITS).optional().openapi({ description: "Only tasks that wait for this." }),
  agent: z.string().max(128).optional().openapi({ description: "Only tasks of this agent." }),
  schedule_id: z.string().max(64).optional().openapi({
    description: "Only tasks that this schedule submitted.",
  }),
  group_id: z.string().max(64).optional().openapi({
    description: "Only tasks of this batch.",
  }),
  subject: z.string().min(1).max(128).optional().openapi({
    description: "Only tasks about this subject.",
  }),
  root_task_id: taskIdText.optional().openapi({
    description: "Only tasks below this first task of a tree.",
  }),
  parent_task_id: taskIdText.optional().openapi({
    description:
      "Only tasks that this task started. With `root_task_id` of its tree, if it has a parent itself.",
  }),
  created_after: instant.optional().openapi({
    description: "Only tasks created at or after this time, RFC 3339.",
  }),
  created_before: instant.optional().openapi({
    description: "Only tasks created before this time, RFC 3339.",
  }),
  updated_after: instant.optional().openapi({
    description: "Only tasks that changed after this time, RFC 3339.",
  }),
  q: z.string().min(1).max(256).optional().openapi({
    description:
      "The beginning of a task id, or a part of the name or goal, in any case of ASCII letters. A goal is searched in inputs of up to 16 KiB.",
  }),
  order: z.enum(["newest", "oldest"]).optional().openapi({
    description: "By time of creation. Default: `newest` first.",
  }),
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
  types: eventTypes.optional().openapi({
    type: "string",
    description:
      "Only events of these types, separated by commas. A page may then be short or empty and still have a `next_cursor`.",
    example: "model.completed,tool.completed",
  }),
  outline: z.enum(["0", "1"]).optional().openapi({
    description:
      "`1`: each event in outline, with `bytes`: texts cut to 200 characters, lists to 20 items, free content to about 1,000 characters.",
  }),
  ticket: z.string().max(4096).optional().openapi({
    description: "A ticket for this task, in place of a key.",
  }),
});

export const outputQuery = z.strictObject({
  offset: whole(0, Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "Characters to skip. Default: 0.",
  }),
  limit: whole(1, 1_000_000).optional().openapi({
    description: "Maximum characters to return. Default: 65,536.",
  }),
});

export const outputPage = z
  .object({
    text: z.string().describe("A part of the output."),
    offset: z.number().int().describe("Characters that precede this part."),
    total: z.number().int().openapi({ description: "Characters of the whole output." }),
    next_offset: z.number().int().nullable().openapi({
      description: "`offset` of the next part; null at the end.",
    }),
  })
  .openapi("OutputPage");

/** A field of the first contract that no feature uses. */
const unused = z.string().nullable().openapi({ description: "Always null.", deprecated: true });

export const task = z
  .object({
    id: taskIdText.openapi({
      description: "Identifies the task. Later tasks have greater ids.",
      example: TASK_ID,
    }),
    task_id: taskIdText.openapi({ description: "The same as `id`.", deprecated: true }),
    task_type: z.string().openapi({ description: "Always `agent_run`.", deprecated: true }),
    name: z.string().nullable().describe("The name given at submission."),
    subject: z
      .string()
      .nullable()
      .describe("Who or what the task is about. The tasks that it starts have the same."),
    status: z.enum(TASK_STATUSES).openapi({
      description: "`completed`, `failed` and `cancelled` are final. `waiting`: see `waiting_for`.",
    }),
    waiting_for: z.enum(WAITS).nullable().openapi({
      description:
        "What the task waits for; null unless `status` is `waiting`. `turn`: a `pending` turn of a conversation, which starts after the turn before it.",
    }),
    waiting_until: timestamp.nullable().openapi({
      description: "When the wait ends by itself; null if it needs a person.",
    }),
    waiting: waiting.nullable().openapi({
      description: "What the task waits for; null while it does not wait.",
    }),
    input_data: freeObject.nullable().openapi({
      description: "null in a list if it is larger than 16 KiB; get the task to read it.",
    }),
    result: freeValue.openapi({ description: "Contains `answer`. null in a list if it is large." }),
    error: z
      .object({
        code: z.string().describe("A stable code; see the list of errors."),
        message: z.string().describe("A sentence for people."),
        details: freeValue.optional().openapi({
          description: "More about the failure; depends on the code.",
        }),
      })
      .nullable()
      .openapi({ description: "Why the task failed; null if it did not." }),
    error_message: z.string().nullable().openapi({
      description: "The `message` of `error`.",
      deprecated: true,
    }),
    agent: z.string().describe("The name of the agent."),
    agent_version: z.number().int().describe("The version of the agent at submission."),
    model: z.string().describe("The model of the config, as `provider/name`."),
    planner: z.string().describe("The planner of the config."),
    usage: taskUsage,
    limits: freeObject.describe("The limits in force. An absent limit does not apply."),
    metadata: freeObject.describe("The client's data."),
    priority: z.number().int().describe("The priority given at submission."),
    attempt: z
      .number()
      .int()
      .describe("Counts the tasks from the first one, through `retry_of`, to this one."),
    last_seq: z.number().int().describe("`seq` of the last event in the log."),
    retry_of: z.string().nullable().describe("The task that this one retries."),
    schedule_id: z
      .string()
      .nullable()
      .describe("The schedule that submitted this task; null for all others."),
    group_id: z
      .string()
      .nullable()
      .describe("The batch that submitted this task; null for all others."),
    conversation_id: z
      .string()
      .nullable()
      .describe("The conversation that the task is a turn of; null for all others."),
    turn: z.number().int().nullable().describe("Its number in the conversation, from 1."),
    continues_task_id: z.string().nullable().describe("The task that it continues."),
    forked_from: unused,
    parent_task_id: z
      .string()
      .nullable()
      .describe("The task that started this one; null for a task of a client."),
    root_task_id: z.string().describe("The first task of its tree: itself, without a parent."),
    depth: z.number().int().describe("Tasks above it in its tree."),
    workflow_id: unused,
    created_at: timestamp.describe("When the task was submitted."),
    updated_at: timestamp.describe("When the task last changed."),
    scheduled_at: timestamp.nullable().describe("The earliest start; null for at once."),
    callback_url: z.string().nullable().describe("The URL that is notified about this task."),
    started_at: timestamp.nullable().describe("When the run started; null before that."),
    completed_at: timestamp.nullable().describe("When the task finished; null before that."),
  })
  .openapi("Task", { description: "A task: its input, its state and its result." });

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
        "`cursor` or `after` of the next page: the `seq` up to which this one covers the log. null if no event follows yet; a live run may add events after `last_seq`.",
    }),
    last_seq: z.number().int().openapi({
      description: "`seq` of the last event in the log, on this page or not.",
    }),
    status: z.enum(TASK_STATUSES).openapi({ description: "The status of the task." }),
  })
  .openapi("EventPage");

export const batchResult = z
  .object({
    data: z
      .array(
        z
          .object({
            index: z
              .number()
              .int()
              .openapi({ description: "Position of the task in the request, from 0." }),
            task: task.optional(),
            replayed: z.boolean().optional().openapi({
              description: "Whether an earlier request with this key made the task.",
            }),
            error: problem.optional(),
          })
          .openapi("BatchOutcome", {
            description: "The accepted task, or the error for which it was rejected.",
          }),
      )
      .openapi({ description: "The outcome of each task, in the order of the request." }),
    group_id: z.string().openapi({
      description:
        "The id of the batch, which its tasks have as `group_id`: `GET /api/v1/tasks?group_id=` lists them.",
      example: "group_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a17",
    }),
  })
  .openapi("BatchResult");

export const ticket = z
  .object({
    ticket: z.string().describe("For the parameter `ticket` of the event log."),
    expires_at: timestamp.describe("When it expires: 60 seconds after it was made."),
  })
  .openapi("Ticket");

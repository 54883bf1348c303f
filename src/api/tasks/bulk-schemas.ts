/** Zod schemas of changes of many tasks; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { WAITS } from "../../run/log/event-data.ts";
import { MAX_REASON_CHARS } from "../../run/value/plain-text.ts";
import { instant, listOf, plainText, problem, TASK_STATUSES, timestamp } from "../schemas.ts";

/** The filters of a task list in a body, with the statuses that the operation applies to. */
function filterOf<const Status extends (typeof TASK_STATUSES)[number]>(
  statuses: readonly [Status, ...Status[]],
  description: string,
) {
  return z
    .strictObject({
      status: z.array(z.enum(statuses)).min(1).max(statuses.length).optional().openapi({
        description,
      }),
      waiting_for: z
        .enum(WAITS)
        .optional()
        .openapi({ description: "Only tasks that wait for this." }),
      agent: z.string().max(128).optional().openapi({ description: "Only tasks of this agent." }),
      schedule_id: z.string().max(64).optional().openapi({
        description: "Only tasks that this schedule submitted.",
      }),
      group_id: z.string().max(64).optional().openapi({
        description: "Only tasks of this batch.",
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
        description: "The beginning of a task id, or a part of the name or goal.",
      }),
      metadata: z.record(z.string().min(1).max(256), z.string().max(1024)).optional().openapi({
        description:
          "Only tasks whose metadata contain these values, compared as text. At most 10.",
      }),
    })
    .describe("Which tasks. The filters are those of `GET /api/v1/tasks`.");
}

const steps = {
  dry_run: z.boolean().default(true).openapi({
    description:
      "true, the default: changes nothing, and returns the number of tasks and a `confirm` text. false: makes the change that this text confirms.",
  }),
  confirm: z.string().max(4096).optional().openapi({
    description: "The `confirm` of a dry run with the same body. Required unless `dry_run`.",
  }),
  cursor: z.string().max(4096).optional().openapi({
    description: "The `next_cursor` of the previous request with this `confirm`.",
  }),
  limit: z.number().int().min(1).max(100).default(50).openapi({
    description: "Maximum number of tasks that this request changes.",
  }),
};

export const cancelManyBody = z
  .strictObject({
    filter: filterOf(
      ["pending", "running", "waiting"],
      "Only tasks with one of these statuses. Default: all unfinished tasks.",
    ),
    reason: plainText(MAX_REASON_CHARS).optional().openapi({
      description: "Why, for people. The event `run.cancelled` of each task contains it.",
    }),
    ...steps,
  })
  .openapi("CancelTasks", { example: { filter: { agent: "support", status: ["waiting"] } } });

export const retryManyBody = z
  .strictObject({
    filter: filterOf(
      ["failed", "cancelled", "completed"],
      "Only tasks with one of these statuses. Default: `failed`.",
    ),
    config: z.enum(["same", "current"]).default("same").openapi({
      description:
        "`same`: the config and limits of the retried task. `current`: those of its agent today, with the overrides of the retried task.",
    }),
    ...steps,
  })
  .openapi("RetryTasks", {
    example: { filter: { agent: "support", created_after: "2026-11-22T00:00:00Z" } },
  });

export const bulkResult = listOf(
  z
    .object({
      id: z.string().openapi({ description: "The id of the task." }),
      status: z.enum(TASK_STATUSES).optional().openapi({
        description: "The status of the cancelled task, or of the new one. Absent in a dry run.",
      }),
      retried_as: z.string().optional().openapi({
        description: "The id of the new task, for a retry. A repeated request returns the same.",
      }),
      error: problem.optional(),
    })
    .openapi("BulkOutcome", {
      description: "The outcome of one task, or why it was not changed.",
    }),
)
  .extend({
    dry_run: z.boolean().describe("Whether nothing was changed."),
    count: z.number().int().nullable().openapi({
      description:
        "In a dry run, the number of tasks that match, at most 1,000; `data` has the first 20. Otherwise null.",
    }),
    has_more: z.boolean().openapi({
      description: "In a dry run, whether more tasks than `count` may match.",
    }),
    confirm: z.string().nullable().openapi({
      description: "In a dry run, the text that confirms the change. Otherwise null.",
    }),
    expires_at: timestamp.nullable().openapi({
      description: "When `confirm` expires: one hour after the dry run. null without one.",
    }),
  })
  .openapi("BulkResult");
export type BulkResult = z.output<typeof bulkResult>;

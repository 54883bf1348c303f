/** Zod schemas of subjects; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { AT, LATER, type Examples } from "../openapi/examples.ts";
import { plainText, timestamp } from "../schemas.ts";

export const subjectPath = z.object({
  subject: plainText(128)
    .min(1)
    .openapi({
      param: { name: "subject", in: "path" },
      description:
        "Who or what tasks are about: the `subject` of a task. Encode it as a part of a URL.",
      example: "user-42",
    }),
});

export const deletionQuery = z.strictObject({
  tasks: z
    .enum(["delete", "keep"])
    .optional()
    .openapi({
      param: { name: "tasks", in: "query" },
      description:
        "`keep` leaves tasks that have ended, with their logs: they contain what they recalled. Default: `delete`.",
    }),
});

const count = (description: string) => z.number().int().openapi({ description, example: 2 });

export const subjectDeletion = z
  .object({
    subject: z.string().openapi({ description: "Whom or what it is about.", example: "user-42" }),
    status: z.enum(["running", "completed"]).openapi({
      description: "`completed` when nothing was left to delete.",
      example: "completed",
    }),
    tasks: z.enum(["delete", "keep"]).openapi({
      description: "Whether tasks that have ended are deleted.",
      example: "delete",
    }),
    report: z
      .object({
        schedules: count("Schedules deleted."),
        stores: count("Memory stores deleted."),
        memories: count("Items and blocks that the stores had."),
        tasks_cancelled: count("Tasks that had not ended, and were cancelled."),
        tasks_deleted: count("Tasks deleted, with their logs, outputs and deliveries."),
      })
      .openapi({
        description: "What has been deleted so far. After a crash it can be less than was deleted.",
      }),
    created_at: timestamp.describe("When it was asked for."),
    updated_at: timestamp.describe("When it last made progress."),
    completed_at: timestamp.nullable().describe("When it was completed; null while it runs."),
  })
  .openapi("SubjectDeletion");
export type SubjectDeletionJson = z.output<typeof subjectDeletion>;

export const exportText = z.string().openapi({
  description: "Records, each on a line.",
  example:
    '{"kind":"task","id":"task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15","status":"completed"}\n',
});

/** Examples by schema name. */
export const subjectExamples: Examples = {
  SubjectDeletion: {
    subject: "user-42",
    status: "completed",
    tasks: "delete",
    report: { schedules: 1, stores: 2, memories: 14, tasks_cancelled: 1, tasks_deleted: 9 },
    created_at: AT,
    updated_at: LATER,
    completed_at: LATER,
  },
};

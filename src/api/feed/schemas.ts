/** Zod schemas of the feed; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { AT, TASK_ID, type Examples } from "../openapi/examples.ts";
import { listOf, TASK_STATUSES, taskIdText, timestamp, whole } from "../schemas.ts";

/** A cursor: digits. Checked before the feed is asked, which a question turns on. */
export const CURSOR = /^\d{1,16}$/;

const cursor = z.string().regex(CURSOR, "is not a cursor of this feed");

export const feedQuery = z.strictObject({
  after: cursor.optional().openapi({
    description: "The cursor of the last known change. Absent: only changes from now on.",
  }),
  cursor: cursor.optional().openapi({
    description: "The `next_cursor` of the previous page. Takes precedence over `after`.",
  }),
  limit: whole(1, 1000).optional().openapi({
    description: "Maximum number of changes on a JSON page. Default: 100.",
  }),
});

const change = z
  .object({
    task_id: taskIdText.openapi({ description: "The task that changed.", example: TASK_ID }),
    seq: z.number().int().openapi({
      description:
        "Increases with each change of a task: the event that changed the status, or a number after the last event for a change without one (a deletion, a log that cannot be read).",
    }),
    status: z.enum(TASK_STATUSES).openapi({ description: "The status after the change." }),
    waiting_for: z.string().nullable().openapi({ description: "What the task waits for." }),
    agent: z.string().openapi({ description: "Agent of the task." }),
    deleted: z.boolean().openapi({
      description: "Whether the task was deleted, in this status. Its other changes are false.",
    }),
    at: timestamp.openapi({ description: "Time of the change." }),
  })
  .openapi("StatusChange");

export const feedPage = listOf(change)
  .extend({
    cursor: z.string().openapi({
      description: "Where the page ends: `after` of a later page or of a live stream.",
    }),
  })
  .openapi("FeedPage");

/** Examples by schema name. */
export const examples: Examples = {
  FeedPage: {
    data: [
      {
        task_id: TASK_ID,
        seq: 9,
        status: "waiting",
        waiting_for: "approval",
        agent: "default",
        deleted: false,
        at: AT,
      },
    ],
    next_cursor: null,
    cursor: "1796029120870000",
  },
};

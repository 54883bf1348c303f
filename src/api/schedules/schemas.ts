/** Zod schemas of schedules; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { GAPS, OVERLAPS } from "../../run/schedule/cron.ts";
import { FIRING_STATUSES, TRIGGERS } from "../../run/schedule/evaluate.ts";
import { CATCH_UPS, MIN_EVERY_S, OVERLAP_POLICIES } from "../../run/schedule/spec.ts";
import { MAX_REASON_CHARS } from "../../run/value/plain-text.ts";
import {
  freeObject,
  instant,
  listOf,
  pageQuery,
  plainText,
  TASK_STATUSES,
  timestamp,
  whole,
} from "../schemas.ts";

const DAY_S = 86_400;
/** Maximum occurrences of a preview. */
const MAX_PREVIEW = 100;

const name = plainText(128).min(1).openapi({
  description: "A name for people, unique in the tenant. It decides the jitter.",
  example: "daily-report",
});

const specFields = {
  cron: z
    .array(z.string().min(1).max(256))
    .min(1)
    .max(10)
    .nullish()
    .transform((patterns) => patterns ?? null)
    .openapi({
      description:
        "Cron patterns of five fields, with `L`, `#` and `W`, or a nickname such as `@daily`. It fires at the times of each; an instant that several name counts once. Needs `timezone`.",
      example: ["0 9 * * 1-5"],
    }),
  every_s: z
    .number()
    .int()
    .min(MIN_EVERY_S)
    .max(366 * DAY_S)
    .nullish()
    .transform((seconds) => seconds ?? null)
    .openapi({ description: "Seconds between occurrences, in place of `cron`." }),
  anchor: instant
    .nullish()
    .transform((time) => time ?? null)
    .openapi({ description: "The time from which `every_s` counts. Default: the creation." }),
  timezone: z.string().min(1).max(64).optional().openapi({
    description: "IANA time zone of `cron` and `exclude`. Required with `cron`; else `UTC`.",
    example: "Europe/Berlin",
  }),
  dst_gap: z.enum(GAPS).default("next").openapi({
    description:
      "For a fixed hour that the clocks skip. `next`: once, at the first moment after it. `skip`: not at all.",
  }),
  dst_overlap: z.enum(OVERLAPS).default("first").openapi({
    description:
      "At which of the two times a fixed hour fires that the clocks show twice. A pattern for every hour fires at both.",
  }),
  exclude: z
    .array(z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "must be a day, such as 2026-12-25"))
    .max(366)
    .default([])
    .openapi({
      description: "Days in the time zone without occurrences. Each is recorded as `excluded`.",
      example: ["2026-12-25"],
    }),
  starts_at: instant
    .nullish()
    .transform((time) => time ?? null)
    .openapi({ description: "The earliest occurrence." }),
  ends_at: instant
    .nullish()
    .transform((time) => time ?? null)
    .openapi({ description: "No occurrence at or after this time." }),
  max_fires: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .nullish()
    .transform((count) => count ?? null)
    .openapi({ description: "Maximum tasks, without triggers and backfills." }),
  jitter_s: z.number().int().min(0).max(DAY_S).default(0).openapi({
    description:
      "Maximum delay of an occurrence, in seconds. The delay follows from the names of tenant and schedule and from the time, so previews show it exactly.",
  }),
};

const spec = z
  .strictObject(specFields)
  .refine(({ cron, timezone }) => cron === null || timezone !== undefined, {
    path: ["timezone"],
    message: "is required with cron",
  })
  .transform(({ timezone = "UTC", ...rest }) => ({ ...rest, timezone }))
  .openapi("ScheduleSpec", {
    description: "When a schedule fires: either `cron` or `every_s`.",
    example: { cron: ["0 9 * * 1-5"], timezone: "Europe/Berlin" },
  });

const inARow = (what: string) =>
  z
    .number()
    .int()
    .min(1)
    .max(1000)
    .nullable()
    .openapi({ description: `${what} in a row after which the service pauses the schedule.` });

const policy = z
  .strictObject({
    overlap: z.enum(OVERLAP_POLICIES).default("skip").openapi({
      description:
        "If a task of the schedule has not ended. `skip`: the occurrence is skipped. `queue_one`: it waits for the end, and others are skipped until then. `allow`: it starts. `cancel_running`: the running tasks are cancelled, and it starts.",
    }),
    catch_up: z.enum(CATCH_UPS).default("last").openapi({
      description:
        "After an outage: the `last` late occurrence is made, `none`, or `all` (at most 100; one after the other, unless `overlap` is `allow`).",
    }),
    catch_up_window_s: z
      .number()
      .int()
      .min(0)
      .max(366 * DAY_S)
      .default(DAY_S)
      .openapi({ description: "An occurrence that is later than this is missed, in seconds." }),
    pause_after_failures: inARow("Failed tasks").default(null),
    pause_after_refusals: inARow("Refused submissions").default(3),
  })
  .openapi("SchedulePolicy", {
    description: "What happens when an occurrence cannot be made as planned.",
  });

const action = z
  .strictObject({
    task: freeObject.openapi({
      description:
        "The body of `POST /api/v1/tasks`. Its texts can contain `{{schedule.occurrence_at}}`, `{{schedule.previous_at}}`, `{{schedule.trigger}}`, `{{schedule.name}}` and `{{schedule.schedule_id}}`; the same values are in `input_data.schedule`.",
      example: { input_data: { goal: "Report on {{schedule.occurrence_at}}." } },
    }),
    agent_version: z
      .number()
      .int()
      .min(1)
      .nullish()
      .transform((version) => version ?? null)
      .openapi({
        description: "The version of the agent. Default: the newest when it fires.",
      }),
  })
  .openapi("ScheduleAction", { description: "What it submits." });

export const scheduleBody = z
  .strictObject({
    name,
    spec,
    action,
    policy: policy.prefault({}),
  })
  .openapi("WriteSchedule", {
    example: {
      name: "daily-report",
      spec: { cron: ["0 9 * * 1-5"], timezone: "Europe/Berlin" },
      action: { task: { input_data: { goal: "Write the daily report." } } },
      policy: { overlap: "skip", catch_up: "last" },
    },
  });
export type ScheduleBody = z.output<typeof scheduleBody>;

const note = plainText(MAX_REASON_CHARS).nullish().openapi({ description: "Why, for people." });
export const noteBody = z.strictObject({ note }).openapi("ScheduleNote", {
  example: { note: "The source is down." },
});

export const triggerBody = z
  .strictObject({
    occurrence_at: instant.nullish().openapi({
      description: "The nominal time that the task is for. Default: now.",
    }),
    overlap: z.enum(OVERLAP_POLICIES).optional().openapi({
      description: "Replaces the policy of the schedule for this firing.",
    }),
  })
  .openapi("TriggerSchedule", { example: {} });

export type TriggerBody = z.output<typeof triggerBody>;

export const backfillBody = z
  .strictObject({
    from: instant.openapi({ description: "The first nominal time." }),
    to: instant.openapi({ description: "No occurrence at or after this time. Not in the future." }),
    overlap: z.enum(OVERLAP_POLICIES).optional().openapi({
      description:
        "`allow`: the tasks run side by side. Any other value: one after the other. Default: the policy of the schedule.",
    }),
    dry_run: z.boolean().default(false).openapi({
      description: "Only returns the occurrences that would be made.",
    }),
  })
  .openapi("BackfillSchedule", {
    example: { from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z", dry_run: true },
  });

export type BackfillBody = z.output<typeof backfillBody>;

const limit = whole(1, MAX_PREVIEW);

export const previewBody = z
  .strictObject({
    spec,
    name: name.optional().openapi({
      description: "The name of the schedule, which decides its jitter.",
    }),
    after: instant.optional().openapi({ description: "The occurrences follow it. Default: now." }),
    limit: z.number().int().min(1).max(MAX_PREVIEW).default(10).openapi({
      description: "Maximum number of occurrences.",
    }),
  })
  .openapi("PreviewSchedule", {
    example: { spec: { cron: ["0 9 * * 1-5"], timezone: "Europe/Berlin" }, limit: 5 },
  });

export const occurrence = z
  .object({
    occurrence_at: timestamp.describe("The nominal time, which identifies the occurrence."),
    at: timestamp.describe("When it is made: the nominal time, delayed by the jitter."),
    local: z.string().openapi({
      description: "`at` in the time zone.",
      example: "2026-11-23T09:00:00+01:00",
    }),
    note: z.enum(["moved_by_gap", "second_of_overlap", "excluded"]).nullable().openapi({
      description:
        "`moved_by_gap`: the clocks skip its hour. `second_of_overlap`: they show its hour for the second time. `excluded`: its day is excluded, so it is not made.",
    }),
  })
  .openapi("Occurrence");
export type OccurrenceJson = z.output<typeof occurrence>;
export const occurrenceList = listOf(occurrence).openapi("OccurrenceList");

export const nextQuery = z.strictObject({
  limit: limit
    .optional()
    .openapi({ description: "Maximum number of items on the page. Default: 20." }),
  cursor: pageQuery.cursor,
});

const STATES = ["active", "paused", "ended"] as const;
const nullable = <T extends z.ZodType>(schema: T) => schema.nullable();

const storedSpec = z.object({
  cron: nullable(z.array(z.string())).describe("Cron patterns."),
  every_s: nullable(z.number().int()).describe("Seconds between occurrences."),
  anchor: nullable(timestamp).describe("The time from which `every_s` counts."),
  timezone: z.string().describe("IANA time zone."),
  dst_gap: z.enum(GAPS).describe("For a fixed hour that the clocks skip."),
  dst_overlap: z.enum(OVERLAPS).describe("For a fixed hour that the clocks show twice."),
  exclude: z.array(z.string()).describe("Days without occurrences."),
  starts_at: nullable(timestamp).describe("The earliest occurrence."),
  ends_at: nullable(timestamp).describe("No occurrence at or after this time."),
  max_fires: nullable(z.number().int()).describe("Maximum tasks."),
  jitter_s: z.number().int().describe("Maximum delay of an occurrence, in seconds."),
});

const storedPolicy = z.object({
  overlap: z.enum(OVERLAP_POLICIES).describe("If a task of the schedule has not ended."),
  catch_up: z.enum(CATCH_UPS).describe("Which late occurrences are made."),
  catch_up_window_s: z.number().int().describe("Later occurrences are missed, in seconds."),
  pause_after_failures: nullable(z.number().int()).describe("Failed tasks until it is paused."),
  pause_after_refusals: nullable(z.number().int()).describe("Refusals until it is paused."),
});

export const schedule = z
  .object({
    id: z.string().openapi({
      description: "The id of the schedule.",
      example: "schedule_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
    }),
    name: z.string().describe("A name for people, unique in the tenant."),
    state: z.enum(STATES).openapi({
      description: "`ended`: no occurrence is left. It can be changed to have some.",
    }),
    spec: storedSpec.describe("When it fires."),
    action: z
      .object({
        task: freeObject.describe("The body of the submission."),
        agent_version: nullable(z.number().int()).describe(
          "The version of the agent; null for the newest when it fires.",
        ),
      })
      .describe("What it submits."),
    policy: storedPolicy.describe("What happens when an occurrence cannot be made as planned."),
    note: nullable(z.string()).describe("Why it is paused."),
    paused_by: nullable(z.string()).describe("The key that paused it, or `service`."),
    next_at: nullable(timestamp).describe("When the next occurrence is made."),
    started: z.number().int().describe("Tasks so far, without triggers and backfills."),
    skipped: z.number().int().describe("Occurrences so far that were not made."),
    created_by: z
      .string()
      .describe(
        "The key that created it, or the task whose agent did. It continues if the key is revoked.",
      ),
    version: z.number().int().describe("Counts its changes, from 1."),
    created_at: timestamp.describe("When it was created."),
    updated_at: timestamp.describe("When it last changed."),
    warnings: z.array(z.string()).optional().openapi({
      description: "In the answer to a change: what to consider.",
    }),
  })
  .openapi("Schedule");
export type ScheduleJson = z.output<typeof schedule>;
export const scheduleList = listOf(schedule).openapi("ScheduleList");

const firing = z
  .object({
    occurrence_at: timestamp.describe("The nominal time."),
    until: timestamp.describe("The last of the occurrences, if `count` is above 1."),
    count: z.number().int().openapi({
      description: "Occurrences that this record stands for. Above 1: missed in one outage.",
    }),
    trigger: z.enum(TRIGGERS).openapi({
      description:
        "`cron`: at its time. `catch_up`: late, after an outage. `manual`: by a trigger. `backfill`: by a backfill.",
    }),
    status: z.enum(FIRING_STATUSES).openapi({
      description:
        "`due`: its task is being submitted. `queued`: it waits for its turn. `started`: there is a task. The others were not made: `skipped_overlap`, `missed`, `refused`, `excluded`.",
    }),
    task_id: nullable(z.string()).describe("Its task."),
    task_status: nullable(z.enum(TASK_STATUSES)).openapi({
      description: "The status of the task, as in the task list; null if there is none.",
    }),
    reason: nullable(z.string()).openapi({
      description:
        "A code. Of a missed one: `late`, `superseded` (by a later one), `out_of_window`, `limit`, `paused`. Of a refused one: the code of the problem. Of a queued one: `overlap` or `batch`.",
    }),
    detail: nullable(z.string()).describe("Why it was refused, for people."),
    at: timestamp.describe("When it was decided."),
  })
  .openapi("Firing");
export { firing };
export type FiringJson = z.output<typeof firing>;
export const firingList = listOf(firing).openapi("FiringList");

export const backfilled = z
  .object({
    dry_run: z.boolean().describe("Whether nothing was made."),
    count: z.number().int().describe("Number of occurrences."),
    occurrences: z.array(timestamp).openapi({
      description: "Nominal times that are, or would be, made: those without a task so far.",
    }),
  })
  .openapi("Backfill");

export const firingsQuery = z.strictObject({
  status: z.enum(FIRING_STATUSES).optional().openapi({ description: "Only these firings." }),
  ...pageQuery,
});

export const schedulePath = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    description: "The id of the schedule.",
    example: "schedule_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  }),
});

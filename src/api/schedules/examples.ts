/** Examples of schedules and their firings. */
import { type Examples, AT, TASK_ID } from "../openapi/examples.ts";

const exampleSchedule = {
  id: "schedule_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  name: "daily-report",
  state: "active",
  spec: {
    cron: ["0 9 * * 1-5"],
    every_s: null,
    anchor: null,
    timezone: "Europe/Berlin",
    dst_gap: "next",
    dst_overlap: "first",
    exclude: [],
    starts_at: null,
    ends_at: null,
    max_fires: null,
    jitter_s: 0,
  },
  action: { task: { input_data: { goal: "Write the daily report." } }, agent_version: null },
  policy: {
    overlap: "skip",
    catch_up: "last",
    catch_up_window_s: 86_400,
    pause_after_failures: null,
    pause_after_refusals: 3,
  },
  note: null,
  paused_by: null,
  next_at: "2026-11-23T08:00:00.000Z",
  started: 12,
  skipped: 1,
  created_by: "key_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a12",
  version: 1,
  created_at: AT,
  updated_at: AT,
};

const exampleFiring = {
  occurrence_at: "2026-11-20T08:00:00.000Z",
  until: "2026-11-20T08:00:00.000Z",
  count: 1,
  trigger: "cron",
  status: "started",
  task_id: TASK_ID,
  task_status: "completed",
  reason: null,
  detail: null,
  at: "2026-11-20T08:00:00.007Z",
};

const exampleOccurrence = {
  occurrence_at: "2026-11-23T08:00:00.000Z",
  at: "2026-11-23T08:00:00.000Z",
  local: "2026-11-23T09:00:00+01:00",
  note: null,
};

/** Examples by schema name. */
export const examples: Examples = {
  Schedule: exampleSchedule,
  ScheduleList: { data: [exampleSchedule], next_cursor: null },
  SchedulePolicy: exampleSchedule.policy,
  ScheduleAction: exampleSchedule.action,
  Firing: exampleFiring,
  FiringList: { data: [exampleFiring], next_cursor: null },
  Occurrence: exampleOccurrence,
  OccurrenceList: { data: [exampleOccurrence], next_cursor: null },
  Backfill: { dry_run: true, count: 1, occurrences: ["2026-11-20T08:00:00.000Z"] },
};

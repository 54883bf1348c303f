/** The tools of `/mcp` for schedules. */
import { z } from "@hono/zod-openapi";
import { actorOf } from "../http/actor.ts";
import { DEFAULT_LIMIT, cursorOf, pageOf } from "../http/cursor.ts";
import { noteBody, scheduleBody, triggerBody, type ScheduleJson } from "../schedules/schemas.ts";
import {
  createSchedule,
  refused,
  scheduleJson,
  setPaused,
  triggerSchedule,
} from "../schedules/use-cases.ts";
import { result, tool, type TaskTool } from "./tool.ts";

const id = z.string().describe("Id of a schedule: schedule_…");
const note = noteBody.shape.note;

/** The tools, in a stable order. */
export const SCHEDULE_TOOLS: readonly TaskTool[] = [
  tool({
    name: "list_schedules",
    title: "List schedules",
    description: "Lists schedules, newest first: when each fires next, and what it submits.",
    scope: "tasks:read",
    annotations: { readOnlyHint: true },
    schema: z.strictObject({
      limit: z.number().int().min(1).max(100).default(DEFAULT_LIMIT),
      cursor: z.string().max(4096).optional(),
    }),
    run: async ({ limit, cursor }, { deps, caller }) => {
      const form = /^schedule_/;
      const before = cursor === undefined ? null : await cursorOf(deps, caller, cursor, { form });
      const found = await deps.timetable(caller.tenantId).list(before, limit + 1);
      const page = await pageOf(deps, caller, found, limit, ({ schedule_id }) => schedule_id);
      const data = page.data.map(scheduleJson);
      const lines = data.map(lineOf).join("\n");
      return result(lines === "" ? "There are no schedules." : lines, { ...page, data });
    },
  }),
  tool({
    name: "create_schedule",
    title: "Create a schedule",
    description:
      "Submits a task by the clock: `spec` says when (`cron` with `timezone`, or `every_s`), `action.task` is the body of `submit_task`.",
    scope: "schedules:write",
    annotations: { destructiveHint: false, openWorldHint: true },
    schema: scheduleBody,
    run: async (body, call) => {
      const schedule = await createSchedule(call, body);
      return result(lineOf(schedule), { ...schedule });
    },
  }),
  tool({
    name: "pause_schedule",
    title: "Pause a schedule",
    description: "Pauses a schedule until it is resumed. Its running tasks continue.",
    scope: "schedules:write",
    annotations: { destructiveHint: false, idempotentHint: true },
    schema: z.strictObject({ id, note }),
    run: async ({ id: one, note: why = null }, call) => {
      const schedule = await setPaused(call, one, true, why, undefined);
      return result(lineOf(schedule), { ...schedule });
    },
  }),
  tool({
    name: "resume_schedule",
    title: "Resume a schedule",
    description: "Resumes a paused schedule. Occurrences of the pause are not made.",
    scope: "schedules:write",
    annotations: { destructiveHint: false, idempotentHint: true },
    schema: z.strictObject({ id, note }),
    run: async ({ id: one, note: why = null }, call) => {
      const schedule = await setPaused(call, one, false, why, undefined);
      return result(lineOf(schedule), { ...schedule });
    },
  }),
  tool({
    name: "trigger_schedule",
    title: "Fire a schedule now",
    description: "Submits the task of a schedule now. A paused schedule fires too.",
    scope: "schedules:write",
    annotations: { destructiveHint: false, openWorldHint: true },
    schema: triggerBody.safeExtend({ id }),
    run: async ({ id: one, ...body }, call) => {
      const firing = await triggerSchedule(call, one, body, call.trace);
      const { status, task_id, detail } = firing;
      const text = task_id === null ? `No task: ${detail ?? status}.` : `Submitted ${task_id}.`;
      return result(text, { ...firing });
    },
  }),
  tool({
    name: "delete_schedule",
    title: "Delete a schedule",
    description: "Deletes a schedule with the records of its firings. Its tasks stay.",
    scope: "schedules:write",
    annotations: { destructiveHint: true, idempotentHint: true },
    schema: z.strictObject({ id }),
    run: async ({ id: one }, call) => {
      const { deps, caller } = call;
      const removed = await deps.timetable(caller.tenantId).remove(one, null, actorOf(call));
      if (!removed.ok) {
        throw refused(removed, one);
      }
      return result(`The schedule ${one} is deleted.`, { id: one, deleted: true });
    },
  }),
];

function lineOf({ id: one, name, state, next_at }: ScheduleJson): string {
  return `${one} ${name}: ${state}${next_at === null ? "" : `, next at ${next_at}`}`;
}

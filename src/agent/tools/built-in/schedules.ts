/** The tools by which a run makes schedules. Only agents that name them have them. */
import { z } from "zod";
import { ToolStop } from "../../../run/value/failure.ts";
import { defineTool, type RunSchedules, type ToolContext } from "../tool.ts";

const MAX_GOAL_CHARS = 100_000;

const made = z.strictObject({
  id: z.string(),
  name: z.string(),
  state: z.enum(["active", "paused", "ended"]),
  next_at: z.string().nullable(),
  goal: z.string(),
  agent: z.string(),
  spec: z.looseObject({ timezone: z.string() }),
});

/** Makes a schedule. A repeated call has the same id, so it makes nothing new. */
const scheduleCreate = defineTool({
  name: "schedule_create",
  description:
    "Makes a schedule: at each of its times, a new task works on the goal. Give either `cron` with `timezone`, or `every_s`. For a single time, add `max_fires: 1`.",
  input: z.strictObject({
    name: z.string().min(1).max(128).describe("A name for people. No other schedule has it."),
    goal: z
      .string()
      .regex(/\S/, "must not be empty")
      .max(MAX_GOAL_CHARS)
      .describe(
        "What each task has to do. It sees nothing else of this conversation. `{{schedule.occurrence_at}}` stands for its time.",
      ),
    context: z
      .record(z.string(), z.any())
      .optional()
      .describe("Data for the goal, which the task sees as JSON."),
    agent: z.string().optional().describe("You, or one of your agents. Default: you."),
    cron: z
      .array(z.string())
      .optional()
      .describe('Patterns of five fields: ["0 9 * * 1-5"] is 9:00 on weekdays.'),
    timezone: z.string().optional().describe("IANA name, such as Europe/Berlin."),
    every_s: z.number().int().optional().describe("Seconds between two tasks, 10 or more."),
    starts_at: z.string().optional().describe("RFC 3339. No task before it."),
    ends_at: z.string().optional().describe("RFC 3339. No task from then on."),
    max_fires: z.number().int().optional().describe("Maximum tasks."),
  }),
  output: made,
  effect: "idempotent",
  run: async ({ name, goal, context, agent, ...spec }, call) =>
    desk(call).create({ name, goal, context, agent, spec }),
});

/** Lists schedules. */
const scheduleList = defineTool({
  name: "schedule_list",
  description: "Lists the schedules that you made, also in earlier tasks. The newest come first.",
  input: z.strictObject({}),
  output: z.strictObject({ schedules: z.array(made) }),
  effect: "pure",
  run: async (_input, call) => ({ schedules: [...(await desk(call).list())] }),
});

/** Deletes a schedule. A repeated call finds none and succeeds. */
const scheduleCancel = defineTool({
  name: "schedule_cancel",
  description: "Deletes a schedule that you made. Its running tasks continue.",
  input: z.strictObject({ id: z.string().describe("From schedule_create or schedule_list.") }),
  output: z.strictObject({ id: z.string(), cancelled: z.literal(true) }),
  effect: "idempotent",
  run: async ({ id }, call) => {
    await desk(call).cancel(id);
    return { id, cancelled: true } as const;
  },
});

/** The tools, in a stable order. */
export const SCHEDULE_TOOLS = [scheduleCancel, scheduleCreate, scheduleList] as const;

function desk({ schedules }: ToolContext): RunSchedules {
  if (schedules === undefined) {
    throw new ToolStop("tool_unavailable", "This deployment has no schedules.");
  }
  return schedules;
}

/** `/api/v1/tasks/{id}/tree`: a task and all tasks below it. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { WAITS } from "../../../run/log/event-data.ts";
import type { TreeTask } from "../../../store/tasks/trees.ts";
import type { TaskRow } from "../../../store/tasks/rows.ts";
import type { AppEnv } from "../../context.ts";
import { requireScope } from "../../http/auth.ts";
import { cursorAt, cursorOf } from "../../http/cursor.ts";
import { AT, LATER, TASK_ID, type Examples } from "../../openapi/examples.ts";
import { json, refusals, SECURED } from "../../openapi/routes.ts";
import { listOf, pageQuery, TASK_STATUSES, taskIdText, timestamp } from "../../schemas.ts";
import { taskPath } from "../schemas.ts";
import { treeUsage, usage } from "../usage-schema.ts";
import { currentTask, taskOf } from "../view.ts";
import { withOwn } from "./usage.ts";

/** Tasks on a page without `limit`. */
const LIMIT = 100;
const CURSOR = /^tree task_/;

const treeTask = z
  .object({
    id: taskIdText.openapi({ description: "Identifies the task.", example: TASK_ID }),
    parent_task_id: z.string().nullable().describe("The task that started it."),
    depth: z.number().int().describe("Tasks above it in its tree."),
    agent: z.string().describe("The name of its agent."),
    name: z.string().nullable().describe("The name given at submission."),
    status: z.enum(TASK_STATUSES).openapi({ description: "Its status, as in the task list." }),
    waiting_for: z.enum(WAITS).nullable().openapi({
      description: "What it waits for; null unless `status` is `waiting`.",
    }),
    error_code: z.string().nullable().describe("The code of its failure; null without one."),
    usage: usage.nullable().openapi({
      description: "What it has used itself, as of its last wait or end. null: nothing so far.",
    }),
    created_at: timestamp.describe("When it was submitted."),
    completed_at: timestamp.nullable().describe("When it ended; null before."),
  })
  .openapi("TreeTask");

const tree = listOf(treeTask)
  .extend({
    usage: treeUsage,
  })
  .openapi("TaskTree", {
    description: "The task itself is first; the tasks below it follow, oldest first.",
  });

const exampleUsage = {
  steps: 2,
  model_calls: 2,
  tool_calls: 1,
  input_tokens: 412,
  output_tokens: 57,
  cost_usd: 0.000096,
};

/** Examples by schema name. */
export const treeExamples: Examples = {
  TaskTree: {
    data: [
      {
        id: TASK_ID,
        parent_task_id: null,
        depth: 0,
        agent: "lead",
        name: null,
        status: "completed",
        waiting_for: null,
        error_code: null,
        usage: exampleUsage,
        created_at: AT,
        completed_at: LATER,
      },
    ],
    next_cursor: null,
    usage: { ...exampleUsage, tasks: 1, open: 0 },
  },
};

const treeRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}/tree",
  operationId: "getTaskTree",
  summary: "List a task and all tasks below it",
  description:
    "Reads stored statuses, which may be a second old. Each task is a task of its own: `GET /api/v1/tasks/{id}` has all of it.",
  tags: ["Tasks"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { params: taskPath, query: z.strictObject(pageQuery) },
  responses: {
    200: json("The tasks.", tree),
    ...refusals("not_found", "validation_failed"),
  },
});

/** Adds the tree to an app. */
export function treeRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(treeRoute, async (c) => {
    const { deps, caller } = c.var;
    const { limit = LIMIT, cursor } = c.req.valid("query");
    const row = await taskOf(deps, caller, c.req.valid("param").id);
    const after =
      cursor === undefined
        ? ""
        : (await cursorOf(deps, caller, cursor, { form: CURSOR })).slice("tree ".length);
    const own = await currentTask(deps, row);
    const { tasks, usage: below } = await deps.trees.below(caller.tenantId, row, after, limit + 1);
    const first = cursor === undefined ? [treeTaskOf(own)] : [];
    const rest = tasks.slice(0, limit - first.length);
    const last = tasks.length > rest.length ? (rest.at(-1)?.task_id ?? "task_") : null;
    const next_cursor = await cursorAt(deps, caller, last === null ? null : `tree ${last}`);
    const total = withOwn(own, below);
    return c.json({ data: [...first, ...rest.map(treeTaskOf)], next_cursor, usage: total }, 200);
  });
}

function treeTaskOf(task: TreeTask | TaskRow): z.output<typeof treeTask> {
  const { task_id, parent_task_id, depth, agent, name, status, waiting_for } = task;
  const { created_at, completed_at } = task;
  return {
    id: task_id,
    parent_task_id,
    depth: depth ?? 0,
    agent,
    name,
    status,
    waiting_for,
    error_code: "error_code" in task ? task.error_code : (task.error?.code ?? null),
    usage: task.usage,
    created_at,
    completed_at,
  };
}

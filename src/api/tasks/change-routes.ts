/** Changes of a task itself: its labels, and its deletion. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../context.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { occasionOf } from "../http/problem.ts";
import {
  BODY_PROBLEMS,
  json,
  keyHeader,
  refusals,
  SECURED,
  traceHeaders,
} from "../openapi/routes.ts";
import { traceIn } from "../http/trace-context.ts";
import { submitBatch } from "./batch.ts";
import { deleteTask, relabelTask } from "./changes.ts";
import * as schemas from "./schemas.ts";
import { taskJson } from "./view.ts";

const shared = { tags: ["Tasks"], security: SECURED };

const relabelRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:write"), jsonBody] as const,
  method: "patch",
  path: "/api/v1/tasks/{id}",
  operationId: "updateTask",
  summary: "Change the name and metadata of a task",
  description:
    "Works in every state of the task, and does not affect its run. `metadata` is merged by key; null removes a key.",
  request: {
    params: schemas.taskPath,
    body: { required: true, content: { "application/json": { schema: schemas.labelsBody } } },
  },
  responses: {
    200: json("The current state of the task.", schemas.task),
    ...refusals(...BODY_PROBLEMS, "not_found"),
  },
});

const batchRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:write"), jsonBody] as const,
  method: "post",
  path: "/api/v1/tasks/batch",
  operationId: "submitBatch",
  summary: "Submit up to 100 tasks",
  description:
    "Each task has its own outcome, in the order of the request; a refused one does not affect the others. Each counts as a request against the rate limit. The tasks have the `group_id` of the answer. With an `Idempotency-Key`, a repeated batch returns the tasks of the first.",
  request: {
    headers: keyHeader.extend(traceHeaders.shape),
    body: { required: true, content: { "application/json": { schema: schemas.batchBody } } },
  },
  responses: {
    200: json("The outcomes.", schemas.batchResult, "Idempotent-Replayed"),
    ...refusals(...BODY_PROBLEMS),
  },
});

const deleteRoute = createRoute({
  ...shared,
  middleware: [requireScope("tasks:write")] as const,
  method: "delete",
  path: "/api/v1/tasks/{id}",
  operationId: "deleteTask",
  summary: "Delete a finished task",
  description:
    "Deletes its log, outputs, webhook deliveries and idempotency keys. Its usage stays in the reports. An unfinished task must be cancelled first.",
  request: { params: schemas.taskPath },
  responses: {
    204: { description: "The task is deleted." },
    ...refusals("not_found", "not_finished"),
  },
});

/** Adds the routes that change tasks to an app. */
export function taskChangeRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(relabelRoute, async (c) => {
    const { deps, caller } = c.var;
    const { name, metadata } = c.req.valid("json");
    const changes = { name, metadata };
    const task = await relabelTask(deps, caller, c.req.valid("param").id, changes);
    return c.json(taskJson(task), 200);
  });

  app.openapi(batchRoute, async (c) => {
    const { tasks } = c.req.valid("json");
    const header = { key: idempotencyKey(c), trace: traceIn(c.req.raw.headers) };
    const { outcomes, groupId } = await submitBatch(c.var, occasionOf(c), tasks, header);
    const accepted = outcomes.filter(({ task }) => task !== undefined);
    if (accepted.length > 0 && accepted.every(({ replayed }) => replayed)) {
      c.header("Idempotent-Replayed", "true");
    }
    return c.json({ data: [...outcomes], group_id: groupId }, 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const { deps, caller } = c.var;
    await deleteTask(deps, caller, c.req.valid("param").id);
    return c.body(null, 204);
  });
}

/** `/api/v1/tasks/cancel` and `/api/v1/tasks/retry`: changes of many tasks, after a dry run. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { AppEnv } from "../context.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { occasionOf } from "../http/problem.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { changeTasks } from "./bulk.ts";
import * as schemas from "./bulk-schemas.ts";
import { cancelTask } from "./commands.ts";
import { retryTask } from "./submit.ts";
import { currentTask, taskOf } from "./view.ts";

const shared = {
  tags: ["Tasks"],
  security: SECURED,
  middleware: [requireScope("tasks:write"), jsonBody],
};
const STEPS =
  "The first request is a dry run: it returns how many tasks match, and the text `confirm`. Send the same body with `dry_run: false` and this text. The change applies to tasks that existed at the dry run. Continue with `cursor` until `next_cursor` is null; a page may be short or empty before. Each task has its own outcome and counts as a request against the rate limit. Every request can be repeated.";

const responses = {
  200: json("The number of tasks, or the outcomes.", schemas.bulkResult),
  ...refusals(...BODY_PROBLEMS),
};

const cancelRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/tasks/cancel",
  operationId: "cancelTasks",
  summary: "Cancel many tasks",
  description: STEPS,
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.cancelManyBody } } },
  },
  responses,
});

const retryRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/tasks/retry",
  operationId: "retryTasks",
  summary: "Retry many tasks",
  description: STEPS,
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.retryManyBody } } },
  },
  responses,
});

/** Adds the routes that change many tasks to an app. */
export function bulkRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(cancelRoute, async (c) => {
    const { deps, caller } = c.var;
    const { filter, reason = "", ...steps } = c.req.valid("json");
    const { status = ["pending", "running", "waiting"] } = filter;
    const request = {
      operation: "cancel" as const,
      filter: { ...filter, status },
      detail: reason,
      ...steps,
    };
    const result = await changeTasks(c.var, occasionOf(c), request, async (id) => {
      const task = await cancelTask(deps, caller, id, reason === "" ? null : reason);
      return { status: task.status };
    });
    return c.json(result, 200);
  });

  app.openapi(retryRoute, async (c) => {
    const { deps, caller } = c.var;
    const { filter, config, ...steps } = c.req.valid("json");
    const { status = ["failed"] } = filter;
    const request = {
      operation: "retry" as const,
      filter: { ...filter, status },
      detail: config,
      ...steps,
    };
    const result = await changeTasks(c.var, occasionOf(c), request, async (id, key) => {
      const origin = await currentTask(deps, await taskOf(deps, caller, id));
      const { task } = await retryTask(deps, caller, origin, config, key);
      return { status: task.status, retried_as: task.task_id };
    });
    return c.json(result, 200);
  });
}

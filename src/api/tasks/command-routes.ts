/**
 * Commands to an accepted task: send a message, decide an approval, change limits, retry. All
 * except retry go to the run, which owns the task's state and updates D1.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { checkBelow, commandTask, decisionOf, limitsOf, messageOf } from "./commands.ts";
import type { AppEnv } from "../context.ts";
import { idempotent } from "../http/idempotent.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import { BODY_PROBLEMS, json, keyHeader, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";
import { retryTask } from "./submit.ts";
import { currentTask, taskJson, taskOf } from "./view.ts";

const shared = {
  tags: ["Tasks"],
  security: SECURED,
  middleware: [requireScope("tasks:write"), jsonBody],
};

const retryRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/tasks/{id}/retry",
  operationId: "retryTask",
  summary: "Retry a task",
  description:
    "Submits a new task with the same input; its `retry_of` is this task, which must have finished. `config` chooses the config of the task (`same`) or the agent as it is today (`current`).",
  request: {
    params: schemas.taskPath,
    headers: keyHeader,
    body: { content: { "application/json": { schema: schemas.retryBody } } },
  },
  responses: {
    201: json("The new task.", schemas.task, "Location", "Idempotent-Replayed"),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "not_finished",
      "unknown_agent",
      "unknown_tool",
      "unknown_attachment",
      "unsupported_attachment",
      "unknown_model",
      "unpriced_model",
      "provider_not_configured",
      "unknown_mcp_server",
      "secret_missing",
      "oauth_unavailable",
      "idempotency_key_reused",
    ),
  },
});

const messageRoute = createRoute({
  ...shared,
  middleware: [...shared.middleware, idempotent],
  method: "post",
  path: "/api/v1/tasks/{id}/messages",
  operationId: "sendMessage",
  summary: "Send a message to a run",
  description:
    "If the run waits for `input`, the message answers its question. Otherwise the model sees it with its next call.",
  request: {
    params: schemas.taskPath,
    body: {
      required: true,
      content: { "application/json": { schema: schemas.messageBody } },
    },
  },
  responses: {
    202: json("The current state of the task.", schemas.task),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "not_started",
      "task_over",
      "inbox_full",
      "invalid_arguments",
      "question_answered",
    ),
  },
});

const approvalRoute = createRoute({
  ...shared,
  middleware: [...shared.middleware, idempotent],
  method: "post",
  path: "/api/v1/tasks/{id}/approvals/{call_id}",
  operationId: "decideApproval",
  summary: "Approve or deny a tool call",
  description:
    "A call can be decided once. Edited arguments are validated against the tool's schema. `task_id` decides a call of a task below this one, and returns that task.",
  request: {
    params: schemas.approvalPath,
    query: schemas.approvalQuery,
    body: {
      required: true,
      content: { "application/json": { schema: schemas.approvalBody } },
    },
  },
  responses: {
    202: json("The current state of the task.", schemas.task),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "not_started",
      "task_over",
      "approval_decided",
      "invalid_arguments",
    ),
  },
});

const limitsRoute = createRoute({
  ...shared,
  method: "patch",
  path: "/api/v1/tasks/{id}/limits",
  operationId: "changeLimits",
  summary: "Change the limits of a live run",
  description:
    "A run that waits for `budget` resumes if the limit it reached is raised. null removes a limit.",
  request: {
    params: schemas.taskPath,
    body: {
      required: true,
      content: { "application/json": { schema: schemas.limitsBody } },
    },
  },
  responses: {
    200: json("The current state of the task.", schemas.task),
    ...refusals(...BODY_PROBLEMS, "not_found", "not_started", "task_over", "unpriced_model"),
  },
});

/** Adds the routes of commands to an app. */
export function taskCommandRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(retryRoute, async (c) => {
    const { deps, caller } = c.var;
    const { config } = c.req.valid("json");
    const origin = await taskOf(deps, caller, c.req.valid("param").id);
    const current = await currentTask(deps, origin);
    const { task, replayed } = await retryTask(deps, caller, current, config, idempotencyKey(c));
    c.header("Location", `/api/v1/tasks/${task.task_id}`);
    if (replayed) {
      c.header("Idempotent-Replayed", "true");
    }
    return c.json(taskJson(task), 201);
  });

  app.openapi(messageRoute, async (c) => {
    const { deps, caller } = c.var;
    const said = messageOf(c.req.valid("json"));
    const task = await commandTask(deps, caller, c.req.valid("param").id, said);
    return c.json(taskJson(task), 202);
  });

  app.openapi(approvalRoute, async (c) => {
    const { deps, caller } = c.var;
    const { id, call_id } = c.req.valid("param");
    const { task_id = id } = c.req.valid("query");
    const said = decisionOf(call_id, c.req.valid("json"));
    await checkBelow(deps, caller, id, task_id);
    const task = await commandTask(deps, caller, task_id, said);
    return c.json(taskJson(task), 202);
  });

  app.openapi(limitsRoute, async (c) => {
    const { deps, caller } = c.var;
    const said = limitsOf(c.req.valid("json"));
    const task = await commandTask(deps, caller, c.req.valid("param").id, said);
    return c.json(taskJson(task), 200);
  });
}

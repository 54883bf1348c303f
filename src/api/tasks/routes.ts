/** `/api/v1/tasks`: submit, get, list and cancel tasks, and create tickets to watch them. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import type { TaskFilter } from "../../store/tasks/list-query.ts";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { cancelTask } from "./commands.ts";
import { conditionalJson } from "../http/conditional.ts";
import type { AppEnv } from "../context.ts";
import { idempotencyKey } from "../http/idempotency-key.ts";
import {
  BODY_PROBLEMS,
  ifNoneMatch,
  json,
  keyHeader,
  preferHeader,
  refusals,
  SECURED,
  traceHeaders,
} from "../openapi/routes.ts";
import { headersOf } from "../openapi/response-headers.ts";
import * as schemas from "./schemas.ts";
import { makeTicket, TICKET_MS } from "../http/signing.ts";
import { submitTask } from "./submit.ts";
import { traceIn } from "../http/trace-context.ts";
import { listTasks } from "./list.ts";
import { usageOfTree } from "./tree/usage.ts";
import { acceptedTask, settledTask, taskJson, taskOf } from "./view.ts";
import { defined } from "../../run/value/defined.ts";
import { isoTime } from "../../run/value/time.ts";
import { invalid } from "../http/validation.ts";
import { applyWait, preferredWait } from "../http/prefer.ts";

const tags = ["Tasks"];

const submitRoute = createRoute({
  method: "post",
  path: "/api/v1/tasks",
  operationId: "submitTask",
  summary: "Submit a task",
  description: "After the 201, the task either finishes or pauses for a stated reason.",
  tags,
  security: SECURED,
  middleware: [requireScope("tasks:write"), jsonBody] as const,
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.submitBody } } },
    headers: preferHeader.extend(keyHeader.shape).extend(traceHeaders.shape),
  },
  responses: {
    200: json(
      "With `on_busy: tell`: the running turn, which received the goal as a message.",
      schemas.task,
      "Location",
      "Preference-Applied",
    ),
    201: json(
      "The accepted task.",
      schemas.task,
      "Location",
      "Idempotent-Replayed",
      "Preference-Applied",
    ),
    ...refusals(
      ...BODY_PROBLEMS,
      "unknown_task_type",
      "unknown_agent",
      "unknown_model",
      "unpriced_model",
      "provider_not_configured",
      "unknown_tool",
      "unknown_attachment",
      "unsupported_attachment",
      "unknown_mcp_server",
      "secret_missing",
      "oauth_unavailable",
      "encryption_unavailable",
      "idempotency_key_reused",
      "conversation_busy",
      "not_started",
      "inbox_full",
    ),
  },
});

const listRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks",
  operationId: "listTasks",
  summary: "List tasks, newest first",
  description:
    "Also filters by `metadata.<key>=<value>`. A page with filters examines at most 2,000 tasks, so it may hold fewer than `limit` and still have a next one.",
  tags,
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { query: schemas.listQuery.catchall(z.string()) },
  responses: { 200: json("A page of tasks.", schemas.taskList), ...refusals("validation_failed") },
});

const countsRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/counts",
  operationId: "countTasks",
  summary: "Count tasks by status, agent or wait",
  description: "Reads stored counts of ended tasks, and one row for each open task.",
  tags,
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { query: schemas.countsQuery },
  responses: { 200: json("The counts.", schemas.taskCounts), ...refusals("validation_failed") },
});

const getRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}",
  operationId: "getTask",
  summary: "Get one task",
  tags,
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { params: schemas.taskPath, headers: preferHeader.extend(ifNoneMatch.shape) },
  responses: {
    200: json("The current state of the task.", schemas.task, "ETag", "Preference-Applied"),
    304: {
      description: "Unchanged since the version in `If-None-Match`.",
      headers: headersOf(["ETag"]),
    },
    ...refusals("not_found"),
  },
});

const cancelRoute = createRoute({
  method: "post",
  path: "/api/v1/tasks/{id}/cancel",
  operationId: "cancelTask",
  summary: "Cancel a task",
  description: "Aborts the call in flight. Has no effect on a finished task.",
  tags,
  security: SECURED,
  middleware: [requireScope("tasks:write"), jsonBody] as const,
  request: {
    params: schemas.taskPath,
    body: { content: { "application/json": { schema: schemas.cancelBody } } },
  },
  responses: {
    202: json("The current state of the task.", schemas.task),
    ...refusals(...BODY_PROBLEMS, "not_found"),
  },
});

const ticketRoute = createRoute({
  method: "post",
  path: "/api/v1/tasks/{id}/ticket",
  operationId: "createTicket",
  summary: "Create a ticket to watch a task from a browser",
  description: "Valid for 60 seconds, for the events of this task: `?ticket=…`.",
  tags,
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { params: schemas.taskPath },
  responses: { 201: json("The ticket.", schemas.ticket), ...refusals("not_found") },
});

/** Adds the task routes to an app. */
export function taskRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(submitRoute, async (c) => {
    const { deps, caller } = c.var;
    const body = c.req.valid("json");
    const trace = traceIn(c.req.raw.headers);
    const submitted = await submitTask(deps, caller, body, { key: idempotencyKey(c), trace });
    const waitMs = preferredWait(c.req.header("Prefer"));
    const row = await acceptedTask(deps, submitted.task, waitMs);
    applyWait(c, waitMs);
    c.header("Location", `/api/v1/tasks/${row.task_id}`);
    if (submitted.replayed) {
      c.header("Idempotent-Replayed", "true");
    }
    return submitted.told === true ? c.json(taskJson(row), 200) : c.json(taskJson(row), 201);
  });

  app.openapi(listRoute, async (c) => {
    const { deps, caller } = c.var;
    const query = c.req.valid("query");
    const metadata = metadataFilters(query);
    return c.json(await listTasks(deps, caller, { ...query, metadata }), 200);
  });

  app.openapi(countsRoute, async (c) => {
    const { deps, caller } = c.var;
    const { group_by = "status", status, agent } = c.req.valid("query");
    const filter = defined({ status, agent });
    const { groups, total } = await deps.tasks.counts(caller.tenantId, group_by, filter);
    return c.json({ data: [...groups], next_cursor: null, total }, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { deps, caller } = c.var;
    const row = await taskOf(deps, caller, c.req.valid("param").id);
    const waitMs = preferredWait(c.req.header("Prefer"));
    const task = await settledTask(deps, row, waitMs);
    applyWait(c, waitMs);
    const shown = taskJson(task);
    const tree = await usageOfTree(deps, task);
    return conditionalJson(c, tree === null ? shown : { ...shown, usage: { ...task.usage, tree } });
  });

  app.openapi(cancelRoute, async (c) => {
    const { deps, caller } = c.var;
    const { reason = null } = c.req.valid("json");
    const task = await cancelTask(deps, caller, c.req.valid("param").id, reason);
    return c.json(taskJson(task), 202);
  });

  app.openapi(ticketRoute, async (c) => {
    const { deps, caller } = c.var;
    const row = await taskOf(deps, caller, c.req.valid("param").id);
    const now = deps.now();
    const ticket = await makeTicket(await deps.keys.signingKey(), caller, row.task_id, now);
    return c.json({ ticket, expires_at: isoTime(now + TICKET_MS) }, 201);
  });
}

/** Returns the `metadata.<key>=<value>` filters. @throws Problem for an unknown parameter */
function metadataFilters(
  query: z.output<typeof schemas.listQuery> & Record<string, unknown>,
): TaskFilter["metadata"] {
  const known = Object.keys(schemas.listQuery.shape);
  const extra = Object.entries(query).filter(([name]) => !known.includes(name));
  const wrong = extra.find(
    ([name, value]) => !/^metadata\../.test(name) || typeof value !== "string",
  );
  if (wrong !== undefined) {
    const detail = "is not a known parameter, or is given twice";
    throw invalid("query", [{ pointer: `/${wrong[0]}`, detail }]);
  }
  return extra.map(([name, value]) => ({
    key: name.slice("metadata.".length),
    value: String(value),
  }));
}

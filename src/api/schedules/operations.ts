/** OpenAPI operations of `/api/v1/schedules`. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { idempotent } from "../http/idempotent.ts";
import {
  BODY_PROBLEMS,
  ifMatch,
  json,
  refusals,
  SECURED,
  traceHeaders,
} from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";

/** Path of the collection. */
export const SCHEDULES = "/api/v1/schedules";
const SCHEDULE = "/api/v1/schedules/{id}";

const shared = { tags: ["Schedules"], security: SECURED };
const reads = { ...shared, middleware: [requireScope("tasks:read")] };
const writes = { ...shared, middleware: [requireScope("schedules:write"), jsonBody] };
const creates = { ...shared, middleware: [...writes.middleware, idempotent] };

/** Problems of a task that a schedule submits. */
const TASK_PROBLEMS = [
  "unknown_task_type",
  "unknown_agent",
  "unknown_model",
  "unpriced_model",
  "provider_not_configured",
  "unknown_tool",
  "unknown_mcp_server",
  "secret_missing",
  "oauth_unavailable",
  "encryption_unavailable",
] as const;

const writeBody = {
  body: { required: true, content: { "application/json": { schema: schemas.scheduleBody } } },
};

export const listRoute = createRoute({
  ...reads,
  method: "get",
  path: SCHEDULES,
  operationId: "listSchedules",
  summary: "List schedules, newest first",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of schedules.", schemas.scheduleList),
    ...refusals("validation_failed"),
  },
});

export const createScheduleRoute = createRoute({
  ...creates,
  method: "post",
  path: SCHEDULES,
  operationId: "createSchedule",
  summary: "Create a schedule",
  description:
    "The task is checked as a submission would be. A schedule belongs to the tenant: it continues if the key that created it is revoked.",
  request: writeBody,
  responses: {
    201: json("The schedule.", schemas.schedule, "Location", "ETag"),
    ...refusals(...BODY_PROBLEMS, "schedule_exists", "too_many_schedules", ...TASK_PROBLEMS),
  },
});

export const previewRoute = createRoute({
  ...writes,
  middleware: [requireScope("tasks:read"), jsonBody],
  method: "post",
  path: "/api/v1/schedules/preview",
  operationId: "previewSchedule",
  summary: "Preview the occurrences of a spec",
  description: "Writes nothing. Exact: jitter, excluded days and changes of the clock are in it.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.previewBody } } },
  },
  responses: {
    200: json("The next occurrences. `next_cursor` is always null.", schemas.occurrenceList),
    ...refusals(...BODY_PROBLEMS),
  },
});

export const getRoute = createRoute({
  ...reads,
  method: "get",
  path: SCHEDULE,
  operationId: "getSchedule",
  summary: "Get one schedule",
  request: { params: schemas.schedulePath },
  responses: { 200: json("The schedule.", schemas.schedule, "ETag"), ...refusals("not_found") },
});

export const replaceRoute = createRoute({
  ...writes,
  method: "put",
  path: SCHEDULE,
  operationId: "replaceSchedule",
  summary: "Replace a schedule",
  description:
    "A paused schedule stays paused. Occurrences count from now on: none of the past is made.",
  request: { params: schemas.schedulePath, headers: ifMatch, ...writeBody },
  responses: {
    200: json("The schedule.", schemas.schedule, "ETag"),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "precondition_failed",
      "schedule_exists",
      ...TASK_PROBLEMS,
    ),
  },
});

export const removeRoute = createRoute({
  ...shared,
  middleware: [requireScope("schedules:write")],
  method: "delete",
  path: SCHEDULE,
  operationId: "deleteSchedule",
  summary: "Delete a schedule",
  description: "The records of its firings are deleted with it; its tasks stay.",
  request: { params: schemas.schedulePath, headers: ifMatch },
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "precondition_failed"),
  },
});

const noted = {
  request: {
    params: schemas.schedulePath,
    headers: ifMatch,
    body: { content: { "application/json": { schema: schemas.noteBody } } },
  },
  responses: {
    200: json("The schedule.", schemas.schedule, "ETag"),
    ...refusals(...BODY_PROBLEMS, "not_found", "precondition_failed"),
  },
};

export const pauseRoute = createRoute({
  ...writes,
  ...noted,
  method: "post",
  path: "/api/v1/schedules/{id}/pause",
  operationId: "pauseSchedule",
  summary: "Pause a schedule",
  description: "Running tasks continue; firings that wait for their turn are missed.",
});

export const resumeRoute = createRoute({
  ...writes,
  ...noted,
  method: "post",
  path: "/api/v1/schedules/{id}/resume",
  operationId: "resumeSchedule",
  summary: "Resume a paused schedule",
  description: "Occurrences of the pause are not made.",
});

export const triggerRoute = createRoute({
  ...creates,
  method: "post",
  path: "/api/v1/schedules/{id}/trigger",
  operationId: "triggerSchedule",
  summary: "Fire a schedule now",
  description: "A paused schedule fires too.",
  request: {
    params: schemas.schedulePath,
    headers: traceHeaders,
    body: { content: { "application/json": { schema: schemas.triggerBody } } },
  },
  responses: {
    201: json("The firing, which may have been skipped or refused.", schemas.firing),
    ...refusals(...BODY_PROBLEMS, "not_found"),
  },
});

export const backfillRoute = createRoute({
  ...creates,
  method: "post",
  path: "/api/v1/schedules/{id}/backfill",
  operationId: "backfillSchedule",
  summary: "Make past occurrences",
  description:
    "Makes the occurrences of a span that have no task, at most 1,000. Repeating it makes nothing new.",
  request: {
    params: schemas.schedulePath,
    body: { required: true, content: { "application/json": { schema: schemas.backfillBody } } },
  },
  responses: {
    200: json("The occurrences.", schemas.backfilled),
    ...refusals(...BODY_PROBLEMS, "not_found", "too_many_occurrences"),
  },
});

export const firingsRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/schedules/{id}/fires",
  operationId: "listFirings",
  summary: "List firings, newest occurrence first",
  description:
    "Every occurrence has a record, made or not. Records are kept for 90 days, 1,000 of a schedule.",
  request: { params: schemas.schedulePath, query: schemas.firingsQuery },
  responses: {
    200: json("A page of firings.", schemas.firingList),
    ...refusals("not_found", "validation_failed"),
  },
});

export const nextRoute = createRoute({
  ...reads,
  method: "get",
  path: "/api/v1/schedules/{id}/next",
  operationId: "listOccurrences",
  summary: "List the next occurrences",
  description: "As if it were active, for a paused schedule.",
  request: { params: schemas.schedulePath, query: schemas.nextQuery },
  responses: {
    200: json("A page of occurrences.", schemas.occurrenceList),
    ...refusals("not_found", "validation_failed"),
  },
});

/** OpenAPI operations of `/api/v1/telemetry`, and the export of one trace. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { BODY_PROBLEMS, json, refusals, SECURED } from "../openapi/routes.ts";
import { taskPath } from "../tasks/schemas.ts";
import * as schemas from "./schemas.ts";

const shared = { tags: ["Telemetry"], security: SECURED, middleware: [requireScope("admin")] };
const TELEMETRY = "/api/v1/telemetry";

export const getRoute = createRoute({
  ...shared,
  method: "get",
  path: TELEMETRY,
  operationId: "getTelemetry",
  summary: "Get where traces are sent",
  responses: { 200: json("The settings.", schemas.telemetry), ...refusals("not_found") },
});

export const setRoute = createRoute({
  ...shared,
  middleware: [requireScope("admin"), jsonBody] as const,
  method: "put",
  path: TELEMETRY,
  operationId: "setTelemetry",
  summary: "Send traces to an OpenTelemetry receiver",
  description:
    "Replaces the settings. From then on, the trace of each run is sent when it ends, and every ten minutes of a long run. With `metrics_url`, so are its metrics. A receiver that fails neither delays nor fails a run.",
  request: {
    body: { required: true, content: { "application/json": { schema: schemas.setBody } } },
  },
  responses: {
    200: json("The settings.", schemas.telemetry),
    ...refusals(...BODY_PROBLEMS, "encryption_unavailable"),
  },
});

export const removeRoute = createRoute({
  ...shared,
  method: "delete",
  path: TELEMETRY,
  operationId: "deleteTelemetry",
  summary: "Stop sending traces",
  responses: { 204: { description: "Deleted." }, ...refusals("not_found") },
});

export const exportRoute = createRoute({
  ...shared,
  method: "post",
  path: "/api/v1/tasks/{id}/trace/export",
  operationId: "exportTrace",
  summary: "Send the trace of a task again",
  description:
    "Sends all spans that have ended, whatever the sampling says, to the tenant's receiver and to that of the deployment. The spans have the same ids as before.",
  request: { params: taskPath },
  responses: {
    202: json("The trace will be sent.", schemas.exportQueued),
    ...refusals("not_found", "validation_failed"),
  },
});

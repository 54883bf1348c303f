/** `/api/v1/tasks/{id}/calls/{call_id}/prompt`: what the model saw in a call. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import type { AppEnv } from "../context.ts";
import { conditionalText } from "../http/conditional.ts";
import { Problem } from "../http/problem.ts";
import { headersOf } from "../openapi/response-headers.ts";
import { ifNoneMatch, json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./prompt-schemas.ts";
import { taskOf } from "./view.ts";

const promptRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}/calls/{call_id}/prompt",
  operationId: "getPrompt",
  summary: "Get the prompt of a model call",
  description:
    "Returns what the model saw in this call, rebuilt from the log, with the request's body and whether it is the one that was sent. The log is read from its beginning, so a late call of a long run takes longer.",
  tags: ["Events"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { params: schemas.promptPath, query: schemas.promptQuery, headers: ifNoneMatch },
  responses: {
    200: json("The prompt.", schemas.prompt, "ETag"),
    304: {
      description: "Unchanged since the version in `If-None-Match`.",
      headers: headersOf(["ETag"]),
    },
    ...refusals("not_found", "validation_failed"),
  },
});

/** Adds the prompt route to an app. */
export function promptRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(promptRoute, async (c) => {
    const { deps, caller } = c.var;
    const { id, call_id } = c.req.valid("param");
    const { attempt = null } = c.req.valid("query");
    const row = await taskOf(deps, caller, id);
    const prompt = await deps.run(row.tenant_id, row.task_id).prompt(call_id, attempt);
    if (prompt === null) {
      throw new Problem("not_found", "The task has no such attempt of a model call.");
    }
    return conditionalText(c, prompt);
  });
}

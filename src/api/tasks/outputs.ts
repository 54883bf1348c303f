/** `/api/v1/tasks/{id}/outputs/{sha256}`: tool outputs that are too long for their event. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import type { AppEnv } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import * as schemas from "./schemas.ts";
import { taskOf } from "./view.ts";

const DEFAULT_LIMIT = 65_536;

const outputRoute = createRoute({
  method: "get",
  path: "/api/v1/tasks/{id}/outputs/{sha256}",
  operationId: "readOutput",
  summary: "Read a long tool output",
  description:
    "A `tool.completed` with `output_sha256` contains only the beginning. This returns the full output, page by page.",
  tags: ["Events"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  request: { params: schemas.outputPath, query: schemas.outputQuery },
  responses: {
    200: json("A part of the output.", schemas.outputPage),
    ...refusals("not_found", "validation_failed"),
  },
});

/** Adds the outputs route to an app. */
export function outputRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(outputRoute, async (c) => {
    const { deps, caller } = c.var;
    const { id, sha256 } = c.req.valid("param");
    const { offset = 0, limit = DEFAULT_LIMIT } = c.req.valid("query");
    const row = await taskOf(deps, caller, id);
    const page = await deps.run(row.tenant_id, row.task_id).output(sha256, offset, limit);
    if (page === null) {
      throw new Problem("not_found", "The run has no output with this hash.");
    }
    const end = offset + page.text.length;
    const next_offset = end < page.total ? end : null;
    return c.json({ text: page.text, offset, total: page.total, next_offset }, 200);
  });
}

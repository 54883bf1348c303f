/** `/api/v1/tools`: what runs may call. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { requireScope } from "./auth.ts";
import type { AppEnv } from "./context.ts";
import { json, refusals, SECURED } from "./routes.ts";
import * as schemas from "./schemas.ts";

const listRoute = createRoute({
  method: "get",
  path: "/api/v1/tools",
  operationId: "listTools",
  summary: "The tools that runs may use",
  tags: ["Tools"],
  security: SECURED,
  middleware: [requireScope("tasks:read")] as const,
  responses: { 200: json("All tools.", schemas.toolList), ...refusals() },
});

/** Adds the tool routes to an app. */
export function toolRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(listRoute, (c) => c.json({ tools: [...c.var.deps.catalogue.tools] }, 200));
}

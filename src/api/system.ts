/** What is open to everyone: health, the OpenAPI document, and its readable form. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { version } from "../../package.json";
import type { ApiDeps, AppEnv } from "./context.ts";
import { docsPage } from "./docs-page.ts";
import { json } from "./routes.ts";
import * as schemas from "./schemas.ts";

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  summary: "Whether the service works",
  tags: ["System"],
  responses: {
    200: json("Every part works.", schemas.health),
    503: json("A part is broken.", schemas.health),
  },
});

/** Adds the open routes to an app; the document describes all routes added before it is asked for. */
export function systemRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(healthRoute, async (c) => {
    const { deps } = c.var;
    const database = await databaseHealth(deps);
    const queue = c.env.TASKS === undefined ? "unbound" : "ok";
    const ok = database === "ok" && queue === "ok";
    const status = ok ? "ok" : "degraded";
    const models = [...deps.catalogue.providers];
    return c.json({ status, version, database, queue, models }, ok ? 200 : 503);
  });

  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: "An API key.",
  });
  app.openAPIRegistry.registerComponent("securitySchemes", "ticket", {
    type: "apiKey",
    in: "query",
    name: "ticket",
    description: "A ticket of 60 seconds, for browsers.",
  });
  app.get("/", (c) => c.redirect("/docs"));
  app.get("/openapi.json", (c) => c.json(openApiDocument(app, new URL(c.req.url).origin)));
  app.get("/docs", (c) =>
    c.html(docsPage(openApiDocument(app, new URL(c.req.url).origin)), 200, {
      "Content-Security-Policy":
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    }),
  );
}

/** The OpenAPI 3.1 document of the service as it is. */
function openApiDocument(app: OpenAPIHono<AppEnv>, server: string) {
  return app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Opspawn",
      version,
      description:
        "Runs AI agents as durable tasks: submit a goal, watch its run live, and know that it ends.",
      license: { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" },
    },
    servers: [{ url: server }],
    tags: [
      { name: "Tasks" },
      { name: "Events" },
      { name: "Tools" },
      { name: "MCP" },
      { name: "MCP servers" },
      { name: "Usage" },
      { name: "Admin" },
      { name: "System" },
    ],
  });
}

async function databaseHealth(deps: ApiDeps): Promise<"ok" | "unreachable"> {
  try {
    await deps.keys.ping();
    return "ok";
  } catch (error) {
    deps.observer.fault("health.database", error);
    return "unreachable";
  }
}

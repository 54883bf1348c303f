/** What is open to everyone: health, the OpenAPI document, and its readable form. */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import manifest from "../../package.json" with { type: "json" };
import type { ApiDeps, AppEnv } from "./context.ts";
import { docsPage } from "./openapi/docs-page.ts";
import { openApiDocument } from "./openapi/document.ts";
import { json, openRefusals } from "./openapi/routes.ts";
import * as schemas from "./schemas.ts";

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  summary: "Whether the service works",
  description: "Needs no key.",
  tags: ["System"],
  security: [],
  responses: {
    ...openRefusals(),
    200: json("Every part works.", schemas.health),
    503: json("A part is broken.", schemas.health, "Retry-After"),
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
    if (!ok) {
      c.header("Retry-After", "5");
    }
    const models = [...deps.catalogue.providers];
    return c.json({ status, version: manifest.version, database, queue, models }, ok ? 200 : 503);
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

async function databaseHealth(deps: ApiDeps): Promise<"ok" | "unreachable"> {
  try {
    await deps.keys.ping();
    return "ok";
  } catch (error) {
    deps.observer.fault("health.database", error);
    return "unreachable";
  }
}

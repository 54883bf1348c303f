/** Routes without authentication: health, the OpenAPI document, and the API reference. */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import manifest from "../../package.json" with { type: "json" };
import type { ApiDeps, AppEnv } from "./context.ts";
import { adminExamples } from "./admin.ts";
import { providerExamples } from "./load/providers.ts";
import { loadExamples } from "./load/routes.ts";
import { treeEventExamples } from "./tasks/tree/event-routes.ts";
import { treeExamples } from "./tasks/tree/routes.ts";
import { examples as telemetry } from "./telemetry/schemas.ts";
import { traceExamples } from "./tasks/trace.ts";
import { conversationExamples } from "./conversations/schemas.ts";
import { examples as attachments } from "./attachments/schemas.ts";
import { subjectExamples } from "./subjects/schemas.ts";
import { examples as agents } from "./agents/schemas.ts";
import { examples as feed } from "./feed/schemas.ts";
import { examples as hooks } from "./hooks/schemas.ts";
import { examples as inbox } from "./inbox/schemas.ts";
import { examples as keys } from "./keys/schemas.ts";
import { examples as mcpServers } from "./mcp-servers/schemas.ts";
import { examples as memory } from "./memory/examples.ts";
import { examples as schedules } from "./schedules/examples.ts";
import { examples as secrets } from "./secrets/schemas.ts";
import { examples as tasks } from "./tasks/examples.ts";
import { examples as tools } from "./tools/schemas.ts";
import { examples as usage } from "./usage/schemas.ts";
import { examples as webhooks } from "./webhooks/schemas.ts";
import { ERRORS_PATH } from "./http/problem.ts";
import { docsPage, docsPolicy, errorsPage } from "./openapi/docs-page.ts";
import { openApiDocument } from "./openapi/document.ts";
import { json, openRefusals } from "./openapi/routes.ts";
import type { Examples } from "./openapi/examples.ts";

const health = z
  .object({
    status: z.enum(["ok", "degraded"]).describe("`degraded` if a component fails."),
    version: z.string().describe("The version of the service."),
    database: z.enum(["ok", "unreachable"]).describe("Whether the database responds."),
    queue: z.enum(["ok", "unbound"]).describe("Whether the task queue is bound."),
    models: z.array(z.string()).describe("The model providers that are configured."),
  })
  .openapi("Health");

/** Examples by schema name. */
const systemExamples: Examples = {
  Health: { status: "ok", version: "0.1.0", database: "ok", queue: "ok", models: ["local"] },
};

const healthRoute = createRoute({
  method: "get",
  path: "/health",
  operationId: "getHealth",
  summary: "Get the health of the service",
  description: "Needs no key.",
  tags: ["System"],
  security: [],
  responses: {
    ...openRefusals(),
    200: json("All components work.", health),
    503: json("A component fails.", health, "Retry-After"),
  },
});

const EXAMPLES: Examples = {
  ...agents,
  ...attachments,
  ...tools,
  ...mcpServers,
  ...tasks,
  ...inbox,
  ...feed,
  ...webhooks,
  ...hooks,
  ...keys,
  ...schedules,
  ...memory,
  ...secrets,
  ...usage,
  ...adminExamples,
  ...loadExamples,
  ...providerExamples,
  ...telemetry,
  ...traceExamples,
  ...treeExamples,
  ...treeEventExamples,
  ...conversationExamples,
  ...subjectExamples,
  ...systemExamples,
};

/** Adds the open routes to an app. The document describes all routes at the time of its request. */
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

  app.get("/openapi.json", (c) =>
    c.json(openApiDocument(app, new URL(c.req.url).origin, EXAMPLES)),
  );
  app.get("/docs", async (c) => {
    const document = openApiDocument(app, new URL(c.req.url).origin, EXAMPLES);
    return c.html(docsPage(document), 200, { "Content-Security-Policy": await docsPolicy() });
  });
  app.get("/docs/", (c) => c.redirect("/docs", 301));
  app.get(ERRORS_PATH, async (c) => {
    const document = openApiDocument(app, new URL(c.req.url).origin, EXAMPLES);
    return c.html(errorsPage(document), 200, { "Content-Security-Policy": await docsPolicy() });
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

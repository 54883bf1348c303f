/**
 * The HTTP app: middleware in order, then routes. The only place that maps an error to a response.
 */
import { OpenAPIHono } from "@hono/zod-openapi";
import { cors } from "hono/cors";
import { createMiddleware } from "hono/factory";
import { HTTPException } from "hono/http-exception";
import { adminRoutes } from "./admin.ts";
import { attachmentRoutes } from "./attachments/routes.ts";
import { agentRoutes } from "./agents/routes.ts";
import { consoleRoutes } from "./console.ts";
import { bulkRoutes } from "./tasks/bulk-routes.ts";
import { budgetRoutes } from "./usage/budgets.ts";
import { auditRoutes } from "./keys/audit.ts";
import { declaredSize, heardOut } from "./http/body.ts";
import type { ApiContext, ApiDeps, AppEnv } from "./context.ts";
import { eventRoutes } from "./tasks/events.ts";
import { treeEventRoutes } from "./tasks/tree/event-routes.ts";
import { treeRoutes } from "./tasks/tree/routes.ts";
import { traceRoutes } from "./tasks/trace.ts";
import { feedRoutes } from "./feed/routes.ts";
import { inboxRoutes } from "./inbox/routes.ts";
import { hookRoutes } from "./hooks/routes.ts";
import { keyRoutes } from "./keys/routes.ts";
import { mcpRoutes } from "./mcp/route.ts";
import { mcpCallbackRoute } from "./mcp-servers/callback.ts";
import { mcpServerRoutes } from "./mcp-servers/routes.ts";
import { outputRoutes } from "./tasks/outputs.ts";
import { foreseen, Problem, problemResponse } from "./http/problem.ts";
import { literalPaths, unmatched } from "./http/methods.ts";
import { promptRoutes } from "./tasks/prompt.ts";
import { callerAs, grantedTo } from "./http/principal.ts";
import type { Caller } from "../store/keys.ts";
import { observerFor } from "../observe.ts";
import { observed, requestIds } from "./http/observed.ts";
import { requestId } from "./http/request-id.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { conversationRoutes } from "./conversations/routes.ts";
import { memoryRoutes } from "./memory/routes.ts";
import { subjectRoutes } from "./subjects/routes.ts";
import { scheduleRoutes } from "./schedules/routes.ts";
import { secretRoutes } from "./secrets/routes.ts";
import { systemRoutes } from "./system.ts";
import { taskChangeRoutes } from "./tasks/change-routes.ts";
import { taskCommandRoutes } from "./tasks/command-routes.ts";
import { taskRoutes } from "./tasks/routes.ts";
import { providerRoutes } from "./load/providers.ts";
import { loadRoutes } from "./load/routes.ts";
import { telemetryRoutes } from "./telemetry/routes.ts";
import { toolRoutes } from "./tools/routes.ts";
import { usageRoutes } from "./usage/routes.ts";
import { concurrencyRoutes } from "./usage/concurrency.ts";
import { validationProblem } from "./http/validation.ts";
import { webhookRoutes } from "./webhooks/routes.ts";

/** Adds the routes of another transport than REST to an app. */
export type Front = (app: OpenAPIHono<AppEnv>) => void;

/**
 * Builds the app.
 * @param depsOf returns the dependencies of the handlers, new or cached
 * @param fronts other transports, behind the same middleware
 */
export function createApp(
  depsOf: (env: Env) => ApiDeps,
  fronts: readonly Front[] = [],
): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) {
        throw validationProblem(result.error, result.target === "json" ? "body" : result.target);
      }
    },
  });
  app.use(requestId, observed, securityHeaders, heardOut, onlyErrors, declaredSize);
  app.use(async (c, next) => {
    const deps = depsOf(c.env);
    c.set("deps", { ...deps, observer: observerFor(deps.observer, () => requestIds(c)) });
    c.set("principal", await principalIn(deps, c.req.raw));
    await next();
  });
  app.use((c, next) => {
    const origins = c.var.deps.config.corsOrigins;
    const isPlain =
      c.req.method === "OPTIONS" && c.req.header("Access-Control-Request-Method") === undefined;
    return origins.length === 0 || isPlain
      ? next()
      : cors({
          origin: [...origins],
          exposeHeaders: [
            "Location",
            "ETag",
            "X-Request-Id",
            "Idempotent-Replayed",
            "Preference-Applied",
            "Retry-After",
            "Allow",
            "Mcp-Session-Id",
            // gRPC-Web sends these as headers if a response has no messages.
            "Grpc-Status",
            "Grpc-Message",
            "Grpc-Status-Details-Bin",
          ],
        })(c, next);
  });
  app.use(literalPaths(app));
  taskRoutes(app);
  taskCommandRoutes(app);
  taskChangeRoutes(app);
  bulkRoutes(app);
  eventRoutes(app);
  treeRoutes(app);
  treeEventRoutes(app);
  traceRoutes(app);
  outputRoutes(app);
  promptRoutes(app);
  inboxRoutes(app);
  feedRoutes(app);
  toolRoutes(app);
  mcpServerRoutes(app);
  mcpCallbackRoute(app);
  webhookRoutes(app);
  hookRoutes(app);
  scheduleRoutes(app);
  attachmentRoutes(app);
  conversationRoutes(app);
  memoryRoutes(app);
  subjectRoutes(app);
  agentRoutes(app);
  usageRoutes(app);
  budgetRoutes(app);
  concurrencyRoutes(app);
  keyRoutes(app);
  secretRoutes(app);
  telemetryRoutes(app);
  auditRoutes(app);
  adminRoutes(app);
  loadRoutes(app);
  providerRoutes(app);
  mcpRoutes(app);
  systemRoutes(app);
  consoleRoutes(app);
  for (const addRoutes of fronts) {
    addRoutes(app);
  }
  app.notFound((c) => unmatched(app, c));
  app.onError((error, c) => problemResponse(c, problemOf(error, c)));
  return app;
}

/** Returns the caller of a request that needs no API key, or null. */
async function principalIn(deps: ApiDeps, request: Request): Promise<Caller | null> {
  const known = grantedTo(request);
  if (known !== null || deps.principalOf === null) {
    return known;
  }
  const { url, method, headers } = request;
  // The login must not use up the body.
  const principal = await deps.principalOf(new Request(url, { method, headers }));
  return principal === null ? null : callerAs(principal);
}

/** Wraps thrown values that are not errors, because Hono passes those on to the runtime. */
const onlyErrors = createMiddleware<AppEnv>(async (_c, next) => {
  try {
    await next();
  } catch (thrown) {
    throw thrown instanceof Error
      ? thrown
      : new Error("not an error was thrown", { cause: thrown });
  }
});

function problemOf(error: unknown, c: ApiContext): Problem {
  if (error instanceof HTTPException && error.status === 400) {
    return new Problem("malformed_json", "The body is not valid JSON.");
  }
  if (error instanceof HTTPException && error.status === 415) {
    return new Problem("unsupported_media_type", "Send the body as application/json.");
  }
  return foreseen(c.var.deps, "api", error, requestIds(c));
}

/**
 * Redirect URI of authorization servers. The browser has no API key. Its `state` belongs to one
 * tenant and server, is valid once, and expires after ten minutes.
 */
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { html } from "hono/html";
import type { ApiDeps, AppEnv } from "../context.ts";
import { CALLBACK } from "./routes.ts";
import { serverOf } from "./resolve.ts";
import { callbackQuery } from "./schemas.ts";
import { openRefusals } from "../openapi/routes.ts";

const PAGE = { "text/html": { schema: { type: "string" as const } } };

const callbackRoute = createRoute({
  tags: ["MCP servers"],
  security: [],
  method: "get",
  path: CALLBACK,
  operationId: "finishMcpAuthorization",
  summary: "OAuth callback",
  description:
    "Browsers are redirected here after consent. Needs no key: `state` identifies the authorization and is valid once.",
  request: { query: callbackQuery },
  responses: {
    200: { description: "The server is authorized.", content: PAGE },
    400: { description: "The server is not authorized; the page says why.", content: PAGE },
    ...openRefusals("validation_failed"),
  },
});

/** Adds the route to an app. */
export function mcpCallbackRoute(app: OpenAPIHono<AppEnv>): void {
  app.openapi(callbackRoute, async (c) => {
    const { code = null, state = null, iss = null, error = null } = c.req.valid("query");
    const why = await finished(c.var.deps, state, { code, iss, error });
    const page =
      why === null
        ? pageOf("The service may use the server now.", "You can close this window.")
        : pageOf("The service may not use the server.", why);
    return c.html(page, why === null ? 200 : 400);
  });
}

/** Finishes an authorization. Returns why it failed, or null. */
async function finished(
  deps: ApiDeps,
  state: string | null,
  returned: Parameters<ApiDeps["mcp"]["finish"]>[2],
): Promise<string | null> {
  const known = state === null ? null : await deps.mcp.takeState(state);
  if (known === null) {
    return "This address was used before, or is too old. Ask for a new one.";
  }
  const server = await serverOf(deps, known.tenantId, known.server);
  if (server === null) {
    return "The server is not there any more.";
  }
  return (await deps.mcp.finish(known.tenantId, server.definition, returned))?.message ?? null;
}

function pageOf(title: string, text: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>Opspawn</title>
      </head>
      <body>
        <h1>${title}</h1>
        <p>${text}</p>
      </body>
    </html>`;
}

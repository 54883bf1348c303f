/**
 * `POST /mcp`: the service as an MCP server, for the same keys as the REST API. The first request
 * loads the protocol code, so that it does not delay the Worker's start.
 */
import { createRoute, z, type OpenAPIHono } from "@hono/zod-openapi";
import { createMiddleware } from "hono/factory";
import { requireKey } from "../http/auth.ts";
import type { AppEnv } from "../context.ts";
import { headersOf } from "../openapi/response-headers.ts";
import { json, refusals, SECURED } from "../openapi/routes.ts";
import { checkSource } from "./guard.ts";
import { rpcBody } from "./rpc-body.ts";

const sameSource = createMiddleware<AppEnv>(async (c, next) => {
  checkSource(c.req.raw, c.var.deps.config);
  await next();
});

const messages = z
  .unknown()
  .openapi({ type: "object", example: { jsonrpc: "2.0", id: 1, method: "tools/list" } });

/** The response, or a list of them if the request was a list. */
const responses = z.unknown().openapi({
  oneOf: [{ type: "object" }, { type: "array", items: { type: "object" } }],
  example: { jsonrpc: "2.0", id: 1, result: {} },
});

/** Protocol errors use the protocol's own error format. */
const protocolError = z
  .object({
    jsonrpc: z.literal("2.0").describe("The version of JSON-RPC."),
    error: z
      .object({
        code: z.number().int().describe("The code of the error, of JSON-RPC or MCP."),
        message: z.string().describe("A sentence for people."),
        data: z.any().optional().describe("More about the error."),
      })
      .describe("Why the request was rejected."),
    id: z
      .union([z.string(), z.number()])
      .nullable()
      .describe("The id of the request; null if it has none."),
  })
  .openapi("JsonRpcError", {
    example: {
      jsonrpc: "2.0",
      error: { code: -32_000, message: "Not Acceptable" },
      id: null,
    },
  });

const refused = refusals(
  "malformed_json",
  "payload_too_large",
  "unsupported_media_type",
  "validation_failed",
  "foreign_host",
  "foreign_origin",
);

const mcpRoute = createRoute({
  method: "post",
  path: "/mcp",
  operationId: "mcp",
  summary: "Model Context Protocol endpoint",
  description:
    "JSON-RPC messages of MCP 2025-11-25 and earlier, over stateless Streamable HTTP: `tools`, `resources`. See docs/how-to/mcp.md.",
  tags: ["MCP"],
  security: SECURED,
  middleware: [sameSource, requireKey, rpcBody] as const,
  request: { body: { required: true, content: { "application/json": { schema: messages } } } },
  responses: {
    200: {
      description:
        "The responses: an event stream with notifications, or JSON if `Accept` does not name `text/event-stream`.",
      headers: headersOf(["Mcp-Session-Id"]),
      content: {
        "text/event-stream": { schema: { type: "string" } },
        "application/json": { schema: responses },
      },
    },
    202: { description: "The notifications were accepted." },
    ...refused,
    400: {
      description: `${refused[400]?.description} Or the message violates the protocol.`,
      content: { ...refused[400]?.content, "application/json": { schema: protocolError } },
    },
    406: json("`Accept` allows neither `application/json` nor `text/event-stream`.", protocolError),
  },
});

/** Adds the MCP endpoint to an app. */
export function mcpRoutes(app: OpenAPIHono<AppEnv>): void {
  app.openapi(mcpRoute, async (c) => {
    const { serveMcp } = await import("./endpoint.ts");
    return serveMcp(c, await c.req.json());
  });
}

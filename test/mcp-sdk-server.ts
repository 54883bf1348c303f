/**
 * An MCP server inside the test's process: the official SDK's server and transport, reached by a
 * `fetch` that goes nowhere else.
 */
// oxlint-disable typescript/no-deprecated -- the high-level server takes no schema as it is
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/cfworker";
import {
  CallToolRequestSchema,
  ListToolsRequestSchema,
  type CallToolResult,
  type ElicitRequestFormParams,
  type ElicitResult,
  type ServerCapabilities,
} from "@modelcontextprotocol/sdk/types.js";
import type { GuardedFetch } from "../src/agent/fetch/guarded-fetch.ts";
import { ToolStop } from "../src/run/value/failure.ts";
import type { JsonObject } from "../src/run/value/json.ts";
import type { McpTool } from "../src/run/spec/mcp-catalogue.ts";

/** What a tool of the double can do on its way. */
export interface SdkContext {
  readonly meta: Readonly<Record<string, unknown>>;
  /** @param signal takes the question back */
  readonly elicit: (params: ElicitRequestFormParams, signal?: AbortSignal) => Promise<ElicitResult>;
  readonly progress: (progress: number, total: number, message: string) => Promise<void>;
  readonly log: (level: "info" | "error", data: unknown) => Promise<void>;
}

export type SdkTool = Omit<McpTool, "description"> & {
  readonly description?: string;
  readonly run: (args: JsonObject, context: SdkContext) => CallToolResult | Promise<CallToolResult>;
};

export interface SdkServer {
  readonly fetch: GuardedFetch;
  /** Method and path of each request that came, with the method that it carries. */
  readonly requests: string[];
  /** Sessions that are open. */
  readonly sessions: ReadonlyMap<string, unknown>;
  /** Forgets all sessions, as a server does that was started again. */
  restart(): void;
  /** Nothing answers any more, until it is set back. */
  down: boolean;
}

/** @param setUp adds handlers to each session's server */
export function sdkServer(
  tools: readonly SdkTool[],
  more: {
    readonly capabilities?: ServerCapabilities;
    readonly setUp?: (server: Server) => void;
  } = {},
): SdkServer {
  const sessions = new Map<string, WebStandardStreamableHTTPServerTransport>();
  const requests: string[] = [];
  const open = async (): Promise<WebStandardStreamableHTTPServerTransport> => {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => void sessions.set(id, transport),
      onsessionclosed: (id) => void sessions.delete(id),
      keepAliveMs: 0,
    });
    await serverOf(tools, more).connect(transport);
    return transport;
  };
  const double: SdkServer = {
    requests,
    sessions,
    restart: () => sessions.clear(),
    down: false,
    async fetch(input, init) {
      if (double.down) {
        throw new ToolStop("server_unreachable", "The server could not be reached.");
      }
      const request = new Request(input, init);
      const body = request.method === "POST" ? await request.clone().text() : "";
      const { method = "" } = (body === "" ? {} : JSON.parse(body)) as { method?: string };
      requests.push(`${request.method} ${method}`.trim());
      const id = request.headers.get("mcp-session-id");
      const transport = id === null ? await open() : sessions.get(id);
      return transport === undefined
        ? Response.json(
            { jsonrpc: "2.0", error: { code: -32_001, message: "Session not found" }, id: null },
            { status: 404 },
          )
        : transport.handleRequest(request);
    },
  };
  return double;
}

function serverOf(
  tools: readonly SdkTool[],
  { capabilities = {}, setUp }: { capabilities?: ServerCapabilities; setUp?: (s: Server) => void },
): Server {
  const server = new Server(
    { name: "sdk", version: "1.0.0" },
    {
      capabilities: { tools: {}, logging: {}, ...capabilities },
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ run: _run, ...tool }) => ({
      ...tool,
      inputSchema: { ...tool.inputSchema, type: "object" as const },
      outputSchema: undefined,
    })),
  }));
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra) => {
    const tool = tools.find(({ name }) => name === params.name);
    if (tool === undefined) {
      return { isError: true, content: [{ type: "text", text: `no tool ${params.name}` }] };
    }
    const progressToken = params._meta?.progressToken;
    return tool.run((params.arguments ?? {}) as JsonObject, {
      meta: params._meta ?? {},
      elicit: (asked, signal) =>
        server.elicitInput(asked, {
          relatedRequestId: extra.requestId,
          ...(signal === undefined ? {} : { signal }),
        }),
      progress: async (progress, total, message) => {
        if (progressToken !== undefined) {
          const data = { progressToken, progress, total, message };
          await extra.sendNotification({ method: "notifications/progress", params: data });
        }
      },
      log: (level, data) =>
        extra.sendNotification({ method: "notifications/message", params: { level, data } }),
    });
  });
  setUp?.(server);
  return server;
}

/** A result of one text. */
export function textResult(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}

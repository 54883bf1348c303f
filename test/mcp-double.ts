/**
 * An MCP server in this process, as far as a client sees: a `fetch` that speaks the wire. What it
 * answers can be replaced, which real servers do not do.
 */
import type { GuardedFetch } from "../src/agent/fetch/guarded-fetch.ts";
import type { McpServerDefinition } from "../src/run/spec/mcp-server.ts";

/** A message that a client sent. */
export interface Sent {
  readonly id?: number;
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** What a double does otherwise: null, or absent, leaves it to the double. */
export type Otherwise = (message: Sent, request: Request) => Response | Promise<Response> | null;

export interface Double {
  readonly fetch: GuardedFetch;
  readonly sent: Sent[];
  readonly requests: Request[];
}

/** @param pages the tools of each page */
export function mcpDouble(
  pages: readonly (readonly unknown[])[],
  otherwise: Otherwise = () => null,
): Double {
  const sent: Sent[] = [];
  const requests: Request[] = [];
  const fetch: GuardedFetch = async (input, init) => {
    const request = new Request(input, init);
    requests.push(request.clone());
    if (request.method !== "POST") {
      return new Response(null, { status: request.method === "DELETE" ? 200 : 405 });
    }
    const message = await request.json<Sent>();
    sent.push(message);
    const other = await otherwise(message, request);
    return other ?? answer(message, pages);
  };
  return { fetch, sent, requests };
}

/** The answer to a message, as JSON. */
export function result({ id }: Sent, value: unknown, headers: HeadersInit = {}): Response {
  return Response.json({ jsonrpc: "2.0", id, result: value }, { headers });
}

/** Never answers, but for the end of the request. */
export function hang({ signal }: Request): Promise<Response> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

function answer(message: Sent, pages: readonly (readonly unknown[])[]): Response {
  switch (message.method) {
    case "initialize":
      return result(
        message,
        {
          protocolVersion: message.params?.["protocolVersion"],
          capabilities: { tools: { listChanged: true } },
          serverInfo: { name: "double", version: "1" },
          instructions: "Search first.",
        },
        { "mcp-session-id": "session-1" },
      );
    case "tools/list": {
      const page = Number(message.params?.["cursor"] ?? 0);
      const last = page + 1 >= pages.length;
      return result(message, {
        tools: pages[page] ?? [],
        ...(last ? {} : { nextCursor: String(page + 1) }),
      });
    }
    default:
      return new Response(null, { status: 202 });
  }
}

/** A tool with nothing special about it. */
export function plainTool(name: string, more: object = {}): object {
  return {
    name,
    description: `The tool ${name}.`,
    inputSchema: { type: "object", properties: { q: { type: "string" } } },
    ...more,
  };
}

/** A definition of the server `docs`. */
export function definitionOf(more: Partial<McpServerDefinition> = {}): McpServerDefinition {
  return {
    name: "docs",
    source: "tenant",
    url: "https://mcp.example.com/mcp",
    headers: {},
    timeout_ms: 30_000,
    effects: {},
    trust_annotations: false,
    approval: "never",
    ...more,
  };
}

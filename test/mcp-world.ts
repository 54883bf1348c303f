/**
 * An MCP server in a process of its own, which can be killed: `node test/mcp-world.ts <port> <witness>
 * [tools]`. Its tool `act` tells the witness what it does before it answers, so that somebody else
 * knows how often it was done; `tools` more tools fill its catalogue.
 */
import { createServer } from "node:http";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const [port = "0", witness = "", tools = "0"] = process.argv.slice(2);
const sessions = new Map<string, StreamableHTTPServerTransport>();

const FILLING = Array.from({ length: Number(tools) }, (_, i) => ({
  name: `tool_${i}`,
  description: `${i === 1500 ? "Launches a weather balloon." : "Does something or other."} ${"It is described at some length. ".repeat(8)}`,
  inputSchema: {
    type: "object" as const,
    properties: Object.fromEntries(
      ["first", "second", "third", "fourth"].map((name) => [
        name,
        { type: "string", description: `The ${name} of the things that it takes.` },
      ]),
    ),
  },
}));

// oxlint-disable typescript/no-deprecated -- the high-level server would make a schema of each tool anew
function serverOf(): Server {
  const server = new Server({ name: "world", version: "1.0.0" }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const from = Number(params?.cursor ?? 0);
    const page = FILLING.slice(from, from + 500);
    const next = from + 500 < FILLING.length ? { nextCursor: String(from + 500) } : {};
    const act = { name: "act", inputSchema: { type: "object" as const } };
    return { tools: from === 0 ? [act, ...page] : page, ...next };
  });
  server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
    const key = params._meta?.["opspawn/idempotency-key"];
    const response = await fetch(`${witness}/act`, {
      method: "POST",
      body: JSON.stringify({ key, ...params.arguments }),
    });
    return { content: [{ type: "text", text: await response.text() }] };
  });
  return server;
}

createServer((request, response) => {
  void (async () => {
    const id = request.headers["mcp-session-id"];
    const known = typeof id === "string" ? sessions.get(id) : undefined;
    if (known !== undefined) {
      return known.handleRequest(request, response);
    }
    if (id !== undefined) {
      response.writeHead(404).end();
      return;
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (session) => void sessions.set(session, transport),
      onsessionclosed: (session) => void sessions.delete(session),
    });
    await serverOf().connect(transport);
    return transport.handleRequest(request, response);
  })();
}).listen(Number(port), "127.0.0.1", () => process.stdout.write("ready\n"));

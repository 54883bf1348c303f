/** A server on loopback that answers each request with what a test gives, whole or byte by byte. */
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { LlmClient, LlmEvent, ModelRequest } from "../src/agent/llm/client.ts";
import { endpointOf, type Endpoint } from "../src/agent/llm/endpoint.ts";
import type { Reply, Turn } from "../src/run/value/message.ts";

export const KEY = "sk-secret-0123456789";

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends the connection instead of the response. */
  readonly cut?: boolean;
  /** In pieces of one byte, so that none ends where an event or a character does. */
  readonly bytes?: boolean;
}

/** What an adapter made of an answer, and what it had sent. */
export interface Exchange {
  readonly events: readonly LlmEvent[];
  readonly end: LlmEvent | undefined;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly sent: string;
}

/** One attempt of an adapter against one answer. */
export async function exchange(
  provider: string,
  client: (endpoint: Endpoint) => LlmClient,
  answer: Answer,
  request: Partial<ModelRequest> = {},
): Promise<Exchange> {
  let path = "";
  let headers: IncomingHttpHeaders = {};
  let sent = "";
  const server = createServer((incoming, outgoing) => {
    path = incoming.url ?? "";
    ({ headers } = incoming);
    incoming.on("data", (chunk: Buffer) => {
      sent += chunk.toString();
    });
    incoming.on("end", () => {
      const type = {
        "Content-Type": answer.status === undefined ? "text/event-stream" : "application/json",
      };
      outgoing.writeHead(answer.status ?? 200, { ...type, ...answer.headers });
      void send(answer, outgoing);
    });
  });
  const baseUrl = await listening(server);
  try {
    const llm = client(endpointOf(provider, { apiKey: KEY, baseUrl }));
    const full = requestOf(request);
    const events: LlmEvent[] = [];
    for await (const event of llm.stream(full, llm.body(full), new AbortController().signal)) {
      events.push(event);
    }
    return { events, end: events.at(-1), path, headers, sent };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Outgoing {
  write(piece: Buffer): boolean;
  end(): unknown;
  destroy(): unknown;
}

async function send({ body, cut, bytes }: Answer, outgoing: Outgoing): Promise<void> {
  const whole = Buffer.from(body);
  const size = bytes === true ? 1 : Math.max(1, whole.length);
  for (let from = 0; from < whole.length; from += size) {
    outgoing.write(whole.subarray(from, from + size));
    await new Promise((next) => {
      setImmediate(next);
    });
  }
  if (cut === true) {
    outgoing.destroy();
  } else {
    outgoing.end();
  }
}

/** The smallest request, with what matters to the test. */
export function requestOf(more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: "m",
    system: "",
    turns: [{ role: "user", text: "go" }],
    tools: [],
    stop: [],
    position: { replies: 0, failedAttempts: 0 },
    ...more,
  };
}

/** A call of each of two tools, and their results: the first with pictures, the second without. */
export function picturedTurns(...types: readonly string[]): Turn[] {
  const images = types.map((media_type) => ({ media_type, data: "aGk=" }));
  return [
    { role: "user", text: "Look" },
    {
      role: "assistant",
      text: "",
      tool_calls: [
        { call_id: "call_2", name: "shot", arguments: {} },
        { call_id: "call_3", name: "now", arguments: {} },
      ],
    },
    {
      role: "tool",
      results: [
        { call_id: "call_2", name: "shot", output: { width: 8 }, images, untrusted: "mcp" },
        { call_id: "call_3", name: "now", output: "noon" },
      ],
    },
  ];
}

/** Events of a stream, each with its name where it has one. */
export function sse(...events: readonly object[]): string {
  return events
    .map((event) => {
      const name = "type" in event ? `event: ${String(event.type)}\n` : "";
      return `${name}data: ${JSON.stringify(event)}\n\n`;
    })
    .join("");
}

/** The reply of an attempt. */
export function replyIn({ end }: Exchange): Reply {
  if (end?.type !== "done") {
    throw new Error(`No reply: ${JSON.stringify(end)}`);
  }
  return end.reply;
}

/** MCP over HTTP as tests need it: clients of the official SDK, raw messages, and a proxy. */
import {
  createServer,
  request,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { CallToolResultSchema, type Progress } from "@modelcontextprotocol/sdk/types.js";
import type { Service } from "./service.ts";
import type { Task } from "./tasks.ts";

type Json = Readonly<Record<string, unknown>>;

/** The answer of a tool, as tests look at it. */
export interface Answer {
  readonly isError: boolean;
  readonly text: string;
  readonly data: Json;
}

/** A connected client of the official SDK. */
export class McpClient implements AsyncDisposable {
  readonly sdk = new Client({ name: "test", version: "1" }, { capabilities: {} });

  static async connect(service: Service, key = service.key): Promise<McpClient> {
    const client = new McpClient();
    const transport = new StreamableHTTPClientTransport(new URL(`${service.url}/mcp`), {
      requestInit: { headers: { Authorization: `Bearer ${key}` } },
    });
    await client.sdk.connect(transport);
    return client;
  }

  /** Calls a tool; with `progress`, what is told meanwhile is added to that list. */
  async call(name: string, args: Json = {}, progress?: Progress[]): Promise<Answer> {
    const { content, isError, structuredContent } = await this.sdk.callTool(
      { name, arguments: args },
      CallToolResultSchema,
      progress === undefined ? {} : { onprogress: (told) => progress.push(told) },
    );
    const [block] = CallToolResultSchema.shape.content.parse(content);
    if (block?.type !== "text") {
      throw new Error(`Not a text: ${JSON.stringify(content)}`);
    }
    return {
      isError: isError === true,
      text: block.text,
      data: CallToolResultSchema.shape.structuredContent.parse(structuredContent) ?? {},
    };
  }

  /** Calls a tool that gives a task. */
  async task(name: string, args: Json, progress?: Progress[]): Promise<Task> {
    const answer = await this.call(name, args, progress);
    if (answer.isError) {
      throw new Error(answer.text);
    }
    return answer.data as unknown as Task;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.sdk.close();
  }
}

/** One POST of an MCP message. */
export function post(service: Service, message: unknown, headers = {}): Promise<Response> {
  return service.request("/mcp", {
    method: "POST",
    headers: { Accept: "application/json, text/event-stream", ...headers },
    body: typeof message === "string" ? message : JSON.stringify(message),
  });
}

/** The messages of an answer: what was told, and at the end the result. */
export async function messagesOf(response: Response): Promise<Json[]> {
  const body = await response.text();
  return Array.from(body.matchAll(/^data: (.+)$/gm), (match) => JSON.parse(match[1] ?? "") as Json);
}

/** A ping with headers that `fetch` lets nobody set. */
export async function pingWith(
  url: string,
  headers: Record<string, string>,
): Promise<[status: number, body: string]> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method: "POST", headers }, resolve);
    sent.on("error", reject);
    sent.end('{"jsonrpc":"2.0","id":1,"method":"ping"}');
  });
  return [response.statusCode ?? 0, await text(response)];
}

/** Passes everything on to a service as it is, and says who asks. */
export class KeyProxy implements AsyncDisposable {
  readonly #server: Server;

  private constructor(service: Service) {
    this.#server = createServer((incoming, answer) => {
      const headers: IncomingHttpHeaders = {
        ...incoming.headers,
        authorization: `Bearer ${service.key}`,
      };
      const { method, url } = incoming;
      const onward = request(
        `${service.url}${url}`,
        { method: method ?? "GET", headers },
        (got) => {
          answer.writeHead(got.statusCode ?? 502, got.headers);
          got.pipe(answer);
        },
      );
      onward.on("error", () => answer.destroy());
      answer.on("close", () => onward.destroy());
      incoming.pipe(onward);
    });
  }

  static async start(service: Service): Promise<KeyProxy> {
    const proxy = new KeyProxy(service);
    await new Promise<void>((done) => {
      proxy.#server.listen(0, "127.0.0.1", done);
    });
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }
}

/**
 * A connection to an MCP server, by the official SDK: its client behind one function, and what may go
 * wrong with it as failures with a code. The SDK is loaded with the first connection, not before.
 */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import manifest from "../../../package.json" with { type: "json" };
import { clipMessage, ToolStop } from "../../run/failure.ts";
import type { McpServerDefinition } from "../../run/mcp-server.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";

/** How long the end of a session may take. */
const CLOSE_MS = 2_000;

export interface ConnectOptions {
  /** With their secrets; sent to the server's own origin and nowhere else. */
  readonly headers: Headers;
  readonly fetch: GuardedFetch;
  /** Where the server is, if its definition has a template; the definition's own URL by default. */
  readonly url?: string;
  /** Where the server wants OAuth; see `oauth.ts`. */
  readonly authProvider?: OAuthClientProvider;
  /** Ends the attempt to connect, and later the connection. */
  readonly signal: AbortSignal;
  /** Answers what the server asks a person for; without it every question is cancelled. */
  readonly onelicitation?: (params: ElicitRequest["params"]) => Promise<ElicitResult>;
}

export interface Connection {
  readonly client: Client;
  /**
   * Aborted when the connection cannot go on: hand it to every request. Its reason is a `ToolStop`,
   * or that of the signal the connection was made with.
   */
  readonly signal: AbortSignal;
  /** Ends the session at the server and here. Never throws, and takes two seconds at most. */
  close(): Promise<void>;
}

/**
 * Connects to a server and greets it.
 * @throws ToolStop, or the signal's reason
 */
export async function connect(
  definition: McpServerDefinition,
  options: ConnectOptions,
): Promise<Connection> {
  const [sdk, http, types, { CfWorkerJsonSchemaValidator }] = await Promise.all([
    import("@modelcontextprotocol/sdk/client/index.js"),
    import("@modelcontextprotocol/sdk/client/streamableHttp.js"),
    import("@modelcontextprotocol/sdk/types.js"),
    import("@modelcontextprotocol/sdk/validation/cfworker"),
  ]);
  options.signal.throwIfAborted();
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  const url = new URL(options.url ?? definition.url);
  const transport = new http.StreamableHTTPClientTransport(url, {
    fetch: fetchOf(url, options, (reason) => broken.abort(reason)),
    ...(options.authProvider === undefined ? {} : { authProvider: options.authProvider }),
  });
  const client = new sdk.Client(
    { name: "opspawn", version: manifest.version },
    {
      capabilities: { elicitation: { form: { applyDefaults: true }, url: {} } },
      // The SDK's own validator makes code, which the runtime forbids.
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
    },
  );
  client.setRequestHandler(
    types.ElicitRequestSchema,
    async ({ params }) => (await options.onelicitation?.(params)) ?? { action: "cancel" },
  );
  const close = async (): Promise<void> => {
    await within(CLOSE_MS, transport.terminateSession());
    await within(CLOSE_MS, client.close());
  };
  try {
    // The types of the SDK are not made for exact optional properties.
    const greeting = client.connect(transport as Transport, {
      timeout: definition.timeout_ms,
      signal,
    });
    // Its last part, a notification, has no time limit of its own.
    await inTime(greeting, definition.timeout_ms, signal);
  } catch (thrown) {
    await close();
    throw options.signal.aborted ? (options.signal.reason as Error) : stopOf(thrown, signal);
  }
  return { client, signal, close };
}

/**
 * What went wrong with a request to a server, as a failure with a code: what the SDK threw, or what
 * broke the connection.
 * @param signal the connection's
 */
export function stopOf(thrown: unknown, signal?: AbortSignal): ToolStop {
  const reason: unknown = signal?.aborted === true ? signal.reason : null;
  const known = [reason, thrown].find((one) => one instanceof ToolStop);
  if (known !== undefined) {
    return known;
  }
  const { name, code, message } = described(thrown);
  // The classes of the SDK are not loaded for this: they are known by what they have.
  if (message.startsWith("Streamable HTTP error: ") && code !== undefined) {
    return httpStop(code, message);
  }
  if (name === "UnauthorizedError" || message === "Unauthorized") {
    return new ToolStop("unauthorized");
  }
  switch (code) {
    case REQUEST_TIMEOUT:
      return new ToolStop("tool_timeout", "The server did not answer in time.");
    case CONNECTION_CLOSED:
      return new ToolStop("server_unreachable", "The connection to the server was closed.");
    case undefined:
      break;
    default:
      return new ToolStop(
        "mcp_protocol_error",
        clipMessage(`The server answered with an error: ${message}`),
      );
  }
  const what =
    name === "ZodError" || name === "SyntaxError" ? "it is not what the protocol has" : message;
  return new ToolStop(
    "mcp_protocol_error",
    clipMessage(`The server's answer cannot be understood: ${what}.`),
  );
}

/** Codes that the SDK gives to its own failures. */
const REQUEST_TIMEOUT = -32_001;
const CONNECTION_CLOSED = -32_000;

function described(thrown: unknown): { name: string; code: number | undefined; message: string } {
  if (!(thrown instanceof Error)) {
    return { name: "", code: undefined, message: "something unknown happened" };
  }
  const code: unknown = "code" in thrown ? thrown.code : undefined;
  const name = thrown.constructor.name === "Error" ? thrown.name : thrown.constructor.name;
  return { name, code: typeof code === "number" ? code : undefined, message: thrown.message };
}

function httpStop(status: number, message: string): ToolStop {
  if (status === 401 || status === 403) {
    return new ToolStop("unauthorized", `The server answered with status ${status}.`);
  }
  if (status >= 400) {
    return new ToolStop("http_error", `The server answered with status ${status}.`);
  }
  const what = /Unexpected content type: (.*)$/s.exec(message)?.[1];
  return new ToolStop(
    "mcp_protocol_error",
    what === undefined
      ? `The server answered with status ${status}, which the protocol does not have here.`
      : clipMessage(`The server sent ${what.slice(0, 100)}, which no MCP server sends.`),
  );
}

/**
 * `fetch` for the transport: it adds the server's headers where the server itself is asked, and not
 * where OAuth leads elsewhere; a body that is too large ends the connection, since the SDK would only
 * note it and wait.
 */
function fetchOf(
  server: URL,
  { fetch, headers, signal }: ConnectOptions,
  onBroken: (reason: ToolStop) => void,
): (input: string | URL, init?: RequestInit) => Promise<Response> {
  return async (input, init = {}) => {
    const target = new URL(input);
    const all = new Headers(init.headers);
    for (const [name, value] of target.origin === server.origin ? headers : []) {
      if (!all.has(name)) {
        all.set(name, value);
      }
    }
    const both = init.signal ? AbortSignal.any([init.signal, signal]) : signal;
    const response = await fetch(target, { ...init, headers: all, signal: both });
    return response.body === null ? response : watched(response, response.body, onBroken);
  };
}

function watched(
  response: Response,
  body: ReadableStream<Uint8Array>,
  onBroken: (reason: ToolStop) => void,
): Response {
  const reader = body.getReader();
  const passed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            controller.close();
          } else {
            controller.enqueue(value);
          }
        } catch (thrown) {
          if (thrown instanceof ToolStop) {
            onBroken(thrown);
          }
          throw thrown;
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const { status, statusText, headers, url } = response;
  const result = new Response(passed, { status, statusText, headers });
  Object.defineProperty(result, "url", { value: url });
  return result;
}

/** What a promise comes to; a `ToolStop` after so long, or the signal's reason, if that is sooner. */
async function inTime(work: Promise<void>, ms: number, signal: AbortSignal): Promise<void> {
  const ended = Promise.withResolvers<never>();
  const stop = () => ended.reject(signal.reason as Error);
  signal.addEventListener("abort", stop, { once: true });
  const late = () =>
    ended.reject(new ToolStop("tool_timeout", "The server did not answer in time."));
  const clock = setTimeout(late, ms);
  try {
    await Promise.race([work, ended.promise]);
  } finally {
    clearTimeout(clock);
    signal.removeEventListener("abort", stop);
    work.catch(() => {});
    ended.promise.catch(() => {});
  }
}

/** Waits for something that may fail or hang, for so long at most. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const clock = setTimeout(late.resolve, ms);
  await Promise.race([work.catch(() => {}), late.promise]);
  clearTimeout(clock);
}

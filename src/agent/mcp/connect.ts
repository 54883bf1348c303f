/**
 * A connection to an MCP server by the official SDK, whose client is used nowhere else. Failures get
 * their codes in `failure.ts`.
 */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import manifest from "../../../package.json" with { type: "json" };
import { defined } from "../../run/value/defined.ts";
import { ToolStop } from "../../run/value/failure.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";
import type { Hide } from "./clean.ts";
import { stopOf } from "./failure.ts";
import { loadSdk } from "./sdk.ts";
import { within } from "../../timing.ts";

/** How long the end of a session may take. */
const CLOSE_MS = 2_000;

/** Provides tokens to the SDK, and receives the scope that a server reported as missing. */
export interface AuthProvider extends OAuthClientProvider {
  /** The server refused a request, and says which scope it wants. */
  challenged?(challenge: Challenge): void;
}

export interface Challenge {
  readonly status: 401 | 403;
  readonly scope: string | null;
  /** Where the server says that its own metadata is. */
  readonly resourceMetadataUrl: string | null;
  readonly error: string | null;
}

export interface ConnectOptions {
  /** With their secrets; sent to the server's own origin and nowhere else. */
  readonly headers: Headers;
  readonly fetch: GuardedFetch;
  /** Where the server is, if its definition has a template; the definition's own URL by default. */
  readonly url?: string;
  /** Where the server wants OAuth; see `oauth.ts`. */
  readonly authProvider?: AuthProvider;
  /** Ends the attempt to connect, and later the connection. */
  readonly signal: AbortSignal;
  /**
   * Whether the server may say something unasked, on a stream that stays open; by default it may.
   * Without, what it says in answer to a request is all.
   */
  readonly listen?: boolean;
  /** Answers what the server asks a person for; without it every question is cancelled. */
  readonly onelicitation?: (
    params: ElicitRequest["params"],
    /** Aborted when the server takes its question back. */
    signal: AbortSignal,
  ) => Promise<ElicitResult>;
  /** Hides the secrets of the headers in what the server says. */
  readonly hide?: Hide;
  /**
   * The stream that answers the newest request has ended and cannot be taken up again: what it has not
   * brought will not come. The SDK would wait for it.
   */
  readonly onanswerend?: () => void;
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
  const { sdk, http, types, auth, CfWorkerJsonSchemaValidator } = await loadSdk();
  options.signal.throwIfAborted();
  const broken = new AbortController();
  const signal = AbortSignal.any([options.signal, broken.signal]);
  const url = new URL(options.url ?? definition.url);
  let refused = false;
  // Streams of earlier requests may end at any time later: only the newest one's end means something.
  let newest: unknown = null;
  const transport = new http.StreamableHTTPClientTransport(url, {
    fetch: serverFetch(url, unasked(options), (response, { method, body }) => {
      const { status } = response;
      const id = method === "POST" ? requestId(body) : null;
      newest = id ?? newest;
      const onEnd =
        id !== null && isEventStream(response)
          ? () => {
              if (newest === id) {
                options.onanswerend?.();
              }
            }
          : undefined;
      refused ||= status === 401;
      if (status === 401 || status === 403) {
        const { scope, resourceMetadataUrl, error } = auth.extractWWWAuthenticateParams(response);
        options.authProvider?.challenged?.({
          status,
          scope: scope ?? null,
          resourceMetadataUrl: resourceMetadataUrl?.href ?? null,
          error: error ?? null,
        });
      }
      return response.body === null
        ? response
        : watched(response, response.body, (reason) => broken.abort(reason), onEnd);
    }),
    ...defined({ authProvider: options.authProvider }),
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
    async ({ params }, extra) =>
      (await options.onelicitation?.(params, extra.signal)) ?? { action: "cancel" },
  );
  const close = async (): Promise<void> => {
    // The connection is given up either way; a server that fails or hangs here changes nothing.
    await within(transport.terminateSession(), CLOSE_MS).catch(() => {});
    await within(client.close(), CLOSE_MS).catch(() => {});
  };
  try {
    const greeting = client.connect(transport, {
      timeout: definition.timeout_ms,
      signal,
    });
    // Its last part, a notification, has no time limit of its own.
    await within(greeting, definition.timeout_ms, signal);
  } catch (thrown) {
    await close();
    if (options.signal.aborted) {
      throw options.signal.reason as Error;
    }
    const stop = stopOf(thrown, signal, options.hide);
    // What the SDK says of an authorization server that it cannot use has no class of its own.
    throw refused && options.authProvider !== undefined && stop.code === "mcp_protocol_error"
      ? new ToolStop("authorization_failed", stop.message)
      : stop;
  }
  return { client, signal, close };
}

/** The SDK opens the stream for what is said unasked by itself: this tells it that there is none. */
function unasked(options: ConnectOptions): ConnectOptions {
  return options.listen === false
    ? {
        ...options,
        fetch: (input, init) =>
          isStream(init)
            ? Promise.resolve(new Response(null, { status: 405 }))
            : options.fetch(input, init),
      }
    : options;
}

/** Whether a request opens such a stream; resuming a broken answer does not. */
function isStream({ method, headers }: RequestInit = {}): boolean {
  const all = new Headers(headers);
  return method === "GET" && all.get("accept") === "text/event-stream" && !all.has("last-event-id");
}

/**
 * `fetch` for what a server and its authorization servers are asked: it adds the server's headers where
 * the server itself is asked, and not where OAuth leads elsewhere; and what begins encrypted stays so.
 */
export function serverFetch(
  server: URL,
  { fetch, headers, signal }: Pick<ConnectOptions, "fetch" | "headers" | "signal">,
  after: (response: Response, init: RequestInit) => Response = (response) => response,
): (input: string | URL, init?: RequestInit) => Promise<Response> {
  return async (input, init = {}) => {
    const target = new URL(input);
    if (server.protocol === "https:" && target.protocol !== "https:") {
      throw new ToolStop(
        "url_refused",
        `This address may not be fetched: ${target.host} is asked without encryption.`,
      );
    }
    const all = new Headers(init.headers);
    for (const [name, value] of target.origin === server.origin ? headers : []) {
      if (!all.has(name)) {
        all.set(name, value);
      }
    }
    const both = init.signal ? AbortSignal.any([init.signal, signal]) : signal;
    return after(await fetch(target, { ...init, headers: all, signal: both }), init);
  };
}

/** A body that is too large ends the connection: the SDK would only note it, and wait. */
function watched(
  response: Response,
  body: ReadableStream<Uint8Array>,
  onBroken: (reason: ToolStop) => void,
  onEnd?: () => void,
): Response {
  const reader = body.getReader();
  const resumable = idSeen();
  const ended = (): void => {
    if (!resumable.seen) {
      onEnd?.();
    }
  };
  const passed = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            controller.close();
            ended();
          } else {
            resumable.look(value);
            controller.enqueue(value);
          }
        } catch (thrown) {
          if (thrown instanceof ToolStop) {
            onBroken(thrown);
          } else {
            ended();
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

/** The id of a request in a body that the SDK made; null for what is no request. */
function requestId(body: RequestInit["body"]): string | number | null {
  const message: unknown = typeof body === "string" ? JSON.parse(body) : null;
  if (typeof message !== "object" || message === null || !("method" in message)) {
    return null;
  }
  const id: unknown = "id" in message ? message.id : null;
  return typeof id === "string" || typeof id === "number" ? id : null;
}

function isEventStream(response: Response): boolean {
  const type = response.headers.get("content-type") ?? "";
  return response.ok && type.startsWith("text/event-stream");
}

/** Looks for the id of an event: a stream that has one can be taken up again after it. */
function idSeen(): { readonly seen: boolean; look(bytes: Uint8Array): void } {
  const decoder = new TextDecoder();
  let line = "\n";
  let seen = false;
  return {
    get seen() {
      return seen;
    },
    look(bytes) {
      if (!seen) {
        const text = line + decoder.decode(bytes, { stream: true });
        seen = /[\r\n]id:/.test(text);
        line = text.slice(-4);
      }
    },
  };
}

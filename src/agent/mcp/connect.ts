/**
 * Connects to an MCP server through the client of the official SDK, which is used only here.
 * `failure.ts` maps failures to codes.
 */
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { OAuthClientProvider } from "@modelcontextprotocol/sdk/client/auth.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import manifest from "../../../package.json" with { type: "json" };
import { defined } from "../../run/value/defined.ts";
import { ToolStop } from "../../run/value/failure.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { GuardedFetch } from "../fetch/guarded-fetch.ts";
import type { Hide } from "../tools/redact.ts";
import { goesToModel, withExactDigits } from "./exact-digits.ts";
import { stopOf } from "./failure.ts";
import { loadSdk } from "./sdk.ts";
import { within } from "../../timing.ts";

/** Timeout for ending a session. */
const CLOSE_MS = 2_000;

/** Provides tokens to the SDK, and receives the scope that a server reported as missing. */
export interface AuthProvider extends OAuthClientProvider {
  /** Called when the server rejects a request and reports the scope that it requires. */
  challenged?(challenge: Challenge): void;
}

export interface Challenge {
  readonly status: 401 | 403;
  readonly scope: string | null;
  /** The URL of its metadata that the server reports. */
  readonly resourceMetadataUrl: string | null;
  readonly error: string | null;
}

export interface ConnectOptions {
  /** Headers with their secrets. Sent only to the server's own origin. */
  readonly headers: Headers;
  readonly fetch: GuardedFetch;
  /** The server's URL, if its definition has a template. Default: the definition's URL. */
  readonly url?: string;
  /** For servers that require OAuth; see `oauth.ts`. */
  readonly authProvider?: AuthProvider;
  /** Aborts the attempt to connect, and later the connection. */
  readonly signal: AbortSignal;
  /**
   * Opens a stream for unsolicited messages of the server. Default: true. If false, only messages
   * in response to a request arrive.
   */
  readonly listen?: boolean;
  /** Answers questions of the server to a person. Without it, every question is cancelled. */
  readonly onelicitation?: (
    params: ElicitRequest["params"],
    /** Aborted when the server withdraws its question. */
    signal: AbortSignal,
  ) => Promise<ElicitResult>;
  /** Hides the secrets of the headers in the server's messages. */
  readonly hide?: Hide;
  /**
   * Called when the response stream of the newest request has ended and cannot be resumed. Missing
   * messages will not arrive, but the SDK would wait for them.
   */
  readonly onanswerend?: () => void;
}

export interface Connection {
  readonly client: Client;
  /**
   * Aborted when the connection is broken: pass it to every request. Its reason is a `ToolStop`, or
   * the reason of the signal that the connection was created with.
   */
  readonly signal: AbortSignal;
  /**
   * Ends the session on the server and locally, after the server is notified of cancelled calls.
   * Never throws, and takes about six seconds at most.
   */
  close(): Promise<void>;
}

/** Connects to a server and initializes the session. @throws ToolStop, or the signal's reason */
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
  // Streams of earlier requests may end at any later time. Only the end of the newest one is
  // relevant.
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
        : watched(response, exactBody(response, response.body, method, body), {
            onBroken: (reason) => broken.abort(reason),
            ...defined({ onEnd }),
          });
    }),
    ...defined({ authProvider: options.authProvider }),
  });
  const cancelled = pendingCancellations(transport);
  const client = new sdk.Client(
    { name: "opspawn", version: manifest.version },
    {
      capabilities: { elicitation: { form: { applyDefaults: true }, url: {} } },
      // The SDK's default validator generates code, which the runtime forbids.
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
    },
  );
  client.setRequestHandler(
    types.ElicitRequestSchema,
    async ({ params }, extra) =>
      (await options.onelicitation?.(params, extra.signal)) ?? { action: "cancel" },
  );
  const close = async (): Promise<void> => {
    // The connection is dropped either way, so an error or a hanging server has no effect. Closing it
    // aborts its requests, among them the notification that a call was cancelled.
    await within(cancelled(), CLOSE_MS).catch(() => {});
    await within(transport.terminateSession(), CLOSE_MS).catch(() => {});
    await within(client.close(), CLOSE_MS).catch(() => {});
  };
  try {
    const greeting = client.connect(transport, {
      timeout: definition.timeout_ms,
      signal,
    });
    // Its last part, a notification, has no timeout of its own.
    await within(greeting, definition.timeout_ms, signal);
  } catch (thrown) {
    await close();
    if (options.signal.aborted) {
      throw options.signal.reason as Error;
    }
    const stop = stopOf(thrown, signal, options.hide);
    // The SDK has no error class for an authorization server that it cannot use.
    throw refused && options.authProvider !== undefined && stop.code === "mcp_protocol_error"
      ? new ToolStop("authorization_failed", stop.message)
      : stop;
  }
  return { client, signal, close };
}

/**
 * Tracks the notifications of cancelled calls that a transport sends.
 * @returns a function that waits for those that are being sent
 */
function pendingCancellations(transport: Transport): () => Promise<void> {
  const pending = new Set<Promise<void>>();
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const sent = send(message, options);
    if ("method" in message && message.method === "notifications/cancelled") {
      const settled = sent.catch(() => {}).finally(() => pending.delete(settled));
      pending.add(settled);
    }
    return sent;
  };
  return async () => {
    await Promise.all(pending);
  };
}

/**
 * Rejects the stream for unsolicited messages, which the SDK opens by itself, if `listen` is false.
 */
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

/**
 * Returns whether a request opens such a stream. A request that resumes a broken response does not.
 */
function isStream({ method, headers }: RequestInit = {}): boolean {
  const all = new Headers(headers);
  return method === "GET" && all.get("accept") === "text/event-stream" && !all.has("last-event-id");
}

/**
 * Returns a `fetch` for requests to a server and to its authorization servers. It adds the server's
 * headers only to requests to the server's own origin, and rejects unencrypted requests if the
 * server uses https.
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

/**
 * Wraps a response, so that a body that is too large ends the connection. The SDK would only log
 * it, and wait.
 */
function watched(
  response: Response,
  body: ReadableStream<Uint8Array>,
  {
    onBroken,
    onEnd,
  }: { readonly onBroken: (reason: ToolStop) => void; readonly onEnd?: () => void },
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

/**
 * Returns the body of a response, with exact numbers if it goes to the model. The rest of a broken
 * response comes with a GET.
 */
function exactBody(
  { headers }: Response,
  body: ReadableStream<Uint8Array>,
  method: string | undefined,
  request: RequestInit["body"],
): ReadableStream<Uint8Array> {
  return method === "GET" || goesToModel(request)
    ? withExactDigits(body, headers.get("content-type") ?? "")
    : body;
}

/** Returns the request id in a body that the SDK created; null if the body is not a request. */
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

/** Detects event ids. A stream with an id can be resumed after it. */
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

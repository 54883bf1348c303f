/**
 * The only network access of tools, and of SDKs that accept a `fetch`. Each hop of a request is
 * checked before it is sent. Redirects are followed here and not by the runtime. Response bodies
 * have a maximum size. A rejected address, an unreachable server or a body that is too large throws
 * a `ToolStop`.
 */
import { ToolStop } from "../../run/value/failure.ts";
import { TRANSPORT_HEADERS } from "../../run/spec/header-defect.ts";
import { cappedBody } from "./body.ts";
import type { HostRules } from "./host-rules.ts";
import { checkResolved, type Resolve } from "./resolver.ts";

/** The type of `fetch` that SDKs accept. */
export type GuardedFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

export interface GuardConfig {
  readonly rules: HostRules;
  /** Resolves a host name before the fetch. Null: names are not resolved. */
  readonly resolve: Resolve | null;
  /** Maximum size of a response body in bytes, after decompression. */
  readonly maxBytes: number;
  /** Maximum time until the headers of the last hop arrive, in milliseconds. */
  readonly timeoutMs: number;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Headers that are sent to another origin. Any other header could be a secret. */
const HARMLESS: ReadonlySet<string> = new Set([
  "accept",
  "accept-language",
  "content-language",
  "content-type",
  "user-agent",
]);

/** Creates the guarded `fetch` of a deployment. */
export function guardedFetch(config: GuardConfig): GuardedFetch {
  return async (input, init = {}) => {
    const own = new AbortController();
    const given = init.signal ?? (input instanceof Request ? input.signal : null);
    const stop = () => own.abort(given?.reason);
    // The listener stays while the body is read. The timeout applies only until the headers arrive.
    given?.addEventListener("abort", stop, { once: true });
    if (given?.aborted === true) {
      stop();
    }
    const late = `The server did not answer within ${config.timeoutMs} ms.`;
    const clock = setTimeout(() => own.abort(new ToolStop("tool_timeout", late)), config.timeoutMs);
    try {
      const first = await firstHop(input, init);
      const response = await follow(first, init.redirect, config, own.signal);
      return capped(response, config.maxBytes);
    } finally {
      clearTimeout(clock);
    }
  };
}

interface Hop {
  readonly url: string | URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: BodyInit | null;
}

async function firstHop(input: string | URL | Request, init: RequestInit): Promise<Hop> {
  const request = input instanceof Request ? input : null;
  const headers = only(
    new Headers(init.headers ?? request?.headers),
    (name) => !TRANSPORT_HEADERS.test(name),
  );
  if (!headers.has("user-agent")) {
    headers.set("user-agent", "opspawn");
  }
  return {
    url: input instanceof Request ? input.url : input,
    method: (init.method ?? request?.method ?? "GET").toUpperCase(),
    headers,
    // Buffered, not streamed: a redirect may need to send it again.
    body: init.body ?? (hasBody(request) ? await request.arrayBuffer() : null),
  };
}

function hasBody(request: Request | null): request is Request {
  return (request?.body ?? null) !== null;
}

function only(headers: Headers, wanted: (name: string) => boolean): Headers {
  return new Headers([...headers].filter(([name]) => wanted(name)));
}

async function follow(
  first: Hop,
  redirect: RequestInit["redirect"] = "follow",
  { rules, resolve }: GuardConfig,
  signal: AbortSignal,
): Promise<Response> {
  let hop = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const target = rules.check(hop.url);
    if (target.toResolve && resolve !== null) {
      await checkResolved(target.host, resolve, signal);
    }
    const response = await send(hop, target.url, signal);
    const location = response.headers.get("location");
    if (redirect === "manual" || !REDIRECTS.has(response.status) || location === null) {
      return response;
    }
    void response.body?.cancel().catch(() => {});
    if (redirect === "error") {
      throw new ToolStop("too_many_redirects", "The server redirected, which is not expected.");
    }
    hop = nextHop(hop, target.url, response.status, location);
  }
  throw new ToolStop("too_many_redirects", `The server redirected over ${MAX_REDIRECTS} times.`);
}

async function send({ method, headers, body }: Hop, url: URL, signal: AbortSignal) {
  try {
    const streamed = body instanceof ReadableStream ? { duplex: "half" } : {};
    return await fetch(url.href, {
      method,
      headers,
      body,
      signal,
      redirect: "manual",
      ...streamed,
    });
  } catch (thrown) {
    signal.throwIfAborted();
    // The runtime's message may contain addresses and differs between runtimes, so it stays
    // internal.
    throw new ToolStop("server_unreachable", `${url.host} could not be reached.`, {
      cause: thrown,
    });
  }
}

/** Returns the request that follows a redirect, by the rules of fetch. */
function nextHop(hop: Hop, from: URL, status: number, location: string): Hop {
  const url = URL.parse(location, from);
  if (url === null) {
    throw new ToolStop("url_refused", "The server redirected to something that is no address.");
  }
  const sameOrigin = url.origin === from.origin;
  const headers = only(hop.headers, (name) => sameOrigin || HARMLESS.has(name));
  const { method } = hop;
  const reads = method === "GET" || method === "HEAD";
  const becomesGet = status === 303 ? !reads : status < 303 && method === "POST";
  if (becomesGet) {
    headers.delete("content-type");
    headers.delete("content-language");
    return { url, method: "GET", headers, body: null };
  }
  if (hop.body instanceof ReadableStream) {
    throw new ToolStop("url_refused", "The server redirected a request that cannot be repeated.");
  }
  return { url, method, headers, body: hop.body };
}

function capped(response: Response, maxBytes: number): Response {
  if (response.body === null) {
    return response;
  }
  const headers = new Headers(response.headers);
  // The body is already decoded, so these headers no longer apply.
  headers.delete("content-encoding");
  headers.delete("content-length");
  const { status, statusText, url } = response;
  const result = new Response(cappedBody(response.body, maxBytes), { status, statusText, headers });
  Object.defineProperty(result, "url", { value: url });
  return result;
}

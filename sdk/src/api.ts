/**
 * Sends requests: adds the key and, where the operation takes one, an idempotency key; enforces the
 * timeout; retries transient failures if the operation can be repeated safely.
 */
import { ApiPromise, type WithResponse } from "./api-promise.ts";
import {
  APIError,
  ConnectionError,
  ConnectionTimeoutError,
  isTransient,
  NotFoundError,
} from "./errors.ts";
import {
  OPERATIONS,
  type ResponseOf,
  type BodyOf,
  type Operation,
  type OperationId,
  type PathOf,
  type QueryOf,
} from "./operations.ts";
import { errorFrom } from "./problem.ts";
import { hasField, isRedirect, targetOf } from "./response.ts";
import { retryDelay, sleep } from "./retry.ts";
import { checkedRetries, checkedTimeout, checkWhole, type Settings } from "./settings.ts";
import { after, limitOf } from "./timers.ts";

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Timeout of one attempt in milliseconds. Default: the client's. `Infinity`: none. */
  readonly timeout?: number | undefined;
  /** Further attempts after a transient failure. Default: the client's. */
  readonly maxRetries?: number | undefined;
  /** Headers to add, such as `traceparent`. They cannot replace those that the client sets. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Options of a call with an idempotency key. */
export interface KeyedOptions extends CallOptions {
  /**
   * For 24 hours, calls with the same key and body run once and get the same response. By default
   * each call generates a key, which its retries reuse.
   */
  readonly idempotencyKey?: string | undefined;
}

/** Options of a conditional update. */
export interface ConditionalOptions extends CallOptions {
  /** The `etag` of the version to change. The call fails with 412 if the resource has changed. */
  readonly ifMatch?: string | undefined;
}

/** The bytes of a file, and their media type. */
export interface UploadedFile {
  readonly content: Blob | Uint8Array<ArrayBuffer>;
  readonly mediaType: string;
}

/** Everything that defines one request. */
export interface RequestSpec<Id extends OperationId> extends KeyedOptions, ConditionalOptions {
  readonly path?: PathOf<Id>;
  readonly query?: (QueryOf<Id> & Readonly<Record<string, unknown>>) | undefined;
  readonly body?: BodyOf<Id> | undefined;
  /** A file, in place of a JSON body. */
  readonly file?: UploadedFile | undefined;
  /** Long poll: seconds that the service may hold the response. */
  readonly wait?: number | undefined;
  /** An error status whose JSON body is returned like a success. */
  readonly alsoStatus?: number;
}

const MAX_WAIT_S = 60;
/** A header value that `fetch` sends as it is. */
const HEADER = /^[\u0021-\u007e](?:[\u0020-\u007e]*[\u0021-\u007e])?$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Headers that the client sets by itself. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  "accept",
  "authorization",
  "content-type",
  "idempotency-key",
  "if-match",
  "prefer",
]);

/** A request that is ready to be sent, any number of times. */
interface PreparedRequest {
  readonly address: string;
  readonly init: RequestInit;
}

/** What an `Api` is built from; all values are final. */
export interface ApiSettings {
  readonly url: string;
  readonly key: string;
  readonly fetch: typeof fetch;
  readonly settings: Settings;
}

export class Api {
  /** Without a trailing slash. */
  readonly url: string;
  readonly settings: Settings;
  readonly #key: string;
  readonly #fetch: typeof fetch;

  constructor({ url, key, fetch: send, settings }: ApiSettings) {
    this.url = url;
    this.settings = settings;
    this.#key = key;
    this.#fetch = send;
  }

  /** Sends a request. Rejects with an APIError, a ConnectionError, a TypeError or the signal's reason. */
  call<Id extends OperationId>(id: Id, spec: RequestSpec<Id> = {}): ApiPromise<ResponseOf<Id>> {
    return new ApiPromise(this.#request(id, spec));
  }

  /** Opens a streaming response. The timeout covers only the response headers. */
  async open<Id extends OperationId>(
    id: Id,
    spec: RequestSpec<Id>,
    accept: string,
  ): Promise<Response> {
    const limit = new AbortController();
    const stop = after(this.settings.timeout, () => limit.abort());
    try {
      const headers = { ...addedHeaders(spec), Accept: accept };
      const request = this.#requestOf(OPERATIONS[id], spec, headers);
      return await this.#send(request, spec, limit.signal);
    } finally {
      stop();
    }
  }

  async #request<Id extends OperationId>(
    id: Id,
    spec: RequestSpec<Id>,
  ): Promise<WithResponse<ResponseOf<Id>>> {
    const operation = OPERATIONS[id];
    const { backoff, maxRetryAfter } = this.settings;
    const timeout = checkedTimeout(spec.timeout) ?? this.settings.timeout;
    const maxRetries = checkedRetries(spec.maxRetries) ?? this.settings.maxRetries;
    const request = this.#requestOf(operation, spec, headersOf(operation, spec));
    const held = Math.min(spec.wait ?? 0, MAX_WAIT_S) * 1000;
    for (let tries = 1; ; tries += 1) {
      try {
        const limit = limitOf(timeout + held);
        const response = await this.#send(request, spec, limit);
        const value = await this.#json(response, spec.signal, limit);
        if (!hasField(value, operation.field)) {
          throw new ConnectionError(this.url, "the response is JSON, but not from Opspawn", {
            code: "not_opspawn",
            status: response.status,
          });
        }
        return responseWith(value as ResponseOf<Id>, response);
      } catch (error) {
        if (isGoneAlready(error, operation, tries)) {
          return responseWith(undefined as ResponseOf<Id>, error);
        }
        if (tries > maxRetries || !isTransient(error) || !canRetry(operation, spec, error)) {
          throw error;
        }
        const requested = error instanceof APIError ? (error.retryAfter ?? 0) * 1000 : 0;
        if (requested > maxRetryAfter) {
          throw error;
        }
        await sleep(Math.max(requested, retryDelay(tries, backoff)), spec.signal);
      }
    }
  }

  /** Serializes a request. @throws TypeError for what cannot be sent: the caller's mistake */
  #requestOf<Id extends OperationId>(
    { method, path }: Operation,
    { path: names = {} as PathOf<Id>, query, body, file }: RequestSpec<Id>,
    headers: Readonly<Record<string, string>>,
  ): PreparedRequest {
    const own = {
      ...headers,
      Authorization: `Bearer ${this.#key}`,
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(file === undefined ? {} : { "Content-Type": file.mediaType }),
    };
    return {
      address: `${this.url}${filled(path, names)}${queryText(query)}`,
      init: {
        method,
        headers: own,
        // `fetch` would follow without the key, and with GET in the place of POST.
        redirect: "manual",
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(file === undefined ? {} : { body: file.content }),
      },
    };
  }

  async #send(
    { address, init }: PreparedRequest,
    { signal, alsoStatus }: RequestSpec<OperationId>,
    limit: AbortSignal,
  ): Promise<Response> {
    // Browsers reject `fetch` when it is called as a method of another object.
    const send = this.#fetch;
    const either = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    let response: Response;
    try {
      response = await send(address, { ...init, signal: either });
    } catch (error) {
      throw this.#failureOf(error, signal, limit);
    }
    if (isRedirect(response)) {
      throw new ConnectionError(this.url, `it redirects${targetOf(response, address)}`, {
        code: "not_opspawn",
        status: response.status,
      });
    }
    const type = response.headers.get("Content-Type") ?? "";
    const isAccepted = response.status === alsoStatus && type.startsWith("application/json");
    if (!response.ok && !isAccepted) {
      throw await errorFrom(this.url, response);
    }
    return response;
  }

  async #json(
    response: Response,
    signal: AbortSignal | undefined,
    limit: AbortSignal,
  ): Promise<unknown> {
    if (response.status === 204) {
      return undefined;
    }
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw this.#failureOf(error, signal, limit);
    }
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new ConnectionError(this.url, "the response is not JSON", {
        code: "not_opspawn",
        status: response.status,
      });
    }
  }

  /** Why there is no response: the caller aborted, the timeout passed, or the connection failed. */
  #failureOf(error: unknown, signal: AbortSignal | undefined, limit: AbortSignal): unknown {
    if (signal?.aborted === true) {
      return signal.reason;
    }
    if (limit.aborted) {
      return new ConnectionTimeoutError(this.url, error);
    }
    return new ConnectionError(this.url, `no connection${codeOf(error)}`, { cause: error });
  }
}

function headersOf(
  { repeat }: Operation,
  spec: RequestSpec<OperationId>,
): Readonly<Record<string, string>> {
  const { idempotencyKey, ifMatch, wait } = spec;
  checkHeader("idempotencyKey", idempotencyKey);
  checkHeader("ifMatch", ifMatch);
  if (wait !== undefined && wait !== Infinity) {
    checkWhole("wait", wait);
  }
  return {
    ...addedHeaders(spec),
    Accept: "application/json",
    ...(repeat === "keyed" ? { "Idempotency-Key": idempotencyKey ?? randomKey() } : {}),
    ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }),
    ...(wait === undefined ? {} : { Prefer: `wait=${Math.min(wait, MAX_WAIT_S)}` }),
  };
}

/** Returns the caller's headers. @throws TypeError for one that the client sets, or that is none */
function addedHeaders({ headers = {} }: RequestSpec<OperationId>) {
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name) || OWN_HEADERS.has(name.toLowerCase())) {
      throw new TypeError(`headers must not contain ${JSON.stringify(name)}.`);
    }
    checkHeader(`headers[${JSON.stringify(name)}]`, value);
  }
  return headers;
}

function responseWith<Value>(
  data: Value,
  { status, headers }: { readonly status: number; readonly headers: Headers },
): WithResponse<Value> {
  return {
    data,
    status,
    headers,
    requestId: headers.get("X-Request-Id"),
    etag: headers.get("ETag"),
  };
}

/** @throws TypeError for a value that no header can contain */
function checkHeader(name: string, value: string | undefined): void {
  if (value !== undefined && (typeof value !== "string" || !HEADER.test(value))) {
    throw new TypeError(`${name} must consist of visible ASCII characters.`);
  }
}

/** Whether a failed request can be sent again: it was not processed, or repeating it has no effect. */
function canRetry(
  { repeat }: Operation,
  { ifMatch }: RequestSpec<OperationId>,
  error: unknown,
): boolean {
  const wasNotProcessed = error instanceof APIError && error.status === 429;
  return wasNotProcessed || (repeat !== "once" && ifMatch === undefined);
}

/** A 404 on the retry of a DELETE: the first attempt deleted it. */
function isGoneAlready(
  error: unknown,
  { method }: Operation,
  tries: number,
): error is NotFoundError {
  return method === "DELETE" && tries > 1 && error instanceof NotFoundError;
}

/** @throws TypeError for a value that would change the path */
function filled(path: string, names: object): string {
  const values = names as Readonly<Record<string, string>>;
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    if (/^\.{0,2}$/.test(value)) {
      throw new TypeError(`"${value}" is not a valid ${name}.`);
    }
    return encodeURIComponent(value);
  });
}

/** Not `randomUUID`: browsers provide it only on HTTPS pages. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function queryText(query: Readonly<Record<string, unknown>> | undefined): string {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined);
  const pairs = given.map(([name, value]): [string, string] => [name, String(value)]);
  const text = new URLSearchParams(pairs).toString();
  return text === "" ? "" : `?${text}`;
}

/** The system's error code, such as ECONNREFUSED. Browsers do not expose one. */
function codeOf(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown } };
  return typeof cause?.code === "string" ? ` (${cause.code})` : "";
}

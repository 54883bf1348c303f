/**
 * One request, until it is answered or has failed for good: the key in its header, an idempotency
 * key where the operation takes one, a limit of time, and further tries where they do no harm.
 */
import { isPassing, RefusedError, UnreachableError } from "./errors.ts";
import {
  OPERATIONS,
  type AnswerOf,
  type BodyOf,
  type Operation,
  type OperationId,
  type PathOf,
  type QueryOf,
} from "./operations.ts";
import { pause, pauseBefore, type Patience } from "./patience.ts";
import { refusalOf } from "./problem.ts";

/** What any call may be given. */
export interface CallOptions {
  /** Ends the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a call may be given that makes or says something. */
export interface KeyedOptions extends CallOptions {
  /**
   * The same key and body are done once and answered alike, for 24 hours. Without one, each call
   * makes its own, which its further tries carry too.
   */
  readonly idempotencyKey?: string | undefined;
}

/** What a call may be given that changes something with versions. */
export interface ConditionalOptions extends CallOptions {
  /** The `etag` of the version that is to be changed; refused (412) where it is another one by now. */
  readonly ifMatch?: string | undefined;
}

/** What one call says. */
export interface Ask<Id extends OperationId> extends KeyedOptions, ConditionalOptions {
  readonly path?: PathOf<Id>;
  readonly query?: (QueryOf<Id> & Readonly<Record<string, unknown>>) | undefined;
  readonly body?: BodyOf<Id> | undefined;
  /** Seconds for which the service may hold the answer back. */
  readonly wait?: number | undefined;
  /** Further tries; the client's own number by default. */
  readonly retries?: number;
  /** A status that is no success and whose JSON is an answer all the same. */
  readonly alsoStatus?: number;
}

/** Something and the tag of its version. */
export interface Tagged<Value> {
  readonly value: Value;
  /** For `ifMatch`. */
  readonly etag: string;
}

const MAX_WAIT_S = 60;

export class Api {
  /** Without a slash at its end. */
  readonly url: string;
  readonly patience: Patience;
  readonly #key: string;
  readonly #fetch: typeof fetch;

  constructor(url: string, key: string, patience: Patience, send: typeof fetch) {
    this.url = url;
    this.patience = patience;
    this.#key = key;
    this.#fetch = send;
  }

  /** @throws RefusedError, UnreachableError, or the signal's reason */
  async call<Id extends OperationId>(id: Id, ask: Ask<Id> = {}): Promise<AnswerOf<Id>> {
    return (await this.#answer(id, ask)).value;
  }

  /** The answer together with the tag of its version. */
  async tagged<Id extends OperationId>(id: Id, ask: Ask<Id>): Promise<Tagged<AnswerOf<Id>>> {
    const { value, headers } = await this.#answer(id, ask);
    return { value, etag: headers.get("ETag") ?? "" };
  }

  /** An answer that is read while it comes; the time limit is for its beginning. */
  async open<Id extends OperationId>(id: Id, ask: Ask<Id>, accept: string): Promise<Response> {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), this.patience.requestMs);
    try {
      return await this.#send(OPERATIONS[id], ask, { Accept: accept }, limit.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #answer<Id extends OperationId>(
    id: Id,
    ask: Ask<Id>,
  ): Promise<{ value: AnswerOf<Id>; headers: Headers }> {
    const operation = OPERATIONS[id];
    const headers = headersOf(operation, ask);
    const held = Math.min(ask.wait ?? 0, MAX_WAIT_S) * 1000;
    for (let tries = 1; ; tries += 1) {
      try {
        const limit = AbortSignal.timeout(this.patience.requestMs + held);
        const response = await this.#send(operation, ask, headers, limit);
        return {
          value: (await this.#json(response, ask.signal, limit)) as AnswerOf<Id>,
          headers: response.headers,
        };
      } catch (error) {
        if (isGoneAlready(error, operation, tries)) {
          return { value: undefined as AnswerOf<Id>, headers: new Headers() };
        }
        const left = (ask.retries ?? this.patience.maxRetries) - tries;
        if (left < 0 || !isPassing(error) || !mayRepeat(operation, ask, error)) {
          throw error;
        }
        const asked = error instanceof RefusedError ? (error.retryAfter ?? 0) : 0;
        if (asked > this.patience.maxRetryAfter) {
          throw error;
        }
        const ms = Math.max(asked * 1000, pauseBefore(tries, this.patience));
        await pause(ms, ask.signal);
      }
    }
  }

  async #send<Id extends OperationId>(
    { method, path }: Operation,
    { path: names = {} as PathOf<Id>, query, body, signal, alsoStatus }: Ask<Id>,
    headers: Readonly<Record<string, string>>,
    limit: AbortSignal,
  ): Promise<Response> {
    const address = `${this.url}${filled(path, names)}${queryText(query)}`;
    // Not called as a method of this: browsers refuse that.
    const send = this.#fetch;
    let response: Response;
    try {
      response = await send(address, {
        method,
        headers: {
          ...headers,
          Authorization: `Bearer ${this.#key}`,
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
      });
    } catch (error) {
      throw this.#broken(error, signal, limit);
    }
    const type = response.headers.get("Content-Type") ?? "";
    const isAnswer = response.status === alsoStatus && type.startsWith("application/json");
    if (!response.ok && !isAnswer) {
      throw await refusalOf(this.url, response);
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
      throw this.#broken(error, signal, limit);
    }
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new UnreachableError(this.url, "the answer is not JSON", {
        code: "not_opspawn",
        status: response.status,
      });
    }
  }

  /** Why there is no answer: somebody's wish, the time, or the connection. */
  #broken(error: unknown, signal: AbortSignal | undefined, limit: AbortSignal): unknown {
    if (signal?.aborted === true) {
      return signal.reason;
    }
    if (limit.aborted) {
      const message = "no answer in time";
      return new UnreachableError(this.url, message, { code: "timed_out", cause: error });
    }
    return new UnreachableError(this.url, `no connection${codeOf(error)}`, { cause: error });
  }
}

function headersOf(
  { repeat }: Operation,
  { idempotencyKey, ifMatch, wait }: Ask<OperationId>,
): Readonly<Record<string, string>> {
  return {
    Accept: "application/json",
    ...(repeat === "keyed" ? { "Idempotency-Key": idempotencyKey ?? randomKey() } : {}),
    ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }),
    ...(wait === undefined ? {} : { Prefer: `wait=${Math.min(wait, MAX_WAIT_S)}` }),
  };
}

/** Whether a request that failed so may be sent again: it was not done, or once more is the same. */
function mayRepeat({ repeat }: Operation, { ifMatch }: Ask<OperationId>, error: unknown): boolean {
  const wasNotDone = error instanceof RefusedError && error.status === 429;
  return wasNotDone || (repeat !== "once" && ifMatch === undefined);
}

/** What a further try of a deletion does not find, the try before it has deleted. */
function isGoneAlready(error: unknown, { method }: Operation, tries: number): boolean {
  return method === "DELETE" && tries > 1 && error instanceof RefusedError && error.status === 404;
}

/** @throws TypeError for a name that would make it another path */
function filled(path: string, names: object): string {
  const values = names as Readonly<Record<string, string>>;
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    if (/^\.{0,2}$/.test(value)) {
      throw new TypeError(`The ${name} "${value}" names nothing.`);
    }
    return encodeURIComponent(value);
  });
}

/** Not `randomUUID`, which browsers have only where the page itself came over HTTPS. */
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

/** The system's name for what happened, such as ECONNREFUSED; browsers do not say. */
function codeOf(error: unknown): string {
  const { cause } = (error ?? {}) as { cause?: { code?: unknown } };
  return typeof cause?.code === "string" ? ` (${cause.code})` : "";
}

/**
 * Sends requests: adds the key and, where the operation takes one, an idempotency key; enforces the
 * timeout; retries transient failures if the operation can be repeated safely.
 */
import { ApiPromise } from "./api-promise.ts";
import {
  type ResponseOf,
  type BodyOf,
  type OperationId,
  type PathOf,
  type QueryOf,
} from "./operations.ts";
import { type Settings } from "./settings.ts";
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
/** Everything that defines one request. */
export interface RequestSpec<Id extends OperationId> extends KeyedOptions, ConditionalOptions {
  readonly path?: PathOf<Id>;
  readonly query?: (QueryOf<Id> & Readonly<Record<string, unknown>>) | undefined;
  readonly body?: BodyOf<Id> | undefined;
  /** Long poll: seconds that the service may hold the response. */
  readonly wait?: number | undefined;
  /** An error status whose JSON body is returned like a success. */
  readonly alsoStatus?: number;
}
/** What an `Api` is built from; all values are final. */
export interface ApiSettings {
  readonly url: string;
  readonly key: string;
  readonly fetch: typeof fetch;
  readonly settings: Settings;
}
export declare class Api {
  #private;
  /** Without a trailing slash. */
  readonly url: string;
  readonly settings: Settings;
  constructor({ url, key, fetch: send, settings }: ApiSettings);
  /** Sends a request. Rejects with an APIError, a ConnectionError, a TypeError or the signal's reason. */
  call<Id extends OperationId>(id: Id, spec?: RequestSpec<Id>): ApiPromise<ResponseOf<Id>>;
  /** Opens a streaming response. The timeout covers only the response headers. */
  open<Id extends OperationId>(id: Id, spec: RequestSpec<Id>, accept: string): Promise<Response>;
}

/**
 * Errors of the client: the service rejected the request, it is unreachable, or its event stream has
 * a gap. No error contains the key or a header of the request.
 */

/** One invalid part of a request. */
export interface Fault {
  /** A JSON pointer into the body, or a parameter name. */
  readonly pointer: string;
  readonly detail: string;
}

/** Base class of all errors of this client. `code` is stable; messages are not. */
export abstract class OpspawnError extends Error {
  abstract readonly code: string;
}

/** The content of a problem document. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId?: string | null;
  readonly errors?: readonly Fault[];
  readonly retryAfter?: number | null;
  readonly headers?: Headers;
}

/** The service rejected the request with a problem document (RFC 9457). A subclass for each status. */
export class APIError extends OpspawnError {
  override readonly name: string = "APIError";
  /** The HTTP status. */
  readonly status: number;
  /** One of the codes in docs/reference/errors.md. */
  readonly code: string;
  /** A human-readable sentence; the same as `message`. */
  readonly detail: string;
  /** Quote it when you report the failure. Null for a rejected WebSocket. */
  readonly requestId: string | null;
  /** The invalid parts of the request, if validation failed. */
  readonly errors: readonly Fault[];
  /** Value of `Retry-After` in seconds, or null. */
  readonly retryAfter: number | null;
  /** Headers of the response. */
  readonly headers: Headers;

  constructor({ status, code, detail, requestId, errors, retryAfter, headers }: Refusal) {
    super(detail);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = requestId ?? null;
    this.errors = errors ?? [];
    this.retryAfter = retryAfter ?? null;
    this.headers = headers ?? new Headers();
  }
}

/** 400: the request is malformed. */
export class BadRequestError extends APIError {
  override readonly name = "BadRequestError";
}

/** 401: the key is missing, unknown, expired or revoked. */
export class AuthenticationError extends APIError {
  override readonly name = "AuthenticationError";
}

/** 403: the key lacks the scope, or a rule of the deployment forbids it. */
export class PermissionDeniedError extends APIError {
  override readonly name = "PermissionDeniedError";
}

/** 404: it does not exist, or belongs to another tenant. */
export class NotFoundError extends APIError {
  override readonly name = "NotFoundError";
}

/** 409: the state of the resource does not allow it. */
export class ConflictError extends APIError {
  override readonly name = "ConflictError";
}

/** 410: it existed, and is no longer stored. */
export class GoneError extends APIError {
  override readonly name = "GoneError";
}

/** 412: the resource has changed since the version of `ifMatch`. */
export class PreconditionFailedError extends APIError {
  override readonly name = "PreconditionFailedError";
}

/** 422: the request does not pass validation; `errors` has the invalid parts. */
export class UnprocessableEntityError extends APIError {
  override readonly name = "UnprocessableEntityError";
}

/** 429: too many requests, or too many of something; `retryAfter` says when to try again. */
export class RateLimitError extends APIError {
  override readonly name = "RateLimitError";
}

/** 500 and above: the service failed. */
export class InternalServerError extends APIError {
  override readonly name = "InternalServerError";
}

const BY_STATUS: ReadonlyMap<number, typeof APIError> = new Map<number, typeof APIError>([
  [400, BadRequestError],
  [401, AuthenticationError],
  [403, PermissionDeniedError],
  [404, NotFoundError],
  [409, ConflictError],
  [410, GoneError],
  [412, PreconditionFailedError],
  [422, UnprocessableEntityError],
  [429, RateLimitError],
]);

/** Returns the error of a rejected request, of the class for its status. */
export function apiError(refusal: Refusal): APIError {
  const { status } = refusal;
  const Class = BY_STATUS.get(status) ?? (status >= 500 ? InternalServerError : APIError);
  return new Class(refusal);
}

/** `not_opspawn`: the server at this URL is not an Opspawn service. */
export type ConnectionErrorCode = "unreachable" | "timed_out" | "not_opspawn";

/** There is no response, or a response that is not Opspawn's. */
export class ConnectionError extends OpspawnError {
  override readonly name: string = "ConnectionError";
  readonly code: ConnectionErrorCode;
  /** The configured URL of the service. */
  readonly url: string;
  /** HTTP status of a response that another server sent, such as a gateway; otherwise null. */
  readonly status: number | null;

  constructor(
    url: string,
    reason: string,
    more: { code?: ConnectionErrorCode; status?: number; cause?: unknown } = {},
  ) {
    super(`${url}: ${reason}`, more.cause === undefined ? {} : { cause: more.cause });
    this.url = url;
    this.code = more.code ?? "unreachable";
    this.status = more.status ?? null;
  }
}

/** There is no response within the timeout. */
export class ConnectionTimeoutError extends ConnectionError {
  override readonly name = "ConnectionTimeoutError";

  constructor(url: string, cause: unknown) {
    super(url, "no response in time", { code: "timed_out", cause });
  }
}

/** An event is missing from a task's stream, even after reconnecting. */
export class StreamGapError extends OpspawnError {
  override readonly name = "StreamGapError";
  override readonly code = "stream_gap";
  readonly taskId: string;
  /** `seq` of the missing event. */
  readonly missing: number;

  constructor(taskId: string, missing: number) {
    super(`Event ${missing} of ${taskId} is missing from the stream`);
    this.taskId = taskId;
    this.missing = missing;
  }
}

/** Whether a retry may succeed: the service is unreachable or overloaded. */
export function isTransient(error: unknown): boolean {
  if (error instanceof APIError) {
    const { status, code } = error;
    const isInProgress = status === 409 && code === "idempotency_in_progress";
    return status === 429 || status === 503 || isInProgress;
  }
  if (error instanceof ConnectionError) {
    const { status } = error;
    return error.code !== "not_opspawn" || (status !== null && (status >= 500 || status === 429));
  }
  return error instanceof StreamGapError;
}

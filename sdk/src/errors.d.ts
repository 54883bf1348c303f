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
export declare abstract class OpspawnError extends Error {
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
export declare class APIError extends OpspawnError {
  readonly name: string;
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
  constructor({ status, code, detail, requestId, errors, retryAfter, headers }: Refusal);
}
/** 400: the request is malformed. */
export declare class BadRequestError extends APIError {
  readonly name = "BadRequestError";
}
/** 401: the key is missing, unknown, expired or revoked. */
export declare class AuthenticationError extends APIError {
  readonly name = "AuthenticationError";
}
/** 403: the key lacks the scope, or a rule of the deployment forbids it. */
export declare class PermissionDeniedError extends APIError {
  readonly name = "PermissionDeniedError";
}
/** 404: it does not exist, or belongs to another tenant. */
export declare class NotFoundError extends APIError {
  readonly name = "NotFoundError";
}
/** 409: the state of the resource does not allow it. */
export declare class ConflictError extends APIError {
  readonly name = "ConflictError";
}
/** 410: it existed, and is no longer stored. */
export declare class GoneError extends APIError {
  readonly name = "GoneError";
}
/** 412: the resource has changed since the version of `ifMatch`. */
export declare class PreconditionFailedError extends APIError {
  readonly name = "PreconditionFailedError";
}
/** 422: the request does not pass validation; `errors` has the invalid parts. */
export declare class UnprocessableEntityError extends APIError {
  readonly name = "UnprocessableEntityError";
}
/** 429: too many requests, or too many of something; `retryAfter` says when to try again. */
export declare class RateLimitError extends APIError {
  readonly name = "RateLimitError";
}
/** 500 and above: the service failed. */
export declare class InternalServerError extends APIError {
  readonly name = "InternalServerError";
}
/** Returns the error of a rejected request, of the class for its status. */
export declare function apiError(refusal: Refusal): APIError;
/** `not_opspawn`: the server at this URL is not an Opspawn service. */
export type ConnectionErrorCode = "unreachable" | "timed_out" | "not_opspawn";
/** There is no response, or a response that is not Opspawn's. */
export declare class ConnectionError extends OpspawnError {
  readonly name: string;
  readonly code: ConnectionErrorCode;
  /** The configured URL of the service. */
  readonly url: string;
  /** HTTP status of a response that another server sent, such as a gateway; otherwise null. */
  readonly status: number | null;
  constructor(
    url: string,
    reason: string,
    more?: {
      code?: ConnectionErrorCode;
      status?: number;
      cause?: unknown;
    },
  );
}
/** There is no response within the timeout. */
export declare class ConnectionTimeoutError extends ConnectionError {
  readonly name = "ConnectionTimeoutError";
  constructor(url: string, cause: unknown);
}
/** An event is missing from a task's stream, even after reconnecting. */
export declare class StreamGapError extends OpspawnError {
  readonly name = "StreamGapError";
  readonly code = "stream_gap";
  readonly taskId: string;
  /** `seq` of the missing event. */
  readonly missing: number;
  constructor(taskId: string, missing: number);
}
/** Whether a retry may succeed: the service is unreachable or overloaded. */
export declare function isTransient(error: unknown): boolean;

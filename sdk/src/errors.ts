/**
 * Errors of the client, one class per cause: the service rejected the request, it is unreachable, or
 * its event stream has a gap. No error contains the key or a header.
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
}

/** The service rejected the request with a problem document (RFC 9457). */
export class RefusedError extends OpspawnError {
  override readonly name = "RefusedError";
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

  constructor({ status, code, detail, requestId, errors, retryAfter }: Refusal) {
    super(detail);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = requestId ?? null;
    this.errors = errors ?? [];
    this.retryAfter = retryAfter ?? null;
  }
}

/** `not_opspawn`: the server at this URL is not an Opspawn service. */
export type UnreachableCode = "unreachable" | "timed_out" | "not_opspawn";

/** No response, no response in time, or a response that is not Opspawn's. */
export class UnreachableError extends OpspawnError {
  override readonly name = "UnreachableError";
  readonly code: UnreachableCode;
  /** The configured URL of the service. */
  readonly url: string;
  /** HTTP status of a response that another server sent, such as a gateway; otherwise null. */
  readonly status: number | null;

  constructor(
    url: string,
    message: string,
    more: { code?: UnreachableCode; status?: number; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? {} : { cause: more.cause });
    this.url = url;
    this.code = more.code ?? "unreachable";
    this.status = more.status ?? null;
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
  if (error instanceof RefusedError) {
    const { status, code } = error;
    const isInProgress = status === 409 && code === "idempotency_in_progress";
    return status === 429 || status === 503 || isInProgress;
  }
  if (error instanceof UnreachableError) {
    const { status } = error;
    return error.code !== "not_opspawn" || (status !== null && (status >= 500 || status === 429));
  }
  return error instanceof StreamGapError;
}

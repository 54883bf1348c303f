/**
 * What can go wrong between a program and the service, each a class to branch on: the service says
 * no, it is not there, or its stream of events has a hole. No error holds the key or a header.
 */

/** One thing that is wrong with a request. */
export interface Fault {
  /** A JSON pointer into the body, or the name of a parameter. */
  readonly pointer: string;
  readonly detail: string;
}

/** What every failure of this client is. `code` is stable; sentences are not. */
export abstract class OpspawnError extends Error {
  abstract readonly code: string;
}

/** What a refusal says. */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId?: string | null;
  readonly errors?: readonly Fault[];
  readonly retryAfter?: number | null;
}

/** The service said no, and why: a problem document of RFC 9457. */
export class RefusedError extends OpspawnError {
  override readonly name = "RefusedError";
  /** The HTTP status. */
  readonly status: number;
  /** One of the codes in docs/reference/errors.md. */
  readonly code: string;
  /** A sentence for people; the same as `message`. */
  readonly detail: string;
  /** What to quote when the failure is reported; null for a refused socket. */
  readonly requestId: string | null;
  /** Each thing that is wrong with the request, where that is what was refused. */
  readonly errors: readonly Fault[];
  /** Seconds after which the service wants to be asked again; null where it does not say. */
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

/** `not_opspawn`: something answers that does not speak this API. */
export type UnreachableCode = "unreachable" | "timed_out" | "not_opspawn";

/** Nobody answers at the address, not in time, or somebody else does. */
export class UnreachableError extends OpspawnError {
  override readonly name = "UnreachableError";
  readonly code: UnreachableCode;
  /** Where the service should be. */
  readonly url: string;
  /** The status of an answer that is not the service's, such as a gateway's; else null. */
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

/** The stream of a task's events lacks one, however often it was asked for. */
export class StreamGapError extends OpspawnError {
  override readonly name = "StreamGapError";
  override readonly code = "stream_gap";
  readonly taskId: string;
  /** The `seq` of the event that never came. */
  readonly missing: number;

  constructor(taskId: string, missing: number) {
    super(`Event ${missing} of ${taskId} is missing from the stream`);
    this.taskId = taskId;
    this.missing = missing;
  }
}

/** Whether it may be over soon: nobody answers, or the one who does has too much to do. */
export function isPassing(error: unknown): boolean {
  if (error instanceof RefusedError) {
    const { status, code } = error;
    return status === 429 || status === 503 || code === "idempotency_in_progress";
  }
  if (error instanceof UnreachableError) {
    const { status } = error;
    return error.code !== "not_opspawn" || (status !== null && (status >= 500 || status === 429));
  }
  return error instanceof StreamGapError;
}

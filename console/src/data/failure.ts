/** Errors of the client, as the page shows them. */
import { APIError, ConnectionError } from "../../../sdk/src/index.ts";
import type { Failure } from "../parts/failure.ts";

/** Returns what to show of an error. A thrown error that is none of the client's is a bug. */
export function failureOf(error: unknown): Failure {
  if (error instanceof APIError) {
    const { status, code, detail, requestId, errors } = error;
    return { status, code, detail, requestId, fields: errors };
  }
  if (error instanceof ConnectionError) {
    return { status: 0, code: error.code, detail: error.message, requestId: null, fields: [] };
  }
  const detail = error instanceof Error ? error.message : String(error);
  return { status: -1, code: "console_error", detail, requestId: null, fields: [] };
}

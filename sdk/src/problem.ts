/** Maps unsuccessful responses to errors. */
import { apiError, ConnectionError, type Fault, type OpspawnError } from "./errors.ts";

/** An HTTP-date starts with a weekday. */
const HTTP_DATE = /^[A-Z][a-z]{2},/;

/** Returns the error for an unsuccessful response. Never throws. */
export async function errorFrom(url: string, response: Response): Promise<OpspawnError> {
  const { status, headers } = response;
  const problem = recordIn(await response.text().catch(() => ""));
  const { code, detail, title, errors, request_id: requestId } = problem ?? {};
  if (typeof code !== "string") {
    return new ConnectionError(url, `the response (${status}) is not from Opspawn`, {
      code: "not_opspawn",
      status,
    });
  }
  return apiError({
    status,
    code,
    detail: textIn(detail) ?? textIn(title) ?? code,
    requestId: textIn(requestId) ?? headers.get("X-Request-Id"),
    errors: Array.isArray(errors) ? errors.filter(isFault) : [],
    retryAfter: secondsIn(headers.get("Retry-After")),
    headers,
  });
}

/** Parses a JSON object. Returns null for anything else. */
export function recordIn(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

/** Parses `Retry-After` in either form. Returns seconds from now, or null. */
function secondsIn(retryAfter: string | null): number | null {
  if (retryAfter !== null && HTTP_DATE.test(retryAfter)) {
    const ms = Date.parse(retryAfter) - Date.now();
    return Number.isNaN(ms) ? null : Math.max(0, Math.ceil(ms / 1000));
  }
  return retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null;
}

function textIn(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function isFault(value: unknown): value is Fault {
  const { pointer, detail } = (value ?? {}) as Partial<Fault>;
  return typeof pointer === "string" && typeof detail === "string";
}

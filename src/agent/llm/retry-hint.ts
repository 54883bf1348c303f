/** Reads how long a provider asks clients to wait before a retry. */
import { parseRetryAfter } from "../../run/value/backoff.ts";
import { isJsonObject } from "../../run/value/json.ts";

/**
 * Returns the wait in milliseconds from the headers, Google's details or OpenAI's message. Null if
 * there is none.
 */
export function retryHint(headers: unknown, details: unknown, message: string): number | null {
  return fromHeaders(headers) ?? fromDetails(details) ?? fromSentence(message);
}

function fromHeaders(headers: unknown): number | null {
  if (!(headers instanceof Headers)) {
    return null;
  }
  const ms = numeral(headers.get("retry-after-ms"));
  if (ms !== null) {
    return ms;
  }
  return parseRetryAfter(headers.get("retry-after"), Date.now());
}

/** Google sends `{"@type": "…RetryInfo", "retryDelay": "48s"}` in the details. */
function fromDetails(details: unknown): number | null {
  for (const detail of Array.isArray(details) ? details : []) {
    const delay: unknown = isJsonObject(detail) ? detail["retryDelay"] : undefined;
    if (typeof delay === "string") {
      return duration(delay);
    }
  }
  return null;
}

/** OpenAI: "Please try again in 3.89s", "20ms" or "1m30.5s". Google: "Please retry in 48.9s". */
function fromSentence(message: string): number | null {
  const said = /(?:try again|retry) in ((?:\d+(?:\.\d+)?(?:ms|h|m|s))+)/i.exec(message)?.[1];
  return said === undefined ? null : duration(said);
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a duration such as `1m30.5s`, in milliseconds; null if there is none. */
export function duration(text: string): number | null {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  const sum = parts.reduce((ms, [, n, unit]) => ms + Number(n) * (UNITS[unit ?? ""] ?? 0), 0);
  return parts.length === 0 ? null : Math.ceil(sum);
}

/** Reads a decimal number of at least 0; null if the text is none. */
export function numeral(text: string | null): number | null {
  return text !== null && /^\s*\d{1,15}(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}

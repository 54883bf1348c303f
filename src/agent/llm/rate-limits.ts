/**
 * Reads the rate limits that providers state in the headers of their responses.
 *
 * - OpenAI and many compatible servers: `x-ratelimit-{limit,remaining,reset}-{requests,tokens}`, the
 *   resets as durations (platform.openai.com/docs/guides/rate-limits).
 * - Anthropic: `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,
 *   reset}`, the resets in RFC 3339 (docs.anthropic.com/en/api/rate-limits).
 * - OpenRouter: `x-ratelimit-reset` of a refusal, milliseconds since the epoch
 *   (openrouter.ai/docs/api-reference/limits). Its limit is of an unknown period, so it is not used.
 * - Google states nothing in headers; its refusals say how long to wait in their bodies.
 */
import {
  LIMITED_UNITS,
  type LimitedUnit,
  type ReportedLimit,
  type ReportedLimits,
} from "../../run/value/rate-limits.ts";
import { duration, numeral } from "./retry-hint.ts";

type Part = "limit" | "remaining" | "reset";

/** Names of the headers of a unit, in the style of each provider. */
const NAMES: Readonly<Record<LimitedUnit, (part: Part) => readonly string[]>> = {
  requests: (part) => [`x-ratelimit-${part}-requests`, `anthropic-ratelimit-requests-${part}`],
  // Anthropic's `tokens` header repeats the stricter of the other two.
  tokens: (part) => [`x-ratelimit-${part}-tokens`],
  input_tokens: (part) => [`anthropic-ratelimit-input-tokens-${part}`],
  output_tokens: (part) => [`anthropic-ratelimit-output-tokens-${part}`],
};

/** Returns the limits that the headers of a response state; null if there are none. */
export function reportedLimits(headers: unknown): ReportedLimits | null {
  if (!(headers instanceof Headers)) {
    return null;
  }
  const limits: { [U in LimitedUnit]?: ReportedLimit } = {};
  for (const unit of LIMITED_UNITS) {
    const limit = numeral(textOf(headers, unit, "limit"));
    const remaining = numeral(textOf(headers, unit, "remaining"));
    if (limit !== null || remaining !== null) {
      limits[unit] = {
        ...(limit !== null && { limit }),
        ...(remaining !== null && { remaining }),
      };
    }
  }
  return Object.keys(limits).length === 0 ? null : limits;
}

/**
 * Returns when a refused request may be repeated, as the resets of exhausted limits say:
 * milliseconds from now. Null if they say nothing.
 */
export function resetHint(headers: unknown, now: number): number | null {
  if (!(headers instanceof Headers)) {
    return null;
  }
  const waits = LIMITED_UNITS.flatMap((unit) => {
    const isExhausted = numeral(textOf(headers, unit, "remaining")) === 0;
    const wait = isExhausted ? waitOf(textOf(headers, unit, "reset"), now) : null;
    return wait === null ? [] : [wait];
  });
  const reset = numeral(headers.get("x-ratelimit-reset"));
  if (waits.length === 0 && reset !== null && reset > FROM_EPOCH) {
    waits.push(Math.max(0, Math.ceil(reset - now)));
  }
  return waits.length === 0 ? null : Math.max(...waits);
}

/** A larger number is a moment in milliseconds since the epoch, not a duration. */
const FROM_EPOCH = 1e12;

function textOf(headers: Headers, unit: LimitedUnit, part: Part): string | null {
  for (const name of NAMES[unit](part)) {
    const value = headers.get(name);
    if (value !== null) {
      return value;
    }
  }
  return null;
}

/** Reads a duration, such as `6m0s` or `12ms`, or a moment in RFC 3339. */
function waitOf(text: string | null, now: number): number | null {
  if (text === null) {
    return null;
  }
  const moment = /^\d{4}-\d{2}-\d{2}T/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(moment) ? duration(text) : Math.max(0, moment - now);
}

/**
 * Maps errors of providers and their SDKs to failure codes. SDKs are loaded lazily, so errors are
 * distinguished by their fields and not by class. The provider's error code has precedence over the
 * HTTP status: mid-stream errors have no status, and some providers send the wrong one.
 */
import {
  MODEL_FAILURES,
  type ModelFailure,
  type ModelFailureCode,
} from "../../run/value/failure.ts";
import { isJsonObject } from "../../run/value/json.ts";
import type { Endpoint } from "./endpoint.ts";
import { idIn, textOf } from "./field.ts";
import { MissingSdk } from "./missing-sdk.ts";
import { reportedLimits, resetHint } from "./rate-limits.ts";
import { retryHint } from "./retry-hint.ts";

/** An error that a provider reports after a successful start of a response. */
export class ReportedError extends Error {
  /** The provider's error object. */
  readonly error: unknown;
  readonly code: ModelFailureCode | null;
  /** @param code the failure code, if it is known and needs no classification */
  constructor(error: unknown, code: ModelFailureCode | null = null) {
    super("The provider reported an error.");
    this.name = "ReportedError";
    this.error = error;
    this.code = code;
  }
}

/** The common fields of an error, from a provider or an SDK. */
interface Facts {
  readonly status: number | null;
  /** Codes, types and reasons in lower case, most specific first. */
  readonly words: readonly string[];
  readonly message: string;
  /** MiniMax's code; "" if there is none. */
  readonly minimax: string;
  readonly details: unknown;
  readonly headers: unknown;
}

/**
 * Classifies an error thrown by a request to a provider.
 * @param answered whether the response had started; a connection lost after that is a cut stream
 */
export function failureOf(thrown: unknown, endpoint: Endpoint, answered: boolean): ModelFailure {
  if (thrown instanceof MissingSdk) {
    return { code: "provider_unavailable", message: thrown.message };
  }
  const facts = factsOf(thrown);
  const said =
    (thrown instanceof ReportedError ? thrown.code : null) ??
    codeByWords(facts) ??
    codeByStatus(facts.status) ??
    (thrown instanceof ReportedError
      ? "server_error"
      : isAbort(thrown)
        ? "timeout"
        : answered
          ? "cut_stream"
          : "connection_failed");
  // The same request is refused again, whatever the body calls it.
  const isRefused = facts.status === 401 || facts.status === 403 || facts.status === 404;
  const code =
    isRefused && MODEL_FAILURES[said].retryable ? (codeByStatus(facts.status) ?? said) : said;
  const retryAfterMs =
    retryHint(facts.headers, facts.details, facts.message) ??
    (code === "rate_limited" ? resetHint(facts.headers, Date.now()) : null);
  const limits = reportedLimits(facts.headers);
  const retryable = isRefused ? null : retryHeader(facts.headers);
  return {
    code,
    message: sentence(code, facts, endpoint),
    ...(retryAfterMs !== null && { retryAfterMs }),
    ...(limits !== null && { limits }),
    ...(retryable !== null && { retryable }),
  };
}

/**
 * Removes API keys and tokens in configured headers: some servers quote what they received, and it
 * must not enter the log.
 */
function scrubbed(text: string, { apiKey, headers = {} }: Endpoint): string {
  const tokens = Object.values(headers)
    .flatMap((value) => value.split(/\s+/))
    .filter((token) => token.length >= MIN_TOKEN);
  return [apiKey ?? "", ...tokens]
    .reduce(withoutKey, text)
    .replaceAll(/\b(?:sk|pk|rk)-[\w-]{8,}|\bAIza[\w-]{16,}/g, "[key]")
    .replaceAll(/\b(bearer\s+|[?&]key=)[^\s&"']+/gi, "$1[key]");
}

/** Masks a key, but one as short as a word only where it stands alone. */
function withoutKey(text: string, key: string): string {
  if (key === "" || key.length >= MIN_MASKED) {
    return key === "" ? text : text.replaceAll(key, "[key]");
  }
  const literal = key.replaceAll(/[^\w]/g, String.raw`\$&`);
  return text.replaceAll(new RegExp(String.raw`(?<!\w)${literal}(?!\w)`, "g"), "[key]");
}

/** Shorter words of a header, such as `true` or the name of an application, are no secrets. */
const MIN_TOKEN = 16;
/** Shorter keys, such as `key` or `test`, are parts of ordinary words. */
const MIN_MASKED = 8;

/** Error codes of the providers, and the failure codes they map to. */
const MEANINGS: readonly (readonly [ModelFailureCode, RegExp])[] = [
  [
    "quota_exhausted",
    /^(?:insufficient_(?:quota|credits|balance|funds)|exceeded_current_quota|quota_exceeded|billing_|quota_per_day|\w*spend_limit_reached|organization_on_hold|account_overdue|arrearage)/,
  ],
  [
    "context_too_long",
    /^(?:context_length_exceeded|request_too_large|request_body_too_large|string_above_max_length)/,
  ],
  [
    "content_filtered",
    /^(?:content_filter|content_policy|moderation|flagged|data_inspection_failed|\w*sensitive_content)/,
  ],
  [
    "authentication_failed",
    /^(?:authentication_error|invalid_api_key|api_key_invalid|permission_|unauthenticated|unauthorized|access_denied|invalid_authentication|incorrect_api_key)/,
  ],
  ["model_not_found", /^(?:(?:model_|resource_|deployment_)?not_found|model_not_open)/],
  [
    "rate_limited",
    /^(?:rate_limit|resource_exhausted|too_many_requests|too_many_tokens|tokens$|requests$|throttl|limit_requests|queue_exceeded)/,
  ],
  [
    "overloaded",
    /^(?:overloaded|unavailable|slow_down|engine_overloaded|server_overloaded|server_busy|service_unavailable|service_tier_capacity|model_not_ready|capacity)/,
  ],
  ["timeout", /^(?:timeout|deadline_exceeded|model_timeout|request_timeout|gateway_timeout)/],
  [
    "server_error",
    /^(?:api_error|server_error|internal|provider_error|processing_error|aborted$|model_stream_error|bad_gateway|tool_use_failed|json_validate_failed|unexpected_output)/,
  ],
  [
    "invalid_request",
    /^(?:invalid_|bad_?request|failed_precondition|out_of_range|unsupported_|validation_)/,
  ],
];

/** Numeric codes of GLM, SiliconFlow, Mistral and Cloudflare. */
const NUMBERS: ReadonlyMap<string, ModelFailureCode> = new Map([
  ["1113", "quota_exhausted"],
  ["1211", "model_not_found"],
  ["1261", "context_too_long"],
  ["1301", "content_filtered"],
  ["1302", "rate_limited"],
  ["1303", "rate_limited"],
  ["1304", "quota_exhausted"],
  ["1305", "overloaded"],
  ["3036", "quota_exhausted"],
  ["3040", "overloaded"],
  ["3505", "overloaded"],
  ["30001", "quota_exhausted"],
  ["50505", "overloaded"],
]);

/** Codes that MiniMax sends in a field of its own. */
const MINIMAX: ReadonlyMap<string, ModelFailureCode> = new Map([
  ["1001", "timeout"],
  ["1002", "rate_limited"],
  ["1004", "authentication_failed"],
  ["1008", "quota_exhausted"],
  ["1026", "content_filtered"],
  ["1027", "content_filtered"],
  ["1039", "rate_limited"],
  ["2013", "invalid_request"],
  ["2049", "authentication_failed"],
]);

/** Failures that can only be recognized by their message. */
const SENTENCES: readonly (readonly [ModelFailureCode, RegExp])[] = [
  [
    "context_too_long",
    /prompt is too long|maximum context length|context window|context length|input token count[^.]*exceeds|too many tokens in the (?:prompt|input)/i,
  ],
  ["quota_exhausted", /credit balance is too low|insufficient (?:credits|balance)|out of credits/i],
  ["authentication_failed", /api key not valid|invalid api key|incorrect api key/i],
];

function codeByWords({ status, words, message, minimax }: Facts): ModelFailureCode | null {
  const numbered = MINIMAX.get(minimax) ?? words.flatMap((word) => NUMBERS.get(word) ?? [])[0];
  if (numbered !== undefined) {
    return numbered;
  }
  // Message patterns refine a generic "invalid request". They do not apply to a 5xx.
  if (status === null || status < 500) {
    const said = SENTENCES.find(([, pattern]) => pattern.test(message));
    if (said !== undefined && status !== 429) {
      return said[0];
    }
  }
  // "Invalid request" is the least specific; a status with its own meaning has precedence.
  const found = words.flatMap((word) => MEANINGS.filter(([, pattern]) => pattern.test(word)));
  const telling = found.find(([code]) => code !== "invalid_request");
  if (telling !== undefined) {
    return telling[0];
  }
  return found.length > 0 && (status === null || status === 400) ? "invalid_request" : null;
}

function codeByStatus(status: number | null): ModelFailureCode | null {
  switch (status) {
    case null:
      return null;
    case 401:
    case 403:
      return "authentication_failed";
    case 402:
      return "quota_exhausted";
    case 404:
      return "model_not_found";
    case 408:
    case 504:
    case 524:
      return "timeout";
    case 413:
      return "context_too_long";
    case 429:
      return "rate_limited";
    // A conflict can be retried, as in OpenAI's SDK.
    case 409:
      return "server_error";
    case 503:
    case 529:
      return "overloaded";
    default:
      return status >= 500 ? "server_error" : "invalid_request";
  }
}

function isAbort(thrown: unknown): boolean {
  return (
    thrown instanceof Error && /^(?:APIUserAbortError|AbortError|TimeoutError)$/.test(thrown.name)
  );
}

function factsOf(thrown: unknown): Facts {
  const error = isJsonObject(thrown) ? (thrown as Record<string, unknown>) : {};
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  // The SDKs of OpenAI and Anthropic store the body in `error`; Google's uses it as the message.
  const payload = payloadOf(error["error"]) ?? payloadOf(parsed(said)) ?? {};
  const metadata = isJsonObject(payload["metadata"]) ? payload["metadata"] : {};
  const details = payload["details"];
  const code = payload["code"] ?? error["code"];
  const status =
    whole(error["status"]) ??
    whole(code) ??
    (typeof code === "string" ? whole(Number(code)) : null);
  const words = [
    ...reasonsIn(details),
    // Anthropic's more specific code.
    isJsonObject(details) ? details["error_code"] : undefined,
    ...(Array.isArray(metadata["reasons"]) || "flagged_input" in metadata ? ["flagged"] : []),
    code,
    payload["type"],
    error["type"],
    payload["status"],
    metadata["error_type"],
  ].flatMap((word) => (typeof word === "string" || typeof word === "number" ? [wordOf(word)] : []));
  const base = isJsonObject(payload["base_resp"]) ? payload["base_resp"] : {};
  const own = messageIn(payload, error["error"]) || textOf(base["status_msg"]);
  const raw = metadata["raw"];
  const message = own === "" ? plain(said) : own;
  return {
    status,
    words,
    // OpenRouter forwards the message of the underlying provider.
    message: typeof raw === "string" && !message.includes(raw) ? `${message}: ${raw}` : message,
    minimax: idIn(base["status_code"]),
    details,
    headers: error["headers"],
  };
}

/** Returns a code in lower case with underscores: some are written like `RateLimitExceeded`. */
function wordOf(code: string | number): string {
  return String(code)
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/**
 * Returns the sentence of an error; "" if there is none. A server may leave the inner one empty, or
 * describe the error in another field.
 */
function messageIn(payload: Record<string, unknown>, outer: unknown): string {
  const around = isJsonObject(outer) ? outer : {};
  const places = [payload, around];
  const found = places
    .flatMap((place) => [place["message"], place["msg"], place["detail"]])
    .find((one) => typeof one === "string" && one !== "");
  if (found !== undefined) {
    return textOf(found);
  }
  const raw = [payload["message"], payload["detail"], payload["errors"]].find(
    (one) => typeof one === "object" && one !== null,
  );
  return raw === undefined ? "" : JSON.stringify(raw);
}

/** Returns the innermost error object: providers wrap it once, and SDKs wrap it again. */
function payloadOf(value: unknown): Record<string, unknown> | null {
  if (typeof value === "string" && value !== "") {
    return { message: value };
  }
  let inner: unknown = Array.isArray(value) ? value[0] : value;
  for (let depth = 0; depth < 3; depth += 1) {
    if (!isJsonObject(inner)) {
      return null;
    }
    const next = inner["error"];
    if (!isJsonObject(next)) {
      return typeof next === "string" && inner["message"] === undefined
        ? { ...inner, message: next }
        : { ...inner };
    }
    inner = next;
  }
  return null;
}

/** Reads the reason and the quota from Google's error details. */
function reasonsIn(details: unknown): string[] {
  const words: string[] = [];
  for (const detail of Array.isArray(details) ? details.filter(isJsonObject) : []) {
    const violations = Array.isArray(detail["violations"]) ? detail["violations"] : [];
    if (violations.filter(isJsonObject).some(({ quotaId }) => textOf(quotaId).includes("PerDay"))) {
      words.push("quota_per_day");
    }
    words.push(textOf(detail["reason"]));
  }
  return words;
}

function retryHeader(headers: unknown): boolean | null {
  const said = headers instanceof Headers ? headers.get("x-should-retry") : null;
  return said === "true" ? true : said === "false" ? false : null;
}

function whole(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 100 && value < 600
    ? value
    : null;
}

function parsed(text: string): unknown {
  // An SDK may prefix the body with the status.
  const start = text.search(/[[{]/);
  if (start === -1) {
    return null;
  }
  try {
    return JSON.parse(text.slice(start));
  } catch {
    return null;
  }
}

/** Replaces an HTML page with a short description. */
function plain(said: string): string {
  return /<(?:!doctype|html|head|body)\b/i.test(said)
    ? `${/^\d{3} /.exec(said)?.[0] ?? ""}a web page instead of an answer`
    : said;
}

function sentence(code: ModelFailureCode, facts: Facts, endpoint: Endpoint): string {
  const says = scrubbed(facts.message, endpoint).trim();
  const ended = /[.!?…]$/.test(says) ? says : `${says}.`;
  return `${endpoint.provider}: ${ended}${advice(code, endpoint)}`;
}

function advice(code: ModelFailureCode, { provider, settings, baseUrl }: Endpoint): string {
  switch (code) {
    case "authentication_failed":
      return ` Set ${settings.key} to a valid key.`;
    case "connection_failed":
      return ` Check ${settings.url} and that the server is running.`;
    case "model_not_found":
      return baseUrl === undefined
        ? " Check the model's name."
        : ` Check the model's name, and the path of ${settings.url}.`;
    case "quota_exhausted":
      return ` Check the plan and the balance at ${provider}.`;
    case "context_too_long":
      return " Use fewer tool outputs, a smaller memory.max_messages, or a model with a longer context.";
    default:
      return "";
  }
}

/**
 * The closed list of failures in a run: the message of each code and, for model calls, whether a
 * retry may help. Codes are stable and public (docs/reference/errors.md). HTTP statuses are not
 * known here: `api/problem.ts` maps them. A message may be shown to a caller: it contains no secret
 * and no exception text of our own code.
 */
import { cut } from "./cut.ts";
import type { Untrusted } from "./trust.ts";
import { delayOf, type RetryPolicy } from "./backoff.ts";
import type { ReportedLimits } from "./rate-limits.ts";

interface CodeInfo {
  /** The default message, for failures that have none of their own. */
  readonly message: string;
}

interface ModelCodeInfo extends CodeInfo {
  /** Whether the same call may succeed when it is retried. */
  readonly retryable: boolean;
  /** Whether a fallback model may succeed after this failure. Absent: no. */
  readonly mayFallBack?: boolean;
}

/** Failures of one model call attempt. */
export const MODEL_FAILURES = {
  rate_limited: {
    retryable: true,
    mayFallBack: true,
    message: "The model provider's rate limit was reached.",
  },
  overloaded: { retryable: true, mayFallBack: true, message: "The model provider is overloaded." },
  server_error: {
    retryable: true,
    mayFallBack: true,
    message: "The model provider had an internal error.",
  },
  cut_stream: {
    retryable: true,
    mayFallBack: true,
    message: "The model's reply ended before it was complete.",
  },
  connection_failed: {
    retryable: true,
    mayFallBack: true,
    message: "The model provider could not be reached.",
  },
  timeout: { retryable: true, mayFallBack: true, message: "The model did not respond in time." },
  refused: { retryable: false, message: "The model refused to answer." },
  content_filtered: {
    retryable: false,
    message: "The provider's content filter stopped the reply.",
  },
  invalid_request: { retryable: false, message: "The model provider rejected the request." },
  authentication_failed: {
    retryable: false,
    mayFallBack: true,
    message: "The model provider rejected the API key.",
  },
  model_not_found: {
    retryable: false,
    mayFallBack: true,
    message: "The provider does not know this model.",
  },
  quota_exhausted: {
    retryable: false,
    mayFallBack: true,
    message: "The quota at the model provider is used up.",
  },
  context_too_long: {
    retryable: false,
    mayFallBack: true,
    message: "The conversation exceeds the model's context.",
  },
  reply_too_large: { retryable: false, message: "The model's reply exceeds the size limit." },
  provider_unavailable: {
    retryable: false,
    mayFallBack: true,
    message: "The model's provider is no longer configured.",
  },
  script_exhausted: { retryable: false, message: "The script has no entry left." },
} as const satisfies Record<string, ModelCodeInfo>;

/**
 * Failures of one tool call. Each becomes an observation for the model and does not end the run.
 */
export const TOOL_FAILURES = {
  unknown_tool: { message: "No tool has this name." },
  tool_unavailable: { message: "The tool no longer exists in this deployment." },
  invalid_arguments: { message: "The arguments do not match the tool's schema." },
  invalid_output: { message: "The tool's output does not match its schema." },
  output_too_large: { message: "The tool's output exceeds the size limit." },
  tool_error: { message: "The tool failed." },
  denied_by_policy: { message: "The agent's policy denies this call." },
  invalid_code: { message: "The code cannot be compiled." },
  code_threw: { message: "The code threw an error." },
  cpu_exceeded: { message: "The code exceeded its step or CPU limit." },
  memory_exceeded: { message: "The code exceeded its memory limit." },
  code_stopped: { message: "The code's isolate was stopped." },
  replay_mismatch: {
    message: "After an interruption the code made different calls than before.",
  },
  approval_required: {
    message:
      "This call needs a person's approval; code cannot wait for it. Call the tool directly.",
  },
  not_from_code: {
    message: "This tool cannot be called from code. Call it directly.",
  },
  limit_reached: { message: "The run's limit of tool calls is reached." },
  tool_timeout: { message: "The tool did not finish in time." },
  url_refused: { message: "Fetching this URL is not allowed." },
  too_many_redirects: { message: "The server redirected too often." },
  server_unreachable: { message: "The server could not be reached." },
  server_down: { message: "The server did not respond a short time ago, so it was not called." },
  response_too_large: { message: "The server's response is too large." },
  unexpected_content: { message: "The server's response is unusable." },
  http_error: { message: "The server responded with an error." },
  secret_missing: { message: "A secret that the tool needs is not set." },
  unauthorized: { message: "The server rejected the credentials." },
  mcp_protocol_error: {
    message: "The server violates the Model Context Protocol.",
  },
  authorization_required: {
    message: "A user must authorize the service to use this server first.",
  },
  authorization_failed: {
    message: "The authorization server did not issue a token.",
  },
  oauth_unavailable: {
    message: "The service cannot store OAuth tokens: OPSPAWN_ENCRYPTION_KEY is not set.",
  },
  mcp_error: { message: "The MCP server rejected the request." },
  mcp_tool_error: { message: "The MCP server reported that its tool failed." },
  approval_denied: { message: "A person denied this call." },
  approval_expired: { message: "The call was not approved in time." },
  questions_without_end: {
    message:
      "The server asked a new question on every attempt, so the call was stopped. It may or may not have taken effect.",
  },
  memory_not_found: { message: "The memory does not exist." },
  memory_conflict: { message: "The memory was changed by another task." },
  memory_full: { message: "The memory store is full." },
  memory_read_only: { message: "This block cannot be changed by tasks." },
  memory_unavailable: { message: "The memory store could not be reached." },
  tainted: {
    message:
      "The run has read untrusted content, so it cannot change a memory block without a person's approval.",
  },
  task_failed: { message: "The task failed:" },
  task_cancelled: { message: "The task was cancelled:" },
  task_timed_out: { message: "The task did not end in time and is cancelled:" },
  input_expired: { message: "The question was not answered in time." },
} as const satisfies Record<string, CodeInfo>;

/** Failures that end a run, in addition to a final model failure. */
export const RUN_FAILURES = {
  limit_reached: { message: "A limit of the run was reached." },
  recovery_exhausted: {
    message: "The run was interrupted too often to be resumed.",
  },
  out_of_memory: { message: "The run's process repeatedly ran out of memory." },
  outcome_unknown: {
    message:
      "It is unknown whether a tool call took effect, and the agent is set to fail in this case.",
  },
  planner_unavailable: { message: "The agent's planner no longer exists in this deployment." },
  attachment_missing: { message: "The content of an attached file does not exist any more." },
  provider_limited: {
    message: "The model's provider took no call of the run for too long.",
  },
  unpriced_model: {
    message: "No price is known for the model, and a budget applies.",
  },
  loop_detected: { message: "The run repeated the same tool calls." },
  wait_expired: { message: "A wait of the run was not answered in time." },
  dispatch_failed: { message: "The task could not be dispatched to its run." },
  log_lost: { message: "The run's log is gone." },
  log_corrupt: { message: "The run's log cannot be read." },
  internal_error: { message: "Internal error." },
} as const satisfies Record<string, CodeInfo>;

/** A code of `MODEL_FAILURES`. */
export type ModelFailureCode = keyof typeof MODEL_FAILURES;
/** A code of `TOOL_FAILURES`. */
export type ToolFailureCode = keyof typeof TOOL_FAILURES;

/** Returns whether a text is a code of `TOOL_FAILURES`. */
export function isToolFailure(code: string | null): code is ToolFailureCode {
  return code !== null && Object.hasOwn(TOOL_FAILURES, code);
}
type RunFailureCode = keyof typeof RUN_FAILURES;

/** Thrown by a tool that knows the code of its failure. The message is for the model. */
export class ToolStop extends Error {
  readonly code: ToolFailureCode;
  /** True if the request was not sent, so the call certainly had no effect. */
  readonly unsent: boolean;
  /** The source of the message, if it is untrusted. */
  readonly untrusted: Untrusted | undefined;
  constructor(
    code: ToolFailureCode,
    message: string = TOOL_FAILURES[code].message,
    options: ErrorOptions & { readonly unsent?: boolean; readonly untrusted?: Untrusted } = {},
  ) {
    super(message, options);
    this.name = "ToolStop";
    this.code = code;
    this.unsent = options.unsent ?? false;
    this.untrusted = options.untrusted;
  }
}

/** Returns the failure of a call that needs a secret which its tenant, or the host, may not use. */
export function secretMissing(name: string): ToolStop {
  return new ToolStop("secret_missing", `The secret ${name} is not there for this tool.`);
}

/** Appended to the message of a call that was sent and whose outcome is unknown. */
export const MAY_HAVE_ACTED = "It may or may not have taken effect.";

/**
 * Returns the reason for a failed run, as its last event stores it. The default message is the
 * code's own.
 */
export function runFailure(
  code: RunFailureCode,
  message: string = RUN_FAILURES[code].message,
): { readonly code: string; readonly message: string } {
  return { code, message };
}

/**
 * A failed model call: its code, a message for the log, and the provider's retry hint if it sent
 * one.
 */
export interface ModelFailure {
  readonly code: ModelFailureCode;
  readonly message: string;
  /** How long the provider asks the client to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Whether a retry may help, if the provider itself says so. Absent: the code decides. */
  readonly retryable?: boolean;
  /** The rate limits that the response states. */
  readonly limits?: ReportedLimits;
}

/** Returns whether the same call may succeed when it is retried. */
export function isRetryable(failure: ModelFailure): boolean {
  return failure.retryable ?? MODEL_FAILURES[failure.code].retryable;
}

/** Maximum characters of a message from a provider or a tool. */
const MAX_MESSAGE = 1000;

/** Shortens an external message, so that no failure can bloat the log. */
export function clipMessage(text: string): string {
  return text.length <= MAX_MESSAGE ? text.toWellFormed() : `${cut(text, MAX_MESSAGE - 1)}…`;
}

/** Returns whether a fallback model may succeed after a failure with this code. */
export function mayFallBack(code: string): boolean {
  const known: Readonly<Record<string, ModelCodeInfo>> = MODEL_FAILURES;
  return Object.hasOwn(known, code) && known[code]?.mayFallBack === true;
}

/**
 * Returns the pause before the next attempt in milliseconds, or null if no attempt may follow: the
 * failure is final, the attempts are used up, or the provider asks for a longer pause than the
 * policy allows.
 * @param failed failed attempts of this call, this one included
 * @param random 0 to 1; the pause is between half and all of its nominal length
 */
export function retryDelay(
  failure: ModelFailure,
  failed: number,
  policy: RetryPolicy,
  random: number,
): number | null {
  if (!isRetryable(failure) || failed >= policy.maxAttempts) {
    return null;
  }
  const pause = delayOf({ ...policy, jitter: [0.5, 1] }, failed, random);
  if (failure.retryAfterMs === undefined) {
    return pause;
  }
  return failure.retryAfterMs > policy.maxMs ? null : Math.max(pause, failure.retryAfterMs);
}

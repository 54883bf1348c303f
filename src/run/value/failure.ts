/**
 * The closed list of what can go wrong in a run: each code with what it means and, for model calls,
 * whether a retry may help. Codes are stable and public (docs/reference/errors.md). HTTP statuses are not known here: `api/problem.ts`
 * maps them. A failure's message is a sentence that a caller may see: it holds no secret and no
 * exception text of our own code.
 */
import { delayOf, type RetryPolicy } from "./backoff.ts";

interface Failure {
  /** What it means, for people; used where no better sentence is at hand. */
  readonly says: string;
}

interface ModelCodeInfo extends Failure {
  /** May the same call succeed if it is made again later? */
  readonly retryable: boolean;
  /** May another model succeed where this one failed for good? */
  readonly elsewhere?: boolean;
}

/** Failures of one model call attempt. */
export const MODEL_FAILURES = {
  rate_limited: {
    retryable: true,
    elsewhere: true,
    says: "The model provider's rate limit was reached.",
  },
  overloaded: { retryable: true, elsewhere: true, says: "The model provider is overloaded." },
  server_error: {
    retryable: true,
    elsewhere: true,
    says: "The model provider had an internal error.",
  },
  cut_stream: {
    retryable: true,
    elsewhere: true,
    says: "The model's reply ended before it was complete.",
  },
  connection_failed: {
    retryable: true,
    elsewhere: true,
    says: "The model provider could not be reached.",
  },
  timeout: { retryable: true, elsewhere: true, says: "The model did not respond in time." },
  refused: { retryable: false, says: "The model refused to answer." },
  content_filtered: { retryable: false, says: "The provider's content filter stopped the reply." },
  invalid_request: { retryable: false, says: "The model provider rejected the request." },
  authentication_failed: {
    retryable: false,
    elsewhere: true,
    says: "The model provider rejected the API key.",
  },
  model_not_found: {
    retryable: false,
    elsewhere: true,
    says: "The provider does not know this model.",
  },
  quota_exhausted: {
    retryable: false,
    elsewhere: true,
    says: "The quota at the model provider is used up.",
  },
  context_too_long: {
    retryable: false,
    elsewhere: true,
    says: "The conversation exceeds the model's context.",
  },
  reply_too_large: { retryable: false, says: "The model's reply exceeds the size limit." },
  script_exhausted: { retryable: false, says: "The script has no entry left." },
} as const satisfies Record<string, ModelCodeInfo>;

/** Failures of one tool call; each is an observation for the model, not the end of the run. */
export const TOOL_FAILURES = {
  unknown_tool: { says: "No tool has this name." },
  invalid_arguments: { says: "The arguments do not match the tool's schema." },
  invalid_output: { says: "The tool's output does not match its schema." },
  output_too_large: { says: "The tool's output exceeds the size limit." },
  tool_error: { says: "The tool failed." },
  denied_by_policy: { says: "The agent's policy denies this call." },
  invalid_code: { says: "The code cannot be compiled." },
  code_threw: { says: "The code threw an error." },
  cpu_exceeded: { says: "The code exceeded its step or CPU limit." },
  memory_exceeded: { says: "The code exceeded its memory limit." },
  code_stopped: { says: "The code's isolate was stopped." },
  replay_mismatch: {
    says: "After an interruption the code made different calls than before.",
  },
  approval_required: {
    says: "This call needs a person's approval; code cannot wait for it. Call the tool directly.",
  },
  not_from_code: {
    says: "This tool cannot be called from code. Call it directly.",
  },
  limit_reached: { says: "The run's limit of tool calls is reached." },
  tool_timeout: { says: "The tool did not finish in time." },
  url_refused: { says: "Fetching this URL is not allowed." },
  too_many_redirects: { says: "The server redirected too often." },
  server_unreachable: { says: "The server could not be reached." },
  response_too_large: { says: "The server's response is too large." },
  unexpected_content: { says: "The server's response is unusable." },
  http_error: { says: "The server responded with an error." },
  secret_missing: { says: "A secret that the tool needs is not set." },
  unauthorized: { says: "The server rejected the credentials." },
  mcp_protocol_error: {
    says: "The server violates the Model Context Protocol.",
  },
  authorization_required: {
    says: "A user must authorize the service to use this server first.",
  },
  authorization_failed: {
    says: "The authorization server did not issue a token.",
  },
  oauth_unavailable: {
    says: "The service cannot store OAuth tokens: OPSPAWN_ENCRYPTION_KEY is not set.",
  },
  mcp_error: { says: "The MCP server rejected the request." },
  mcp_tool_error: { says: "The MCP server reported that its tool failed." },
  approval_denied: { says: "A person denied this call." },
  approval_expired: { says: "The call was not approved in time." },
  questions_without_end: {
    says: "The server asked a new question on every attempt, so the call was stopped. It may or may not have taken effect.",
  },
  input_expired: { says: "The question was not answered in time." },
} as const satisfies Record<string, Failure>;

/** Failures that end a run, besides a model failure that is final. */
export const RUN_FAILURES = {
  limit_reached: { says: "A limit of the run was reached." },
  recovery_exhausted: {
    says: "The run was interrupted too often to be resumed.",
  },
  out_of_memory: { says: "The run's process repeatedly ran out of memory." },
  outcome_unknown: {
    says: "It is unknown whether a tool call took effect, and the agent is set to fail in this case.",
  },
  unpriced_model: {
    says: "No price is known for the model, and a budget applies.",
  },
  loop_detected: { says: "The run repeated the same tool calls." },
  wait_expired: { says: "A wait of the run was not answered in time." },
  dispatch_failed: { says: "The task could not be dispatched to its run." },
  log_lost: { says: "The run's log is gone." },
  log_corrupt: { says: "The run's log cannot be read." },
  internal_error: { says: "Internal error." },
} as const satisfies Record<string, Failure>;

export type ModelFailureCode = keyof typeof MODEL_FAILURES;
export type ToolFailureCode = keyof typeof TOOL_FAILURES;
type RunFailureCode = keyof typeof RUN_FAILURES;

/** What a tool throws where it knows which code its failure has; the message is for the model. */
export class ToolStop extends Error {
  readonly code: ToolFailureCode;
  /** What the tool was to do was not even asked for: there is no doubt about its effect. */
  readonly unsent: boolean;
  constructor(
    code: ToolFailureCode,
    message: string = TOOL_FAILURES[code].says,
    options: ErrorOptions & { readonly unsent?: boolean } = {},
  ) {
    super(message, options);
    this.name = "ToolStop";
    this.code = code;
    this.unsent = options.unsent ?? false;
  }
}

/** Of a call that was sent, and whose outcome nobody told. */
export const MAY_HAVE_ACTED = "It may or may not have taken effect.";

/** Why a run failed, as its last event has it; the message is the code's own unless one is given. */
export function runFailure(
  code: RunFailureCode,
  message: string = RUN_FAILURES[code].says,
): { readonly code: string; readonly message: string } {
  return { code, message };
}

/** A model call that failed: the class, a sentence for the log, and the provider's hint if it gave one. */
export interface ModelFailure {
  readonly code: ModelFailureCode;
  readonly message: string;
  /** How long the provider asks us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Whether another try may help, where the provider itself says so; else the code decides. */
  readonly retryable?: boolean;
}

/** Longest message kept from a provider or a tool. */
const MAX_MESSAGE = 1000;

/** A message of foreign origin, shortened so that no failure can bloat the log. */
export function clipMessage(text: string): string {
  return text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE - 1)}…`;
}

/** Whether a fallback model may do better than the one that failed with this code. */
export function mayDoBetter(code: string): boolean {
  const known: Readonly<Record<string, ModelCodeInfo>> = MODEL_FAILURES;
  return Object.hasOwn(known, code) && known[code]?.elsewhere === true;
}

/**
 * Returns how long to wait before the next attempt, in milliseconds, or null if there must be none:
 * the failure is final, the attempts are used up, or the provider asks for a longer pause than
 * the policy allows.
 * @param failed attempts of this call that have failed, this one included
 * @param random 0 to 1; the pause is between half and all of its nominal length
 */
export function retryDelay(
  failure: ModelFailure,
  failed: number,
  policy: RetryPolicy,
  random: number,
): number | null {
  const retryable = failure.retryable ?? MODEL_FAILURES[failure.code].retryable;
  if (!retryable || failed >= policy.maxAttempts) {
    return null;
  }
  const pause = delayOf({ ...policy, jitter: [0.5, 1] }, failed, random);
  if (failure.retryAfterMs === undefined) {
    return pause;
  }
  return failure.retryAfterMs > policy.maxMs ? null : Math.max(pause, failure.retryAfterMs);
}

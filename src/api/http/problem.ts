/**
 * Maps errors to HTTP: RFC 9457 problem documents, and the only table of statuses. `code` is
 * stable. A 500 never contains an exception's text.
 */
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { platformFailure } from "../../durable/platform-error.ts";
import { SettingError } from "../../env/config.ts";
import type { ObservedIds, Observer } from "../../observe.ts";
import type { ApiContext, ApiDeps } from "../context.ts";
import type { JsonPointer } from "../../run/value/json-pointer.ts";

/** The media type of a problem. */
export const PROBLEM_TYPE = "application/problem+json";

/** Status and title of every problem code. */
export const PROBLEMS = {
  malformed_json: [400, "The body is not valid JSON"],
  invalid_header: [400, "Invalid header"],
  unauthorized: [401, "A valid API key is required"],
  invalid_signature: [401, "Invalid signature"],
  forbidden: [403, "This key lacks the required scope"],
  foreign_host: [403, "Host name not allowed"],
  foreign_origin: [403, "Origin not allowed"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "Method not allowed"],
  task_over: [409, "The task has finished"],
  not_finished: [409, "The task has not finished"],
  approval_decided: [409, "The call needs no decision"],
  question_answered: [409, "The question was answered or withdrawn"],
  inbox_full: [409, "Too many unread messages"],
  not_started: [409, "The run has not started"],
  tool_exists: [409, "A tool with this name exists"],
  too_many_tools: [409, "Tool limit reached"],
  agent_exists: [409, "An agent with this name exists"],
  agent_built_in: [409, "The agent is built in"],
  too_many_agents: [409, "Agent limit reached"],
  mcp_server_exists: [409, "An MCP server with this name exists"],
  too_many_mcp_servers: [409, "MCP server limit reached"],
  too_many_webhooks: [409, "Webhook limit reached"],
  too_many_hooks: [409, "Hook limit reached"],
  too_many_secrets: [409, "Secret limit reached"],
  conversation_busy: [409, "A turn of the conversation has not ended"],
  schedule_exists: [409, "A schedule with this name exists"],
  too_many_schedules: [409, "Schedule limit reached"],
  memory_exists: [409, "A memory with this key exists"],
  attachment_in_use: [409, "A task uses the file"],
  too_many_attachments: [409, "File limit reached"],
  memory_full: [409, "The memory store is full"],
  webhook_disabled: [409, "The webhook is disabled"],
  oauth_not_configured: [409, "The MCP server is registered without OAuth"],
  key_over: [409, "The key is revoked or has expired"],
  idempotency_in_progress: [409, "The first request with this idempotency key is in progress"],
  cursor_expired: [410, "The cursor has expired"],
  precondition_failed: [412, "The resource has changed"],
  payload_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "The media type of the body is not accepted"],
  validation_failed: [422, "The request is invalid"],
  too_many_occurrences: [422, "Too many occurrences"],
  invalid_arguments: [422, "The arguments do not match the tool's schema"],
  unknown_task_type: [422, "Unknown task type"],
  unknown_agent: [422, "Unknown agent"],
  unknown_model: [422, "Unknown model"],
  unpriced_model: [422, "No price is known for this model"],
  provider_not_configured: [422, "The model's provider is not configured"],
  unknown_attachment: [422, "Unknown file"],
  unsupported_attachment: [422, "The model does not take the file"],
  attachment_mismatch: [422, "The file is not of its media type"],
  unknown_tool: [422, "Unknown tool"],
  unknown_mcp_server: [422, "Unknown MCP server"],
  secret_missing: [422, "A required secret is not set"],
  oauth_unavailable: [422, "The service cannot store OAuth tokens"],
  encryption_unavailable: [422, "The service cannot store secrets"],
  idempotency_key_reused: [422, "The idempotency key was used for a different request"],
  rate_limited: [429, "Too many requests"],
  internal_error: [500, "Internal error"],
  authorization_failed: [502, "The MCP server or its authorization server failed"],
  misconfigured: [503, "A setting of the service is invalid"],
  unavailable: [503, "The service is temporarily unavailable"],
} as const satisfies Record<string, readonly [ContentfulStatusCode, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One fault of a request; `pointer` is a JSON pointer into the body or query. */
export interface Fault {
  readonly pointer: string;
  readonly detail: string;
}

/** Rejects a request. Each transport maps it to its own error format. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: { faults?: readonly Fault[]; headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = "Problem";
    this.code = code;
    this.detail = detail;
    this.faults = more.faults ?? [];
    this.headers = more.headers ?? {};
  }
}

/** A fault as a value. The caller maps its pointer to the request body and throws it. */
export interface FieldFault extends Fault {
  readonly code: ProblemCode;
  readonly pointer: JsonPointer;
}

/** Returns the problem of one field. @param pointer place of the field in the body */
export function fieldProblem(code: ProblemCode, pointer: JsonPointer, detail: string): Problem {
  return new Problem(code, `${code === "validation_failed" ? `${pointer} ` : ""}${detail}`, {
    faults: [{ pointer, detail }],
  });
}

/** Path of the page that lists the problem codes. */
export const ERRORS_PATH = "/docs/errors";

/** The request that a problem answers. */
export interface Occasion {
  readonly requestId: string;
  /** URL of the page that explains the codes, each under its name as fragment. */
  readonly errorsUrl: string;
}

/** Returns the occasion of a request. */
export function occasionOf(c: ApiContext): Occasion {
  // Undefined if a setting is invalid.
  const deps: ApiDeps | undefined = c.var.deps;
  const origin = deps?.config.publicUrl ?? new URL(c.req.url).origin;
  return {
    requestId: c.var.requestId,
    errorsUrl: deps?.config.errorsUrl ?? `${origin}${ERRORS_PATH}`,
  };
}

/** A problem document (RFC 9457). */
export interface ProblemDocument {
  /** URL of the code's explanation. */
  readonly type: string;
  readonly title: string;
  readonly status: ContentfulStatusCode;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly request_id: string;
  readonly errors?: readonly Fault[];
}

/** Returns the problem document, for every transport. */
export function problemDocument(
  problem: Problem,
  { requestId, errorsUrl }: Occasion,
): ProblemDocument {
  const [status, title] = PROBLEMS[problem.code];
  return {
    type: `${errorsUrl}#${problem.code}`,
    title,
    status,
    detail: problem.detail,
    code: problem.code,
    request_id: requestId,
    ...(problem.faults.length === 0 ? {} : { errors: problem.faults }),
  };
}

/** Returns the response of a rejected request. */
export function problemResponse(c: ApiContext, problem: Problem): Response {
  const document = problemDocument(problem, occasionOf(c));
  return c.body(JSON.stringify(document), document.status, {
    ...problem.headers,
    "Content-Type": PROBLEM_TYPE,
  });
}

/** Returns the problem of an unexpected error. Only operators see the cause. */
function internalError(requestId: string): Problem {
  return new Problem("internal_error", `Internal error. Quote ${requestId} when you report it.`);
}

/**
 * Maps an error to a problem. Reports an unexpected one to operators only.
 * @param deps undefined if they could not be built
 */
export function foreseen(
  deps: { readonly observer: Observer } | undefined,
  front: string,
  error: unknown,
  ids: ObservedIds & Required<Pick<ObservedIds, "request_id">>,
): Problem {
  const problem = toProblem(error);
  if (problem !== null) {
    return problem;
  }
  deps?.observer.fault(front, error, ids);
  return internalError(ids.request_id);
}

/** Maps an expected failure to its problem. Returns null for an unexpected error. */
export function toProblem(error: unknown): Problem | null {
  if (error instanceof Problem) {
    return error;
  }
  if (error instanceof SettingError) {
    return new Problem("misconfigured", error.message, { headers: { "Retry-After": "60" } });
  }
  const failure = platformFailure(error);
  if (failure !== null) {
    return new Problem(
      "unavailable",
      "The service cannot reach a component it needs; try again shortly.",
      {
        headers: { "Retry-After": failure === "overloaded" ? "5" : "1" },
      },
    );
  }
  const text = error instanceof Error ? error.message : "";
  if (/D1_ERROR.*(no such (?:table|column)|has no column named)/i.test(text)) {
    return new Problem(
      "misconfigured",
      "The database is older than this version of the service: apply the migrations (`wrangler d1 migrations apply DB`).",
      { headers: { "Retry-After": "60" } },
    );
  }
  return /D1_ERROR.*(timeout|reset|maximum DB size|SQLITE_FULL)/i.test(text)
    ? new Problem("unavailable", "The database is busy; try again shortly.", {
        headers: { "Retry-After": "2" },
      })
    : null;
}

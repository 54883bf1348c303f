/**
 * Maps errors to gRPC: the only table of its codes, and the details with a problem's code, faults
 * and retry delay. Unexpected errors map to INTERNAL, without the exception's text.
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { foreseen, type Problem, type ProblemCode } from "../api/http/problem.ts";
import type { CallScene } from "./call.ts";
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from "./gen/google/rpc/error_details_pb.ts";

/** `domain` of `ErrorInfo`. */
const DOMAIN = "opspawn";

/** gRPC code of each problem. */
export const CODES: Readonly<Record<ProblemCode, Code>> = {
  malformed_json: Code.InvalidArgument,
  invalid_header: Code.InvalidArgument,
  unauthorized: Code.Unauthenticated,
  invalid_signature: Code.Unauthenticated,
  forbidden: Code.PermissionDenied,
  foreign_host: Code.PermissionDenied,
  foreign_origin: Code.PermissionDenied,
  not_found: Code.NotFound,
  method_not_allowed: Code.Unimplemented,
  task_over: Code.FailedPrecondition,
  not_finished: Code.FailedPrecondition,
  approval_decided: Code.FailedPrecondition,
  question_answered: Code.FailedPrecondition,
  inbox_full: Code.ResourceExhausted,
  not_started: Code.FailedPrecondition,
  tool_exists: Code.AlreadyExists,
  conversation_busy: Code.FailedPrecondition,
  schedule_exists: Code.AlreadyExists,
  memory_exists: Code.AlreadyExists,
  too_many_tools: Code.ResourceExhausted,
  agent_exists: Code.AlreadyExists,
  agent_built_in: Code.FailedPrecondition,
  too_many_agents: Code.ResourceExhausted,
  mcp_server_exists: Code.AlreadyExists,
  too_many_mcp_servers: Code.ResourceExhausted,
  too_many_webhooks: Code.ResourceExhausted,
  too_many_hooks: Code.ResourceExhausted,
  too_many_secrets: Code.ResourceExhausted,
  too_many_schedules: Code.ResourceExhausted,
  attachment_in_use: Code.FailedPrecondition,
  too_many_attachments: Code.ResourceExhausted,
  memory_full: Code.ResourceExhausted,
  webhook_disabled: Code.FailedPrecondition,
  oauth_not_configured: Code.FailedPrecondition,
  key_over: Code.FailedPrecondition,
  cursor_expired: Code.OutOfRange,
  precondition_failed: Code.FailedPrecondition,
  payload_too_large: Code.ResourceExhausted,
  unsupported_media_type: Code.InvalidArgument,
  validation_failed: Code.InvalidArgument,
  invalid_arguments: Code.InvalidArgument,
  unknown_task_type: Code.InvalidArgument,
  unknown_agent: Code.InvalidArgument,
  too_many_occurrences: Code.InvalidArgument,
  unknown_model: Code.InvalidArgument,
  // The same request succeeds once the service has the price, or the provider's key.
  unpriced_model: Code.FailedPrecondition,
  provider_not_configured: Code.FailedPrecondition,
  unknown_attachment: Code.InvalidArgument,
  unsupported_attachment: Code.InvalidArgument,
  attachment_mismatch: Code.InvalidArgument,
  unknown_tool: Code.InvalidArgument,
  unknown_mcp_server: Code.InvalidArgument,
  // The same request succeeds once the service has the secret, or an encryption key.
  secret_missing: Code.FailedPrecondition,
  oauth_unavailable: Code.FailedPrecondition,
  encryption_unavailable: Code.FailedPrecondition,
  // The same request succeeds with an unused key.
  idempotency_key_reused: Code.FailedPrecondition,
  rate_limited: Code.ResourceExhausted,
  idempotency_in_progress: Code.Aborted,
  internal_error: Code.Internal,
  authorization_failed: Code.Unavailable,
  misconfigured: Code.Unavailable,
  unavailable: Code.Unavailable,
};

/** Maps an error to a `ConnectError`. Returns a `ConnectError` unchanged. */
export function grpcErrorOf(scene: CallScene, error: unknown): ConnectError {
  if (error instanceof ConnectError) {
    return error;
  }
  const problem = foreseen(scene.deps, "grpc", error, { request_id: scene.requestId });
  return connectError(problem, scene.requestId);
}

function connectError({ code, detail, faults, headers }: Problem, requestId: string): ConnectError {
  const seconds = Number(headers["Retry-After"] ?? 0);
  return new ConnectError(detail, CODES[code], undefined, [
    {
      desc: ErrorInfoSchema,
      value: {
        reason: code.toUpperCase(),
        domain: DOMAIN,
        metadata: { code, request_id: requestId },
      },
    },
    ...(faults.length === 0
      ? []
      : [
          {
            desc: BadRequestSchema,
            value: {
              fieldViolations: faults.map((fault) => ({
                field: fault.pointer,
                description: fault.detail,
              })),
            },
          },
        ]),
    ...(seconds === 0
      ? []
      : [{ desc: RetryInfoSchema, value: { retryDelay: { seconds: BigInt(seconds) } } }]),
  ]);
}

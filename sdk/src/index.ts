/** The public API: everything that `import … from "opspawn"` exports. */
export { Opspawn, type OpspawnOptions } from "./opspawn.ts";
export {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  ConnectionError,
  ConnectionTimeoutError,
  GoneError,
  InternalServerError,
  NotFoundError,
  OpspawnError,
  PermissionDeniedError,
  PreconditionFailedError,
  RateLimitError,
  StreamGapError,
  UnprocessableEntityError,
  type ConnectionErrorCode,
  type Fault,
  type Refusal,
} from "./errors.ts";
export { DEFAULTS, type Backoff, type Reconnect, type Settings } from "./settings.ts";
export type { ApiPromise, WithResponse } from "./api-promise.ts";
export {
  needsHuman,
  TERMINAL_STATUSES,
  TERMINAL_TYPES,
  type EventOf,
  type EventType,
  type TaskEvent,
  type WaitName,
} from "./event.ts";
export type { CallOptions, ConditionalOptions, KeyedOptions } from "./api.ts";
export type {
  AttachOptions,
  CountsQuery,
  FollowOptions,
  StreamOptions,
  TaskQuery,
  Tasks,
  WaitOptions,
} from "./tasks.ts";
export type { ItemOf, ListPage, Paged } from "./pages.ts";
export {
  QuestionError,
  SchemaMismatchError,
  TaskFailedError,
  type Decision,
  type RunResult,
  type TaskStream,
  type Waiting,
} from "./task-stream.ts";
export type { Draft } from "./view/reply-text.ts";
export type { Question } from "./view/questions.ts";
export type { JsonSchema, SchemaIssue, StandardSchema } from "./schema.ts";
export {
  unwrap,
  WebhookVerificationError,
  type ReceivedRequest,
  type UnwrapOptions,
  type WebhookErrorCode,
  type WebhookEvent,
} from "./webhook-events.ts";
export type { Feed, FeedChange, FeedWatchOptions } from "./feed.ts";
export type { TaskInbox } from "./task-inbox.ts";
export type { Agents } from "./agents.ts";
export type { Tools } from "./tools.ts";
export type { McpServers } from "./mcp-servers.ts";
export type { Keys } from "./keys.ts";
export type { Attachments } from "./attachments.ts";
export type { UploadedFile } from "./api.ts";
export type { Secrets } from "./secrets.ts";
export type { Telemetry } from "./telemetry.ts";
export { CALLBACKS, type Webhooks } from "./webhooks.ts";
export type { Hooks } from "./hooks.ts";
export type { Conversations, TurnOptions } from "./conversations.ts";
export type { Memory } from "./memory.ts";
export type { SubjectRecord, Subjects } from "./subjects.ts";
export type { Schedules } from "./schedules.ts";
export type { Budgets, Usage } from "./money.ts";
export type { Audit, HealthCheck, InvariantChecks } from "./system.ts";
export type { WebSocketClass } from "./socket-events.ts";
export type { EventQuery, TreeEventQuery } from "./event-query.ts";
export type { TreeWatchOptions, WatchedTreeEvent } from "./tree-events.ts";
export type { ConnectionChange, WatchOptions } from "./watch.ts";
export {
  defineConfig,
  type OwnedKind,
  type SecretReference,
  type TenantConfig,
} from "./tenant-config.ts";
export type * from "./model.ts";

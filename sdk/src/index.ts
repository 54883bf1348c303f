/** The public API: everything that `import … from "opspawn"` exports. */
export { Opspawn, type OpspawnOptions } from "./opspawn.ts";
export {
  OpspawnError,
  RefusedError,
  StreamGapError,
  UnreachableError,
  type Fault,
  type Refusal,
  type UnreachableCode,
} from "./errors.ts";
export { DEFAULT_RETRY, type RetryPolicy } from "./retry.ts";
export { DEFAULT_TIMEOUTS, type Timeouts } from "./timeouts.ts";
export {
  needsHuman,
  TERMINAL_STATUSES,
  TERMINAL_TYPES,
  type EventOf,
  type EventType,
  type TaskEvent,
  type WaitName,
} from "./event.ts";
export type { CallOptions, ConditionalOptions, KeyedOptions, Tagged } from "./api.ts";
export type {
  Decision,
  FollowOptions,
  TaskQuery,
  Tasks,
  WaitOptions,
  WatchOptions,
} from "./tasks.ts";
export type { ItemOf, ListPage, Paged } from "./pages.ts";
export type { Agents } from "./agents.ts";
export type { Tools } from "./tools.ts";
export type { McpServers } from "./mcp-servers.ts";
export type { Keys } from "./keys.ts";
export { CALLBACKS, type Webhooks } from "./webhooks.ts";
export type { Hooks } from "./hooks.ts";
export type { Budgets, Usage } from "./money.ts";
export type { Audit, HealthCheck, InvariantChecks } from "./system.ts";
export type { WebSocketClass } from "./socket-events.ts";
export type { ConnectionChange } from "./watch.ts";
export type * from "./model.ts";

/**
 * Tasks as rows: what was submitted, plus the newest projection of the run's log. A row is mapped
 * here, once.
 */
import type { AgentConfig, RunLimits, RunSpec } from "../../run/spec/spec.ts";
import type { JsonObject, JsonValue } from "../../run/value/json.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { ToolDefinition } from "../../run/spec/tool-definition.ts";
import { INITIAL_STATE, type TaskStatus } from "../../run/log/state.ts";
import { viewOf, type RunView } from "../../run/decide/view.ts";
import type { WebhookType } from "../../run/value/webhook-type.ts";

export interface TaskRow {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly task_type: string;
  readonly name: string | null;
  readonly status: TaskStatus;
  readonly waiting_for: string | null;
  readonly waiting_until: string | null;
  readonly input_data: JsonObject;
  readonly agent: string;
  readonly agent_version: number;
  readonly config: AgentConfig;
  readonly limits: RunLimits;
  readonly metadata: JsonObject;
  readonly priority: number;
  readonly attempt: number;
  readonly retry_of: string | null;
  readonly scheduled_at: string | null;
  /** The tenant's tools that the run may use, as they were at submission. */
  readonly tools: readonly ToolDefinition[];
  /** The MCP servers that the run may use, as they were at submission. */
  readonly mcp_servers: readonly McpServerDefinition[];
  /** Where the task's news are sent, besides the tenant's webhooks. */
  readonly callback_url: string | null;
  /** The event types that webhooks subscribed to when the task was submitted. */
  readonly webhooks: readonly WebhookType[];
  /** Whether its run works only while it holds one of its tenant's slots. */
  readonly slotted: boolean;
  readonly result: JsonValue;
  readonly error: RunView["error"];
  readonly usage: RunView["usage"];
  readonly last_seq: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
}

/** A task as a list has it: what is too large for a page of a hundred is null. */
export type ListedTask = Omit<TaskRow, "input_data" | "config" | Snapshot> & {
  readonly input_data: JsonObject | null;
  readonly config: Pick<AgentConfig, "model" | "planner">;
};

/** What a new task is; the rest of its row follows. */
export type NewTask = Pick<
  TaskRow,
  | "tenant_id"
  | "task_id"
  | "task_type"
  | "name"
  | "input_data"
  | "agent"
  | "agent_version"
  | "config"
  | "limits"
  | "metadata"
  | "priority"
  | "attempt"
  | "retry_of"
  | "scheduled_at"
  | "tools"
  | "mcp_servers"
  | "callback_url"
  | "created_at"
>;

/** A new task as stored: with the subscribed event types, and whether it needs a slot. */
export type StoredTask = NewTask & Pick<TaskRow, "webhooks" | "slotted">;

/** A task by its name alone. */
export type TaskName = Pick<TaskRow, "tenant_id" | "task_id">;

/** What a task has used that no run has told of yet. */
const NO_USAGE = viewOf(INITIAL_STATE).usage;

/** The data a run receives about its task. */
export function specOf(row: StoredTask): RunSpec {
  const { task_id, tenant_id, input_data, agent, agent_version, config, limits } = row;
  const { scheduled_at, tools, mcp_servers, webhooks, slotted, priority } = row;
  return {
    task_id,
    tenant_id,
    input_data,
    agent,
    agent_version,
    config,
    limits,
    ...(scheduled_at === null ? {} : { scheduled_at }),
    ...(tools.length === 0 ? {} : { tools: [...tools] }),
    ...(mcp_servers.length === 0 ? {} : { mcp_servers: [...mcp_servers] }),
    ...(webhooks.length === 0 ? {} : { webhooks: [...webhooks] }),
    ...(slotted ? { concurrency: { priority } } : {}),
  };
}

/** A task as it is right after it was accepted. */
export function asAccepted(task: StoredTask): TaskRow {
  return {
    ...task,
    status: "pending",
    waiting_for: null,
    waiting_until: null,
    result: null,
    error: null,
    usage: NO_USAGE,
    last_seq: 0,
    updated_at: task.created_at,
    started_at: null,
    completed_at: null,
  };
}

type JsonColumn = "config" | "limits" | "metadata";
type NullableJsonColumn = "input_data" | "result" | "error" | "usage";
/** What a task was submitted with, absent where it was nothing. */
export type Snapshot = "tools" | "mcp_servers" | "webhooks" | "slotted";
/** A row as a list reads it: its JSON is text. */
export type RawTask = Omit<TaskRow, JsonColumn | NullableJsonColumn | Snapshot> &
  Record<JsonColumn, string> &
  Record<NullableJsonColumn, string | null>;
/** Columns that are no business of clients. */
interface Bookkeeping {
  readonly dispatched_at: string;
  readonly dispatches: number;
  readonly check_at: string | null;
}
/** A row read whole: its input is there. */
export type WholeRow = RawTask & { readonly input_data: string } & Readonly<
    Record<Exclude<Snapshot, "slotted">, string | null> & Record<"slotted", number | null>
  >;

/** Returns a row of the table as a task; one that was read for a list lacks what lists do not read. */
export function rowOf(raw: WholeRow): TaskRow;
export function rowOf(raw: RawTask): ListedTask;
export function rowOf(
  raw: RawTask & Partial<Bookkeeping> & Partial<Pick<WholeRow, Snapshot>>,
): ListedTask & Pick<TaskRow, Snapshot> {
  const { dispatched_at: _at, dispatches: _n, check_at: _check, ...row } = raw;
  return {
    ...row,
    input_data: raw.input_data === null ? null : (JSON.parse(raw.input_data) as JsonObject),
    config: JSON.parse(raw.config) as AgentConfig,
    limits: JSON.parse(raw.limits) as RunLimits,
    metadata: JSON.parse(raw.metadata) as JsonObject,
    result: raw.result === null ? null : (JSON.parse(raw.result) as JsonValue),
    error: raw.error === null ? null : (JSON.parse(raw.error) as RunView["error"]),
    usage: raw.usage === null ? NO_USAGE : (JSON.parse(raw.usage) as RunView["usage"]),
    tools: JSON.parse(raw.tools ?? "[]") as ToolDefinition[],
    mcp_servers: JSON.parse(raw.mcp_servers ?? "[]") as McpServerDefinition[],
    webhooks: JSON.parse(raw.webhooks ?? "[]") as WebhookType[],
    slotted: raw.slotted === 1,
  };
}

/**
 * Rows of tasks: the submitted fields and the latest projection of the run's log. This is the only
 * place that maps a row to a task.
 */
import type { ConfigLayer, LimitLayer } from "../../run/spec/agent.ts";
import { rootOf, type ParentLink, type PinnedAgent } from "../../run/spec/child.ts";
import type { History } from "../../run/spec/history.ts";
import type { AgentConfig, RunLimits, RunSpec } from "../../run/spec/spec.ts";
import type { JsonObject, JsonValue } from "../../run/value/json.ts";
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import type { ToolDefinition } from "../../run/spec/tool-definition.ts";
import type { WaitName } from "../../run/log/event-data.ts";
import { INITIAL_STATE, type TaskStatus } from "../../run/log/state.ts";
import { viewOf, type RunView } from "../../run/decide/view.ts";
import type { TraceContext } from "../../run/value/trace-context.ts";
import type { Untrusted } from "../../run/value/trust.ts";
import type { WebhookType } from "../../run/value/webhook-type.ts";

/** Layers over the agent of a task. */
export interface TaskOverrides {
  readonly config: ConfigLayer;
  readonly limits: LimitLayer;
}

/**
 * How a task is linked to the task that started it, beyond the ids in columns of their own. Without
 * such a task, only `untrusted`.
 */
export interface Lineage extends Partial<Omit<ParentLink, "task_id">> {
  /** What the task that started this one, or made its schedule, had read. */
  readonly untrusted?: Untrusted;
}

export interface TaskRow {
  readonly tenant_id: string;
  readonly task_id: string;
  readonly task_type: string;
  readonly name: string | null;
  /** Who or what the task is about. */
  readonly subject: string | null;
  readonly parent_task_id: string | null;
  /** The first task of its tree; null for that task itself. */
  readonly root_task_id: string | null;
  /** Null for a task without a parent. */
  readonly depth: number | null;
  readonly lineage: Lineage | null;
  /** The agents that the run can give tasks to, as they were at submission. */
  readonly agents: readonly PinnedAgent[];
  /** Its place in the trace of its caller; null if the submission stated none. */
  readonly trace: TraceContext | null;
  readonly status: TaskStatus;
  readonly waiting_for: WaitName | null;
  readonly waiting_until: string | null;
  readonly waiting: RunView["waiting"];
  readonly input_data: JsonObject;
  readonly agent: string;
  readonly agent_version: number;
  readonly config: AgentConfig;
  readonly limits: RunLimits;
  readonly metadata: JsonObject;
  readonly priority: number;
  readonly attempt: number;
  readonly retry_of: string | null;
  /** The schedule that submitted it. */
  readonly schedule_id: string | null;
  /** The batch that submitted it. */
  readonly group_id: string | null;
  readonly conversation_id: string | null;
  /** Its number in the conversation, from 1. */
  readonly turn: number | null;
  /** The task that it continues. */
  readonly continues_task_id: string | null;
  /** What earlier turns said; null for a first turn, and while it waits for the one before it. */
  readonly history: History | null;
  readonly scheduled_at: string | null;
  /** The tenant's tools that the run may use, as they were at submission. */
  readonly tools: readonly ToolDefinition[];
  /** The MCP servers that the run may use, as they were at submission. */
  readonly mcp_servers: readonly McpServerDefinition[];
  /** URL that receives the task's events, in addition to the tenant's webhooks. */
  readonly callback_url: string | null;
  /** The event types that webhooks subscribed to when the task was submitted. */
  readonly webhooks: readonly WebhookType[];
  /** What the submission itself set, over its agent; null if nothing. */
  readonly overrides: TaskOverrides | null;
  /** True if the run needs one of its tenant's slots to execute. */
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

/** A task in a list. Fields that are too large for a page of 100 tasks are null. */
export type ListedTask = Omit<TaskRow, "input_data" | "config" | Snapshot> & {
  readonly input_data: JsonObject | null;
  readonly config: Pick<AgentConfig, "model" | "planner">;
};

/** The fields of a new task. `asAccepted` adds the other fields of its row. */
export type NewTask = Pick<
  TaskRow,
  | "tenant_id"
  | "task_id"
  | "task_type"
  | "name"
  | "subject"
  | "parent_task_id"
  | "root_task_id"
  | "depth"
  | "lineage"
  | "agents"
  | "trace"
  | "input_data"
  | "agent"
  | "agent_version"
  | "config"
  | "limits"
  | "metadata"
  | "priority"
  | "attempt"
  | "retry_of"
  | "schedule_id"
  | "group_id"
  | "conversation_id"
  | "turn"
  | "continues_task_id"
  | "history"
  | "waiting_for"
  | "scheduled_at"
  | "tools"
  | "mcp_servers"
  | "callback_url"
  | "overrides"
  | "created_at"
>;

/** A new task as stored: with the subscribed event types, and whether it needs a slot. */
export type StoredTask = NewTask & Pick<TaskRow, "webhooks" | "slotted">;

/** Error codes of tasks whose log was unreadable or lost, so that it may have no end. */
export const GIVEN_UP: readonly string[] = ["log_corrupt", "log_lost", "out_of_memory"];

/** The key of a task. */
export type TaskName = Pick<TaskRow, "tenant_id" | "task_id">;

/** Usage of a task that has no projection yet. */
const NO_USAGE = viewOf(INITIAL_STATE).usage;

/** Returns the data that a run receives about its task. */
export function specOf(row: StoredTask): RunSpec {
  const { task_id, tenant_id, input_data, agent, agent_version, config, limits } = row;
  const { scheduled_at, tools, mcp_servers, webhooks, slotted, priority, metadata } = row;
  const { schedule_id, subject, agents, trace, history, conversation_id } = row;
  return {
    task_id,
    tenant_id,
    input_data,
    agent,
    agent_version,
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    config,
    limits,
    ...(scheduled_at === null ? {} : { scheduled_at }),
    ...(schedule_id === null ? {} : { schedule_id }),
    ...(tools.length === 0 ? {} : { tools: [...tools] }),
    ...(mcp_servers.length === 0 ? {} : { mcp_servers: [...mcp_servers] }),
    ...(subject === null ? {} : { subject }),
    ...(agents.length === 0 ? {} : { agents: [...agents] }),
    ...(agents.length === 0 || priority === 0 ? {} : { priority }),
    ...parentIn(row),
    ...(trace === null ? {} : { trace }),
    ...(conversation_id === null ? {} : { conversation_id }),
    ...(history === null ? {} : { history }),
    ...(webhooks.length === 0 ? {} : { webhooks: [...webhooks] }),
    ...(slotted ? { concurrency: { priority } } : {}),
  };
}

function parentIn({
  parent_task_id,
  lineage,
}: Pick<StoredTask, "parent_task_id" | "lineage">): Pick<RunSpec, "parent" | "untrusted"> {
  const { untrusted, call_id, path, on_end, conversation_id } = lineage ?? {};
  const isChild =
    parent_task_id !== null && call_id !== undefined && path !== undefined && on_end !== undefined;
  return {
    ...(isChild && {
      parent: {
        task_id: parent_task_id,
        call_id,
        path: [...path],
        on_end,
        ...(conversation_id !== undefined && { conversation_id }),
      },
    }),
    ...(untrusted === undefined ? {} : { untrusted }),
  };
}

/** The columns of a task outside of conversations. */
export const NO_CONVERSATION = {
  conversation_id: null,
  turn: null,
  continues_task_id: null,
  history: null,
} as const;

/** Returns the columns of a task's place in its tree. */
export function treeColumns(
  parent: ParentLink | null,
  untrusted: Untrusted | null,
): Pick<NewTask, "parent_task_id" | "root_task_id" | "depth" | "lineage"> {
  if (parent === null) {
    const lineage = untrusted === null ? null : { untrusted };
    return { parent_task_id: null, root_task_id: null, depth: null, lineage };
  }
  const { task_id, ...link } = parent;
  return {
    parent_task_id: task_id,
    root_task_id: rootOf(task_id, parent),
    depth: parent.path.length,
    lineage: { ...link, ...(untrusted === null ? {} : { untrusted }) },
  };
}

/** Returns a task in its initial state, as right after it was accepted. */
export function asAccepted(task: StoredTask): TaskRow {
  return {
    ...task,
    status: "pending",
    waiting_until: null,
    waiting: null,
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
type NullableJsonColumn = "input_data" | "waiting" | "result" | "error" | "usage";
/** Columns that record the tenant's setup at submission; null if there was none. */
export type Snapshot =
  | "tools"
  | "mcp_servers"
  | "webhooks"
  | "slotted"
  | "overrides"
  | "lineage"
  | "agents"
  | "trace"
  | "history";
/** A row as a list reads it: JSON columns are text. */
export type RawTask = Omit<TaskRow, JsonColumn | NullableJsonColumn | Snapshot> &
  Record<JsonColumn, string> &
  Record<NullableJsonColumn, string | null>;
/** A row with all columns, so the input is present. */
export type WholeRow = RawTask & { readonly input_data: string } & Readonly<
    Record<Exclude<Snapshot, "slotted">, string | null> & Record<"slotted", number | null>
  >;

/**
 * Maps a row to a task. Copies named columns only, so that the internal columns that `SELECT *`
 * reads never reach a client. A row that was read for a list has no snapshot columns.
 */
export function rowOf(raw: WholeRow): TaskRow;
export function rowOf(raw: RawTask): ListedTask;
export function rowOf(
  raw: RawTask & Partial<Pick<WholeRow, Snapshot>>,
): ListedTask & Pick<TaskRow, Snapshot> {
  return {
    tenant_id: raw.tenant_id,
    task_id: raw.task_id,
    task_type: raw.task_type,
    name: raw.name,
    subject: raw.subject,
    parent_task_id: raw.parent_task_id,
    root_task_id: raw.root_task_id,
    depth: raw.depth,
    status: raw.status,
    waiting_for: raw.waiting_for,
    waiting_until: raw.waiting_until,
    waiting: raw.waiting === null ? null : (JSON.parse(raw.waiting) as RunView["waiting"]),
    agent: raw.agent,
    agent_version: raw.agent_version,
    priority: raw.priority,
    attempt: raw.attempt,
    retry_of: raw.retry_of,
    schedule_id: raw.schedule_id,
    group_id: raw.group_id,
    conversation_id: raw.conversation_id,
    turn: raw.turn,
    continues_task_id: raw.continues_task_id,
    scheduled_at: raw.scheduled_at,
    callback_url: raw.callback_url,
    last_seq: raw.last_seq,
    created_at: raw.created_at,
    updated_at: raw.updated_at,
    started_at: raw.started_at,
    completed_at: raw.completed_at,
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
    overrides: JSON.parse(raw.overrides ?? "null") as TaskOverrides | null,
    lineage: JSON.parse(raw.lineage ?? "null") as Lineage | null,
    agents: JSON.parse(raw.agents ?? "[]") as PinnedAgent[],
    trace: JSON.parse(raw.trace ?? "null") as TraceContext | null,
    history: JSON.parse(raw.history ?? "null") as History | null,
  };
}

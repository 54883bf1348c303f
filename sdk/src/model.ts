/** Types of request and response bodies. Responses may contain additional fields. */
import type { components } from "./gen/api.ts";

type Schemas = components["schemas"];

/** A body in which some fields have defaults. */
type Optional<Body, Field extends keyof Body> = Omit<Body, Field> & Partial<Pick<Body, Field>>;

/** The result of a completed task. */
export interface TaskResult {
  readonly answer: string;
  /** Present if the agent has an `output_schema`: JSON that matches it. */
  readonly data?: unknown;
}

/** The current state of a task. */
export type Task = Omit<Schemas["Task"], "result"> & { readonly result: TaskResult | null };
export type SubmitTask = Schemas["SubmitTask"];
/** A page of tasks, newest first. `total` counts all matching tasks where that is cheap. */
export type TaskList = Omit<Schemas["TaskList"], "data"> & { readonly data: readonly Task[] };
export type UpdateTask = Schemas["UpdateTask"];
export type BatchResult = Schemas["BatchResult"];
export type TaskCounts = Schemas["TaskCounts"];
export type TaskTree = Schemas["TaskTree"];
export type TreeEventPage = Schemas["TreeEventPage"];
export type TreeTask = Schemas["TreeTask"];
/** How many tasks a change of many applies to, or the outcome of each. */
export type BulkResult = Schemas["BulkResult"];
/** A body of `cancelMany` without the steps, which have defaults. */
export type CancelTasks = Optional<Schemas["CancelTasks"], "dry_run" | "limit">;
/** A body of `retryMany` without the steps, which have defaults. */
export type RetryTasks = Optional<Schemas["RetryTasks"], "dry_run" | "limit" | "config">;
export type EventPage = Schemas["EventPage"];
export type Limits = Schemas["ChangeLimits"];
export type Message = Schemas["SendMessage"];
export type Ticket = Schemas["Ticket"];
/** What the model saw in a call. */
export type Prompt = Schemas["Prompt"];
/** How a model provider takes calls. */
export type Provider = Schemas["Provider"];
export type ProviderList = Schemas["ProviderList"];
export type AdminHealth = Schemas["AdminHealth"];
export type Trace = Schemas["Trace"];
export type TelemetrySettings = Schemas["Telemetry"];
export type SetTelemetry = Schemas["SetTelemetry"];
export type TraceExport = Schemas["TraceExport"];
export type OutputPage = Schemas["OutputPage"];

/** What a task waits for. */
export type TaskWaiting = Schemas["Waiting"];
/** An open question of a task to a person. */
export type InboxEntry = Schemas["InboxEntry"];
/** A change of a task's status. */
export type StatusChange = Schemas["StatusChange"];
export type FeedPage = Schemas["FeedPage"];
export type InboxPage = Schemas["Inbox"];

export type Agent = Schemas["Agent"];
export type AgentList = Schemas["AgentList"];
export type AgentVersion = Schemas["AgentVersion"];
export type AgentVersionList = Schemas["AgentVersionList"];
export type CreateAgent = Schemas["CreateAgent"];
export type ReplaceAgent = Schemas["ReplaceAgent"];

export type Tool = Schemas["Tool"];
export type ToolList = Schemas["ToolList"];
export type RegisterTool = Schemas["RegisterTool"];
export type ReplaceTool = Schemas["ReplaceTool"];

export type McpServer = Schemas["McpServer"];
export type McpServerList = Schemas["McpServerList"];
export type CreateMcpServer = Schemas["CreateMcpServer"];
export type ReplaceMcpServer = Schemas["ReplaceMcpServer"];
export type McpToolPage = Schemas["McpToolPage"];
export type McpAuthorization = Schemas["McpAuthorization"];

export type Key = Schemas["Key"];
export type KeyList = Schemas["KeyList"];
/** A key with its secret, which is returned only here. */
export type NewKey = Schemas["NewKey"];
export type CreateKey = Schemas["CreateKey"];
export type RotateKey = Schemas["RotateKey"];

/** A secret without its value. */
/** A file that tasks can have as an input. */
export type Attachment = Schemas["Attachment"];
export type AttachmentList = Schemas["AttachmentList"];
export type Secret = Schemas["Secret"];
export type SecretList = Schemas["SecretList"];
export type SetSecret = Schemas["SetSecret"];

export type Webhook = Schemas["Webhook"];
export type WebhookList = Schemas["WebhookList"];
/** A webhook with its signing secret. */
export type NewWebhook = Schemas["NewWebhook"];
export type CreateWebhook = Schemas["CreateWebhook"];
export type ChangeWebhook = Schemas["ChangeWebhook"];
export type WebhookDelivery = Schemas["WebhookDelivery"];
export type WebhookDeliveryList = Schemas["WebhookDeliveryList"];
export type SigningSecret = Schemas["SigningSecret"];

export type Conversation = Schemas["Conversation"];
export type ConversationList = Schemas["ConversationList"];
export type ConversationTurn = Schemas["ConversationTurn"];
export type ConversationTurns = Schemas["ConversationTurns"];
export type ConversationMessage = Schemas["ConversationMessage"];
export type ConversationMessages = Schemas["ConversationMessages"];
export type MemoryStore = Schemas["MemoryStore"];
export type MemoryStoreList = Schemas["MemoryStoreList"];
export type MemoryItem = Schemas["MemoryItem"];
export type MemoryItemList = Schemas["MemoryItemList"];
export type MemoryBlock = Schemas["MemoryBlock"];
export type MemoryBlockList = Schemas["MemoryBlockList"];
export type MemoryVersion = Schemas["MemoryVersion"];
export type MemoryVersionList = Schemas["MemoryVersionList"];
export type SubjectDeletion = Schemas["SubjectDeletion"];
export type WriteMemoryItem = Schemas["WriteMemoryItem"];
export type WriteMemoryBlock = Schemas["WriteMemoryBlock"];
export type RestoreMemory = Schemas["RestoreMemory"];

export type Schedule = Schemas["Schedule"];
export type ScheduleSpec = Schemas["ScheduleSpec"];
export type SchedulePolicy = Schemas["SchedulePolicy"];
export type ScheduleAction = Schemas["ScheduleAction"];
export type ScheduleList = Schemas["ScheduleList"];
export type WriteSchedule = Schemas["WriteSchedule"];
export type ScheduleNote = Schemas["ScheduleNote"];
export type TriggerSchedule = Schemas["TriggerSchedule"];
export type BackfillSchedule = Schemas["BackfillSchedule"];
export type Backfill = Schemas["Backfill"];
export type PreviewSchedule = Schemas["PreviewSchedule"];
export type Firing = Schemas["Firing"];
export type FiringList = Schemas["FiringList"];
export type Occurrence = Schemas["Occurrence"];
export type OccurrenceList = Schemas["OccurrenceList"];

export type Hook = Schemas["Hook"];
export type HookList = Schemas["HookList"];
/** A hook with its signing secret. */
export type NewHook = Schemas["NewHook"];
export type CreateHook = Schemas["CreateHook"];
export type ChangeHook = Schemas["ChangeHook"];

export type Budget = Schemas["Budget"];
export type BudgetList = Schemas["BudgetList"];
export type SetBudget = Schemas["SetBudget"];
export type ConcurrencyCap = Schemas["ConcurrencyCap"];
export type ConcurrencyList = Schemas["ConcurrencyList"];
export type SetConcurrencyCap = Schemas["SetConcurrencyCap"];
export type UsageReport = Schemas["UsageReport"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditList = Schemas["AuditList"];
export type Invariants = Schemas["Invariants"];
export type Health = Schemas["Health"];

/**
 * The API operations that this client calls: method, path, and whether a request can be repeated.
 * Types come from the OpenAPI document; a test compares this table with it.
 */
import type { components, operations } from "./gen/api.ts";
import type { Task, TaskList } from "./model.ts";

/**
 * What to do if it is unknown whether a request arrived. `safe`: retry, the operation is idempotent.
 * `keyed`: retry with the same idempotency key. `once`: do not retry, it could run twice.
 */
export type Repeat = "safe" | "keyed" | "once";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Operations without a client method, each with the reason. */
export const NOT_CALLED = {
  getMetrics: "read by Prometheus, in its own text format",
  callHook: "called by external systems, which sign with the hook's secret",
  finishMcpAuthorization: "browsers are redirected to it by an authorization server",
  mcp: "called by MCP clients through their own libraries",
} as const satisfies Partial<Record<keyof operations, string>>;

export type OperationId = Exclude<keyof operations, keyof typeof NOT_CALLED>;

export interface Operation {
  readonly method: Method;
  readonly path: string;
  /**
   * A field of every successful response, with `[]` after the name of a list; null for a response
   * without a body, or of another type. It tells the service from another one that answers in JSON.
   */
  readonly field: string | null;
  readonly repeat: Repeat;
}

const TASK = "/api/v1/tasks/{id}";
const TOOL = "/api/v1/tools/{name}";
const SERVER = "/api/v1/mcp/servers/{name}";
const WEBHOOK = "/api/v1/webhooks/{id}";
const HOOK = "/api/v1/hooks/{id}";
const CONVERSATION = "/api/v1/conversations/{id}";
const SCHEDULE = "/api/v1/schedules/{id}";
const STORE = "/api/v1/memory/{store}";
const BLOCK = "/api/v1/memory/{store}/blocks/{label}";
const ITEM = "/api/v1/memory/{store}/items/{id}";
const SUBJECT = "/api/v1/subjects/{subject}";
const ATTACHMENT = "/api/v1/attachments/{sha256}";
const AGENT = "/api/v1/agents/{name}";
const BUDGET = "/api/v1/budgets/{scope}/{period}";
const CAP = "/api/v1/concurrency/{scope}";
const KEY = "/api/v1/keys/{id}";
const SECRET = "/api/v1/secrets/{name}";

export const OPERATIONS: Readonly<Record<OperationId, Operation>> = {
  submitTask: op("POST", "/api/v1/tasks", "id", "keyed"),
  listTasks: op("GET", "/api/v1/tasks", "data[]"),
  countTasks: op("GET", "/api/v1/tasks/counts", "data[]"),
  getTask: op("GET", TASK, "id"),
  getTaskTree: op("GET", `${TASK}/tree`, "data[]"),
  listTreeEvents: op("GET", `${TASK}/tree/events`, "data[]"),
  exportTrace: op("POST", `${TASK}/trace/export`, "task_id", "safe"),
  listProviders: op("GET", "/api/v1/providers", "data[]"),
  getAdminHealth: op("GET", "/api/v1/admin/health", "status"),
  getTelemetry: op("GET", "/api/v1/telemetry", "url"),
  setTelemetry: op("PUT", "/api/v1/telemetry", "url"),
  deleteTelemetry: op("DELETE", "/api/v1/telemetry", null),
  getTrace: op("GET", `${TASK}/trace`, "resourceSpans[]"),
  cancelTask: op("POST", `${TASK}/cancel`, "id", "safe"),
  cancelTasks: op("POST", "/api/v1/tasks/cancel", "data[]"),
  retryTasks: op("POST", "/api/v1/tasks/retry", "data[]"),
  createTicket: op("POST", `${TASK}/ticket`, "ticket", "safe"),
  submitBatch: op("POST", "/api/v1/tasks/batch", "data[]", "keyed"),
  retryTask: op("POST", `${TASK}/retry`, "id", "keyed"),
  sendMessage: op("POST", `${TASK}/messages`, "id", "keyed"),
  decideApproval: op("POST", `${TASK}/approvals/{call_id}`, "id", "keyed"),
  updateTask: op("PATCH", TASK, "id"),
  deleteTask: op("DELETE", TASK, null),
  changeLimits: op("PATCH", `${TASK}/limits`, "id"),
  listEvents: op("GET", `${TASK}/events`, "data[]"),
  getPrompt: op("GET", `${TASK}/calls/{call_id}/prompt`, "body"),
  readOutput: op("GET", `${TASK}/outputs/{sha256}`, "text"),
  followFeed: op("GET", "/api/v1/feed", "data[]"),
  listInbox: op("GET", "/api/v1/inbox", "data[]"),
  listTools: op("GET", "/api/v1/tools", "data[]"),
  registerTool: op("POST", "/api/v1/tools", "name", "keyed"),
  getTool: op("GET", TOOL, "name"),
  replaceTool: op("PUT", TOOL, "name", "once"),
  enableTool: op("PATCH", TOOL, "name"),
  deleteTool: op("DELETE", TOOL, null),
  listMcpServers: op("GET", "/api/v1/mcp/servers", "data[]"),
  createMcpServer: op("POST", "/api/v1/mcp/servers", "name", "keyed"),
  getMcpServer: op("GET", SERVER, "name"),
  replaceMcpServer: op("PUT", SERVER, "name", "once"),
  enableMcpServer: op("PATCH", SERVER, "name"),
  deleteMcpServer: op("DELETE", SERVER, null),
  refreshMcpServer: op("POST", `${SERVER}/refresh`, "name", "safe"),
  listMcpTools: op("GET", `${SERVER}/tools`, "data[]"),
  authorizeMcpServer: op("POST", `${SERVER}/authorize`, "authorized", "safe"),
  forgetMcpAuthorization: op("DELETE", `${SERVER}/authorization`, null),
  listWebhooks: op("GET", "/api/v1/webhooks", "data[]"),
  createWebhook: op("POST", "/api/v1/webhooks", "secret", "once"),
  getWebhook: op("GET", WEBHOOK, "id"),
  changeWebhook: op("PATCH", WEBHOOK, "id"),
  deleteWebhook: op("DELETE", WEBHOOK, null),
  getWebhookSecret: op("GET", `${WEBHOOK}/secret`, "secret"),
  rotateWebhookSecret: op("POST", `${WEBHOOK}/secret/rotate`, "secret", "once"),
  testWebhook: op("POST", `${WEBHOOK}/test`, "id", "once"),
  listDeliveries: op("GET", `${WEBHOOK}/deliveries`, "data[]"),
  redeliver: op("POST", `${WEBHOOK}/deliveries/{delivery_id}/redeliver`, "id", "once"),
  listHooks: op("GET", "/api/v1/hooks", "data[]"),
  createHook: op("POST", "/api/v1/hooks", "secret", "once"),
  getHook: op("GET", HOOK, "id"),
  changeHook: op("PATCH", HOOK, "id"),
  deleteHook: op("DELETE", HOOK, null),
  getHookSecret: op("GET", `${HOOK}/secret`, "secret"),
  rotateHookSecret: op("POST", `${HOOK}/secret/rotate`, "secret", "once"),
  listConversations: op("GET", "/api/v1/conversations", "data[]"),
  getConversation: op("GET", CONVERSATION, "data[]"),
  listMessages: op("GET", `${CONVERSATION}/messages`, "data[]"),
  deleteConversation: op("DELETE", CONVERSATION, null),
  listSchedules: op("GET", "/api/v1/schedules", "data[]"),
  createSchedule: op("POST", "/api/v1/schedules", "id", "keyed"),
  previewSchedule: op("POST", "/api/v1/schedules/preview", "data[]", "safe"),
  getSchedule: op("GET", SCHEDULE, "id"),
  replaceSchedule: op("PUT", SCHEDULE, "id", "once"),
  deleteSchedule: op("DELETE", SCHEDULE, null),
  pauseSchedule: op("POST", `${SCHEDULE}/pause`, "id", "safe"),
  resumeSchedule: op("POST", `${SCHEDULE}/resume`, "id", "safe"),
  triggerSchedule: op("POST", `${SCHEDULE}/trigger`, "status", "keyed"),
  backfillSchedule: op("POST", `${SCHEDULE}/backfill`, "occurrences[]", "keyed"),
  listFirings: op("GET", `${SCHEDULE}/fires`, "data[]"),
  listOccurrences: op("GET", `${SCHEDULE}/next`, "data[]"),
  listMemoryStores: op("GET", "/api/v1/memory", "data[]"),
  getMemoryStore: op("GET", STORE, "store"),
  deleteMemoryStore: op("DELETE", STORE, null),
  listMemoryBlocks: op("GET", `${STORE}/blocks`, "data[]"),
  getMemoryBlock: op("GET", BLOCK, "label"),
  putMemoryBlock: op("PUT", BLOCK, "label", "once"),
  deleteMemoryBlock: op("DELETE", BLOCK, null),
  listMemoryBlockVersions: op("GET", `${BLOCK}/versions`, "data[]"),
  restoreMemoryBlock: op("POST", `${BLOCK}/restore`, "label", "once"),
  listMemoryItems: op("GET", `${STORE}/items`, "data[]"),
  saveMemoryItem: op("POST", `${STORE}/items`, "id", "keyed"),
  getMemoryItem: op("GET", ITEM, "id"),
  replaceMemoryItem: op("PUT", ITEM, "id", "once"),
  deleteMemoryItem: op("DELETE", ITEM, null),
  listMemoryItemVersions: op("GET", `${ITEM}/versions`, "data[]"),
  restoreMemoryItem: op("POST", `${ITEM}/restore`, "id", "once"),
  uploadAttachment: op("POST", "/api/v1/attachments", "sha256"),
  listAttachments: op("GET", "/api/v1/attachments", "data[]"),
  getAttachment: op("GET", ATTACHMENT, "sha256"),
  downloadAttachment: op("GET", `${ATTACHMENT}/content`, null),
  deleteAttachment: op("DELETE", ATTACHMENT, null),
  exportSubject: op("GET", `${SUBJECT}/export`, null),
  deleteSubject: op("DELETE", SUBJECT, "subject"),
  getSubjectDeletion: op("GET", `${SUBJECT}/deletion`, "subject"),
  listAgents: op("GET", "/api/v1/agents", "data[]"),
  createAgent: op("POST", "/api/v1/agents", "name", "keyed"),
  getAgent: op("GET", AGENT, "name"),
  replaceAgent: op("PUT", AGENT, "name", "once"),
  deleteAgent: op("DELETE", AGENT, null),
  listAgentVersions: op("GET", `${AGENT}/versions`, "data[]"),
  getUsage: op("GET", "/api/v1/usage", "data[]"),
  listBudgets: op("GET", "/api/v1/budgets", "data[]"),
  getBudget: op("GET", BUDGET, "scope"),
  setBudget: op("PUT", BUDGET, "scope"),
  deleteBudget: op("DELETE", BUDGET, null),
  listConcurrencyCaps: op("GET", "/api/v1/concurrency", "data[]"),
  getConcurrencyCap: op("GET", CAP, "scope"),
  setConcurrencyCap: op("PUT", CAP, "scope"),
  deleteConcurrencyCap: op("DELETE", CAP, null),
  listKeys: op("GET", "/api/v1/keys", "data[]"),
  createKey: op("POST", "/api/v1/keys", "key", "once"),
  getOwnKey: op("GET", "/api/v1/keys/self", "id"),
  getKey: op("GET", KEY, "id"),
  revokeKey: op("DELETE", KEY, null),
  rotateKey: op("POST", `${KEY}/rotate`, "key", "once"),
  listSecrets: op("GET", "/api/v1/secrets", "data[]"),
  getSecret: op("GET", SECRET, "name"),
  setSecret: op("PUT", SECRET, "name"),
  deleteSecret: op("DELETE", SECRET, null),
  listAudit: op("GET", "/api/v1/admin/audit", "data[]"),
  checkInvariants: op("GET", "/api/v1/admin/invariants", "data[]"),
  getHealth: op("GET", "/health", "status"),
};

function op(
  method: Method,
  path: string,
  field: string | null,
  repeat: Repeat = "safe",
): Operation {
  return { method, path, field, repeat };
}

type Json<Content> = Content extends { content: { "application/json": infer Body } } ? Body : never;

/** The request body of an operation. */
export type BodyOf<Id extends OperationId> = Json<NonNullable<operations[Id]["requestBody"]>>;

/** The query parameters of an operation. */
export type QueryOf<Id extends OperationId> = NonNullable<operations[Id]["parameters"]["query"]>;

/** The path parameters of an operation. */
export type PathOf<Id extends OperationId> = NonNullable<operations[Id]["parameters"]["path"]>;

/** Replaces schemas for which this package has a more precise type. */
type Refined<Body> = Body extends components["schemas"]["Task"]
  ? Task
  : Body extends components["schemas"]["TaskList"]
    ? TaskList
    : Body;

type Responses<Id extends OperationId> = operations[Id]["responses"];

/** The response body of a successful operation; `void` for a 204. */
export type ResponseOf<Id extends OperationId> = 204 extends keyof Responses<Id>
  ? void
  : Refined<Json<Responses<Id>[keyof Responses<Id>]>>;

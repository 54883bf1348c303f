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
  callHook: "called by external systems, which sign with the hook's secret",
  finishMcpAuthorization: "browsers are redirected to it by an authorization server",
  mcp: "called by MCP clients through their own libraries",
} as const satisfies Partial<Record<keyof operations, string>>;

export type OperationId = Exclude<keyof operations, keyof typeof NOT_CALLED>;

export interface Operation {
  readonly method: Method;
  readonly path: string;
  readonly repeat: Repeat;
}

const TASK = "/api/v1/tasks/{id}";
const TOOL = "/api/v1/tools/{name}";
const SERVER = "/api/v1/mcp/servers/{name}";
const WEBHOOK = "/api/v1/webhooks/{id}";
const HOOK = "/api/v1/hooks/{id}";
const AGENT = "/api/v1/agents/{name}";
const KEY = "/api/v1/keys/{key_id}";

export const OPERATIONS: Readonly<Record<OperationId, Operation>> = {
  submitTask: op("POST", "/api/v1/tasks", "keyed"),
  listTasks: op("GET", "/api/v1/tasks"),
  getTask: op("GET", TASK),
  cancelTask: op("POST", `${TASK}/cancel`, "safe"),
  createTicket: op("POST", `${TASK}/ticket`, "safe"),
  retryTask: op("POST", `${TASK}/retry`, "keyed"),
  sendMessage: op("POST", `${TASK}/messages`, "keyed"),
  decideApproval: op("POST", `${TASK}/approvals/{call_id}`, "keyed"),
  changeLimits: op("PATCH", `${TASK}/limits`),
  listEvents: op("GET", `${TASK}/events`),
  readOutput: op("GET", `${TASK}/outputs/{sha256}`),
  listTools: op("GET", "/api/v1/tools"),
  registerTool: op("POST", "/api/v1/tools", "keyed"),
  getTool: op("GET", TOOL),
  replaceTool: op("PUT", TOOL, "once"),
  enableTool: op("PATCH", TOOL),
  deleteTool: op("DELETE", TOOL),
  listMcpServers: op("GET", "/api/v1/mcp/servers"),
  createMcpServer: op("POST", "/api/v1/mcp/servers", "keyed"),
  getMcpServer: op("GET", SERVER),
  replaceMcpServer: op("PUT", SERVER, "once"),
  enableMcpServer: op("PATCH", SERVER),
  deleteMcpServer: op("DELETE", SERVER),
  refreshMcpServer: op("POST", `${SERVER}/refresh`, "safe"),
  listMcpTools: op("GET", `${SERVER}/tools`),
  authorizeMcpServer: op("POST", `${SERVER}/authorize`, "safe"),
  forgetMcpAuthorization: op("DELETE", `${SERVER}/authorization`),
  listWebhooks: op("GET", "/api/v1/webhooks"),
  createWebhook: op("POST", "/api/v1/webhooks", "once"),
  getWebhook: op("GET", WEBHOOK),
  changeWebhook: op("PATCH", WEBHOOK),
  deleteWebhook: op("DELETE", WEBHOOK),
  getWebhookSecret: op("GET", `${WEBHOOK}/secret`),
  rotateWebhookSecret: op("POST", `${WEBHOOK}/secret/rotate`, "once"),
  testWebhook: op("POST", `${WEBHOOK}/test`, "once"),
  listDeliveries: op("GET", `${WEBHOOK}/deliveries`),
  redeliver: op("POST", `${WEBHOOK}/deliveries/{delivery_id}/redeliver`, "once"),
  listHooks: op("GET", "/api/v1/hooks"),
  createHook: op("POST", "/api/v1/hooks", "once"),
  getHook: op("GET", HOOK),
  changeHook: op("PATCH", HOOK),
  deleteHook: op("DELETE", HOOK),
  getHookSecret: op("GET", `${HOOK}/secret`),
  rotateHookSecret: op("POST", `${HOOK}/secret/rotate`, "once"),
  listAgents: op("GET", "/api/v1/agents"),
  createAgent: op("POST", "/api/v1/agents", "keyed"),
  getAgent: op("GET", AGENT),
  replaceAgent: op("PUT", AGENT, "once"),
  deleteAgent: op("DELETE", AGENT),
  listAgentVersions: op("GET", `${AGENT}/versions`),
  getUsage: op("GET", "/api/v1/usage"),
  listBudgets: op("GET", "/api/v1/budgets"),
  setBudget: op("PUT", "/api/v1/budgets"),
  listConcurrencyCaps: op("GET", "/api/v1/concurrency"),
  setConcurrencyCap: op("PUT", "/api/v1/concurrency"),
  listKeys: op("GET", "/api/v1/keys"),
  createKey: op("POST", "/api/v1/keys", "once"),
  getKey: op("GET", KEY),
  revokeKey: op("DELETE", KEY),
  rotateKey: op("POST", `${KEY}/rotate`, "once"),
  listAudit: op("GET", "/api/v1/admin/audit"),
  checkInvariants: op("GET", "/api/v1/admin/invariants"),
  getHealth: op("GET", "/health"),
};

function op(method: Method, path: string, repeat: Repeat = "safe"): Operation {
  return { method, path, repeat };
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

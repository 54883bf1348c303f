/** The context of every handler: the dependencies and the caller of a request. */
import type { RouteConfig, RouteHandler } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { SigningSecrets } from "../crypto/signing-secrets.ts";
import type { TenantSecrets } from "../crypto/tenant-secrets.ts";
import type { AgentInCode } from "../run/spec/agent.ts";
import type { Config } from "../env/config.ts";
import type { FeedRpc } from "../durable/feed/rpc.ts";
import type { LedgerRpc } from "../durable/ledger/rpc.ts";
import type { MemoryRpc } from "../durable/memory/rpc.ts";
import type { TimetableRpc } from "../durable/timetable/rpc.ts";
import type { RunPast, RunRpc } from "../durable/run/rpc.ts";
import type { TaskStatus } from "../run/log/state.ts";
import type { Observer } from "../observe.ts";
import type { Catalogue } from "../run/spec/catalogue.ts";
import type { McpPort } from "../run/spec/mcp-port.ts";
import type { DeliveryName } from "../run/log/webhook-body.ts";
import type { ConversationStore } from "../store/conversations.ts";
import type { FeedStore } from "../store/feeds.ts";
import type { HookStore } from "../store/hooks.ts";
import type { InboxStore } from "../store/inbox.ts";
import type { AgentStore } from "../store/agents.ts";
import type { FileBytes } from "../run/value/attachment.ts";
import type { AttachmentStore } from "../store/attachments.ts";
import type { AuditStore } from "../store/audit.ts";
import type { AnswerStore } from "../store/answers.ts";
import type { Caller, KeyStore, Scope } from "../store/keys.ts";
import type { McpCatalogueStore } from "../store/mcp/catalogues.ts";
import type { McpServerStore } from "../store/mcp/servers.ts";
import type { McpTokenStore } from "../store/mcp/tokens.ts";
import type { SecretStore } from "../store/secrets.ts";
import type { TaskChanges } from "../store/tasks/changes.ts";
import type { TaskStore } from "../store/tasks/tasks.ts";
import type { StoredTask, TaskRow } from "../store/tasks/rows.ts";
import type { TreeStore } from "../store/tasks/trees.ts";
import type { TenantSecretStore } from "../store/tenant-secrets.ts";
import type { SubjectDeletionStore } from "../store/subject-deletions.ts";
import type { UsageStore } from "../store/usage.ts";
import type { MemoryDirectory } from "../store/memory-stores.ts";
import type { TimetableStore } from "../store/timetables.ts";
import type { GateRpc } from "../durable/gate/rpc.ts";
import type { GateName } from "../run/value/provider-gate.ts";
import type { GateStore } from "../store/gates.ts";
import type { LoadStore } from "../store/load.ts";
import type { TelemetryStore } from "../store/telemetry.ts";
import type { IncidentStore } from "../store/incidents.ts";
import type { TraceMessage } from "../run/trace/export-message.ts";
import type { ToolStore } from "../store/tools.ts";
import type { DeliveryStore } from "../store/webhooks/deliveries.ts";
import type { WebhookStore } from "../store/webhooks/webhooks.ts";

/** A caller without an API key. */
export interface Principal {
  /** The tenant, as keys have it: up to 64 lower-case letters, digits, `_` and `-`. */
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  /** The author of changes in the audit log, as `caller:<name>`. Default: `login`. */
  readonly name?: string;
}

export interface ApiDeps {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly tasks: TaskStore;
  /** Returns the status of tasks by their ids. Those that do not exist are absent. */
  taskStatuses(
    tenantId: string,
    taskIds: readonly string[],
  ): Promise<ReadonlyMap<string, TaskStatus>>;
  readonly taskChanges: TaskChanges;
  readonly trees: TreeStore;
  readonly conversations: ConversationStore;
  /** Returns what a task knows that continues another one, or that this one has not ended. */
  pastOf(task: TaskRow): Promise<RunPast>;
  /** Starts a turn of a conversation if the turn before it has ended. */
  releaseTurn(tenantId: string, taskId: string): Promise<void>;
  /** Open questions of tasks to people. */
  readonly inbox: InboxStore;
  readonly tools: ToolStore;
  readonly mcpServers: McpServerStore;
  readonly mcpCatalogues: McpCatalogueStore;
  readonly mcpTokens: McpTokenStore;
  /** Network access to MCP servers. */
  readonly mcp: McpPort;
  readonly webhooks: WebhookStore;
  readonly deliveries: DeliveryStore;
  readonly hooks: HookStore;
  /** Sealed signing secrets of webhooks and hooks; `secrets` opens them. */
  readonly secretStore: SecretStore;
  readonly secrets: SigningSecrets;
  /** Secrets of tenants, sealed; `vault` seals and opens them. */
  readonly tenantSecrets: TenantSecretStore;
  readonly vault: TenantSecrets;
  /** Where the traces of tenants are sent. */
  readonly telemetry: TelemetryStore;
  readonly incidents: IncidentStore;
  /** Counts work that waits. */
  readonly load: LoadStore;
  /** The gates of providers, to list them. */
  readonly gates: Pick<GateStore, "list">;
  gate(name: GateName): Pick<GateRpc, "status">;
  /** Has the trace of a task exported. */
  exportTrace(message: TraceMessage): Promise<void>;
  /** Queues a delivery for an immediate attempt. */
  deliver(name: DeliveryName): Promise<void>;
  readonly agents: AgentStore;
  /** Agents in code, by name. They have precedence over stored ones. */
  readonly agentsInCode: ReadonlyMap<string, AgentInCode>;
  /**
   * Returns the caller of a request by the deployment's own login, or null to look at its API key.
   * Null if the deployment has no login of its own.
   */
  readonly principalOf: ((request: Request) => Promise<Principal | null>) | null;
  /** Responses to requests with an idempotency key. */
  readonly answers: AnswerStore;
  readonly keys: KeyStore;
  readonly audit: AuditStore;
  /** Files of tenants, and their bytes. */
  readonly attachments: AttachmentStore;
  readonly files: FileBytes;
  readonly usage: UsageStore;
  ledger(tenantId: string): LedgerRpc;
  /** Returns the feed of a tenant's status changes. */
  feed(tenantId: string): FeedRpc;
  /** Returns the timetable of a tenant. */
  timetable(tenantId: string): TimetableRpc;
  /** Returns a memory store of a tenant. */
  memory(tenantId: string, store: string): MemoryRpc;
  /** The memory stores that tenants have. */
  readonly memoryStores: Pick<MemoryDirectory, "list">;
  /** Deletions of everything that is stored about a subject. */
  readonly subjectDeletions: SubjectDeletionStore;
  /** Continues work after the response. */
  background(work: Promise<void>): void;
  /** When the reconciler looks at timetables. */
  readonly timetables: Pick<TimetableStore, "lateSince">;
  readonly feeds: Pick<FeedStore, "isOn">;
  readonly observer: Observer;
  run(tenantId: string, taskId: string): RunRpc;
  /** Counts a request and returns whether it is within the rate limit; true without a limit. */
  mayAsk(tenantId: string): Promise<boolean>;
  /** Sends a task to its queue, and starts its run in the background if nothing holds it back. */
  dispatch(task: StoredTask): Promise<void>;
  now(): number;
}

/** Hono's environment for the app. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    deps: ApiDeps;
    /** The caller that needs no API key, if there is one. */
    principal: Caller | null;
    caller: Caller;
  };
}

export type ApiContext = Context<AppEnv>;

/** The part of a request's context that use cases receive. */
export type RequestContext = Pick<AppEnv["Variables"], "deps" | "caller">;

/** The handler of a route. */
export type ApiHandler<R extends RouteConfig> = RouteHandler<R, AppEnv>;

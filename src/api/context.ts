/** What every handler works with: the dependencies of a request, and who makes it. */
import type { Context } from "hono";
import { SigningSecrets } from "../crypto/signing-secrets.ts";
import { configOf, type Config } from "../env.ts";
import { ledgerStub, type LedgerRpc } from "../durable/ledger-rpc.ts";
import { runStub, type RunRpc } from "../durable/rpc.ts";
import type { Observer } from "../observe.ts";
import { messageFor, sendTask } from "../queue/message.ts";
import { sendDeliveries } from "../queue/webhook-message.ts";
import type { Catalogue } from "../run/catalogue.ts";
import type { McpPort } from "../run/mcp-port.ts";
import type { DeliveryName } from "../run/webhook.ts";
import { HookStore } from "../store/hooks.ts";
import { AgentStore } from "../store/agents.ts";
import { AuditStore } from "../store/audit.ts";
import { AnswerStore } from "../store/answers.ts";
import { KeyStore, type Caller } from "../store/keys.ts";
import { McpStore } from "../store/mcp.ts";
import { SecretStore } from "../store/secrets.ts";
import { TaskStore, type StoredTask } from "../store/tasks.ts";
import { UsageStore } from "../store/usage.ts";
import { ToolStore } from "../store/tools.ts";
import { WebhookStore } from "../store/webhooks.ts";

export interface ApiDeps {
  readonly config: Config;
  readonly catalogue: Catalogue;
  readonly tasks: TaskStore;
  readonly tools: ToolStore;
  readonly mcpServers: McpStore;
  /** What goes over the network to MCP servers. */
  readonly mcp: McpPort;
  readonly webhooks: WebhookStore;
  readonly hooks: HookStore;
  /** What webhooks and hooks are signed with: as it is stored, and how it is read. */
  readonly secretStore: SecretStore;
  readonly secrets: SigningSecrets;
  /** Has a delivery attempted as soon as can be. */
  deliver(name: DeliveryName): Promise<void>;
  readonly agents: AgentStore;
  /** What requests with an idempotency key were answered. */
  readonly answers: AnswerStore;
  readonly keys: KeyStore;
  readonly audit: AuditStore;
  readonly usage: UsageStore;
  ledger(tenantId: string): LedgerRpc;
  readonly observer: Observer;
  run(tenantId: string, taskId: string): RunRpc;
  /** Whether a tenant may make one more request now; where nothing limits that, always. */
  mayAsk(tenantId: string): Promise<boolean>;
  /** Gives a task to the queue. */
  dispatch(task: StoredTask): Promise<void>;
  now(): number;
}

/** Hono's environment for the app. */
export interface AppEnv {
  Bindings: Env;
  Variables: { requestId: string; deps: ApiDeps; caller: Caller };
}

export type ApiContext = Context<AppEnv>;

/** A limit that cannot be asked limits nobody. */
async function mayAsk(env: Partial<Pick<Env, "REQUESTS">>, tenantId: string): Promise<boolean> {
  return (
    env.REQUESTS === undefined ||
    (await env.REQUESTS.limit({ key: tenantId }).catch(() => ({ success: true }))).success
  );
}

const built = new WeakMap<object, ApiDeps>();

/** The dependencies for an environment; built once for each. @throws SettingError */
export function apiDeps(
  env: Env,
  catalogueOf: (config: Config, env: Env) => Catalogue,
  observer: Observer,
  mcpOf: (config: Config, store: McpStore) => McpPort,
): ApiDeps {
  const known = built.get(env);
  if (known !== undefined) {
    return known;
  }
  const config = configOf(env);
  const queues = { high: env.TASKS_HIGH, normal: env.TASKS, low: env.TASKS_LOW };
  const mcpServers = new McpStore(env.DB);
  const deps: ApiDeps = {
    config,
    catalogue: catalogueOf(config, env),
    tasks: new TaskStore(env.DB),
    tools: new ToolStore(env.DB),
    mcpServers,
    mcp: mcpOf(config, mcpServers),
    webhooks: new WebhookStore(env.DB),
    hooks: new HookStore(env.DB),
    secretStore: new SecretStore(env.DB),
    secrets: new SigningSecrets(config.encryptionKey),
    deliver: (name) => sendDeliveries(env.WEBHOOKS, [name]),
    agents: new AgentStore(env.DB),
    answers: new AnswerStore(env.DB),
    keys: new KeyStore(env.DB),
    audit: new AuditStore(env.DB),
    usage: new UsageStore(env.DB),
    ledger: (tenantId) => ledgerStub(env.LEDGERS, tenantId),
    observer,
    run: (tenantId, taskId) => runStub(env.RUNS, tenantId, taskId),
    mayAsk: (tenantId) => mayAsk(env, tenantId),
    dispatch: (task) => sendTask(queues, task.priority, messageFor(task)),
    now: () => Date.now(),
  };
  built.set(env, deps);
  return deps;
}

/** Builds the dependencies of the API from the Worker's environment. */
import type { ApiDeps } from "../api/context.ts";
import { SigningSecrets } from "../crypto/signing-secrets.ts";
import { TenantSecrets } from "../crypto/tenant-secrets.ts";
import { feedStub } from "../durable/feed/rpc.ts";
import { ledgerStub } from "../durable/ledger/rpc.ts";
import { runStub } from "../durable/run/rpc.ts";
import { memoryStub } from "../durable/memory/rpc.ts";
import { timetableStub } from "../durable/timetable/rpc.ts";
import { configOf } from "../env/config.ts";
import type { Observer } from "../observe.ts";
import { dispatchTask } from "../queue/tasks/dispatch.ts";
import { pastOf } from "../queue/tasks/turns.ts";
import { sendDeliveries } from "../queue/webhooks/message.ts";
import { AgentStore } from "../store/agents.ts";
import { AnswerStore } from "../store/answers.ts";
import { AttachmentStore } from "../store/attachments.ts";
import { AuditStore } from "../store/audit.ts";
import { ConversationStore } from "../store/conversations.ts";
import { FeedStore } from "../store/feeds.ts";
import { HookStore } from "../store/hooks.ts";
import { InboxStore } from "../store/inbox.ts";
import { KeyStore } from "../store/keys.ts";
import { McpCatalogueStore } from "../store/mcp/catalogues.ts";
import { McpServerStore } from "../store/mcp/servers.ts";
import { McpTokenStore } from "../store/mcp/tokens.ts";
import { SecretStore } from "../store/secrets.ts";
import { TaskChanges } from "../store/tasks/changes.ts";
import { TaskStore } from "../store/tasks/tasks.ts";
import { taskStatuses } from "../store/tasks/statuses.ts";
import { MemoryDirectory } from "../store/memory-stores.ts";
import { TimetableStore } from "../store/timetables.ts";
import { TreeStore } from "../store/tasks/trees.ts";
import { gateStub } from "../durable/gate/rpc.ts";
import { GateStore } from "../store/gates.ts";
import { LoadStore } from "../store/load.ts";
import { TelemetryStore } from "../store/telemetry.ts";
import { IncidentStore } from "../store/incidents.ts";
import { ToolStore } from "../store/tools.ts";
import { TenantSecretStore } from "../store/tenant-secrets.ts";
import { SubjectDeletionStore } from "../store/subject-deletions.ts";
import { UsageStore } from "../store/usage.ts";
import { DeliveryStore } from "../store/webhooks/deliveries.ts";
import { WebhookStore } from "../store/webhooks/webhooks.ts";
import { buildCatalogue } from "./catalogue.ts";
import { NO_EXTENSIONS, type Extensions } from "./extensions.ts";
import { filesIn } from "./files.ts";
import { releaserOf } from "./turns.ts";
import { buildMcp, mayAsk, secretsIn } from "./network.ts";

/** What was built, by what the deployment adds, and by environment. */
const built = new WeakMap<Extensions, WeakMap<object, ApiDeps>>();

/** Continues work after the response; each request of the Worker has its own time for it. */
export type Background = (work: Promise<void>) => void;

/**
 * Returns the dependencies for an environment, built once for each.
 * @param observer the one of the extensions by default
 * @param background outside a Worker, work simply continues
 * @throws SettingError
 */
export function apiDeps(
  env: Env,
  observer?: Observer,
  background: Background = (work) => void work,
  extensions: Extensions = NO_EXTENSIONS,
): ApiDeps {
  const known = built.get(extensions)?.get(env);
  if (known !== undefined) {
    return known;
  }
  const config = configOf(env);
  const { login } = extensions;
  const observes = observer ?? extensions.observer(env);
  const queues = { high: env.TASKS_HIGH, normal: env.TASKS, low: env.TASKS_LOW };
  const run: ApiDeps["run"] = (tenantId, taskId) => runStub(env.RUNS, tenantId, taskId);
  const mcpCatalogues = new McpCatalogueStore(env.DB);
  const mcpTokens = new McpTokenStore(env.DB);
  const tasks = new TaskStore(env.DB);
  const conversations = new ConversationStore(env.DB);
  const lookups = secretsIn(env, observes);
  const deps: ApiDeps = {
    config,
    catalogue: buildCatalogue(config, env, extensions),
    tasks,
    taskStatuses: (tenantId, taskIds) => taskStatuses(env.DB, tenantId, taskIds),
    taskChanges: new TaskChanges(env.DB),
    trees: new TreeStore(env.DB),
    conversations,
    releaseTurn: releaserOf(env, observes),
    pastOf: (task) => pastOf({ tasks, conversations, run }, task),
    inbox: new InboxStore(env.DB),
    tools: new ToolStore(env.DB),
    mcpServers: new McpServerStore(env.DB),
    mcpCatalogues,
    mcpTokens,
    mcp: buildMcp(config, {
      listings: mcpCatalogues,
      tokens: mcpTokens,
      secretsOf: (tenantId) => lookups.forTools(tenantId),
    }),
    webhooks: new WebhookStore(env.DB),
    deliveries: new DeliveryStore(env.DB),
    hooks: new HookStore(env.DB),
    secretStore: new SecretStore(env.DB),
    secrets: new SigningSecrets(config.encryptionKey),
    tenantSecrets: new TenantSecretStore(env.DB),
    vault: new TenantSecrets(config.encryptionKey),
    telemetry: new TelemetryStore(env.DB),
    incidents: new IncidentStore(env.DB),
    load: new LoadStore(env.DB),
    gates: new GateStore(env.DB),
    gate: (name) => gateStub(env.GATES, name),
    exportTrace: async (message) => {
      await env.TRACES.send(message);
    },
    deliver: (name) => sendDeliveries(env.WEBHOOKS, [name]),
    agents: new AgentStore(env.DB),
    agentsInCode: extensions.agents,
    principalOf: login && (async (request) => login.authenticate(request, env)),
    answers: new AnswerStore(env.DB),
    keys: new KeyStore(env.DB),
    audit: new AuditStore(env.DB),
    attachments: new AttachmentStore(env.DB),
    files: filesIn(env),
    usage: new UsageStore(env.DB),
    ledger: (tenantId) => ledgerStub(env.LEDGERS, tenantId),
    feed: (tenantId) => feedStub(env.FEEDS, tenantId),
    timetable: (tenantId) => timetableStub(env.TIMETABLES, tenantId),
    memory: (tenantId, store) => memoryStub(env.MEMORIES, tenantId, store),
    memoryStores: new MemoryDirectory(env.DB),
    subjectDeletions: new SubjectDeletionStore(env.DB),
    background,
    timetables: new TimetableStore(env.DB),
    feeds: new FeedStore(env.DB),
    observer: observes,
    run,
    mayAsk: (tenantId) => mayAsk(env, tenantId),
    dispatch: (task) => dispatchTask(task, { queues, observer: observes, run, background }),
    now: () => Date.now(),
  };
  built.set(extensions, (built.get(extensions) ?? new WeakMap()).set(env, deps));
  return deps;
}

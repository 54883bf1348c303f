/**
 * Builds the dependencies of a run's object from the Worker's environment. Loads in plain Node, so
 * tests use it too.
 */
import { RunFiles } from "../agent/loop/files.ts";
import { llmClients } from "../agent/llm/providers.ts";
import { KeptCatalogues } from "../agent/mcp/catalogues.ts";
import { mcpHost, withServers, type McpHost } from "../agent/mcp/host.ts";
import type { McpRegistry } from "../agent/mcp/registry.ts";
import type { Isolate } from "../agent/tools/code/isolate.ts";
import { registeredTools } from "../agent/tools/registered/registered-tools.ts";
import { memoryTools, type OpenStore } from "../agent/tools/memory/memory-tools.ts";
import { recallFrom } from "../agent/tools/memory/recall.ts";
import { scriptTools } from "../agent/tools/registered/script-tools.ts";
import { builtInTools, toolboxFor } from "../agent/tools/registry.ts";
import { jsonSchemaCheck } from "../agent/tools/schema/json-schema.ts";
import { feedStub } from "../durable/feed/rpc.ts";
import { ledgerStub } from "../durable/ledger/rpc.ts";
import { gateStub } from "../durable/gate/rpc.ts";
import type { Deps, GateAccess } from "../durable/run/deps.ts";
import { runStub } from "../durable/run/rpc.ts";
import type { Announce } from "../durable/run/outbox/webhook-outbox.ts";
import { memoryStub } from "../durable/memory/rpc.ts";
import { timetableStub } from "../durable/timetable/rpc.ts";
import { configOf, type Config } from "../env/config.ts";
import { gateOf } from "../env/gates.ts";
import type { Observer } from "../observe.ts";
import { attachmentsIn } from "../run/value/attachment.ts";
import type { ScriptedCalls } from "../run/log/state.ts";
import { storesOf } from "../run/memory/store-name.ts";
import type { TraceExport } from "../run/trace/export-message.ts";
import type { ScheduleDesk } from "../run/schedule/desk.ts";
import { goalOf, type RunSpec } from "../run/spec/spec.ts";
import type { SubmitOrder } from "../run/spec/task-order.ts";
import { AuditStore } from "../store/audit.ts";
import { KeyStore } from "../store/keys.ts";
import { McpCatalogueStore } from "../store/mcp/catalogues.ts";
import { McpTokenStore } from "../store/mcp/tokens.ts";
import { TaskStore } from "../store/tasks/tasks.ts";
import { agentTools } from "../agent/tools/tasks/agent-tools.ts";
import { boundTools, NO_EXTENSIONS, type Extensions } from "./extensions.ts";
import { filesIn } from "./files.ts";
import { releaserOf } from "./turns.ts";
import { buildFetch, buildMcp, mayAsk, priceOf, providersOf, secretsIn } from "./network.ts";

/** Refuses every task that a run would start. */
const NO_CHILDREN: SubmitOrder = async () => ({
  ok: false,
  code: "unavailable",
  message: "This deployment cannot start tasks from runs.",
});

/**
 * Builds the dependencies of a run.
 * @param isolate runs code; null in a deployment without a Worker loader
 * @param extensions what the deployment adds in code
 * @param submit submits the tasks that runs start; by default they are refused
 * @param schedules makes the schedules of runs; null in a deployment without schedules
 * @throws SettingError
 */
export function buildDeps(
  env: Env,
  isolate: Isolate | null = null,
  extensions: Extensions = NO_EXTENSIONS,
  submit: SubmitOrder = NO_CHILDREN,
  schedules: ScheduleDesk | null = null,
): Deps {
  const config = configOf(env);
  const fetch = buildFetch(config);
  const observer = extensions.observer(env);
  const secrets = secretsIn(env, observer);
  const builtIn = [...builtInTools(isolate), ...boundTools(extensions, env)];
  const catalogues = new McpCatalogueStore(env.DB);
  const tokens = new McpTokenStore(env.DB);
  const mcpOf = (spec: RunSpec): McpHost | null =>
    (spec.mcp_servers ?? []).length === 0
      ? null
      : hostOf(
          spec,
          buildMcp(
            config,
            { listings: catalogues, tokens, secretsOf: (tenantId) => secrets.forTools(tenantId) },
            fetch,
          ),
          catalogues,
          config.mcpDownMs,
          observer,
        );
  const openFor =
    ({ tenant_id }: RunSpec): OpenStore =>
    (store) =>
      env.MEMORIES === undefined ? null : memoryStub(env.MEMORIES, tenant_id, store);
  const toolsOf = (spec: RunSpec, scripted: () => ScriptedCalls | null) => {
    const own = toolboxFor(
      spec.config.tools,
      [
        ...registeredTools(spec.tools ?? [], isolate),
        ...agentTools(spec.agents ?? []),
        ...scriptTools(spec.input_data["script_tools"], scripted),
        ...memoryTools(storesOf(spec), openFor(spec)),
      ],
      builtIn,
    );
    return withServers(own, mcpOf(spec));
  };
  return {
    config,
    tasks: new TaskStore(env.DB),
    keys: new KeyStore(env.DB),
    audit: new AuditStore(env.DB),
    observer,
    announce: announceBy(env),
    traces: tracesBy(env, config),
    ledger: (tenantId) => (env.LEDGERS === undefined ? null : ledgerStub(env.LEDGERS, tenantId)),
    gates: gatesBy(env, config, secrets),
    feed: (tenantId) => (env.FEEDS === undefined ? null : feedStub(env.FEEDS, tenantId)),
    timetable: (tenantId) =>
      env.TIMETABLES === undefined ? null : timetableStub(env.TIMETABLES, tenantId),
    submitOrder: submit,
    releaseTurn: releaserOf(env, observer),
    run: (tenantId, taskId) =>
      env.RUNS === undefined ? null : runStub(env.RUNS, tenantId, taskId),
    mayAsk: (tenantId) => mayAsk(env, tenantId),
    now: () => Date.now(),
    random: () => Math.random(),
    plannerFor: (name) => extensions.planners.get(name) ?? null,
    toolsFor: (spec, scripted) => ({
      llmFor: llmClients(
        providersOf(config, env, extensions),
        spec.input_data,
        secrets.kept ? (provider) => secrets.ownKey(spec.tenant_id, provider) : null,
      ),
      ...toolsOf(spec, scripted),
      files: filesOf(spec, env),
      recall: async () => [
        await recallFrom(storesOf(spec), goalOf(spec.input_data), openFor(spec), (error) =>
          observer.fault("run.recall", error),
        ),
      ],
      fetch,
      secrets: secrets.forTools(spec.tenant_id),
      ...(schedules === null ? {} : { schedules }),
      settings: {
        retry: config.retry,
        providerWaitMs: config.gates.waitMs,
        modelTimeoutMs: config.modelTimeoutMs,
        modelFirstByteMs: config.modelFirstByteMs,
        modelIdleMs: config.modelIdleMs,
        deltaChars: config.deltaChars,
        deltaMs: config.deltaMs,
        holdMs: config.holdMs,
      },
      priceOf: (model) => priceOf(config, model),
      checkAnswer:
        spec.config.output_schema === undefined ? null : jsonSchemaCheck(spec.config.output_schema),
    }),
    priceOf: (model) => priceOf(config, model),
  };
}

/** Returns how runs find the gates; null in a deployment without them. */
function gatesBy(
  { GATES: gates }: Partial<Env>,
  config: Config,
  secrets: ReturnType<typeof secretsIn>,
): GateAccess | null {
  return gates === undefined
    ? null
    : {
        nameOf: (model) => gateOf(config.gates, model),
        hasOwnKey: async (tenantId, provider) =>
          secrets.kept && (await secrets.ownKey(tenantId, provider)) !== null,
        gate: (name) => gateStub(gates, name),
      };
}

/** Returns the files of a run; null if it has none. */
function filesOf({ tenant_id, input_data }: RunSpec, env: Env): RunFiles | null {
  const files = attachmentsIn(input_data);
  const bytes = filesIn(env);
  return files.length === 0 ? null : new RunFiles(files, (sha256) => bytes.read(tenant_id, sha256));
}

function announceBy({ WEBHOOKS: queue }: Partial<Env>): Announce {
  return queue === undefined
    ? null
    : async (batch) => {
        await queue.send(batch);
      };
}

function tracesBy({ TRACES: queue }: Partial<Env>, { otlp }: Config): TraceExport | null {
  return queue === undefined
    ? null
    : {
        always: otlp !== null,
        send: async (message) => {
          await queue.send(message);
        },
      };
}

/** Builds the client of one run's MCP servers. */
function hostOf(
  spec: RunSpec,
  registry: McpRegistry,
  store: McpCatalogueStore,
  downMs: number,
  observer: Observer,
): McpHost {
  return mcpHost(spec, {
    catalogues: new KeptCatalogues(spec.tenant_id, store, registry, downMs, Date.now),
    reach: (definition) => registry.way(spec.tenant_id, definition),
    now: Date.now,
    fault: (name, error) => observer.fault(name, error),
  });
}

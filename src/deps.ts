/** The composition root: builds, from an environment, what the rest receives as arguments. */
import type { RunTools } from "./agent/effects.ts";
import { guardedFetch, type GuardedFetch } from "./agent/fetch/guarded-fetch.ts";
import { HostRules } from "./agent/fetch/host-rules.ts";
import { dnsOverHttps } from "./agent/fetch/resolver.ts";
import type { LlmClient } from "./agent/llm/client.ts";
import { localRules, localScript } from "./agent/llm/local.ts";
import { anthropic } from "./agent/llm/anthropic.ts";
import { endpointOf, type Endpoint } from "./agent/llm/endpoint.ts";
import { google } from "./agent/llm/google.ts";
import { compatibleChat, openAiChat, openRouter } from "./agent/llm/openai-chat.ts";
import { openAiResponses } from "./agent/llm/openai-responses.ts";
import { shippedPrice } from "./agent/llm/prices.ts";
import { unavailableClient } from "./agent/llm/unavailable.ts";
import { WORKERS_AI, workersAi, type AiBinding } from "./agent/llm/workers-ai.ts";
import { KeptCatalogues } from "./agent/mcp/catalogues.ts";
import { mcpHost, withServers, type McpHost } from "./agent/mcp/host.ts";
import { McpRegistry } from "./agent/mcp/registry.ts";
import { plannerFor } from "./agent/planners/planner-for.ts";
import { jsonSchemaCheck } from "./agent/tools/json-schema.ts";
import { registeredTools } from "./agent/tools/registered-tools.ts";
import { definitionDefects } from "./agent/tools/definition-defects.ts";
import { schemaDefect } from "./agent/tools/schema-defect.ts";
import { referenceDefect } from "./agent/tools/schema-refs.ts";
import { builtInTools, toolboxFor } from "./agent/tools/registry.ts";
import type { Isolate } from "./agent/tools/isolate.ts";
import { scriptTools } from "./agent/tools/script-tools.ts";
import type { Announce } from "./durable/announcer.ts";
import { ledgerStub, type LedgerRpc } from "./durable/ledger-rpc.ts";
import { configOf, type Config, type ProviderSettings } from "./env.ts";
import { logObserver, type Observer } from "./observe.ts";
import type { Catalogue } from "./run/catalogue.ts";
import type { Planner } from "./run/planner.ts";
import type { Price } from "./run/price.ts";
import { scriptSchema } from "./run/script.ts";
import type { PlannerName, RunSpec } from "./run/spec.ts";
import type { ScriptedCalls } from "./run/state.ts";
import { AuditStore } from "./store/audit.ts";
import { KeyStore } from "./store/keys.ts";
import { McpStore } from "./store/mcp.ts";
import { TaskStore } from "./store/tasks.ts";

/** What a run's object works with. */
export interface Deps {
  readonly config: Config;
  readonly tasks: TaskStore;
  readonly keys: KeyStore;
  readonly audit: AuditStore;
  readonly observer: Observer;
  /** Tells webhooks of a run; null in a deployment that has no queue for it. */
  readonly announce: Announce;
  /** The ledger of a tenant; null in a deployment that has none. */
  ledger(tenantId: string): LedgerRpc | null;
  now(): number;
  random(): number;
  plannerFor(name: PlannerName): Planner;
  /** @param scripted the calls of scripted tools so far */
  toolsFor(spec: RunSpec, scripted: () => ScriptedCalls | null): RunTools;
}

/**
 * What a run's object needs, from its environment.
 * @param isolate where code runs; null where a deployment has no such place
 * @throws SettingError
 */
export function buildDeps(env: Env, isolate: Isolate | null = null): Deps {
  const config = configOf(env);
  const fetch = buildFetch(config);
  const builtIn = builtInTools(isolate);
  const observer = buildObserver();
  const servers = new McpStore(env.DB);
  const mcpOf = (spec: RunSpec): McpHost | null =>
    (spec.mcp_servers ?? []).length === 0
      ? null
      : hostOf(spec, buildMcp(config, servers, fetch), servers, observer);
  const toolsOf = (spec: RunSpec, scripted: () => ScriptedCalls | null) => {
    const own = toolboxFor(
      spec.config.tools,
      [
        ...registeredTools(spec.tools ?? [], {
          tenantId: spec.tenant_id,
          secrets: config.toolSecrets,
          isolate,
        }),
        ...scriptTools(spec.input_data["script_tools"], scripted),
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
    ledger: (tenantId) => (env.LEDGERS === undefined ? null : ledgerStub(env.LEDGERS, tenantId)),
    now: () => Date.now(),
    random: () => Math.random(),
    plannerFor,
    toolsFor: (spec, scripted) => ({
      llmFor: memoised((model) => llmFor(config, spec, model, bindingOf(env))),
      ...toolsOf(spec, scripted),
      fetch,
      settings: {
        retry: config.retry,
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
  };
}

function announceBy({ WEBHOOKS: queue }: Partial<Env>): Announce {
  return queue === undefined
    ? null
    : async (batch) => {
        await queue.send(batch);
      };
}

function priceOf(config: Config, model: string): Price | null {
  return config.prices.get(model) ?? shippedPrice(model);
}

/** The one way to the network for tools, SDKs that take a `fetch`, and webhooks. */
export function buildFetch({ web }: Config): GuardedFetch {
  return guardedFetch({
    rules: new HostRules(web),
    resolve: web.resolver === null ? null : dnsOverHttps(web.resolver),
    maxBytes: web.maxBytes,
    timeoutMs: web.timeoutMs,
  });
}

/** The MCP servers of one run. */
function hostOf(
  spec: RunSpec,
  registry: McpRegistry,
  store: McpStore,
  observer: Observer,
): McpHost {
  return mcpHost(spec, {
    catalogues: new KeptCatalogues(spec.tenant_id, store, registry, Date.now),
    reach: (definition) => registry.way(spec.tenant_id, definition),
    now: Date.now,
    fault: (name, error) => observer.fault(name, error),
  });
}

/** The MCP servers of the deployment and its tenants, in use. */
export function buildMcp(
  config: Config,
  store: McpStore,
  fetch: GuardedFetch = buildFetch(config),
): McpRegistry {
  return new McpRegistry({
    store,
    fetch,
    rules: new HostRules(config.web),
    variable: (name) => config.secretOf(name),
    secrets: config.toolSecrets,
    encryptionKey: config.encryptionKey,
    catalogueTtlMs: config.mcpCatalogueTtlMs,
    now: () => Date.now(),
  });
}

/** Faults as structured lines in the Worker's log. */
export function buildObserver(): Observer {
  return logObserver((line) => console.error(line));
}

const LOCAL_MODELS = ["local/rules", "local/script"];

/** Providers that the settings can configure, and by which. */
const KNOWN: Readonly<Record<string, string>> = {
  openai: "OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server",
  anthropic: "ANTHROPIC_API_KEY",
  google: "GOOGLE_API_KEY",
  openrouter: "OPENROUTER_API_KEY",
  [WORKERS_AI]: "the binding AI in wrangler.toml",
};

/** What this deployment offers to submissions. */
export function buildCatalogue(
  config: Config,
  env: Partial<Pick<Env, "ISOLATES">> & { readonly AI?: unknown } = {},
): Catalogue {
  // For its description only: the Worker itself runs no code.
  const isolate = env.ISOLATES === undefined ? null : { run: () => Promise.reject(new Error()) };
  const providers = [
    "local",
    ...config.providers.keys(),
    ...(bindingOf(env) === null ? [] : [WORKERS_AI]),
  ];
  const rules = new HostRules(config.web);
  return {
    providers,
    tools: builtInTools(isolate).map((tool) => ({
      name: tool.name,
      description: tool.description,
      input_schema: tool.inputSchema,
      output_schema: tool.outputSchema,
      effect: tool.effect,
      approval: tool.approval ?? "never",
      untrusted: tool.untrusted ?? null,
      timeout_ms: tool.timeoutMs,
    })),
    isPriced: (model) => priceOf(config, model) !== null,
    definitionDefects: (definition) => definitionDefects(definition, rules, isolate !== null),
    schemaDefect: (schema) => referenceDefect(schema) ?? schemaDefect(schema),
    addressDefect: (url) => rules.defect(url),
    modelProblem(model) {
      const slash = model.indexOf("/");
      const provider = model.slice(0, slash);
      if (LOCAL_MODELS.includes(model)) {
        return null;
      }
      if (slash < 1 || slash === model.length - 1 || provider === "local") {
        const known = `A model is written <provider>/<model id>, such as ${LOCAL_MODELS.join(" or ")}.`;
        return { code: "unknown_model", detail: `There is no model "${model}". ${known}` };
      }
      if (providers.includes(provider)) {
        return null;
      }
      const setting = Object.hasOwn(KNOWN, provider) ? KNOWN[provider] : undefined;
      return setting === undefined
        ? {
            code: "unknown_model",
            detail: `There is no provider "${provider}". Configured: ${providers.join(", ")}. Others are named in OPSPAWN_PROVIDERS.`,
          }
        : {
            code: "provider_not_configured",
            detail: `The provider ${provider} is not configured: set ${setting}.`,
          };
    },
  };
}

/** The binding of Workers AI, where a deployment has one: it is not in the types, being optional. */
function bindingOf(env: object): AiBinding | null {
  const ai: unknown = "AI" in env ? env.AI : null;
  return typeof ai === "object" && ai !== null ? (ai as AiBinding) : null;
}

/** The same client for the same model: an SDK is set up once. */
function memoised(make: (model: string) => LlmClient): (model: string) => LlmClient {
  const made = new Map<string, LlmClient>();
  return (model) => {
    const client = made.get(model) ?? make(model);
    made.set(model, client);
    return client;
  };
}

function llmFor(config: Config, spec: RunSpec, model: string, ai: AiBinding | null): LlmClient {
  if (model === "local/script") {
    return localScript(scriptSchema.parse(spec.input_data["script"] ?? []));
  }
  const provider = model.slice(0, model.indexOf("/"));
  if (provider === "local") {
    return localRules();
  }
  if (provider === WORKERS_AI && ai !== null) {
    return workersAi(ai);
  }
  const settings = config.providers.get(provider);
  return settings === undefined
    ? unavailableClient(provider, KNOWN[provider] ?? "OPSPAWN_PROVIDERS")
    : clientFor(provider, settings);
}

function clientFor(provider: string, settings: ProviderSettings): LlmClient {
  const { protocol, headers, named } = settings;
  const own = endpointOf(provider, settings);
  const endpoint: Endpoint = named === undefined ? own : { ...own, settings: named };
  switch (protocol) {
    case "responses":
      return openAiResponses(endpoint);
    case "chat":
      return openAiChat(endpoint);
    case "compatible":
      return compatibleChat(endpoint);
    case "anthropic":
      return anthropic(endpoint);
    case "google":
      return google(endpoint);
    case "openrouter":
      return openRouter(endpoint, headers);
    default:
      return protocol satisfies never;
  }
}

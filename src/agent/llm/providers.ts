/**
 * Selects the client for a model id, and explains why a model id cannot be used. Clients load their
 * SDK on the first call, so selecting one is cheap.
 */
import { anthropic } from "./anthropic/client.ts";
import type { LlmClient } from "./client.ts";
import { endpointOf, type Endpoint, type ProviderSettings } from "./endpoint.ts";
import { google } from "./google/client.ts";
import { localRules, localScript } from "./local/client.ts";
import { compatibleChat, openAiChat, openRouter } from "./openai/chat.ts";
import { openAiResponses } from "./openai/responses.ts";
import { WORKERS_AI, workersAi, type AiBinding } from "./openai/workers-ai.ts";
import { scriptSchema } from "../../run/spec/script.ts";
import { providerSecret } from "../../run/spec/secret.ts";
import type { JsonObject } from "../../run/value/json.ts";
import { tenantClient, type TenantKeys } from "./tenant-key.ts";
import { unavailableClient } from "./unavailable.ts";

/** Name of the built-in provider of models for tests and demonstrations. */
export const LOCAL_PROVIDER = "local";
const LOCAL_MODELS = [`${LOCAL_PROVIDER}/rules`, `${LOCAL_PROVIDER}/script`];

/** Built-in providers, and the setting that configures each. */
const BUILT_IN: Readonly<Record<string, string>> = {
  openai: "OPENAI_API_KEY, or OPENAI_BASE_URL for a compatible server",
  anthropic: "ANTHROPIC_API_KEY",
  google: "GOOGLE_API_KEY",
  openrouter: "OPENROUTER_API_KEY",
  [WORKERS_AI]: "the binding AI in wrangler.toml",
};

/** The configured providers of a deployment. */
export interface Providers {
  readonly configured: ReadonlyMap<string, ProviderSettings>;
  /** Providers that tenants can have their own keys of, without the deployment's keys. */
  readonly keyed: ReadonlyMap<string, ProviderSettings>;
  /** The Workers AI binding; null if the deployment has none. */
  readonly ai: AiBinding | null;
  /** Providers in code, by name. They have precedence over configured ones. */
  readonly own: ReadonlyMap<string, () => LlmClient>;
}

/** Returns the provider names that are valid in model ids. */
export function providerNames({ configured, ai, own }: Providers): string[] {
  const named = ["local", ...configured.keys(), ...(ai === null ? [] : [WORKERS_AI])];
  return [...new Set([...named, ...own.keys()])];
}

/**
 * Returns why a model cannot be used; null if it can. Checks only the provider: whether the
 * provider has the model is known only after a call.
 */
export function modelProblem(
  model: string,
  providers: readonly string[],
): { readonly code: "unknown_model" | "provider_not_configured"; readonly detail: string } | null {
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
  const setting = Object.hasOwn(BUILT_IN, provider) ? BUILT_IN[provider] : undefined;
  return setting === undefined
    ? {
        code: "unknown_model",
        detail: `There is no provider "${provider}". Configured: ${providers.join(", ")}. Others are named in OPSPAWN_PROVIDERS.`,
      }
    : {
        code: "provider_not_configured",
        detail: `The provider ${provider} is not configured: set ${setting}.`,
      };
}

/** Protocols in which a request can contain a PDF file. Other compatible servers differ. */
const FILE_PROTOCOLS = new Set(["responses", "chat", "anthropic", "google", "openrouter"]);
/** Older models of OpenAI that read text only. */
const TEXT_ONLY =
  /^openai\/(?:gpt-3\.5|gpt-4(?:-\d{4}(?:-preview)?)?$|o1-(?:mini|preview)|o3-mini)/;

/**
 * Returns whether a model can be given PDF files, as far as its provider tells. The local models
 * take everything.
 */
export function takesFiles(model: string, { configured, keyed, own }: Providers): boolean {
  const provider = model.slice(0, model.indexOf("/"));
  if (provider === LOCAL_PROVIDER) {
    return true;
  }
  const settings = configured.get(provider) ?? keyed.get(provider);
  return (
    settings !== undefined &&
    !own.has(provider) &&
    FILE_PROTOCOLS.has(settings.protocol) &&
    !TEXT_ONLY.test(model)
  );
}

/** Clients of configured providers, by the configuration that names them. All runs share them. */
const shared = new WeakMap<Providers["configured"], Map<string, LlmClient>>();

/**
 * Returns a function that returns the client for a model id. The local models have a client for
 * each run.
 * @param input the task's input; `local/script` reads its replies from it
 * @param keys the tenant's own API keys; null in a deployment that cannot store any
 */
export function llmClients(
  providers: Providers,
  input: JsonObject,
  keys: TenantKeys | null = null,
): (model: string) => LlmClient {
  const made = new Map<string, LlmClient>();
  return (model) => {
    const client = made.get(model) ?? clientFor(providers, input, model, keys);
    made.set(model, client);
    return client;
  };
}

function clientFor(
  { configured, keyed, ai, own }: Providers,
  input: JsonObject,
  model: string,
  keys: TenantKeys | null,
): LlmClient {
  if (model === "local/script") {
    return localScript(scriptSchema.parse(input["script"] ?? []));
  }
  const provider = model.slice(0, model.indexOf("/"));
  if (provider === "local") {
    return localRules();
  }
  const make = own.get(provider);
  if (make !== undefined) {
    return make();
  }
  if (provider === WORKERS_AI && ai !== null) {
    return workersAi(ai);
  }
  const deployments = deploymentsClient(configured, provider);
  const settings = keyed.get(provider);
  if (keys === null || settings === undefined) {
    return deployments;
  }
  return tenantClient(provider, keys, {
    bodies: configured.has(provider) ? deployments : remoteClient(provider, settings),
    deployments,
    withKey: (apiKey) => {
      const named = { key: `the secret ${providerSecret(provider)}`, url: "the base URL" };
      return remoteClient(provider, { ...settings, apiKey, named });
    },
  });
}

/** Returns the client with the deployment's key, which the runs of all tenants share. */
function deploymentsClient(configured: Providers["configured"], provider: string): LlmClient {
  const settings = configured.get(provider);
  if (settings === undefined) {
    return unavailableClient(provider, BUILT_IN[provider] ?? "OPSPAWN_PROVIDERS");
  }
  const clients = shared.get(configured) ?? new Map<string, LlmClient>();
  shared.set(configured, clients);
  const client = clients.get(provider) ?? remoteClient(provider, settings);
  clients.set(provider, client);
  return client;
}

function remoteClient(provider: string, settings: ProviderSettings): LlmClient {
  const { protocol, named } = settings;
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
      return openRouter(endpoint);
    default:
      return protocol satisfies never;
  }
}

/** Shared by several entry points: the guarded fetch, MCP servers, prices, the observer. */
import { guardedFetch, type GuardedFetch } from "../agent/fetch/guarded-fetch.ts";
import { HostRules } from "../agent/fetch/host-rules.ts";
import { dnsOverHttps } from "../agent/fetch/resolver.ts";
import type { AiBinding } from "../agent/llm/openai/workers-ai.ts";
import { shippedPrice } from "../agent/llm/prices.ts";
import type { Providers } from "../agent/llm/providers.ts";
import { McpRegistry, type RegistryHost } from "../agent/mcp/registry.ts";
import { SecretLookups } from "../agent/tools/registered/secret-lookup.ts";
import { TenantSecrets } from "../crypto/tenant-secrets.ts";
import { configOf, type Config } from "../env/config.ts";
import type { Observer } from "../observe.ts";
import type { Extensions } from "./extensions.ts";
import type { Price } from "../run/spec/price.ts";
import { TenantSecretStore } from "../store/tenant-secrets.ts";

/** Builds the only network access of tools, webhooks and SDKs that take a `fetch`. */
export function buildFetch({ web }: Config): GuardedFetch {
  return guardedFetch({
    rules: new HostRules(web),
    resolve: web.resolver === null ? null : dnsOverHttps(web.resolver),
    maxBytes: web.maxBytes,
    timeoutMs: web.timeoutMs,
  });
}

/** Builds the client of the MCP servers of the deployment and its tenants. */
export function buildMcp(
  config: Config,
  { listings, tokens, secretsOf }: Pick<RegistryHost, "listings" | "tokens" | "secretsOf">,
  fetch: GuardedFetch = buildFetch(config),
): McpRegistry {
  return new McpRegistry({
    listings,
    tokens,
    fetch,
    rules: new HostRules(config.web),
    variable: (name) => config.secretOf(name),
    secretsOf,
    encryptionKey: config.encryptionKey,
    catalogueTtlMs: config.mcpCatalogueTtlMs,
    now: () => Date.now(),
  });
}

const lookups = new WeakMap<object, SecretLookups>();

/**
 * Returns the secrets of all tenants of an environment, built once for each, so that the objects of
 * one isolate share their cache.
 * @param observer receives failures of the database
 * @throws SettingError
 */
export function secretsIn(env: Pick<Env, "DB">, observer: Observer): SecretLookups {
  const known = lookups.get(env);
  if (known !== undefined) {
    return known;
  }
  const config = configOf(env);
  const made = new SecretLookups({
    rows: new TenantSecretStore(env.DB),
    vault: new TenantSecrets(config.encryptionKey),
    deployment: config.toolSecrets,
    cacheMs: config.keyCacheMs,
    now: () => Date.now(),
    fault: (name, error) => observer.fault(name, error),
  });
  lookups.set(env, made);
  return made;
}

/** Returns the providers that a deployment can use. */
export function providersOf(
  config: Config,
  env: object,
  { providers }: Pick<Extensions, "providers">,
): Providers {
  const inCode = new Map(
    Array.from(providers, ([name, provider]) => [name, () => provider.client(env)] as const),
  );
  return {
    configured: config.providers,
    keyed: config.keyedProviders,
    ai: aiBindingOf(env),
    own: inCode,
  };
}

/** Returns the configured price of a model, else the built-in one; null if neither is known. */
export function priceOf(config: Config, model: string): Price | null {
  return config.prices.get(model) ?? shippedPrice(model);
}

/** Returns the Workers AI binding, which is optional and so not in the generated types. */
function aiBindingOf(env: object): AiBinding | null {
  const ai: unknown = "AI" in env ? env.AI : null;
  return typeof ai === "object" && ai !== null ? (ai as AiBinding) : null;
}

/**
 * Returns whether the tenant is within its rate limit. A failing rate limiter admits the request.
 */
export async function mayAsk(
  env: Partial<Pick<Env, "REQUESTS">>,
  tenantId: string,
): Promise<boolean> {
  return (
    env.REQUESTS === undefined ||
    (await env.REQUESTS.limit({ key: tenantId }).catch(() => ({ success: true }))).success
  );
}

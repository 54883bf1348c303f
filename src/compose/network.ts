/** The parts that several entry points share: the guarded fetch, MCP servers, prices, the observer. */
import { guardedFetch, type GuardedFetch } from "../agent/fetch/guarded-fetch.ts";
import { HostRules } from "../agent/fetch/host-rules.ts";
import { dnsOverHttps } from "../agent/fetch/resolver.ts";
import type { AiBinding } from "../agent/llm/openai/workers-ai.ts";
import { shippedPrice } from "../agent/llm/prices.ts";
import type { Providers } from "../agent/llm/providers.ts";
import { McpRegistry, type RegistryHost } from "../agent/mcp/registry.ts";
import type { Config } from "../env/config.ts";
import { logObserver, type Observer } from "../observe.ts";
import type { Price } from "../run/spec/price.ts";

/** The only way to the network for tools, SDKs that take a `fetch`, and webhooks. */
export function buildFetch({ web }: Config): GuardedFetch {
  return guardedFetch({
    rules: new HostRules(web),
    resolve: web.resolver === null ? null : dnsOverHttps(web.resolver),
    maxBytes: web.maxBytes,
    timeoutMs: web.timeoutMs,
  });
}

/** The client of the MCP servers of the deployment and its tenants. */
export function buildMcp(
  config: Config,
  { listings, tokens }: Pick<RegistryHost, "listings" | "tokens">,
  fetch: GuardedFetch = buildFetch(config),
): McpRegistry {
  return new McpRegistry({
    listings,
    tokens,
    fetch,
    rules: new HostRules(config.web),
    variable: (name) => config.secretOf(name),
    secrets: config.toolSecrets,
    encryptionKey: config.encryptionKey,
    catalogueTtlMs: config.mcpCatalogueTtlMs,
    now: () => Date.now(),
  });
}

/** Writes faults as structured lines to the Worker's log. */
export function buildObserver(): Observer {
  return logObserver((line) => console.error(line));
}

/** The providers that a deployment can use. */
export function providersOf(config: Config, env: object): Providers {
  return { configured: config.providers, ai: aiBindingOf(env) };
}

/** A configured price wins over the shipped one; null where neither is known. */
export function priceOf(config: Config, model: string): Price | null {
  return config.prices.get(model) ?? shippedPrice(model);
}

/** The Workers AI binding: optional, hence not in the generated types. */
function aiBindingOf(env: object): AiBinding | null {
  const ai: unknown = "AI" in env ? env.AI : null;
  return typeof ai === "object" && ai !== null ? (ai as AiBinding) : null;
}

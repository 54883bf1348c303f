/**
 * Settings of model providers: API keys, base URLs, additional providers, prices, the default
 * model.
 */
import { z } from "zod";
import type { ProviderSettings } from "../agent/llm/endpoint.ts";
import type { Price } from "../run/spec/price.ts";
import { defined } from "../run/value/defined.ts";
import { json, lowerCase, text, url } from "./shapes.ts";

const API = z.enum(["responses", "chat"], "it must be responses or chat");

/** Reserved provider names. */
const TAKEN = new Set(["local", "openai", "anthropic", "google", "openrouter", "workers-ai"]);

/** Headers that the service sets itself. */
const OWN_HEADERS = new Set([
  "authorization",
  "x-api-key",
  "x-goog-api-key",
  "content-type",
  "content-length",
  "host",
]);
const headers = z.record(
  z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, "a header's name has letters, digits and hyphens")
    .refine(
      (name) => !OWN_HEADERS.has(name.toLowerCase()),
      "a header that the service sets itself",
    ),
  z
    .string()
    .max(4096, "a header has at most 4,096 characters")
    .regex(/^[\t\x20-\x7E]*$/, "a header has printable ASCII characters"),
);

const compatible = z.record(
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, "a name has lower-case letters, digits and hyphens")
    .refine((name) => !TAKEN.has(name), "the name of a provider that is built in"),
  z.strictObject({
    base_url: z.url("base_url must be a URL"),
    api_key: z.string().optional(),
    api: API.optional(),
    headers: headers.optional(),
  }),
);

const rate = z.number().int().min(0);
const rates = { input: rate, cached_input: rate, cache_write: rate, output: rate };
const prices = z.record(
  z.string().regex(/^[^/]+\/.+$/, "a model is written <provider>/<model id>"),
  z.strictObject({
    ...rates,
    above: z.strictObject({ ...rates, input_tokens: z.number().int().min(1) }).optional(),
  }),
);
export const providerVars = {
  OPENAI_API_KEY: text.optional(),
  OPENAI_BASE_URL: url,
  OPENAI_HEADERS: json(headers),
  OPENAI_API: text.pipe(API.optional()).optional(),
  ANTHROPIC_API_KEY: text.optional(),
  ANTHROPIC_BASE_URL: url,
  ANTHROPIC_HEADERS: json(headers),
  GOOGLE_API_KEY: text.optional(),
  GOOGLE_BASE_URL: url,
  GOOGLE_HEADERS: json(headers),
  OPENROUTER_API_KEY: text.optional(),
  OPENROUTER_BASE_URL: url,
  OPENROUTER_HEADERS: json(headers),
  OPENROUTER_REFERER: text.optional(),
  OPENROUTER_TITLE: text.optional(),
  OPSPAWN_PROVIDERS: json(compatible),
  OPSPAWN_PRICES: json(prices),
  OPSPAWN_DEFAULT_MODEL: text.optional(),
  AGENTKIT_LLM_PROVIDER: lowerCase.optional(),
  AGENTKIT_LLM_MODEL: text.optional(),
};

type ProviderVars = z.infer<z.ZodObject<typeof providerVars>>;

/** Providers by name. */
interface NamedProviders {
  /** Those whose API key or base URL is set. */
  readonly configured: Map<string, ProviderSettings>;
  /** Those that accept an API key, without the deployment's own. */
  readonly keyed: Map<string, ProviderSettings>;
}

/** Returns the providers of a deployment. */
export function providersOf(v: ProviderVars): NamedProviders {
  const openRouterHeaders = {
    ...defined({ "HTTP-Referer": v.OPENROUTER_REFERER, "X-Title": v.OPENROUTER_TITLE }),
    ...v.OPENROUTER_HEADERS,
  };
  // Other servers may not support the Responses API.
  const openAi = v.OPENAI_API ?? (v.OPENAI_BASE_URL === undefined ? "responses" : "chat");
  const known: [string, ProviderSettings][] = [
    [
      "openai",
      { protocol: openAi, ...where(v.OPENAI_API_KEY, v.OPENAI_BASE_URL, v.OPENAI_HEADERS) },
    ],
    [
      "anthropic",
      {
        protocol: "anthropic",
        ...where(v.ANTHROPIC_API_KEY, v.ANTHROPIC_BASE_URL, v.ANTHROPIC_HEADERS),
      },
    ],
    [
      "google",
      { protocol: "google", ...where(v.GOOGLE_API_KEY, v.GOOGLE_BASE_URL, v.GOOGLE_HEADERS) },
    ],
    [
      "openrouter",
      {
        protocol: "openrouter",
        ...where(v.OPENROUTER_API_KEY, v.OPENROUTER_BASE_URL, openRouterHeaders),
      },
    ],
  ];
  const others = Object.entries(v.OPSPAWN_PROVIDERS ?? {}).map(
    ([name, { base_url, api_key, api, headers: own }]): [string, ProviderSettings] => [
      name,
      {
        protocol: api === "responses" ? "responses" : "compatible",
        ...where(api_key, base_url, own),
        named: {
          key: `api_key of ${name} in OPSPAWN_PROVIDERS`,
          url: `base_url of ${name} in OPSPAWN_PROVIDERS`,
        },
      },
    ],
  );
  const configured = known.filter(
    ([, { apiKey, baseUrl }]) => apiKey !== undefined || baseUrl !== undefined,
  );
  const keyed = [...known, ...others].map(
    ([name, { apiKey: _deployments, ...rest }]) => [name, rest] as const,
  );
  return { configured: new Map([...configured, ...others]), keyed: new Map(keyed) };
}

function where(
  apiKey: string | undefined,
  baseUrl: string | undefined,
  own: ProviderSettings["headers"],
) {
  const some = own === undefined || Object.keys(own).length === 0 ? undefined : own;
  return defined({ apiKey, baseUrl, headers: some });
}

/**
 * Returns the default model from the settings of AgentKit, the predecessor of Opspawn, which has
 * separate settings for provider and model. Null if no model is set.
 */
export function earlierDefault(v: ProviderVars): string | null {
  const { AGENTKIT_LLM_PROVIDER: provider = "openai", AGENTKIT_LLM_MODEL: model } = v;
  return model === undefined ? null : `${provider}/${model}`;
}

/** Returns the configured prices by model. */
export function pricesOf({ OPSPAWN_PRICES: configured = {} }: ProviderVars): Map<string, Price> {
  return new Map(Object.entries(configured).map(([model, price]) => [model, defined(price)]));
}

/**
 * Parses a deployment's settings (string vars and secrets) into one typed `Config`. No other module
 * reads raw vars. An invalid value is reported when the first request or object needs the settings.
 */
import { z } from "zod";
import type { ProviderSettings } from "../agent/llm/endpoint.ts";
import type { RetryPolicy } from "../run/value/backoff.ts";
import type { Price } from "../run/spec/price.ts";
import { PLANNER_NAME } from "../run/spec/spec.ts";
import { mcpServersOf, mcpTable, variablesOf, type ConfiguredMcpServer } from "./mcp.ts";
import { earlierDefault, pricesOf, providersOf, providerVars } from "./providers.ts";
import { gateConfigOf, gateVars, type GateConfig } from "./gates.ts";
import { logLevel } from "./log-level.ts";
import { otlp } from "./otlp.ts";
import type { ExportTarget } from "../run/trace/export-message.ts";
import { adminKey, encryptionKey, toolSecrets, type ToolSecret } from "./secrets.ts";
import { commaList, hostPattern, lowerCase, number, text } from "./shapes.ts";

/** An invalid setting. The message names the setting and never quotes a secret. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SettingError";
  }
}

/** The DNS server that resolves host names before a fetch. */
const DEFAULT_RESOLVER = "https://cloudflare-dns.com/dns-query";

const vars = z.object({
  ...providerVars,
  AGENTKIT_PLANNER_TYPE: lowerCase
    .pipe(z.string().regex(PLANNER_NAME, "it must be the name of a planner").optional())
    .optional(),
  OPSPAWN_CORS_ORIGINS: text.optional(),
  OPSPAWN_HOSTS: commaList(
    /^(?:[^\s*/:@?#]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/,
    "a host, or host:port",
  ),
  OPSPAWN_FETCH_ALLOW: hostPattern(),
  OPSPAWN_FETCH_DENY: hostPattern(),
  OPSPAWN_ALLOWED_PRIVATE_HOSTS: commaList(/^[^\s/@?#]+:(?:\d{1,5}|\*)$/, "host:port or host:*"),
  OPSPAWN_FETCH_RESOLVER: z
    .string()
    .transform((value) => value.trim() || DEFAULT_RESOLVER)
    .pipe(z.union([z.literal("off"), z.url()], "it must be a URL, or off"))
    .default(DEFAULT_RESOLVER),
  OPSPAWN_FETCH_TIMEOUT_MS: number(120_000, 10, 600_000),
  OPSPAWN_FETCH_MAX_BYTES: number(8_388_608, 1024, 16_777_216),
  OPSPAWN_TOOL_SECRETS: toolSecrets,
  OPSPAWN_MCP_SERVERS: mcpTable,
  OPSPAWN_MCP_CATALOGUE_TTL_MS: number(300_000, 0, 86_400_000),
  OPSPAWN_MCP_DOWN_MS: number(60_000, 0, 3_600_000),
  OPSPAWN_OTLP: otlp,
  OPSPAWN_LOG_LEVEL: logLevel,
  OPSPAWN_ENCRYPTION_KEY: encryptionKey,
  OPSPAWN_ADMIN_KEY: adminKey,
  OPSPAWN_PUBLIC_URL: text
    .pipe(z.url({ protocol: /^https?$/, error: "it must be an http or https URL" }).optional())
    .optional(),
  OPSPAWN_ERRORS_URL: text
    .pipe(z.url({ protocol: /^https?$/, error: "it must be an http or https URL" }).optional())
    .optional(),
  OPSPAWN_MODEL_TIMEOUT_MS: number(300_000, 10, 3_600_000),
  OPSPAWN_MODEL_FIRST_BYTE_MS: number(180_000, 10, 3_600_000),
  OPSPAWN_MODEL_IDLE_MS: number(180_000, 10, 3_600_000),
  OPSPAWN_RETRY_ATTEMPTS: number(5, 1, 100),
  OPSPAWN_RETRY_BASE_MS: number(500, 1, 60_000),
  OPSPAWN_RETRY_MAX_MS: number(60_000, 1, 86_400_000),
  ...gateVars,
  OPSPAWN_DELTA_CHARS: number(1024, 1, 65_536),
  OPSPAWN_DELTA_MS: number(80, 1, 10_000),
  OPSPAWN_MCP_HOLD_MS: number(10_000, 0, 600_000),
  OPSPAWN_STATUS_DELAY_MS: number(1000, 1, 60_000),
  OPSPAWN_SLICE_MS: number(600_000, 100, 840_000),
  OPSPAWN_RECONCILE_AFTER_MS: number(60_000, 1, 86_400_000),
  OPSPAWN_CHECK_AGAIN_MS: number(300_000, 1, 86_400_000),
  OPSPAWN_WEBHOOK_TIMEOUT_MS: number(15_000, 10, 60_000),
  OPSPAWN_RETENTION_DAYS: number(30, 1, 3650),
  OPSPAWN_AUDIT_RETENTION_DAYS: number(400, 1, 3650),
  OPSPAWN_KEY_CACHE_MS: number(5_000, 0, 60_000),
  OPSPAWN_SSE_PING_MS: number(15_000, 10, 60_000),
});

/** Names of all settings, for the page that documents them. */
export const SETTINGS: readonly string[] = Object.keys(vars.shape);

export interface Config {
  /** The configured providers, by the prefix of their model ids. */
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  /** All providers that a tenant can have its own API key of, without the deployment's keys. */
  readonly keyedProviders: ReadonlyMap<string, ProviderSettings>;
  /** Prices by `<provider>/<model id>`. They override the shipped prices. */
  readonly prices: ReadonlyMap<string, Price>;
  /** `<provider>/<model id>` for tasks that specify no model. */
  readonly defaultModel: string;
  /** For tasks that specify no planner. The catalogue checks that it exists. */
  readonly defaultPlanner: string;
  /** Allowed CORS origins. Empty: only the service's own origin. */
  readonly corsOrigins: readonly string[];
  /**
   * Host names under which MCP clients may call, in lower case, with or without a port. Empty: any.
   */
  readonly hosts: readonly string[];
  /** Hosts that tools may fetch, and the limits of a fetch. */
  readonly web: WebSettings;
  /** Secrets that headers of registered tools may reference. */
  readonly toolSecrets: ReadonlyMap<string, ToolSecret>;
  /** MCP servers of the deployment, by name. */
  readonly mcpServers: ReadonlyMap<string, ConfiguredMcpServer>;
  /**
   * Returns the value of `${NAME}`. Null if it is not set, or if no configured server references
   * it.
   */
  secretOf(name: string): string | null;
  /** Time to cache a server's catalogue. */
  readonly mcpCatalogueTtlMs: number;
  readonly mcpDownMs: number;
  /** Where the traces of all tenants are sent. Null: only where tenants send their own. */
  readonly otlp: ExportTarget | null;
  /** Encrypts stored tokens. Null: tokens cannot be stored. */
  readonly encryptionKey: Uint8Array<ArrayBuffer> | null;
  /** An API key with all scopes, stored when it is first used. Null: keys are created otherwise. */
  readonly adminKey: string | null;
  /** Public URL of the service, without a trailing slash. Null: the URL of the request. */
  readonly publicUrl: string | null;
  /** URL of the page that problem types point to. Null: the service's own page. */
  readonly errorsUrl: string | null;
  readonly modelTimeoutMs: number;
  readonly modelFirstByteMs: number;
  readonly modelIdleMs: number;
  readonly retry: RetryPolicy;
  readonly gates: GateConfig;
  readonly deltaChars: number;
  readonly deltaMs: number;
  /** Maximum time that an MCP call stays open while it waits for a person's answer. */
  readonly holdMs: number;
  /** A run that ends within this time never shows as `running` in D1. */
  readonly statusDelayMs: number;
  /** Maximum duration of a slice, before the next alarm continues the run. */
  readonly sliceMs: number;
  /** Age at which the reconciler treats a `pending` task as lost. */
  readonly reconcileAfterMs: number;
  /** Time before the reconciler checks the same live run again. */
  readonly checkAgainMs: number;
  /** Timeout for the response of a webhook's receiver. */
  readonly webhookTimeoutMs: number;
  /** Retention time of a finished task and its log. */
  readonly retentionMs: number;
  readonly auditRetentionMs: number;
  /** Lifetime of a valid API key in the cache. */
  readonly keyCacheMs: number;
  readonly ssePingMs: number;
}

export interface WebSettings {
  /** Hosts that may be fetched. Empty: all public hosts. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Private `host:port` pairs that may be fetched. */
  readonly open: readonly string[];
  /** URL of a DNS server with a JSON-over-HTTPS API. Null: names are not resolved. */
  readonly resolver: string | null;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const parsed = new WeakMap<object, Config>();

/**
 * Returns the configuration of an environment. Parses each environment once.
 * @throws SettingError
 */
export function configOf(env: object): Config {
  const known = parsed.get(env);
  if (known !== undefined) {
    return known;
  }
  const result = vars.safeParse(env);
  if (!result.success) {
    const [issue] = result.error.issues;
    const [name, ...inside] = issue?.path ?? [];
    const at = inside.length === 0 ? "" : `${inside.map(String).join(".")}: `;
    throw new SettingError(`The setting ${String(name)} is wrong: ${at}${issue?.message}.`);
  }
  const config = toConfig(result.data, env);
  parsed.set(env, config);
  return config;
}

function toConfig(v: z.infer<typeof vars>, env: object): Config {
  const { configured: providers, keyed: keyedProviders } = providersOf(v);
  const mcpServers = mcpServersOf(v.OPSPAWN_MCP_SERVERS);
  return {
    providers,
    keyedProviders,
    prices: pricesOf(v),
    defaultModel: v.OPSPAWN_DEFAULT_MODEL ?? earlierDefault(v) ?? "local/rules",
    defaultPlanner: v.AGENTKIT_PLANNER_TYPE ?? "native",
    corsOrigins: (v.OPSPAWN_CORS_ORIGINS ?? "")
      .split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ""),
    hosts: v.OPSPAWN_HOSTS.map((host) => host.toLowerCase()),
    web: {
      allow: v.OPSPAWN_FETCH_ALLOW,
      deny: v.OPSPAWN_FETCH_DENY,
      open: v.OPSPAWN_ALLOWED_PRIVATE_HOSTS,
      resolver: v.OPSPAWN_FETCH_RESOLVER === "off" ? null : v.OPSPAWN_FETCH_RESOLVER,
      timeoutMs: v.OPSPAWN_FETCH_TIMEOUT_MS,
      maxBytes: v.OPSPAWN_FETCH_MAX_BYTES,
    },
    toolSecrets: new Map(Object.entries(v.OPSPAWN_TOOL_SECRETS)),
    mcpServers,
    secretOf: variablesOf(mcpServers, env),
    mcpCatalogueTtlMs: v.OPSPAWN_MCP_CATALOGUE_TTL_MS,
    mcpDownMs: v.OPSPAWN_MCP_DOWN_MS,
    otlp: v.OPSPAWN_OTLP ?? null,
    encryptionKey: v.OPSPAWN_ENCRYPTION_KEY ?? null,
    adminKey: v.OPSPAWN_ADMIN_KEY ?? null,
    errorsUrl: v.OPSPAWN_ERRORS_URL ?? null,
    publicUrl: v.OPSPAWN_PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    modelTimeoutMs: v.OPSPAWN_MODEL_TIMEOUT_MS,
    modelFirstByteMs: v.OPSPAWN_MODEL_FIRST_BYTE_MS,
    modelIdleMs: v.OPSPAWN_MODEL_IDLE_MS,
    retry: {
      maxAttempts: v.OPSPAWN_RETRY_ATTEMPTS,
      baseMs: v.OPSPAWN_RETRY_BASE_MS,
      maxMs: v.OPSPAWN_RETRY_MAX_MS,
    },
    gates: gateConfigOf(v),
    deltaChars: v.OPSPAWN_DELTA_CHARS,
    deltaMs: v.OPSPAWN_DELTA_MS,
    holdMs: v.OPSPAWN_MCP_HOLD_MS,
    statusDelayMs: v.OPSPAWN_STATUS_DELAY_MS,
    sliceMs: v.OPSPAWN_SLICE_MS,
    reconcileAfterMs: v.OPSPAWN_RECONCILE_AFTER_MS,
    checkAgainMs: v.OPSPAWN_CHECK_AGAIN_MS,
    webhookTimeoutMs: v.OPSPAWN_WEBHOOK_TIMEOUT_MS,
    retentionMs: v.OPSPAWN_RETENTION_DAYS * 86_400_000,
    auditRetentionMs: v.OPSPAWN_AUDIT_RETENTION_DAYS * 86_400_000,
    keyCacheMs: v.OPSPAWN_KEY_CACHE_MS,
    ssePingMs: v.OPSPAWN_SSE_PING_MS,
  };
}

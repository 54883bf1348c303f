/**
 * The settings of a deployment: string vars and secrets in, one typed `Config` out. The only
 * reader of raw vars; a wrong value is named when the first request or object needs it.
 */
import { z } from "zod";
import type { ProviderSettings } from "../agent/llm/endpoint.ts";
import type { RetryPolicy } from "../run/value/backoff.ts";
import type { Price } from "../run/spec/price.ts";
import { PLANNERS, type PlannerName } from "../run/spec/spec.ts";
import { mcpServersOf, mcpTable, variablesOf, type ConfiguredMcpServer } from "./mcp.ts";
import { earlierDefault, pricesOf, providersOf, providerVars } from "./providers.ts";
import { encryptionKey, toolSecrets, type ToolSecret } from "./secrets.ts";
import { commaList, hostPattern, lowerCase, number, text } from "./shapes.ts";

/** A setting that is not what it must be. The message names it and never quotes a secret. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SettingError";
  }
}

/** Where names are looked up before they are fetched. */
const DEFAULT_RESOLVER = "https://cloudflare-dns.com/dns-query";

const vars = z.object({
  ...providerVars,
  AGENTKIT_PLANNER_TYPE: lowerCase
    .pipe(z.enum(PLANNERS, `it must be one of ${PLANNERS.join(", ")}`).optional())
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
  OPSPAWN_ENCRYPTION_KEY: encryptionKey,
  OPSPAWN_PUBLIC_URL: text
    .pipe(z.url({ protocol: /^https?$/, error: "it must be an http or https URL" }).optional())
    .optional(),
  OPSPAWN_MODEL_TIMEOUT_MS: number(300_000, 10, 3_600_000),
  OPSPAWN_MODEL_FIRST_BYTE_MS: number(180_000, 10, 3_600_000),
  OPSPAWN_MODEL_IDLE_MS: number(180_000, 10, 3_600_000),
  OPSPAWN_RETRY_ATTEMPTS: number(5, 1, 100),
  OPSPAWN_RETRY_BASE_MS: number(500, 1, 60_000),
  OPSPAWN_RETRY_MAX_MS: number(60_000, 1, 86_400_000),
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
  /** The providers that are configured, by the name that a model id begins with. */
  readonly providers: ReadonlyMap<string, ProviderSettings>;
  /** Prices by model, with its provider; they win over those that ship. */
  readonly prices: ReadonlyMap<string, Price>;
  /** `<provider>/<model id>` for tasks that name none. */
  readonly defaultModel: string;
  /** For tasks that name none. */
  readonly defaultPlanner: PlannerName;
  /** Origins that browsers may call from; empty: none but our own. */
  readonly corsOrigins: readonly string[];
  /** Lower-case names by which MCP clients may call, with or without a port; empty: by any. */
  readonly hosts: readonly string[];
  /** What tools may reach, and how much of it. */
  readonly web: WebSettings;
  /** What the headers of registered tools may name. */
  readonly toolSecrets: ReadonlyMap<string, ToolSecret>;
  /** MCP servers of the deployment, by name. */
  readonly mcpServers: ReadonlyMap<string, ConfiguredMcpServer>;
  /** What `${NAME}` stands for; null where it is not set, or no configured server names it. */
  secretOf(name: string): string | null;
  /** How long what a server offers is believed to stay as it is. */
  readonly mcpCatalogueTtlMs: number;
  /** What stored tokens are sealed with; null where none can be stored. */
  readonly encryptionKey: Uint8Array<ArrayBuffer> | null;
  /** Where browsers reach the service, without a slash at its end; null: where the request came to. */
  readonly publicUrl: string | null;
  readonly modelTimeoutMs: number;
  readonly modelFirstByteMs: number;
  readonly modelIdleMs: number;
  readonly retry: RetryPolicy;
  readonly deltaChars: number;
  readonly deltaMs: number;
  /** How long a call that asks a person something is held for the answer. */
  readonly holdMs: number;
  /** A run that is over sooner than this never shows as `running` in D1. */
  readonly statusDelayMs: number;
  /** Longest time one alarm holds a run before the next takes over. */
  readonly sliceMs: number;
  /** Age at which the reconciler takes a `pending` task for forgotten. */
  readonly reconcileAfterMs: number;
  /** Pause before a live run that the reconciler looked at is looked at again. */
  readonly checkAgainMs: number;
  /** Longest wait for the answer of a webhook's receiver. */
  readonly webhookTimeoutMs: number;
  /** How long a task and its log are kept after its end. */
  readonly retentionMs: number;
  readonly auditRetentionMs: number;
  /** How long a key that was found valid is not looked up again. */
  readonly keyCacheMs: number;
  readonly ssePingMs: number;
}

export interface WebSettings {
  /** Hosts that may be fetched; empty: all that are public. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** `host:port` pairs that are private and may be fetched nevertheless. */
  readonly open: readonly string[];
  /** A DNS server that speaks JSON over HTTPS; null: names are not looked up. */
  readonly resolver: string | null;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const parsed = new WeakMap<object, Config>();

/** The configuration of an environment; parsed once for each. @throws SettingError */
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
  const providers = providersOf(v);
  const mcpServers = mcpServersOf(v.OPSPAWN_MCP_SERVERS);
  return {
    providers,
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
    encryptionKey: v.OPSPAWN_ENCRYPTION_KEY ?? null,
    publicUrl: v.OPSPAWN_PUBLIC_URL?.replace(/\/+$/, "") ?? null,
    modelTimeoutMs: v.OPSPAWN_MODEL_TIMEOUT_MS,
    modelFirstByteMs: v.OPSPAWN_MODEL_FIRST_BYTE_MS,
    modelIdleMs: v.OPSPAWN_MODEL_IDLE_MS,
    retry: {
      maxAttempts: v.OPSPAWN_RETRY_ATTEMPTS,
      baseMs: v.OPSPAWN_RETRY_BASE_MS,
      maxMs: v.OPSPAWN_RETRY_MAX_MS,
    },
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

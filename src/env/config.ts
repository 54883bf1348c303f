/**
 * The settings of a deployment: string vars and secrets in, one typed `Config` out. The only
 * reader of raw vars; a wrong value is named when the first request or object needs it.
 */
import { z } from "zod";
import type { ProviderSettings } from "../agent/llm/endpoint.ts";
import type { RetryPolicy } from "../run/value/backoff.ts";
import { headerDefect, referencesOf, VARIABLE_REFERENCE } from "../run/spec/header-defect.ts";
import {
  DEFAULT_MCP_TIMEOUT_MS,
  MAX_MCP_SERVERS,
  MCP_EFFECTS,
  MCP_HEADERS,
  MCP_SERVER_NAME,
  type McpServerDefinition,
} from "../run/spec/mcp-server.ts";
import type { Price } from "../run/spec/price.ts";
import { isJsonObject } from "../run/value/json.ts";
import { PLANNERS, type PlannerName } from "../run/spec/spec.ts";
import { APPROVALS } from "../run/spec/tool-definition.ts";

/** A setting that is not what it must be. The message names it and never quotes a secret. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SettingError";
  }
}

/** Where names are looked up before they are fetched. */
const DEFAULT_RESOLVER = "https://cloudflare-dns.com/dns-query";

const number = (fallback: number, min: number, max: number) =>
  z.coerce
    .number(`it must be a whole number from ${min} to ${max}`)
    .int(`it must be a whole number from ${min} to ${max}`)
    .min(min, `it must be at least ${min}`)
    .max(max, `it must be at most ${max}`)
    .default(fallback);

const text = z.string().transform((value) => (value.trim() === "" ? undefined : value.trim()));

const url = text.pipe(z.url("it must be a URL").optional()).optional();

const lowerCase = text.transform((value) => value?.toLowerCase());

const API = z.enum(["responses", "chat"], "it must be responses or chat");

/** Names that mean something of their own. */
const TAKEN = new Set(["local", "openai", "anthropic", "google", "openrouter", "workers-ai"]);

/** A setting whose text is JSON of this form. */
function json<T extends z.ZodType>(schema: T) {
  return text
    .transform((value, context): unknown => {
      try {
        return value === undefined ? undefined : JSON.parse(value);
      } catch {
        context.addIssue({ code: "custom", message: "it must be JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema.optional())
    .optional();
}

const compatible = z.record(
  z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]*$/, "a name has lower-case letters, digits and hyphens")
    .refine((name) => !TAKEN.has(name), "the name of a provider that is built in"),
  z.strictObject({
    base_url: z.url("base_url must be a URL"),
    api_key: z.string().optional(),
    api: API.optional(),
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
const commaList = (entry: RegExp, what: string) =>
  z
    .string()
    .default("")
    .transform((value) =>
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== ""),
    )
    .pipe(z.array(z.string().regex(entry, `each entry must be ${what}`)));

const hostPattern = () =>
  commaList(/^(?:\*\.)?(?:[^\s*:/@?#]+|\[[0-9A-Fa-f:.]+\])$/, "a host, or *. and a host");

const secret = z.union([
  z.string().transform((value) => ({ value })),
  z.strictObject({
    value: z.string(),
    tenants: z.exactOptional(z.array(z.string())),
    hosts: z.exactOptional(z.array(z.string())),
  }),
]);
const secretNames = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/);
const SECRETS_SHAPE =
  "it must be a JSON object of names and texts, or {value, tenants?, hosts?}; no text may be empty or hold a line break";

/** Never quotes what it was given. */
const secrets = z
  .string()
  .default("{}")
  .transform((value, ctx) => {
    const parsed = z.record(secretNames, secret).safeParse(parseJson(value.trim() || "{}"));
    const sendable =
      parsed.success &&
      Object.values(parsed.data).every((one) => /^[\t\x20-\x7e\x80-\xff]+$/.test(one.value));
    if (!sendable) {
      ctx.issues.push({ code: "custom", message: SECRETS_SHAPE, input: undefined });
      return z.NEVER;
    }
    return parsed.data;
  });

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

/** A text with `${NAME}` in it, or a URL without. */
const urlTemplate = z
  .string()
  .max(2048)
  .refine(
    (value) =>
      referencesOf(value, VARIABLE_REFERENCE).length > 0 ||
      z.url({ protocol: /^https?$/ }).safeParse(value).success,
    "must be an http or https URL",
  )
  .refine(wellFormed, "names a variable as ${NAME}");

function wellFormed(template: string): boolean {
  return !template.replaceAll(VARIABLE_REFERENCE.pattern, "").includes("${");
}

const mcpHeaders = z.record(z.string(), z.string().max(4096)).superRefine((headers, ctx) => {
  for (const [name, value] of Object.entries(headers)) {
    const defect = headerDefect(name, value, VARIABLE_REFERENCE, MCP_HEADERS);
    if (defect !== null) {
      ctx.addIssue({ code: "custom", path: [name], message: defect });
    }
  }
});

const mcpServer = z
  .strictObject({
    url: urlTemplate,
    headers: mcpHeaders.default({}),
    enabled: z.boolean().default(true),
    timeout_ms: z.number().int().min(10).max(600_000).default(DEFAULT_MCP_TIMEOUT_MS),
    effects: z.record(z.string(), z.enum(MCP_EFFECTS)).default({}),
    trust_annotations: z.boolean().default(false),
    approval: z.enum(APPROVALS).default("never"),
    oauth: z.exactOptional(
      z.strictObject({
        client_id: z.exactOptional(z.string()),
        client_secret: z.exactOptional(
          z
            .string()
            .refine(
              (value) => wellFormed(value) && referencesOf(value, VARIABLE_REFERENCE).length > 0,
              "must name a secret as ${NAME}",
            ),
        ),
        scope: z.exactOptional(z.string()),
        grant: z.exactOptional(z.enum(["authorization_code", "client_credentials"])),
      }),
    ),
    /** Absent: all. */
    tenants: z.exactOptional(z.array(z.string())),
  })
  .refine(
    ({ oauth, headers }) =>
      oauth === undefined || !Object.keys(headers).some((name) => /^authorization$/i.test(name)),
    { path: ["headers"], message: "cannot hold Authorization where there is oauth" },
  );

/** JSON, or a table as `wrangler.toml` may have it; with or without `mcp_servers` around it. */
const mcpTable = z
  .unknown()
  .transform((value, ctx): unknown => {
    const parsed = typeof value === "string" ? parseJson(value.trim() || "{}") : value;
    if (!isJsonObject(parsed)) {
      ctx.issues.push({ code: "custom", message: "it must be a JSON object", input: undefined });
      return z.NEVER;
    }
    const { mcp_servers: inner, ...others } = parsed;
    const wrapped = isJsonObject(inner) && typeof inner["url"] !== "string";
    return wrapped && Object.keys(others).length === 0 ? inner : parsed;
  })
  .pipe(
    z
      .record(
        z.string().regex(MCP_SERVER_NAME, "a name has up to 40 letters, digits, _ and -"),
        mcpServer,
      )
      .refine(
        (servers) => Object.keys(servers).length <= MAX_MCP_SERVERS,
        `there may be ${MAX_MCP_SERVERS} servers`,
      ),
  )
  .default({});

const KEY_BYTES = 32;
/** Never quotes what it was given. */
const encryptionKey = text
  .transform((value, ctx) => {
    if (value === undefined) {
      return undefined;
    }
    const hex = /^(?:[0-9a-f]{2})+$/i.test(value);
    const base64 = /^[A-Za-z0-9+/_-]+={0,2}$/.test(value);
    const bytes = hex || base64 ? Buffer.from(value, hex ? "hex" : "base64") : null;
    if (bytes === null || bytes.byteLength < KEY_BYTES) {
      const message = `it must be ${KEY_BYTES} random bytes or more, as base64 or hex`;
      ctx.issues.push({ code: "custom", message, input: undefined });
      return z.NEVER;
    }
    return new Uint8Array(bytes);
  })
  .optional();

const vars = z.object({
  OPENAI_API_KEY: text.optional(),
  OPENAI_BASE_URL: url,
  OPENAI_API: text.pipe(API.optional()).optional(),
  ANTHROPIC_API_KEY: text.optional(),
  ANTHROPIC_BASE_URL: url,
  GOOGLE_API_KEY: text.optional(),
  GOOGLE_BASE_URL: url,
  OPENROUTER_API_KEY: text.optional(),
  OPENROUTER_BASE_URL: url,
  OPENROUTER_REFERER: text.optional(),
  OPENROUTER_TITLE: text.optional(),
  OPSPAWN_PROVIDERS: json(compatible),
  OPSPAWN_PRICES: json(prices),
  OPSPAWN_DEFAULT_MODEL: text.optional(),
  AGENTKIT_LLM_PROVIDER: lowerCase.optional(),
  AGENTKIT_LLM_MODEL: text.optional(),
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
  OPSPAWN_TOOL_SECRETS: secrets,
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

/** An MCP server that the deployment configures. */
export interface ConfiguredMcpServer {
  readonly definition: McpServerDefinition;
  readonly enabled: boolean;
  /** Who may use it; absent: everybody. */
  readonly tenants?: readonly string[];
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

export interface ToolSecret {
  readonly value: string;
  /** Whose tools may name it, and to which hosts it may be sent; absent: all. */
  readonly tenants?: readonly string[];
  readonly hosts?: readonly string[];
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

type Vars = z.infer<typeof vars>;

function toConfig(v: Vars, env: object): Config {
  const providers = providersOf(v);
  const mcpServers = mcpServersOf(v);
  return {
    providers,
    prices: new Map(
      Object.entries(v.OPSPAWN_PRICES ?? {}).map(([model, p]) => [model, priceOf(p)]),
    ),
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

function mcpServersOf({ OPSPAWN_MCP_SERVERS: servers }: Vars): Map<string, ConfiguredMcpServer> {
  return new Map(
    Object.entries(servers).map(([name, { enabled, tenants, ...rest }]) => [
      name,
      {
        definition: { name, source: "deployment", ...rest },
        enabled,
        ...(tenants === undefined ? {} : { tenants }),
      },
    ]),
  );
}

/** The variables that these servers name, and no others. */
function variablesOf(
  servers: ReadonlyMap<string, ConfiguredMcpServer>,
  env: object,
): (name: string) => string | null {
  const named = new Set(
    [...servers.values()].flatMap(({ definition: { url: address, headers, oauth } }) =>
      [address, ...Object.values(headers), oauth?.client_secret ?? ""].flatMap((template) =>
        referencesOf(template, VARIABLE_REFERENCE),
      ),
    ),
  );
  return (name) => {
    const value: unknown = named.has(name) ? Reflect.get(env, name) : null;
    return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
  };
}

/** A provider is there when its key or its address is set. */
function providersOf(v: Vars): Map<string, ProviderSettings> {
  const openRouterHeaders = {
    ...(v.OPENROUTER_REFERER === undefined ? {} : { "HTTP-Referer": v.OPENROUTER_REFERER }),
    ...(v.OPENROUTER_TITLE === undefined ? {} : { "X-Title": v.OPENROUTER_TITLE }),
  };
  // Only OpenAI itself is known to speak its newer protocol.
  const openAi = v.OPENAI_API ?? (v.OPENAI_BASE_URL === undefined ? "responses" : "chat");
  const known: [string, ProviderSettings][] = [
    ["openai", { protocol: openAi, ...where(v.OPENAI_API_KEY, v.OPENAI_BASE_URL) }],
    ["anthropic", { protocol: "anthropic", ...where(v.ANTHROPIC_API_KEY, v.ANTHROPIC_BASE_URL) }],
    ["google", { protocol: "google", ...where(v.GOOGLE_API_KEY, v.GOOGLE_BASE_URL) }],
    [
      "openrouter",
      {
        protocol: "openrouter",
        ...where(v.OPENROUTER_API_KEY, v.OPENROUTER_BASE_URL),
        headers: openRouterHeaders,
      },
    ],
  ];
  const others = Object.entries(v.OPSPAWN_PROVIDERS ?? {}).map(
    ([name, { base_url, api_key, api }]): [string, ProviderSettings] => [
      name,
      {
        protocol: api === "responses" ? "responses" : "compatible",
        ...where(api_key, base_url),
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
  return new Map([...configured, ...others]);
}

function where(apiKey: string | undefined, baseUrl: string | undefined) {
  return {
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
}

/** As AgentKit, this service's forerunner, was told: a provider and a model, each alone. */
function earlierDefault(v: Vars): string | null {
  const { AGENTKIT_LLM_PROVIDER: provider = "openai", AGENTKIT_LLM_MODEL: model } = v;
  return model === undefined ? null : `${provider}/${model}`;
}

function priceOf({ above, ...price }: z.infer<typeof prices>[string]): Price {
  return above === undefined ? price : { ...price, above };
}

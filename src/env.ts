/**
 * The settings of a deployment: string vars and secrets in, one typed `Config` out. The only
 * reader of raw vars; a wrong value is named when the first request or object needs it.
 */
import { z } from "zod";
import type { RetryPolicy } from "./run/failure.ts";

/** A setting that is not what it must be. The message names it and never quotes a secret. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "SettingError";
  }
}

const number = (fallback: number, min: number, max: number) =>
  z.coerce
    .number(`it must be a whole number from ${min} to ${max}`)
    .int(`it must be a whole number from ${min} to ${max}`)
    .min(min, `it must be at least ${min}`)
    .max(max, `it must be at most ${max}`)
    .default(fallback);

const text = z.string().transform((value) => (value.trim() === "" ? undefined : value.trim()));

const vars = z.object({
  OPENAI_API_KEY: text.optional(),
  OPENAI_BASE_URL: text.pipe(z.url("it must be a URL").optional()).optional(),
  OPENAI_API: text.pipe(z.literal("chat", "only chat is built").optional()).optional(),
  OPSPAWN_DEFAULT_MODEL: text.optional(),
  OPSPAWN_CORS_ORIGINS: text.optional(),
  OPSPAWN_MODEL_TIMEOUT_MS: number(300_000, 10, 3_600_000),
  OPSPAWN_RETRY_ATTEMPTS: number(5, 1, 100),
  OPSPAWN_RETRY_BASE_MS: number(500, 1, 60_000),
  OPSPAWN_RETRY_MAX_MS: number(60_000, 1, 86_400_000),
  OPSPAWN_DELTA_CHARS: number(1024, 1, 65_536),
  OPSPAWN_DELTA_MS: number(80, 1, 10_000),
  OPSPAWN_STATUS_DELAY_MS: number(1000, 1, 60_000),
  OPSPAWN_SLICE_MS: number(600_000, 100, 840_000),
  OPSPAWN_RECONCILE_AFTER_MS: number(60_000, 1, 86_400_000),
  OPSPAWN_CHECK_AGAIN_MS: number(300_000, 1, 86_400_000),
  OPSPAWN_RETENTION_DAYS: number(30, 1, 3650),
  OPSPAWN_KEY_CACHE_MS: number(5_000, 0, 60_000),
  OPSPAWN_SSE_PING_MS: number(15_000, 10, 60_000),
});

/** Names of all settings, for the page that documents them. */
export const SETTINGS: readonly string[] = Object.keys(vars.shape);

export interface Config {
  /** OpenAI-compatible providers by the name that a model id begins with. */
  readonly providers: ReadonlyMap<string, OpenAiProvider>;
  /** `<provider>/<model id>` for tasks that name none. */
  readonly defaultModel: string;
  /** Origins that browsers may call from; empty: none but our own. */
  readonly corsOrigins: readonly string[];
  readonly modelTimeoutMs: number;
  readonly retry: RetryPolicy;
  readonly deltaChars: number;
  readonly deltaMs: number;
  /** A run that is over sooner than this never shows as `running` in D1. */
  readonly statusDelayMs: number;
  /** Longest time one alarm holds a run before the next takes over. */
  readonly sliceMs: number;
  /** Age at which the reconciler takes a `pending` task for forgotten. */
  readonly reconcileAfterMs: number;
  /** Pause before a live run that the reconciler looked at is looked at again. */
  readonly checkAgainMs: number;
  /** How long a task and its log are kept after its end. */
  readonly retentionMs: number;
  /** How long a key that was found valid is not looked up again. */
  readonly keyCacheMs: number;
  readonly ssePingMs: number;
}

export interface OpenAiProvider {
  /** Absent for a server that needs none. */
  readonly apiKey?: string;
  /** With its version path, as the SDK takes it; absent: OpenAI itself. */
  readonly baseUrl?: string;
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
    throw new SettingError(`The setting ${String(issue?.path[0])} is wrong: ${issue?.message}.`);
  }
  const config = toConfig(result.data);
  parsed.set(env, config);
  return config;
}

function toConfig(v: z.infer<typeof vars>): Config {
  const providers = new Map<string, OpenAiProvider>();
  if (v.OPENAI_API_KEY !== undefined || v.OPENAI_BASE_URL !== undefined) {
    providers.set("openai", {
      ...(v.OPENAI_API_KEY === undefined ? {} : { apiKey: v.OPENAI_API_KEY }),
      ...(v.OPENAI_BASE_URL === undefined ? {} : { baseUrl: v.OPENAI_BASE_URL }),
    });
  }
  return {
    providers,
    defaultModel: v.OPSPAWN_DEFAULT_MODEL ?? "local/rules",
    corsOrigins: (v.OPSPAWN_CORS_ORIGINS ?? "")
      .split(",")
      .map((origin) => origin.trim())
      .filter((origin) => origin !== ""),
    modelTimeoutMs: v.OPSPAWN_MODEL_TIMEOUT_MS,
    retry: {
      maxAttempts: v.OPSPAWN_RETRY_ATTEMPTS,
      baseMs: v.OPSPAWN_RETRY_BASE_MS,
      maxMs: v.OPSPAWN_RETRY_MAX_MS,
    },
    deltaChars: v.OPSPAWN_DELTA_CHARS,
    deltaMs: v.OPSPAWN_DELTA_MS,
    statusDelayMs: v.OPSPAWN_STATUS_DELAY_MS,
    sliceMs: v.OPSPAWN_SLICE_MS,
    reconcileAfterMs: v.OPSPAWN_RECONCILE_AFTER_MS,
    checkAgainMs: v.OPSPAWN_CHECK_AGAIN_MS,
    retentionMs: v.OPSPAWN_RETENTION_DAYS * 86_400_000,
    keyCacheMs: v.OPSPAWN_KEY_CACHE_MS,
    ssePingMs: v.OPSPAWN_SSE_PING_MS,
  };
}

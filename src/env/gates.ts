/** Settings of the providers' gates: limits of the accounts, and how calls share them. */
import { z } from "zod";
import { familyOf, type GateName } from "../run/value/provider-gate.ts";
import { LIMITED_UNITS, type LimitedUnit } from "../run/value/rate-limits.ts";
import { json, number } from "./shapes.ts";

const perMinute = z.number().int().min(1).max(1e12).optional();
const limitsSchema = z.strictObject(
  Object.fromEntries(LIMITED_UNITS.map((unit) => [unit, perMinute])),
  "it must be a JSON object {requests?, tokens?, input_tokens?, output_tokens?} of units per minute for each provider or model",
);

export const gateVars = {
  OPSPAWN_PROVIDER_LIMITS: json(z.record(z.string().min(1), limitsSchema)),
  OPSPAWN_PROVIDER_SHARES: json(z.record(z.string().min(1), z.number().positive().max(1000))),
  OPSPAWN_PROVIDER_WAIT_MS: number(86_400_000, 1, 2_592_000_000),
  OPSPAWN_PROVIDER_ASK_AGAIN_MS: number(60_000, 100, 3_600_000),
  OPSPAWN_PROVIDER_BREAKER_MS: number(5_000, 10, 3_600_000),
};

/** Units per minute. */
export type ConfiguredLimits = { readonly [U in LimitedUnit]?: number };

/** The settings of all gates. */
export interface GateConfig {
  /** Limits by provider or by `<provider>/<model family>`. */
  readonly limits: ReadonlyMap<string, ConfiguredLimits>;
  /** Shares of tenants, relative to each other. Absent: 1. */
  readonly shares: ReadonlyMap<string, number>;
  /** Maximum time that one model call waits for its provider, milliseconds. */
  readonly waitMs: number;
  /** Time after which a waiting run asks again by itself, milliseconds; up to twice as long. */
  readonly askAgainMs: number;
  /** Pause of an open breaker before its first probe, milliseconds. */
  readonly breakerMs: number;
}

/** Returns the settings of the gates. */
export function gateConfigOf(v: {
  readonly OPSPAWN_PROVIDER_LIMITS?: Readonly<Record<string, ConfiguredLimits>> | undefined;
  readonly OPSPAWN_PROVIDER_SHARES?: Readonly<Record<string, number>> | undefined;
  readonly OPSPAWN_PROVIDER_WAIT_MS: number;
  readonly OPSPAWN_PROVIDER_ASK_AGAIN_MS: number;
  readonly OPSPAWN_PROVIDER_BREAKER_MS: number;
}): GateConfig {
  return {
    limits: new Map(Object.entries(v.OPSPAWN_PROVIDER_LIMITS ?? {})),
    shares: new Map(Object.entries(v.OPSPAWN_PROVIDER_SHARES ?? {})),
    waitMs: v.OPSPAWN_PROVIDER_WAIT_MS,
    askAgainMs: v.OPSPAWN_PROVIDER_ASK_AGAIN_MS,
    breakerMs: v.OPSPAWN_PROVIDER_BREAKER_MS,
  };
}

/** The family of a provider's gate whose limits hold for all its models together. */
const ALL_MODELS = "*";

/**
 * Returns the gate of a model, without its tenant, and whether its limits are configured: those of
 * its family, else those of its provider, which all its models share.
 * @param model `<provider>/<model id>`
 */
export function gateOf(
  { limits }: Pick<GateConfig, "limits">,
  model: string,
): Pick<GateName, "provider" | "family"> & { readonly limited: boolean } {
  const slash = model.indexOf("/");
  const provider = model.slice(0, slash);
  const family = familyOf(model.slice(slash + 1));
  if (limits.has(`${provider}/${family}`)) {
    return { provider, family, limited: true };
  }
  return limits.has(provider)
    ? { provider, family: ALL_MODELS, limited: true }
    : { provider, family, limited: false };
}

/** Returns the configured limits of a gate. A tenant's own key has limits of its own. */
export function limitsOfGate(
  { limits }: Pick<GateConfig, "limits">,
  { provider, family, tenant }: GateName,
): ConfiguredLimits {
  if (tenant !== null) {
    return {};
  }
  return limits.get(family === ALL_MODELS ? provider : `${provider}/${family}`) ?? {};
}

/**
 * The names of providers' gates and the states of their breakers. A gate decides which of the calls
 * that share an account are sent (`durable/gate/`).
 */

/**
 * The name of a gate. Calls with the same key of the same provider share limits, and most providers
 * limit each model family apart.
 */
export interface GateName {
  readonly provider: string;
  /** The model's id without its date, or `*` for all models of the provider. */
  readonly family: string;
  /** The tenant whose own key is used; null for the deployment's key. */
  readonly tenant: string | null;
}

/** Returns the text of a name, which is the name of the gate's object. */
export function gateNameText({ provider, family, tenant }: GateName): string {
  return [provider, family, tenant ?? ""].map(encodeURIComponent).join("/");
}

/** Returns the name with this text; null if it is none. */
export function parseGateName(text: string): GateName | null {
  const [provider, family, tenant] = text.split("/").map(decodeURIComponent);
  return provider === undefined || family === undefined || tenant === undefined
    ? null
    : { provider, family, tenant: tenant === "" ? null : tenant };
}

/** Endings of model ids that name a version of the same family. */
const VERSION = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$/;

/** Returns the family of a model: its id without a date. */
export function familyOf(modelId: string): string {
  return modelId.replace(VERSION, "");
}

/** States of a breaker. `half_open`: some calls are let through. */
export const BREAKER_STATES = ["closed", "open", "half_open"] as const;
/** One of `BREAKER_STATES`. */
export type BreakerState = (typeof BREAKER_STATES)[number];

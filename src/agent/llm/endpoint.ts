/** Addresses of providers, and the names of their settings in messages. */
import { defined } from "../../run/value/defined.ts";
export interface Endpoint {
  /** The prefix of its model ids. */
  readonly provider: string;
  /** Absent for a server that needs no key. */
  readonly apiKey?: string;
  /** In the form that the SDK accepts. Absent: the provider's default. */
  readonly baseUrl?: string;
  /** Sent with every request; they replace those of the SDK with the same name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Names of the settings to change if the key or the base URL is wrong. */
  readonly settings: { readonly key: string; readonly url: string };
}

/** The supported wire protocols. */
export type Protocol = "responses" | "chat" | "compatible" | "anthropic" | "google" | "openrouter";

export interface ProviderSettings {
  readonly protocol: Protocol;
  /** Absent for a server that needs no key. */
  readonly apiKey?: string;
  /** In the form that the provider's SDK accepts. Absent: the provider's default. */
  readonly baseUrl?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Setting names for messages. Absent: derived from the provider's name. */
  readonly named?: { readonly key: string; readonly url: string };
}

/**
 * Returns an endpoint with settings named after its provider: `OPENAI_API_KEY`, `OPENAI_BASE_URL`.
 */
export function endpointOf(
  provider: string,
  where: Pick<Endpoint, "apiKey" | "baseUrl" | "headers"> = {},
): Endpoint {
  const { apiKey, baseUrl, headers } = where;
  const prefix = provider.toUpperCase();
  return {
    provider,
    ...defined({ apiKey, baseUrl, headers }),
    settings: { key: `${prefix}_API_KEY`, url: `${prefix}_BASE_URL` },
  };
}

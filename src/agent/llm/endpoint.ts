/** Where a provider is, and how it and its settings are called in messages. */
import { defined } from "../../run/value/defined.ts";
export interface Endpoint {
  /** The name that its model ids begin with. */
  readonly provider: string;
  /** Absent for a server that needs none. */
  readonly apiKey?: string;
  /** As the SDK takes it; absent: the provider's own. */
  readonly baseUrl?: string;
  /** What to set where the key or the address is wrong. */
  readonly settings: { readonly key: string; readonly url: string };
}

/** The wire protocols that are spoken. */
export type Protocol = "responses" | "chat" | "compatible" | "anthropic" | "google" | "openrouter";

export interface ProviderSettings {
  readonly protocol: Protocol;
  /** Absent for a server that needs none. */
  readonly apiKey?: string;
  /** As the provider's SDK takes it; absent: the provider's own. */
  readonly baseUrl?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The names of the settings that a message should name; absent: those called after the provider. */
  readonly named?: { readonly key: string; readonly url: string };
}

/** An endpoint whose settings are called after its provider: `OPENAI_API_KEY`, `OPENAI_BASE_URL`. */
export function endpointOf(
  provider: string,
  where: { readonly apiKey?: string; readonly baseUrl?: string } = {},
): Endpoint {
  const { apiKey, baseUrl } = where;
  const prefix = provider.toUpperCase();
  return {
    provider,
    ...defined({ apiKey, baseUrl }),
    settings: { key: `${prefix}_API_KEY`, url: `${prefix}_BASE_URL` },
  };
}

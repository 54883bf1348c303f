/** Names and sizes of the secrets that tenants store. */

/** Name of a secret. */
export const SECRET_NAME = /^[A-Za-z0-9_.-]{1,64}$/;

/** Minimum characters of a value: a shorter one cannot be redacted without garbling ordinary text. */
export const MIN_SECRET_CHARS = 8;
/** Maximum bytes of a value in UTF-8. */
export const MAX_SECRET_BYTES = 16_384;

/** Names with this prefix are API keys of model providers: `provider.openai`. */
const PROVIDER_PREFIX = "provider.";

/** Returns the name of the secret with a tenant's own API key of a provider. */
export function providerSecret(provider: string): string {
  return `${PROVIDER_PREFIX}${provider}`;
}

/** Returns the provider whose API key has this name; null for any other secret. */
export function providerOfSecret(name: string): string | null {
  return name.startsWith(PROVIDER_PREFIX) ? name.slice(PROVIDER_PREFIX.length) : null;
}

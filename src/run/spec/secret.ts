/** Names of the secrets that tenants store. */

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

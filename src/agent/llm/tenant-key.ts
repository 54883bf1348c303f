/**
 * Sends a tenant's model calls with its own API key if it has one. The key is looked up for each
 * call, and the client that holds it belongs to one run: no other tenant's run can reach it.
 */
import type { LlmClient } from "./client.ts";

/** A tenant's own API key of a provider. `unreadable`: it cannot be decrypted. */
export type TenantKey =
  | { readonly kind: "key"; readonly value: string }
  | { readonly kind: "unreadable" };

/** Looks up a tenant's API key of a provider; null if it has none. Rejects if the lookup fails. */
export type TenantKeys = (provider: string) => Promise<TenantKey | null>;

/**
 * Returns a client that uses the tenant's key, else `deployments`.
 * @param bodies composes the bodies, which do not depend on the key
 * @param deployments the client with the deployment's key
 * @param withKey returns a client with a key
 */
export function tenantClient(
  provider: string,
  keys: TenantKeys,
  {
    bodies,
    deployments,
    withKey,
  }: {
    readonly bodies: LlmClient;
    readonly deployments: LlmClient;
    readonly withKey: (apiKey: string) => LlmClient;
  },
): LlmClient {
  let last: { readonly key: string; readonly client: LlmClient } | null = null;
  const clientOf = (key: string): LlmClient => {
    if (last?.key !== key) {
      last = { key, client: withKey(key) };
    }
    return last.client;
  };
  return {
    body: (request) => bodies.body(request),
    ...(bodies.parts !== undefined && { parts: bodies.parts.bind(bodies) }),
    async *stream(request, body, signal) {
      const own = await keys(provider);
      if (own?.kind === "unreadable") {
        // With the deployment's key, the call would be billed to the wrong account.
        const message = `The tenant's own key of ${provider} was encrypted with another OPSPAWN_ENCRYPTION_KEY: set the secret provider.${provider} again.`;
        yield { type: "failed", failure: { code: "authentication_failed", message } };
        return;
      }
      yield* (own === null ? deployments : clientOf(own.value)).stream(request, body, signal);
    },
  };
}

/**
 * Client for a provider that was configured when the task was submitted and no longer is. Each call
 * fails with advice; nothing is sent.
 */
import type { LlmClient } from "./client.ts";

/**
 * Returns a client whose calls all fail with `provider_unavailable`.
 * @param settings the settings to set
 */
export function unavailableClient(provider: string, settings: string): LlmClient {
  const message = `The provider ${provider} is no longer configured: set ${settings}.`;
  return {
    body: (request) => JSON.stringify({ model: request.model }),
    async *stream() {
      await Promise.resolve();
      yield { type: "failed", failure: { code: "provider_unavailable", message } };
    },
  };
}

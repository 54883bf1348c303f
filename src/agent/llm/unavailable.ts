/**
 * Stands for a provider that was configured when the task was submitted and is not any more: each
 * call fails with advice, and nothing is sent anywhere.
 */
import type { LlmClient } from "./client.ts";

/** A client whose calls all fail with `authentication_failed`. */
export function unavailableClient(provider: string): LlmClient {
  const message = `The provider ${provider} is not configured any more: set ${provider.toUpperCase()}_API_KEY.`;
  return {
    body: (request) => JSON.stringify({ model: request.model }),
    async *stream() {
      await Promise.resolve();
      yield { type: "failed", failure: { code: "authentication_failed", message } };
    },
  };
}

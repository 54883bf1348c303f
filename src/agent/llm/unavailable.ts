/**
 * Stands for a provider that was configured when the task was submitted and is not any more: each
 * call fails with advice, and nothing is sent anywhere.
 */
import type { LlmClient } from "./client.ts";

/** A client whose calls all fail with `authentication_failed`. @param settings what to set */
export function unavailableClient(provider: string, settings: string): LlmClient {
  const message = `The provider ${provider} is not configured any more: set ${settings}.`;
  return {
    body: (request) => JSON.stringify({ model: request.model }),
    async *stream() {
      await Promise.resolve();
      yield { type: "failed", failure: { code: "authentication_failed", message } };
    },
  };
}

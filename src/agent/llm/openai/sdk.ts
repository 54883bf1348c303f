/**
 * Uses the official OpenAI SDK for the adapters: loads it on the first call and not when the Worker
 * starts, and turns its retries off.
 */
import { missingSdk } from "../missing-sdk.ts";
import type { Endpoint } from "../endpoint.ts";
import type { Opened } from "../server-sent.ts";
import { Transport, type Fetch } from "../transport.ts";

/** Sends bodies to one endpoint. */
export interface OpenAiSdk {
  /**
   * Sends exactly the given text and returns the pieces of the response.
   * @throws the SDK's errors, or a ReportedError for an invalid response
   */
  post(path: string, body: string, signal: AbortSignal): Promise<Opened>;
}

/** Returns an SDK for one endpoint. Creating it has no side effects and cannot fail. */
export function openAiSdk(endpoint: Endpoint): OpenAiSdk {
  const transport = new Transport(endpoint);
  return {
    post: (path, body, signal) =>
      transport.post(path, body, signal, async (fetch) => {
        const client = await load(endpoint, fetch);
        await client
          .post(path, {
            body: "{}",
            headers: { "Content-Type": "application/json" },
            stream: true,
            signal,
          })
          .asResponse();
      }),
  };
}

async function load({ apiKey, baseUrl }: Endpoint, fetch: Fetch) {
  const { OpenAI: Sdk } = await import("openai").catch(missingSdk("openai"));
  return new Sdk({
    // A local server needs no key, but the SDK requires some text.
    apiKey: apiKey ?? "none",
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    maxRetries: 0,
    // Our own timeouts are shorter, and distinguish an idle stream from a slow one.
    timeout: 3_600_000,
    // Errors are reported through the failure.
    logLevel: "off",
    // Otherwise the SDK reads both from the process environment.
    organization: null,
    project: null,
    fetch,
  });
}

/**
 * Wraps the official OpenAI SDK for the adapters: loads it on the first call and not when the
 * Worker starts, turns its retries off, and sends exactly the given text.
 */
import type OpenAI from "openai";
import { piecesOf } from "../answer.ts";
import type { Endpoint } from "../endpoint.ts";

/** Sends bodies to one endpoint. */
export interface OpenAiSdk {
  /**
   * Sends a body and returns the pieces of the response.
   * @throws the SDK's errors, or a ReportedError for an invalid response
   */
  post(path: string, body: string, signal: AbortSignal): ReturnType<typeof piecesOf>;
}

/** Returns an SDK for one endpoint. Creating it has no side effects and cannot fail. */
export function openAiSdk(
  endpoint: Endpoint,
  headers: Readonly<Record<string, string>> = {},
): OpenAiSdk {
  let loaded: Promise<OpenAI> | undefined;
  return {
    async post(path, body, signal) {
      loaded ??= load(endpoint, headers);
      const client = await loaded;
      const response = await client
        .post(path, {
          body,
          headers: { "Content-Type": "application/json" },
          stream: true,
          signal,
        })
        .asResponse();
      return piecesOf(response, endpoint);
    },
  };
}

async function load(
  { apiKey, baseUrl }: Endpoint,
  headers: Readonly<Record<string, string>>,
): Promise<OpenAI> {
  const { OpenAI: Sdk } = await import("openai");
  return new Sdk({
    // A local server needs no key, but the SDK requires some text.
    apiKey: apiKey ?? "none",
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    maxRetries: 0,
    // Our own timeouts are shorter, and distinguish an idle stream from a slow one.
    timeout: 3_600_000,
    // Errors are reported through the failure.
    logLevel: "off",
    defaultHeaders: headers,
    // Otherwise the SDK reads both from the process environment.
    organization: null,
    project: null,
  });
}

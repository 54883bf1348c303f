/**
 * Client for Anthropic's messages API on the official SDK, which is loaded on the first call. SDK
 * retries are off. It sends exactly the text that was hashed. The SDK uses API version 2026-10-21,
 * which has no temperature; a request with a temperature uses the previous version.
 */
import { missingSdk } from "../missing-sdk.ts";
import { anthropicParts, FORGETFUL_BETA, isPrompted, sendsTemperature } from "./body.ts";
import { bindsThinking } from "./models.ts";
import { AnthropicReply } from "./reply.ts";
import { bodyText } from "../body-parts.ts";
import type { BodyParts, LlmClient, ModelRequest } from "../client.ts";
import type { Endpoint } from "../endpoint.ts";
import { replyStream } from "../reply-stream.ts";
import type { Opened } from "../server-sent.ts";
import { ownNames } from "../tool-name.ts";
import { Transport, type Fetch } from "../transport.ts";

/** Returns a client for Anthropic, or for a server with the same protocol. */
export function anthropic(endpoint: Endpoint): LlmClient {
  const { provider } = endpoint;
  const transport = new Transport(endpoint);
  function open(request: ModelRequest, body: string, signal: AbortSignal): Promise<Opened> {
    const headers = {
      "Content-Type": "application/json",
      ...(sendsTemperature(request) ? { "anthropic-version": "2023-06-01" } : {}),
      ...(bindsThinking(request.model) ? { "anthropic-beta": FORGETFUL_BETA } : {}),
    };
    return transport.post(JSON.stringify(headers), body, signal, async (fetch) => {
      const client = await load(endpoint, fetch);
      await client.post("/v1/messages", { body: "{}", headers, stream: true, signal }).asResponse();
    });
  }
  const parts = (request: ModelRequest): BodyParts => anthropicParts(request, provider);
  return {
    body: (request) => bodyText(parts(request)),
    parts,
    stream: (request, body, signal) =>
      replyStream(
        endpoint,
        () => open(request, body, signal),
        new AnthropicReply({
          provider,
          model: request.model,
          prompted: isPrompted(request),
          ownName: ownNames(request.tools),
        }),
      ),
  };
}

async function load({ apiKey, baseUrl }: Endpoint, fetch: Fetch) {
  const { Anthropic: Sdk } = await import("@anthropic-ai/sdk").catch(
    missingSdk("@anthropic-ai/sdk"),
  );
  return new Sdk({
    apiKey: apiKey ?? "none",
    // Otherwise the SDK reads both from the process environment.
    authToken: null,
    baseURL: baseUrl ?? "https://api.anthropic.com",
    maxRetries: 0,
    // Our own timeouts are shorter, and distinguish an idle stream from a slow one.
    timeout: 3_600_000,
    // Errors are reported through the failure.
    logLevel: "off",
    // The SDK sends a bearer token. Proxies expect the older header.
    defaultHeaders: baseUrl === undefined || apiKey === undefined ? {} : { "X-Api-Key": apiKey },
    fetch,
  });
}

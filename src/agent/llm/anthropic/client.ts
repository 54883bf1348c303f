/**
 * Client for Anthropic's messages API on the official SDK, which is loaded on the first call. SDK
 * retries are off. It sends exactly the text that was hashed. The SDK uses API version 2026-10-21,
 * which has no temperature; a request with a temperature uses the previous version.
 */
import type Anthropic from "@anthropic-ai/sdk";
import type * as Streaming from "@anthropic-ai/sdk/streaming";
import { anthropicBody, FORGETFUL_BETA, isPrompted, sendsTemperature } from "./body.ts";
import { bindsThinking } from "./models.ts";
import { AnthropicReply, type AnthropicPiece } from "./reply.ts";
import { once, wholeAnswer } from "../answer.ts";
import type { LlmClient, ModelRequest } from "../client.ts";
import type { Endpoint } from "../endpoint.ts";
import { ReportedError } from "../provider-failure.ts";
import { replyStream } from "../reply-stream.ts";
import { ownNames } from "../tool-name.ts";

interface Loaded {
  readonly client: Anthropic;
  readonly Stream: (typeof Streaming)["Stream"];
}

/** Returns a client for Anthropic, or for a server with the same protocol. */
export function anthropic(endpoint: Endpoint): LlmClient {
  const { provider } = endpoint;
  let loaded: Promise<Loaded> | undefined;
  async function open(
    request: ModelRequest,
    body: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<AnthropicPiece>> {
    loaded ??= load(endpoint);
    const { client, Stream } = await loaded;
    const response = await client
      .post("/v1/messages", {
        body,
        headers: {
          "Content-Type": "application/json",
          ...(sendsTemperature(request) ? { "anthropic-version": "2023-06-01" } : {}),
          ...(bindsThinking(request.model) ? { "anthropic-beta": FORGETFUL_BETA } : {}),
        },
        stream: true,
        signal,
      })
      .asResponse();
    const whole = await wholeAnswer(response, endpoint);
    // The SDK's event parser drops pings, which show that long thinking is still in progress.
    return whole === null ? parsed(Stream.rawEvents(response)) : once(whole as AnthropicPiece);
  }
  return {
    body: (request) => JSON.stringify(anthropicBody(request, provider)),
    stream: (request, body, signal) =>
      replyStream<AnthropicPiece>(
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

async function load({ apiKey, baseUrl }: Endpoint): Promise<Loaded> {
  const [{ Anthropic: Sdk }, { Stream }] = await Promise.all([
    import("@anthropic-ai/sdk"),
    import("@anthropic-ai/sdk/streaming"),
  ]);
  const client = new Sdk({
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
  });
  return { client, Stream };
}

async function* parsed(
  events: AsyncIterable<{ readonly data: string }>,
): AsyncGenerator<AnthropicPiece> {
  for await (const { data } of events) {
    if (data === "") {
      continue;
    }
    let piece: AnthropicPiece;
    try {
      piece = JSON.parse(data) as AnthropicPiece;
    } catch {
      throw new ReportedError({ message: "An event of the stream is not JSON" }, "cut_stream");
    }
    yield piece;
  }
}

/**
 * Client for Gemini on the official SDK, which is loaded on the first call. It uses `v1beta`,
 * because `v1` has no thought signatures. The SDK builds its own bodies; ours replaces them in the
 * request, so that the text that is sent is the text that was hashed.
 */
import { defined } from "../../../run/value/defined.ts";
import type { GoogleGenAI } from "@google/genai/web";
import { wholeAnswer } from "../answer.ts";
import type { LlmClient, ModelRequest } from "../client.ts";
import type { Endpoint } from "../endpoint.ts";
import { googleBody, isPrompted, ownStops } from "./body.ts";
import { GoogleReply, type GooglePiece } from "./reply.ts";
import { replyStream } from "../reply-stream.ts";
import { ownNames } from "../tool-name.ts";

/** Returns a client for Google's Gemini API, or for a server with the same protocol. */
export function google(endpoint: Endpoint): LlmClient {
  const { provider } = endpoint;
  let loaded: Promise<GoogleGenAI> | undefined;
  async function open(
    { model }: ModelRequest,
    body: string,
    abortSignal: AbortSignal,
  ): Promise<AsyncIterable<GooglePiece>> {
    loaded ??= load(endpoint);
    const sdk = await loaded;
    let headers: Headers | undefined;
    try {
      return await sdk.models.generateContentStream({
        model,
        // The SDK requires a value. The body below is sent instead.
        contents: "",
        config: {
          abortSignal,
          httpOptions: {
            fetch: async (url, init) => {
              const response = await fetch(url, { ...init, body });
              ({ headers } = response);
              return response.ok ? streamed(response, endpoint) : response;
            },
          },
        },
      });
    } catch (error) {
      // The SDK's errors lack the headers, which contain the retry hint.
      throw headers === undefined || !(error instanceof Error)
        ? error
        : Object.assign(error, { headers });
    }
  }
  return {
    body: (request) => JSON.stringify(googleBody(request, provider)),
    stream: (request, body, signal) =>
      replyStream<GooglePiece>(
        endpoint,
        () => open(request, body, signal),
        new GoogleReply({
          provider,
          model: request.model,
          prompted: isPrompted(request),
          stop: ownStops(request),
          ownName: ownNames(request.tools),
        }),
      ),
  };
}

async function load({ apiKey, baseUrl }: Endpoint): Promise<GoogleGenAI> {
  const { GoogleGenAI: Sdk } = await import("@google/genai/web");
  return new Sdk({
    apiKey: apiKey ?? "none",
    vertexai: false,
    httpOptions: { apiVersion: "v1beta", ...defined({ baseUrl }) },
  });
}

/** Converts a complete answer (one response or a list of them) to the stream that the SDK reads. */
async function streamed(response: Response, endpoint: Endpoint): Promise<Response> {
  const whole = await wholeAnswer(response, endpoint);
  if (whole === null) {
    return response;
  }
  const pieces = Array.isArray(whole) ? whole : [whole];
  return new Response(pieces.map((piece) => `data: ${JSON.stringify(piece)}\n\n`).join(""), {
    headers: { "content-type": "text/event-stream" },
  });
}

/**
 * Gemini over the official SDK, which is loaded at the first call, at `v1beta`: thought signatures
 * are not in `v1`. The SDK builds its bodies itself; ours takes their place in the request, so that
 * the text that was hashed is the text that is sent.
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

/** Google's Gemini API, or a server that speaks the same protocol. */
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
        // It refuses none; what is sent is the body below.
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
      // The SDK's errors lack the headers, and so the hint when to come back.
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

/** An answer that came as a whole (one response, or a list of them) as the stream that the SDK reads. */
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

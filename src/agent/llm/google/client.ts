/**
 * Client for Gemini on the official SDK, which is loaded on the first call. It uses `v1beta`,
 * because `v1` has no thought signatures. The SDK builds its own bodies; ours replaces them in the
 * request, so that the text that is sent is the text that was hashed. Answers are read here: the
 * SDK only reports errors.
 */
import { defined } from "../../../run/value/defined.ts";
import type { GoogleGenAI } from "@google/genai/web";
import { piecesOf } from "../answer.ts";
import type { LlmClient, ModelRequest } from "../client.ts";
import type { Endpoint } from "../endpoint.ts";
import { googleBody, isPrompted, ownStops } from "./body.ts";
import { GoogleReply } from "./reply.ts";
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
  ): ReturnType<typeof piecesOf> {
    loaded ??= load(endpoint);
    const sdk = await loaded;
    let answer: Response | undefined;
    try {
      await sdk.models.generateContentStream({
        model,
        // The SDK requires a value. The body below is sent instead.
        contents: "",
        config: {
          abortSignal,
          httpOptions: {
            fetch: async (url, init) => {
              answer = await fetch(url, { ...init, body, signal: abortSignal });
              // The SDK's own reader skips events that do not begin with their data.
              return answer.ok ? new Response("") : answer;
            },
          },
        },
      });
    } catch (error) {
      // The SDK's errors lack the headers, which contain the retry hint.
      throw answer === undefined || !(error instanceof Error)
        ? error
        : Object.assign(error, { headers: answer.headers });
    }
    return piecesOf(answer ?? new Response(""), endpoint);
  }
  return {
    body: (request) => JSON.stringify(googleBody(request, provider)),
    stream: (request, body, signal) =>
      replyStream(
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

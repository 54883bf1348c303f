/**
 * Client for Gemini on the official SDK, which is loaded on the first call. It uses `v1beta`,
 * because `v1` has no thought signatures. The SDK builds its own bodies; ours are sent in their
 * place, so that the text that is sent is the text that was hashed. Answers are read here: the SDK
 * only reports errors.
 */
import { missingSdk } from "../missing-sdk.ts";
import { defined } from "../../../run/value/defined.ts";
import { bodyText, partsOf } from "../body-parts.ts";
import type { BodyParts, LlmClient, ModelRequest } from "../client.ts";
import type { Endpoint } from "../endpoint.ts";
import { googleBody, isPrompted, ownStops } from "./body.ts";
import { GoogleReply } from "./reply.ts";
import { replyStream } from "../reply-stream.ts";
import type { Opened } from "../server-sent.ts";
import { ownNames } from "../tool-name.ts";
import { Transport } from "../transport.ts";

/** Returns a client for Google's Gemini API, or for a server with the same protocol. */
export function google(endpoint: Endpoint): LlmClient {
  const { provider } = endpoint;
  const transport = new Transport(endpoint);
  function open({ model }: ModelRequest, body: string, abortSignal: AbortSignal): Promise<Opened> {
    return transport.post(model, body, abortSignal, async (fetch) => {
      const sdk = await load(endpoint);
      let headers: Headers | undefined;
      try {
        await sdk.models.generateContentStream({
          model,
          // The SDK requires a value.
          contents: "",
          config: {
            abortSignal,
            httpOptions: {
              fetch: async (url, init) => {
                const answer = await fetch(url, init);
                ({ headers } = answer);
                return answer;
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
    });
  }
  const parts = (request: ModelRequest): BodyParts =>
    partsOf(googleBody(request, provider), "contents");
  return {
    body: (request) => bodyText(parts(request)),
    parts,
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

async function load({ apiKey, baseUrl }: Endpoint) {
  const { GoogleGenAI: Sdk } = await import("@google/genai/web").catch(missingSdk("@google/genai"));
  return new Sdk({
    apiKey: apiKey ?? "none",
    vertexai: false,
    httpOptions: { apiVersion: "v1beta", ...defined({ baseUrl }) },
  });
}

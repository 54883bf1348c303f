/**
 * Client for OpenAI's responses API. It is the default for OpenAI, because only this API returns
 * reasoning.
 */
import { bodyText, partsOf } from "../body-parts.ts";
import type { BodyParts, LlmClient, ModelRequest } from "../client.ts";
import type { Endpoint } from "../endpoint.ts";
import { openAiSdk } from "./sdk.ts";
import { replyStream } from "../reply-stream.ts";
import { responsesBody } from "./responses-body.ts";
import { ResponsesReply } from "./responses-reply.ts";
import { ownNames } from "../tool-name.ts";

/** Returns a client for OpenAI, or for a server with the same protocol. */
export function openAiResponses(endpoint: Endpoint): LlmClient {
  const { provider } = endpoint;
  const sdk = openAiSdk(endpoint);
  const parts = (request: ModelRequest): BodyParts =>
    partsOf(responsesBody(request, provider), "input");
  return {
    body: (request) => bodyText(parts(request)),
    parts,
    stream: (request, body, signal) =>
      replyStream(
        endpoint,
        () => sdk.post("/responses", body, signal),
        new ResponsesReply({
          provider,
          model: request.model,
          stop: request.stop,
          ownName: ownNames(request.tools),
        }),
      ),
  };
}

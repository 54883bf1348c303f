/**
 * Clients for chat completions: OpenAI's older API, OpenRouter's, and that of most other servers
 * (Ollama, vLLM, LM Studio).
 */
import { bodyText } from "../body-parts.ts";
import { chatParts, ownStops, type ChatDialect } from "./chat-body.ts";
import { ChatReply } from "./chat-reply.ts";
import type { BodyParts, LlmClient, ModelRequest } from "../client.ts";
import type { Endpoint } from "../endpoint.ts";
import { openAiSdk } from "./sdk.ts";
import { replyStream } from "../reply-stream.ts";
import { ownNames, wireNames } from "../tool-name.ts";

const OPENAI: ChatDialect = {
  maxTokens: "max_completion_tokens",
  openAi: true,
  reasoningDetails: false,
};
const COMPATIBLE: ChatDialect = { maxTokens: "max_tokens", openAi: false, reasoningDetails: false };
const OPENROUTER: ChatDialect = { maxTokens: "max_tokens", openAi: false, reasoningDetails: true };

/** Returns a client for OpenAI, or for the server configured in its place. */
export function openAiChat(endpoint: Endpoint): LlmClient {
  return chatClient(endpoint, OPENAI);
}

/** Returns a client for a compatible server. */
export function compatibleChat(endpoint: Endpoint): LlmClient {
  return chatClient(endpoint, COMPATIBLE);
}

/** Returns a client for OpenRouter. */
export function openRouter(endpoint: Endpoint): LlmClient {
  const baseUrl = endpoint.baseUrl ?? "https://openrouter.ai/api/v1";
  return chatClient({ ...endpoint, baseUrl }, OPENROUTER);
}

function chatClient(endpoint: Endpoint, dialect: ChatDialect): LlmClient {
  const sdk = openAiSdk(endpoint);
  const parts = (request: ModelRequest): BodyParts =>
    chatParts(request, endpoint.provider, dialect);
  return {
    body: (request) => bodyText(parts(request)),
    parts,
    stream: (request, body, signal) =>
      replyStream(
        endpoint,
        () => sdk.post("/chat/completions", body, signal),
        chatReply(request, endpoint.provider, dialect),
      ),
  };
}

/** Returns the reader for the response to a request. */
export function chatReply(
  request: ModelRequest,
  provider: string,
  dialect: ChatDialect = COMPATIBLE,
): ChatReply {
  return new ChatReply({
    model: { provider, model: request.model },
    opaqueFor: dialect.reasoningDetails ? provider : null,
    stop: ownStops(request, dialect),
    offered: wireNames(request.tools),
    ownName: ownNames(request.tools),
  });
}

/** The adapter that speaks a recording's protocol, at the address that plays it. */
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import type { LlmClient, LlmEvent, ModelRequest } from "../../src/agent/llm/client.ts";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { openAiChat, openRouter } from "../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";

export const KEY = "sk-recorded-0123456789abcdef";

export function adapterFor(provider: string, api: string, baseUrl: string): LlmClient {
  const endpoint = endpointOf(provider, { apiKey: KEY, baseUrl });
  switch (provider) {
    case "anthropic":
      return anthropic(endpoint);
    case "google":
      return google(endpoint);
    case "openrouter":
      return api === "responses" ? openAiResponses(endpoint) : openRouter(endpoint);
    default:
      return api === "responses" ? openAiResponses(endpoint) : openAiChat(endpoint);
  }
}

/** The smallest request. */
export function requestOf(model: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model,
    system: "",
    turns: [{ role: "user", text: "go" }],
    tools: [],
    stop: [],
    position: { replies: 0, failedAttempts: 0 },
    ...more,
  };
}

/** All events of one attempt. */
export async function eventsOf(llm: LlmClient, request: ModelRequest): Promise<LlmEvent[]> {
  const events: LlmEvent[] = [];
  const { signal } = new AbortController();
  for await (const event of llm.stream(request, llm.body(request), signal)) {
    events.push(event);
  }
  return events;
}

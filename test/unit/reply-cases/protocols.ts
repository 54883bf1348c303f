/** The four protocols, each with its way to say the same: for tests of what all must do. */
import type { LlmClient, ModelRequest } from "../../../src/agent/llm/client.ts";
import { anthropic } from "../../../src/agent/llm/anthropic/client.ts";
import type { Endpoint } from "../../../src/agent/llm/endpoint.ts";
import { google } from "../../../src/agent/llm/google/client.ts";
import { compatibleChat } from "../../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../../src/agent/llm/openai/responses.ts";
import { exchange, sse, type Answer, type Exchange } from "../../wire.ts";

const CLIENTS = {
  chat: compatibleChat,
  responses: openAiResponses,
  anthropic,
  google,
} satisfies Record<string, (endpoint: Endpoint) => LlmClient>;
type ProtocolName = keyof typeof CLIENTS;

/** One attempt in a protocol. */
export function play(
  protocol: ProtocolName,
  answer: Answer,
  request: Partial<ModelRequest> = {},
): Promise<Exchange> {
  return exchange(protocol, CLIENTS[protocol], answer, request);
}

/** An event of chat completions with one choice. */
export const chat = (choice: object, more: object = {}): object => ({
  choices: [{ index: 0, ...choice }],
  ...more,
});
export const DONE = "data: [DONE]\n\n";
export const chatEnd = (finish_reason = "stop"): string =>
  sse(chat({ delta: {}, finish_reason })) + DONE;

/** An event of Gemini's stream. */
export const gemini = (parts: readonly object[], finishReason?: string): object => ({
  candidates: [{ content: { role: "model", parts }, finishReason }],
});

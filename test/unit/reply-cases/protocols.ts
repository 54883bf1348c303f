/** The four protocols, each with its way to say the same: for tests of what all must do. */
import type { LlmClient, ModelRequest } from "../../../src/agent/llm/client.ts";
import { anthropic } from "../../../src/agent/llm/anthropic/client.ts";
import type { Endpoint } from "../../../src/agent/llm/endpoint.ts";
import { google } from "../../../src/agent/llm/google/client.ts";
import { compatibleChat } from "../../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../../src/agent/llm/openai/responses.ts";
import { exchange, sse, type Answer, type Exchange } from "../../wire.ts";

export const CLIENTS = {
  chat: compatibleChat,
  responses: openAiResponses,
  anthropic,
  google,
} satisfies Record<string, (endpoint: Endpoint) => LlmClient>;
export type ProtocolName = keyof typeof CLIENTS;
export const PROTOCOLS: readonly ProtocolName[] = ["chat", "responses", "anthropic", "google"];

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
export const chatText = (content: string): object =>
  chat({ delta: { content }, finish_reason: null });
/** An event with parts of tool calls. */
export const chatCalls = (...tool_calls: readonly object[]): object =>
  chat({ delta: { tool_calls }, finish_reason: null });
export const DONE = "data: [DONE]\n\n";
export const chatEnd = (finish_reason = "stop"): string =>
  sse(chat({ delta: {}, finish_reason })) + DONE;

/** An event of Gemini's stream. */
export const gemini = (parts: readonly object[], finishReason?: string): object => ({
  candidates: [{ content: { role: "model", parts }, finishReason }],
});

/** The events of a whole reply that says a text, in two pieces. */
export const SAYS: Record<ProtocolName, (first: string, second: string) => readonly object[]> = {
  chat: (first, second) => [
    chatText(first),
    chatText(second),
    chat({ delta: {}, finish_reason: "stop" }),
  ],
  responses: (first, second) => [
    { type: "response.output_text.delta", delta: first },
    { type: "response.output_text.delta", delta: second },
    {
      type: "response.completed",
      response: {
        object: "response",
        status: "completed",
        output: [{ type: "message", content: [{ type: "output_text", text: first + second }] }],
      },
    },
  ],
  anthropic: (first, second) => [
    { type: "message_start", message: { role: "assistant", content: [] } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: first } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: second } },
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn" } },
    { type: "message_stop" },
  ],
  google: (first, second) => [gemini([{ text: first }]), gemini([{ text: second }], "STOP")],
};

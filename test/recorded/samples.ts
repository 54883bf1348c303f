/** Requests with everything in them, to see that a body is the same text in Node and in workerd. */
import { createHash } from "node:crypto";
import type { ModelRequest } from "../../src/agent/llm/client.ts";
import { adapterFor, requestOf } from "./adapters.ts";

const CITY = {
  type: "object",
  properties: { größe: { type: "number", minimum: 0.1 }, city: { type: "string" } },
  required: ["city", "größe"],
  additionalProperties: false,
};

function full(provider: string, model: string, data: ModelRequest["turns"][number]): ModelRequest {
  return requestOf(model, {
    system: "Sei kurz. 👩‍👧 \u2028",
    turns: [
      { role: "user", text: "See", images: [{ media_type: "image/png", data: "aGk=" }] },
      data,
      {
        role: "tool",
        results: [
          {
            call_id: "call_2",
            name: "docs.search",
            provider_id: "p1",
            output: { n: 1e21, s: 0.1 },
          },
          { call_id: "call_3", name: "now", error: { code: "tool_error", message: provider } },
        ],
      },
      { role: "notice", text: "Go on." },
    ],
    tools: [{ name: "docs.search", description: "d", input_schema: CITY }],
    stop: ["END"],
    temperature: 0.30000000000000004,
    max_output_tokens: 100,
    seed: 7,
    output_schema: CITY,
  });
}

const calls = [
  { call_id: "call_2", name: "docs.search", arguments: { b: 1, a: "ü" }, provider_id: "p1" },
  { call_id: "call_3", name: "now", arguments_text: "{oops" },
];

export const SAMPLES: readonly {
  readonly provider: string;
  readonly api: string;
  readonly request: ModelRequest;
}[] = [
  {
    provider: "openai",
    api: "responses",
    request: full("openai", "gpt-5.4", {
      role: "assistant",
      text: "Let me.",
      tool_calls: calls,
      opaque: {
        provider: "openai/responses",
        data: {
          model: "gpt-5.4",
          items: [
            { type: "reasoning", id: "rs_1", encrypted_content: "x", summary: [] },
            { type: "message", id: "msg_1", text: 7 },
            { type: "function_call", id: "fc_1" },
            { type: "function_call", id: "fc_2" },
          ],
        },
      },
    }),
  },
  {
    provider: "openai",
    api: "chat.completions",
    request: full("openai", "gpt-4o", { role: "assistant", text: "Let me.", tool_calls: calls }),
  },
  {
    provider: "anthropic",
    api: "messages",
    request: full("anthropic", "claude-sonnet-4-5", {
      role: "assistant",
      text: "Let me.",
      tool_calls: calls,
      opaque: {
        provider: "anthropic",
        data: {
          model: "claude-sonnet-4-5",
          blocks: [{ type: "thinking", thinking: "hm", signature: "s" }, 7, "call", "call"],
        },
      },
    }),
  },
  {
    provider: "google",
    api: "generateContent",
    request: full("google", "gemini-3.1-pro-preview", {
      role: "assistant",
      text: "Let me.",
      tool_calls: calls,
      opaque: {
        provider: "google",
        data: {
          model: "gemini-3.1-pro-preview",
          parts: [{ text: 7 }, { call: true, thoughtSignature: "s" }, { call: true }],
        },
      },
    }),
  },
  {
    provider: "openrouter",
    api: "chat.completions",
    request: full("openrouter", "anthropic/claude-haiku-4.5", {
      role: "assistant",
      text: "Let me.",
      tool_calls: calls,
      opaque: { provider: "openrouter", data: [{ type: "reasoning.text", text: "hm" }] },
    }),
  },
];

/** The SHA-256 of each sample's body, as this runtime makes it. */
export function sampleHashes(): string[] {
  return SAMPLES.map(({ provider, api, request }) => {
    const body = adapterFor(provider, api, "http://unused.example").body(request);
    return createHash("sha256").update(body).digest("hex");
  });
}

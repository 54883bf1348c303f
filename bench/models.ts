/** What an adapter adds to a model call: calls by the bare SDK and through the port, by turns. */
import { Anthropic } from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai/web";
import { OpenAI } from "openai";
import { anthropic } from "../src/agent/llm/anthropic/client.ts";
import type { LlmClient, ModelRequest } from "../src/agent/llm/client.ts";
import { endpointOf } from "../src/agent/llm/endpoint.ts";
import { google } from "../src/agent/llm/google/client.ts";
import { openRouter } from "../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../src/agent/llm/openai/responses.ts";

export const MODEL_PROVIDERS = ["openai", "anthropic", "google", "openrouter"] as const;
export type ModelProvider = (typeof MODEL_PROVIDERS)[number];

export interface ModelJob {
  readonly provider: ModelProvider;
  readonly calls: number;
  /** Of the stream server. */
  readonly url: string;
}

const REQUEST: ModelRequest = {
  model: "m",
  system: "You are brief.",
  turns: [{ role: "user", text: "go" }],
  tools: [],
  stop: [],
  position: { replies: 0, failedAttempts: 0 },
};
const messages = [{ role: "user" as const, content: "go" }];

/** Milliseconds of so many calls, by the bare SDK and through our adapter. */
export async function timeModelCalls({ provider, calls, url }: ModelJob) {
  const bare = BARE[provider](url);
  const ours = OURS[provider](url);
  await bare();
  await throughPort(ours);
  let bareMs = 0;
  let oursMs = 0;
  // Short rounds take turns, so that both see the same machine.
  for (let round = 0; round < 10; round += 1) {
    const from = Date.now();
    for (let n = 0; n < calls / 10; n += 1) {
      await bare();
    }
    const between = Date.now();
    for (let n = 0; n < calls / 10; n += 1) {
      await throughPort(ours);
    }
    bareMs += between - from;
    oursMs += Date.now() - between;
  }
  return { bareMs, oursMs };
}

async function throughPort(llm: LlmClient): Promise<void> {
  let last = "";
  const { signal } = new AbortController();
  for await (const event of llm.stream(REQUEST, llm.body(REQUEST), signal)) {
    last = event.type;
  }
  if (last !== "done") {
    throw new Error(`the call ended as ${last}`);
  }
}

const OURS: Readonly<Record<ModelProvider, (url: string) => LlmClient>> = {
  openai: (url) => openAiResponses(endpointOf("openai", { apiKey: "k", baseUrl: `${url}/v1` })),
  anthropic: (url) => anthropic(endpointOf("anthropic", { apiKey: "k", baseUrl: url })),
  google: (url) => google(endpointOf("google", { apiKey: "k", baseUrl: url })),
  openrouter: (url) => openRouter(endpointOf("openrouter", { apiKey: "k", baseUrl: url })),
};

/** Each SDK as its makers show it: the stream is read to its end, and nothing else is done. */
const BARE: Readonly<Record<ModelProvider, (url: string) => () => Promise<void>>> = {
  openai: (url) => {
    const sdk = new OpenAI({ apiKey: "k", baseURL: `${url}/v1`, maxRetries: 0 });
    return async () => drain(await sdk.responses.create({ model: "m", input: "go", stream: true }));
  },
  anthropic: (url) => {
    const sdk = new Anthropic({ apiKey: "k", baseURL: url, maxRetries: 0 });
    return async () =>
      drain(await sdk.messages.create({ model: "m", max_tokens: 100, messages, stream: true }));
  },
  google: (url) => {
    const httpOptions = { baseUrl: url, apiVersion: "v1beta" };
    const sdk = new GoogleGenAI({ apiKey: "k", vertexai: false, httpOptions });
    return async () =>
      drain(await sdk.models.generateContentStream({ model: "m", contents: "go" }));
  },
  openrouter: (url) => {
    const sdk = new OpenAI({ apiKey: "k", baseURL: url, maxRetries: 0 });
    return async () =>
      drain(await sdk.chat.completions.create({ model: "m", messages, stream: true }));
  },
};

async function drain(pieces: AsyncIterable<unknown>): Promise<void> {
  let last: unknown;
  for await (const piece of pieces) {
    last = piece;
  }
  if (last === undefined) {
    throw new Error("the server answered nothing");
  }
}

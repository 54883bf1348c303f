/** What every protocol's request says of one conversation, where servers are strict. */
import { expect, test } from "vitest";
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import type { LlmClient, ModelRequest } from "../../src/agent/llm/client.ts";
import { endpointOf, type Endpoint } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { compatibleChat } from "../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";
import { defined } from "../../src/run/value/defined.ts";
import type { ToolCall, Turn } from "../../src/run/value/message.ts";
import { KEY, requestOf } from "../wire.ts";

type Protocol = "chat" | "responses" | "anthropic" | "google";
const PROTOCOLS: readonly Protocol[] = ["chat", "responses", "anthropic", "google"];
const CLIENTS: Readonly<Record<Protocol, (endpoint: Endpoint) => LlmClient>> = {
  chat: compatibleChat,
  responses: openAiResponses,
  anthropic,
  google,
};

/** A JSON tree that is read by path. */
// oxlint-disable-next-line typescript/no-explicit-any -- a wrong path fails the test
type Tree = any;

/** The body that a provider is sent. The provider has the protocol's name. */
function sent(protocol: Protocol, request: Partial<ModelRequest>): Tree {
  const client = CLIENTS[protocol](endpointOf(protocol, { apiKey: KEY }));
  return JSON.parse(client.body(requestOf(request)));
}

/** A turn with these calls, and the turn with their results. */
function exchanged(...calls: readonly ToolCall[]): Turn[] {
  return [
    { role: "assistant", text: "", tool_calls: calls },
    {
      role: "tool",
      results: calls.map(({ call_id, name, provider_id }) =>
        defined({ call_id, name, output: call_id, provider_id }),
      ),
    },
  ];
}

/** The arguments of each call in a body, parsed. */
function argumentsIn(protocol: Protocol, body: Tree): unknown[] {
  switch (protocol) {
    case "chat":
      return body.messages.flatMap((message: Tree) =>
        (message.tool_calls ?? []).map((call: Tree) => JSON.parse(call.function.arguments)),
      );
    case "responses":
      return body.input.flatMap((item: Tree) =>
        item.type === "function_call" ? [JSON.parse(item.arguments)] : [],
      );
    case "anthropic":
      return body.messages.flatMap(({ content }: Tree) =>
        content.flatMap((block: Tree) => (block.type === "tool_use" ? [block.input] : [])),
      );
    case "google":
      return body.contents.flatMap(({ parts }: Tree) =>
        parts.flatMap((part: Tree) => (part.functionCall ? [part.functionCall.args] : [])),
      );
    default:
      return protocol satisfies never;
  }
}

const GO: Turn = { role: "user", text: "go" };

test.each(PROTOCOLS)("arguments that are no object are sent as one: %s", (protocol) => {
  const turns = [
    GO,
    ...exchanged(
      { call_id: "call_2", name: "add", arguments_text: '{"a":1,' },
      { call_id: "call_3", name: "add", arguments: [1, 2] },
      { call_id: "call_4", name: "add", arguments: "one" },
      { call_id: "call_5", name: "add", arguments: false },
      { call_id: "call_6", name: "add", arguments_text: "a=1\nb=2" },
      { call_id: "call_7", name: "add", arguments: { a: 1, arguments: 2 } },
    ),
  ];
  expect(argumentsIn(protocol, sent(protocol, { turns }))).toEqual([
    { arguments: '{"a":1,' },
    { arguments: [1, 2] },
    { arguments: "one" },
    { arguments: false },
    { arguments: "a=1\nb=2" },
    { a: 1, arguments: 2 },
  ]);
});

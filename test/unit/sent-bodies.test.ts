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

/** The ids of calls and of results in a body, each in order. */
function idsIn(protocol: Protocol, body: Tree): { calls: string[]; results: string[] } {
  const found: { calls: string[]; results: string[] } = { calls: [], results: [] };
  const take = (node: Tree): void => {
    if (typeof node !== "object" || node === null) {
      return;
    }
    found.calls.push(
      ...(node.type === "function_call" ? [node.call_id] : []),
      ...(node.type === "tool_use" || node.type === "function" ? [node.id] : []),
      ...(node.functionCall === undefined ? [] : [node.functionCall.id]),
    );
    found.results.push(
      ...(node.type === "function_call_output" ? [node.call_id] : []),
      ...(node.type === "tool_result" ? [node.tool_use_id] : []),
      ...(node.role === "tool" ? [node.tool_call_id] : []),
      ...(node.functionResponse === undefined ? [] : [node.functionResponse.id]),
    );
    Object.values(node).forEach(take);
  };
  take(protocol === "google" ? body.contents : (body.messages ?? body.input));
  return found;
}

const idCall = (call_id: string, provider_id?: string): ToolCall =>
  defined({ call_id, name: "add", arguments: {}, provider_id });

test.each(PROTOCOLS)("ids of another model are replaced by ids that fit: %s", (protocol) => {
  const turns = [
    GO,
    ...exchanged(idCall("call_2", "functions.add:0"), idCall("call_3", "ä|fc_1")),
    ...exchanged(idCall("call_5", "a.b"), idCall("call_6", "a:b"), idCall("call_7")),
    ...exchanged(idCall("call_9", "x".repeat(94)), idCall("call_36", "toolu_01")),
    ...exchanged(idCall("call_99", "own.1")),
  ];
  const { calls, results } = idsIn(protocol, sent(protocol, { turns, own_calls_from: 90 }));
  expect(results).toEqual(calls);
  expect(calls).toHaveLength(8);
  expect(new Set(calls).size).toBe(8);
  expect(calls.at(-1)).toBe("own.1");
  for (const id of calls.slice(0, -1)) {
    expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
  }
});

test.each(PROTOCOLS)(
  "an id that a server repeats is replaced, its first use not: %s",
  (protocol) => {
    const turns = [
      GO,
      ...exchanged(idCall("call_2", "Bash_0"), idCall("call_3", "Bash_0")),
      ...exchanged(idCall("call_5", "Bash_0"), idCall("call_6", ""), idCall("call_7", "")),
      // What would be the replacement of `call_3`, and what is sent for a call without an id.
      ...exchanged(idCall("call_9", "call00003"), idCall("call_10", "call_12")),
      ...exchanged(idCall("call_12", "call_10"), idCall("call_13", "Bash_1")),
    ];
    const { calls, results } = idsIn(protocol, sent(protocol, { turns }));
    expect(results).toEqual(calls);
    expect(new Set(calls).size).toBe(9);
    expect([calls[0], ...calls.slice(5)]).toEqual([
      "Bash_0",
      "call00003",
      "call_12",
      "call_10",
      "Bash_1",
    ]);
  },
);

test.each(PROTOCOLS)("a replaced id does not change when more is said: %s", (protocol) => {
  const first = [GO, ...exchanged(idCall("call_2", "c 1"), idCall("call_3", "c 1"))];
  const more = [...first, ...exchanged(idCall("call_5", "c 1"))];
  const short = idsIn(protocol, sent(protocol, { turns: first, own_calls_from: 4 })).calls;
  const long = idsIn(protocol, sent(protocol, { turns: more, own_calls_from: 4 })).calls;
  expect(long.slice(0, 2)).toEqual(short);
});

/** The schema of the only tool in a body. */
function schemaIn(protocol: Protocol, { tools }: Tree): Tree {
  return {
    chat: tools[0].function?.parameters,
    responses: tools[0].parameters,
    anthropic: tools[0].input_schema,
    google: tools[0].functionDeclarations?.[0].parametersJsonSchema,
  }[protocol];
}

test.each(PROTOCOLS)("a tool's schema is one that the server accepts: %s", (protocol) => {
  const input_schema = {
    type: "object",
    anyOf: [{ $ref: "#/definitions/A" }, { properties: { b: { type: "array" } } }],
    definitions: { A: { properties: { a: { $ref: "#/definitions/A" } } } },
  };
  const tools = [{ name: "t", description: "d", input_schema }];
  const schema = schemaIn(protocol, sent(protocol, { tools }));
  expect(schema).not.toHaveProperty("anyOf");
  expect(Object.keys(schema.properties)).toEqual(["a", "b"]);
  expect(schema.properties.b).toEqual({ type: "array", items: {} });
  const place = protocol === "google" ? "$defs" : "definitions";
  expect(schema.properties.a.$ref).toBe(`#/${place}/A`);
  expect(schema[place].A.properties.a.$ref).toBe(`#/${place}/A`);
});

/** The texts of a body's conversation, with their roles, as strict servers look at them. */
function saidIn(protocol: Protocol, body: Tree): { role: string; texts: string[] }[] {
  const partsOf = ({ parts, content }: Tree): Tree[] =>
    parts ?? (typeof content === "string" ? [{ text: content }] : content);
  const messages: Tree[] =
    { google: body.contents, responses: body.input }[protocol as string] ?? body.messages;
  return messages.map((message) => ({
    role: message.role === "model" ? "assistant" : message.role,
    texts: partsOf(message).map(({ text = "(picture)" }: Tree) => text),
  }));
}

const said = (role: "user" | "assistant", text: string): Turn =>
  role === "user" ? { role, text } : { role, text, tool_calls: [] };
const PICTURE = { media_type: "image/png", data: "aGk=" };

test.each(["chat", "anthropic", "google"] as const)("nothing empty is sent: %s", (protocol) => {
  const picture: Turn = { role: "user", text: "", images: [PICTURE] };
  const turns: Turn[] = [
    said("user", ""),
    said("assistant", ""),
    said("user", "go"),
    { role: "assistant", text: "", tool_calls: [], opaque: { provider: "x", data: {} } },
    { role: "notice", text: "Your reply was empty." },
    said("assistant", "What?"),
    picture,
    { role: "notice", text: "" },
  ];
  expect(saidIn(protocol, sent(protocol, { turns })).flatMap(({ texts }) => texts)).toEqual([
    "go",
    "Your reply was empty.",
    "What?",
    expect.stringMatching(/^\(picture\)$/) as string,
  ]);
});

test.each(["chat", "anthropic", "google"] as const)(
  "a conversation that says nothing is still one: %s",
  (protocol) => {
    const turns = [said("user", ""), said("assistant", ""), said("user", "")];
    expect(saidIn(protocol, sent(protocol, { turns }))).toEqual([
      { role: "user", texts: ["Go on."] },
    ]);
  },
);

test("Anthropic gets no blank text, and the user's turn first", () => {
  const turns = [
    said("user", " \n"),
    said("assistant", "Hi."),
    said("user", "\t"),
    said("user", "go"),
  ];
  expect(saidIn("anthropic", sent("anthropic", { turns }))).toEqual([
    { role: "user", texts: ["Go on."] },
    { role: "assistant", texts: ["Hi."] },
    { role: "user", texts: ["go"] },
  ]);
});

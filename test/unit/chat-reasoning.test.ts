/** `reasoning_content`: servers that send it with calls require it back, others reject it. */
import { expect, test } from "vitest";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { compatibleChat, openRouter } from "../../src/agent/llm/openai/chat.ts";
import { defined } from "../../src/run/value/defined.ts";
import type { Reply, Turn } from "../../src/run/value/message.ts";
import { exchange, replyIn, requestOf } from "../wire.ts";

const CALL = { index: 0, id: "c1", type: "function", function: { name: "now", arguments: "{}" } };
const calls = { tool_calls: [CALL] };

const finish = (delta: object, reason: string | null) => ({
  choices: [{ index: 0, delta, finish_reason: reason }],
});

function streamed(...deltas: readonly object[]): { body: string } {
  const events = [...deltas.map((delta) => finish(delta, null)), finish({}, "tool_calls")];
  return {
    body: `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`,
  };
}

/** The turns of a conversation after a reply that asked for a tool. */
function turnsAfter({ text, opaque, tool_calls }: Reply, call_id = "call_2"): Turn[] {
  const made = tool_calls.map(({ name, provider_id }) =>
    defined({ call_id, name, arguments: {}, provider_id }),
  );
  return [
    { role: "assistant", text, tool_calls: made, ...defined({ opaque }) },
    { role: "tool", results: made.map(({ name }) => ({ call_id, name, output: "noon" })) },
  ];
}

/** The messages of the model in the next request. */
function sent(turns: readonly Turn[], provider = "shelf", model = "m"): object[] {
  const request = requestOf({ model, turns: [{ role: "user", text: "go" }, ...turns] });
  const client = (provider === "openrouter" ? openRouter : compatibleChat)(endpointOf(provider));
  const { messages } = JSON.parse(client.body(request)) as { messages: { role: string }[] };
  return messages.filter(({ role }) => role === "assistant");
}

const read = async (answer: { body: string; status?: number }) =>
  replyIn(await exchange("shelf", compatibleChat, answer));

test("it is sent back with the calls it came with, its pieces joined", async () => {
  const first = await read(
    streamed(
      { reasoning_content: "I ask " },
      { content: "Wait.", reasoning_content: "the clock." },
      calls,
    ),
  );
  const second = await read(streamed(calls));
  expect(first.reasoning).toBe("I ask the clock.");
  const turns = [...turnsAfter(first), ...turnsAfter(second, "call_4")];
  expect(sent(turns)).toMatchObject([
    { content: "Wait.", reasoning_content: "I ask the clock.", tool_calls: [{ id: "c1" }] },
    { content: null, tool_calls: [{}] },
  ]);
  expect(sent(turns)[1]).not.toHaveProperty("reasoning_content");
});

test("it is sent back from an answer that was not streamed", async () => {
  const message = { role: "assistant", content: null, reasoning_content: "Hm.", ...calls };
  const body = JSON.stringify({ choices: [{ index: 0, message, finish_reason: "tool_calls" }] });
  const turns = turnsAfter(await read({ status: 200, body }));
  expect(sent(turns)).toMatchObject([{ reasoning_content: "Hm." }]);
});

test.each<[string, object[]]>([
  ["another name", [{ reasoning: "I ask." }, calls]],
  ["none", [calls]],
  ["nothing", [{ reasoning_content: "" }, { reasoning_content: null }, calls]],
  ["no calls", [{ reasoning_content: "I answer." }, { content: "Noon." }]],
])("it is not sent to a server that used %s", async (_what, deltas) => {
  const turns = turnsAfter(await read(streamed(...deltas)));
  expect(sent(turns)[0]).not.toHaveProperty("reasoning_content");
});

test.each([
  ["another provider", "other", "m"],
  ["another model", "shelf", "m2"],
  ["OpenRouter", "openrouter", "m"],
])("it is not sent to %s", async (_what, provider, model) => {
  const turns = turnsAfter(await read(streamed({ reasoning_content: "I ask." }, calls)));
  expect(sent(turns)[0]).toHaveProperty("reasoning_content");
  expect(sent(turns, provider, model)[0]).not.toHaveProperty("reasoning_content");
});

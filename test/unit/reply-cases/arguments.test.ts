/** Arguments of calls that are no text where the protocol has one, or an object where it has one. */
import { expect, test } from "vitest";
import type { AiBinding } from "../../../src/agent/llm/openai/workers-ai.ts";
import { workersAi } from "../../../src/agent/llm/openai/workers-ai.ts";
import type { LlmEvent } from "../../../src/agent/llm/client.ts";
import { replyIn, requestOf, sse } from "../../wire.ts";
import {
  chat,
  chatCalls,
  chatEnd,
  gemini,
  play,
  PROTOCOLS,
  type ProtocolName,
} from "./protocols.ts";

const TOOLS = [{ name: "clock_at", description: "d", input_schema: { type: "object" } }];

/** A reply with one call that has these arguments. */
function calling(protocol: ProtocolName, given: unknown): string {
  const call = { name: "clock_at", arguments: given };
  switch (protocol) {
    case "chat":
      return sse(chatCalls({ index: 0, id: "c1", function: call })) + chatEnd("tool_calls");
    case "responses": {
      const item = { type: "function_call", id: "fc_1", call_id: "c1", ...call };
      return sse({
        type: "response.completed",
        response: { object: "response", status: "completed", output: [item] },
      });
    }
    case "anthropic":
      return sse(
        {
          type: "content_block_start",
          index: 0,
          content_block: { type: "tool_use", id: "c1", name: "clock_at", input: {} },
        },
        {
          type: "content_block_delta",
          index: 0,
          delta: { type: "input_json_delta", partial_json: given },
        },
        { type: "message_delta", delta: { stop_reason: "tool_use" } },
        { type: "message_stop" },
      );
    case "google":
      return sse(gemini([{ functionCall: { name: "clock_at", args: given } }], "STOP"));
    default:
      return protocol satisfies never;
  }
}

async function argumentsFor(protocol: ProtocolName, given: unknown): Promise<unknown> {
  const played = await play(protocol, { body: calling(protocol, given) }, { tools: TOOLS });
  const text = replyIn(played).tool_calls[0]?.arguments_text ?? "no call";
  return text === "" ? {} : JSON.parse(text);
}

test.each(PROTOCOLS)("an object counts as its JSON text: %s", async (protocol) => {
  for (const given of [{ timezone: "Asia/Tokyo" }, {}, { a: { b: [1, null] } }]) {
    expect(await argumentsFor(protocol, given)).toEqual(given);
  }
});

test.each(PROTOCOLS)("null and nothing are no arguments: %s", async (protocol) => {
  for (const given of [null, undefined]) {
    expect(await argumentsFor(protocol, given)).toEqual({});
  }
});

test.each(PROTOCOLS)(
  "what is neither text nor object nor null stays to be refused: %s",
  async (protocol) => {
    for (const given of [[], [1, 2], 7, true, false, 0]) {
      expect(await argumentsFor(protocol, given)).toEqual(given);
    }
  },
);

/** A part of the one call. */
const add = (name: unknown, given: unknown): object =>
  chatCalls({ index: 0, id: "c1", function: { name, arguments: given } });

test("an object may come after an empty text, before one, or with the name in pieces", async () => {
  const given = { timezone: "Asia/Tokyo" };
  for (const events of [
    [add("clock_at", ""), add(null, given)],
    [add("clock_at", given), add(null, ""), add(null, null)],
    [add("clock_", given), add("at", "")],
    [add("clock_", ""), add("at", given)],
    [add("clock_at", {}), add(null, given)],
  ]) {
    const body = sse(...events) + chatEnd("tool_calls");
    const { tool_calls } = replyIn(await play("chat", { body }, { tools: TOOLS }));
    expect(tool_calls).toEqual([
      { name: "clock_at", arguments_text: JSON.stringify(given), provider_id: "c1" },
    ]);
  }
});

test("an object in a JSON answer", async () => {
  const call = { id: "0", type: "function", function: { name: "clock_at", arguments: { a: 1 } } };
  const message = { role: "assistant", content: null, tool_calls: [call] };
  const body = JSON.stringify(chat({ message, finish_reason: "tool_calls" }));
  const { tool_calls } = replyIn(await play("chat", { status: 200, body }));
  expect(tool_calls).toEqual([{ name: "clock_at", arguments_text: '{"a":1}', provider_id: "0" }]);
});

test("arguments that only the stream has are not lost", async () => {
  const item = { type: "function_call", id: "fc_1", call_id: "c1", name: "clock_at" };
  const body = sse(
    { type: "response.output_item.added", output_index: 0, item },
    {
      type: "response.function_call_arguments.delta",
      output_index: 0,
      item_id: "fc_1",
      delta: '{"a":',
    },
    {
      type: "response.function_call_arguments.delta",
      output_index: 0,
      item_id: "fc_1",
      delta: "1}",
    },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: { status: "completed", output: [item] } },
  );
  const { tool_calls } = replyIn(await play("responses", { body }));
  expect(tool_calls).toEqual([{ name: "clock_at", arguments_text: '{"a":1}', provider_id: "c1" }]);
});

test("Workers AI's older form has arguments as an object or as a text", async () => {
  for (const given of [{ a: 1 }, '{"a":1}']) {
    const ai: AiBinding = {
      run: async () => ({ tool_calls: [{ name: "tick", arguments: given }] }),
    };
    const request = requestOf();
    const llm = workersAi(ai);
    let end: LlmEvent | undefined;
    for await (const event of llm.stream(
      request,
      llm.body(request),
      new AbortController().signal,
    )) {
      end = event;
    }
    expect(end).toMatchObject({
      type: "done",
      reply: { tool_calls: [{ name: "tick", arguments_text: '{"a":1}' }] },
    });
  }
});

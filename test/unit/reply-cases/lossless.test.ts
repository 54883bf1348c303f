/**
 * Replies in forms that the protocols do not have, and servers send. Nothing that a server said may
 * be lost, and a reply that it did not finish may not pass for a whole one.
 */
import { expect, test } from "vitest";
import { replyIn, sse } from "../../wire.ts";
import {
  chat,
  chatCalls,
  chatEnd,
  chatText,
  DONE,
  gemini,
  play,
  type ProtocolName,
} from "./protocols.ts";

const TOOLS = [{ name: "add", description: "d", input_schema: { type: "object" } }];
const ADD = '{"a":1,"b":2}';

async function reply(protocol: ProtocolName, body: string) {
  return replyIn(await play(protocol, { body }, { tools: TOOLS }));
}

/** The reply in a JSON answer. */
async function whole(protocol: ProtocolName, answer: object) {
  const answered = { status: 200, body: JSON.stringify(answer) };
  return replyIn(await play(protocol, answered, { tools: TOOLS }));
}

async function codeOf(protocol: ProtocolName, body: string): Promise<string> {
  const { end } = await play(protocol, { body }, { tools: TOOLS });
  return end?.type === "failed" ? end.failure.code : "no failure";
}

// Chat completions

test("text and calls in a choice each are one reply", async () => {
  const called = { id: "c1", function: { name: "add", arguments: ADD } };
  for (const index of [undefined, 0]) {
    const answer = {
      choices: [
        { index, message: { content: "I add." }, finish_reason: "tool_calls" },
        { index, message: { tool_calls: [called] }, finish_reason: "tool_calls" },
      ],
    };
    expect(await whole("chat", answer)).toMatchObject({
      text: "I add.",
      tool_calls: [{ name: "add", arguments_text: ADD }],
    });
  }
});

test("another choice than the first is not mixed in", async () => {
  const answer = {
    choices: [
      { index: 0, message: { content: "one" }, finish_reason: "stop" },
      { index: 1, message: { content: "other" }, finish_reason: "stop" },
    ],
  };
  expect((await whole("chat", answer)).text).toBe("one");
});

test.each<[string, object]>([
  ["one call without a list", { tool_calls: { function: { name: "add", arguments: ADD } } }],
  ["no inner object", { tool_calls: [{ name: "add", arguments: ADD }] }],
  ["arguments by another name", { tool_calls: [{ function: { name: "add", parameters: ADD } }] }],
  ["arguments by another name, no inner object", { tool_calls: [{ name: "add", input: ADD }] }],
  ["the older field", { function_call: { name: "add", arguments: ADD } }],
  [
    "both fields",
    {
      tool_calls: [{ function: { name: "add", arguments: ADD } }],
      function_call: { name: "add", arguments: ADD },
    },
  ],
])("a call is found, once, with its arguments: %s", async (_how, message) => {
  const call = [{ name: "add", arguments_text: ADD }];
  const streamed = sse(chat({ delta: message, finish_reason: null })) + chatEnd("tool_calls");
  expect((await reply("chat", streamed)).tool_calls).toEqual(call);
  expect((await reply("chat", sse(chat({ delta: message })) + DONE)).tool_calls).toEqual(call);
  const answer = chat({ message, finish_reason: "function_call" });
  expect((await whole("chat", answer)).tool_calls).toEqual(call);
});

test("the older field in pieces", async () => {
  const pieces = [
    { name: "add", arguments: "" },
    { arguments: '{"a":1,' },
    { arguments: '"b":2}' },
  ];
  const body = sse(...pieces.map((one) => chat({ delta: { function_call: one } })));
  expect((await reply("chat", body + chatEnd("function_call"))).tool_calls).toEqual([
    { name: "add", arguments_text: ADD },
  ]);
});

test("a message after the deltas adds only what they did not say", async () => {
  const call = { function: { name: "add", arguments: ADD } };
  const last = { message: { content: "Hello", tool_calls: [call] }, finish_reason: "stop" };
  for (const delta of [undefined, null, {}]) {
    const body = sse(chatText("Hel"), chatText("lo"), chat({ delta, ...last })) + DONE;
    expect(await reply("chat", body)).toMatchObject({
      text: "Hello",
      tool_calls: [{ name: "add" }],
    });
  }
  const only = sse(chat({ delta: { role: "assistant", content: "" } }), chat({ ...last })) + DONE;
  expect((await reply("chat", only)).text).toBe("Hello");
});

test.each(["max_tokens", "model_length", "MAX_TOKENS", "max_output_tokens"])(
  "a reply that its length limit cut is no whole one: %s",
  async (reason) => {
    const call = sse(chatCalls({ id: "c", function: { name: "add", arguments: "" } }));
    expect((await reply("chat", call + chatEnd(reason))).finish_reason).toBe("length");
  },
);

test.each([
  ["insufficient_system_resource", "overloaded"],
  ["abort", "cut_stream"],
  ["network_error", "server_error"],
  ["error", "server_error"],
  ["sensitive", "content_filtered"],
  ["SAFETY", "content_filtered"],
])("a reason for which the server did not finish is a failure: %s", async (reason, code) => {
  const call = sse(chatText("I "), chatCalls({ function: { name: "add", arguments: "" } }));
  expect(await codeOf("chat", call + chatEnd(reason))).toBe(code);
});

test("an error in a choice keeps its sentence", async () => {
  const error = { code: 502, message: "The upstream went away" };
  const body = sse(
    chatText("Hel"),
    chat({ delta: { content: "" }, finish_reason: "error", error }),
  );
  const { end } = await play("chat", { body: body + DONE });
  expect(end).toMatchObject({
    type: "failed",
    failure: { message: expect.stringContaining("The upstream went away") },
  });
});

test.each(["", null, {}, false, { message: "", code: 0 }, { message: null }])(
  "an error that says nothing, in every piece, is none: %j",
  async (error) => {
    const body = sse({ ...chatText("Hello"), error }, { ...chat({ delta: {} }), error });
    expect((await reply("chat", body + chatEnd())).text).toBe("Hello");
    const google = sse({ ...gemini([{ text: "Hello" }], "STOP"), error });
    expect((await reply("google", google)).text).toBe("Hello");
  },
);

test("a sentinel in quotes is one, and reasoning beside an empty field is kept", async () => {
  const delta = { reasoning_content: "", reasoning: "Hm", content: "Hello" };
  const body = `${sse(chat({ delta }))}data: "[DONE]"\n\n`;
  expect(await reply("chat", body)).toMatchObject({ text: "Hello", reasoning: "Hm" });
});

// The responses API

const item = (more: object = {}) => ({
  type: "function_call",
  id: "fc_1",
  call_id: "c1",
  name: "add",
  ...more,
});
const event = (type: string, more: object = {}) => ({ type: `response.${type}`, ...more });
const completed = (response: object = {}) =>
  event("completed", { response: { status: "completed", output: [], ...response } });
const CALL = [{ name: "add", arguments_text: ADD, provider_id: "c1" }];

test("an item that only the stream has is not lost", async () => {
  const at = { output_index: 0 };
  const added = event("output_item.added", { ...at, item: item({ arguments: "" }) });
  const argued = event("function_call_arguments.done", { ...at, item_id: "fc_9", arguments: ADD });
  const pieces = ['{"a":1,', '"b":2}'].map((delta) =>
    event("function_call_arguments.delta", { ...at, item_id: "fc_7", delta }),
  );
  const done = event("output_item.done", { ...at, item: item({ id: "fc_8", arguments: ADD }) });
  const empty = event("output_item.done", { ...at, item: item({ arguments: "" }) });
  const message = { type: "message", content: [{ type: "output_text", text: "I add." }] };
  for (const events of [
    [added, argued, completed()],
    [added, ...pieces, completed()],
    [added, ...pieces, argued, done, completed()],
    [added, ...pieces, empty, completed()],
    [added, ...pieces, completed({ output: [item({ arguments: "" })] })],
    [done, completed()],
    [
      event("output_item.done", { output_index: 1, item: message }),
      done,
      completed({ output: [message] }),
    ],
  ]) {
    expect((await reply("responses", sse(...events))).tool_calls).toEqual(CALL);
  }
});

test("two calls without an index stay two", async () => {
  const [one, two] = ["x", "y"].map((call_id) => [
    event("output_item.added", { item: item({ id: "s", call_id, arguments: "" }) }),
    event("function_call_arguments.delta", { delta: ADD }),
    event("output_item.done", { item: item({ id: call_id, call_id, arguments: ADD }) }),
  ]);
  const { tool_calls } = await reply("responses", sse(...(one ?? []), ...(two ?? []), completed()));
  expect(tool_calls.map(({ provider_id }) => provider_id)).toEqual(["x", "y"]);
});

const said = (content: unknown) => ({ output: [{ type: "message", content }] });

test("a text is found wherever it is", async () => {
  for (const events of [
    [event("output_text.done", { text: "Hello" }), completed()],
    [event("output_text.delta", { delta: "Hello" }), completed(said([]))],
    [
      event("output_text.delta", { delta: "Hel" }),
      event("output_text.delta", { delta: "lo" }),
      completed(said([{ type: "output_text", text: "Hel" }])),
    ],
    [completed(said("Hello"))],
    [completed(said([{ type: "text", text: "Hello" }]))],
    [completed({ output_text: "Hello" })],
    [{ status: "completed", ...said([{ type: "output_text", text: "Hello" }]) }],
  ]) {
    const played = await play("responses", { body: sse(...events) });
    expect(replyIn(played).text).toBe("Hello");
    const watched = played.events.flatMap((one) => (one.type === "text" ? [one.text] : []));
    expect(watched.join("")).toBe("Hello");
  }
});

test("a response that its server did not finish is no whole one", async () => {
  const output = [item({ arguments: "" })];
  const cut = event("incomplete", { response: { output } });
  expect((await reply("responses", sse(cut))).finish_reason).toBe("length");
  const half = completed({ output: [item({ arguments: "", status: "incomplete" })] });
  expect((await reply("responses", sse(half))).finish_reason).toBe("length");
  expect(await codeOf("responses", sse(event("failed", { response: { output } })))).toBe(
    "server_error",
  );
  for (const status of ["in_progress", "queued"]) {
    const { end } = await play("responses", {
      status: 200,
      body: JSON.stringify({ object: "response", status, output }),
    });
    expect(end).toMatchObject({ type: "failed", failure: { code: "cut_stream" } });
  }
});

test("a refusal of which only pieces came is one", async () => {
  const body = sse(
    event("refusal.delta", { delta: "No, " }),
    event("refusal.delta", { delta: "I will not" }),
    completed(),
  );
  expect(await codeOf("responses", body)).toBe("refused");
});

// Anthropic

const begin = (index: unknown, content_block: object) => ({
  type: "content_block_start",
  index,
  content_block,
});
const join = (index: unknown, delta: object) => ({ type: "content_block_delta", index, delta });
const text = (words: string) => ({ type: "text_delta", text: words });
const json = (partial_json: unknown) => ({ type: "input_json_delta", partial_json });
const use = (id: unknown) => ({ type: "tool_use", id, name: "add", input: {} });
const end = (stop_reason: string) => [
  { type: "message_delta", delta: { stop_reason } },
  { type: "message_stop" },
];

test("blocks that share an index do not replace one another", async () => {
  for (const index of [0, undefined]) {
    const body = sse(
      begin(index, { type: "text", text: "" }),
      join(index, text("I add.")),
      begin(index, use("t1")),
      join(index, json(ADD)),
      begin(index, use("t2")),
      join(index, json("{}")),
      ...end("tool_use"),
    );
    expect(await reply("anthropic", body)).toMatchObject({
      text: "I add.",
      tool_calls: [
        { arguments_text: ADD, provider_id: "t1" },
        { arguments_text: "{}", provider_id: "t2" },
      ],
    });
  }
});

test.each<[string, object[]]>([
  ["no start", [join(0, text("Hel")), join(0, text("lo"))]],
  ["an index that is a text", [begin(0, { type: "text", text: "" }), join("0", text("Hello"))]],
  ["another index", [begin(0, { type: "text", text: "Hel" }), join(7, text("lo"))]],
  ["deltas without a type", [begin(0, { type: "text" }), join(0, { text: "Hello" })]],
  [
    "thinking without a start, then a text",
    [join(0, { type: "thinking_delta", thinking: "Hm" }), join(1, text("Hello"))],
  ],
])("a text is not lost: %s", async (_how, events) => {
  expect((await reply("anthropic", sse(...events, ...end("end_turn")))).text).toBe("Hello");
});

test("arguments of a call that never began cut the reply", async () => {
  const body = sse(
    begin(0, { type: "text", text: "I add." }),
    join(1, json(ADD)),
    ...end("tool_use"),
  );
  expect(await codeOf("anthropic", body)).toBe("cut_stream");
});

test("an object of arguments replaces an empty one before it", async () => {
  const body = sse(
    begin(0, use("t1")),
    join(0, json({})),
    join(0, json({ a: 1 })),
    ...end("tool_use"),
  );
  expect((await reply("anthropic", body)).tool_calls[0]?.arguments_text).toBe('{"a":1}');
});

test("a call is not run where the message ends without a reason in the middle of it", async () => {
  const stop = { type: "message_stop" };
  expect(await codeOf("anthropic", sse(begin(0, use("t1")), stop))).toBe("cut_stream");
  const half = sse(begin(0, use("t1")), join(0, json('{"a":')), stop);
  expect(await codeOf("anthropic", half)).toBe("cut_stream");
  const complete = sse(begin(0, use("t1")), join(0, json(ADD)), stop);
  expect((await reply("anthropic", complete)).tool_calls).toHaveLength(1);
});

test("a message whose content is a text, and a reason beside the delta", async () => {
  const answer = { type: "message", content: "Hello", stop_reason: "end_turn" };
  expect((await whole("anthropic", answer)).text).toBe("Hello");
  const body = sse(join(0, text("Hello")), { type: "message_delta", stop_reason: "max_tokens" });
  expect(await reply("anthropic", body + DONE)).toMatchObject({
    text: "Hello",
    finish_reason: "length",
  });
});

// Gemini

test("Gemini's reasons and parts in other forms", async () => {
  const part = { candidates: [{ content: { parts: { text: "Hello" } }, finishReason: "stop" }] };
  expect((await reply("google", sse(part))).text).toBe("Hello");
  const both = gemini([{ text: "I add.", functionCall: { name: "add", args: { a: 1 } } }], "STOP");
  expect(await reply("google", sse(both))).toMatchObject({
    text: "I add.",
    tool_calls: [{ name: "add", arguments_text: '{"a":1}' }],
  });
  const one = {
    candidates: { content: { parts: [{ text: "Hello" }] }, finishReason: "MAX_TOKENS" },
  };
  expect(await reply("google", sse(one))).toMatchObject({ text: "Hello", finish_reason: "length" });
});

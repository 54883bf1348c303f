/** OpenAI's responses API: samples of the wire, and the requests that go with them. */
import { expect, test } from "vitest";
import type { ModelRequest } from "../../src/agent/llm/client.ts";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";
import { defined } from "../../src/run/value/defined.ts";
import { exchange, KEY, replyIn, picturedTurns, requestOf, sse, type Answer } from "../wire.ts";

const USAGE = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 12,
  output_tokens_details: { reasoning_tokens: 7 },
};
const REASONING = {
  id: "rs_1",
  type: "reasoning",
  encrypted_content: "gAAAencrypted==",
  summary: [{ type: "summary_text", text: "Hmm, grüß" }],
  status: "completed",
};
const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  status: "completed",
  phase: "commentary",
  content: [{ type: "output_text", text: "Let me 👩‍👧.", annotations: [] }],
};
const call = (id: string, call_id: string, name: string, args: string) => ({
  id,
  type: "function_call",
  status: "completed",
  call_id,
  name,
  arguments: args,
});

function end(output: readonly object[], more: object = {}): object {
  const response = { object: "response", status: "completed", output, usage: USAGE, ...more };
  return { type: `response.${response.status}`, response };
}

const play = (answer: Answer, request: Partial<ModelRequest> = {}) =>
  exchange("openai", openAiResponses, answer, { model: "gpt-5.4", ...request });

const bodyOf = (request: Partial<ModelRequest>) =>
  JSON.parse(
    openAiResponses(endpointOf("openai")).body(requestOf({ model: "gpt-5.4", ...request })),
  ) as Record<string, unknown>;

test.each([false, true])(
  "reasoning, text and calls come in their order, and go back in it, still encrypted (byte by byte: %s)",
  async (bytes) => {
    const output = [
      REASONING,
      MESSAGE,
      call("fc_1", "call_a", "add", '{"a":1}'),
      call("fc_2", "call_b", "now", ""),
    ];
    const body = sse(
      { type: "response.created", response: { status: "in_progress" } },
      { type: "response.output_item.added", output_index: 0, item: { type: "reasoning" } },
      { type: "response.reasoning_summary_text.delta", output_index: 0, delta: "Hmm, grüß" },
      { type: "response.output_text.delta", output_index: 1, delta: "Let " },
      { type: "response.output_text.delta", output_index: 1, delta: "me 👩‍👧." },
      {
        type: "response.output_item.added",
        output_index: 2,
        item: { type: "function_call", name: "add" },
      },
      { type: "response.function_call_arguments.delta", output_index: 2, delta: '{"a":' },
      { type: "response.function_call_arguments.delta", output_index: 2, delta: "1}" },
      end(output),
    );
    const played = await play({ body, bytes });
    const reply = replyIn(played);
    expect(played.path).toBe("/responses");
    expect(reply).toMatchObject({
      text: "Let me 👩‍👧.",
      reasoning: "Hmm, grüß",
      finish_reason: "tool_calls",
      tool_calls: [
        { name: "add", arguments_text: '{"a":1}', provider_id: "call_a" },
        { name: "now", arguments_text: "", provider_id: "call_b" },
      ],
    });
    const pieces = played.events.flatMap((event) =>
      event.type === "tool_call" ? [[event.index, event.name, event.arguments_text]] : [],
    );
    expect(pieces).toEqual([
      [0, "add", undefined],
      [0, undefined, '{"a":'],
      [0, undefined, "1}"],
    ]);
    expect(played.events.findLast((event) => event.type === "usage")?.usage).toEqual({
      input_tokens: 10,
      cached_input_tokens: 4,
      output_tokens: 12,
      reasoning_tokens: 7,
    });
    expect(JSON.stringify(reply.opaque)).not.toContain("Let");
    const { input } = bodyOf({
      turns: [
        { role: "user", text: "go" },
        {
          role: "assistant",
          text: reply.text,
          tool_calls: [
            { call_id: "call_2", name: "add", arguments: { a: 1 }, provider_id: "call_a" },
            { call_id: "call_3", name: "now", arguments: {}, provider_id: "call_b" },
          ],
          ...(reply.opaque === undefined ? {} : { opaque: reply.opaque }),
        },
        {
          role: "tool",
          results: [
            { call_id: "call_2", name: "add", provider_id: "call_a", output: { sum: 1 } },
            { call_id: "call_3", name: "now", provider_id: "call_b", output: "noon" },
          ],
        },
      ],
    });
    const { status: _status, ...reasoning } = REASONING;
    expect(input).toEqual([
      { role: "user", content: "go" },
      reasoning,
      MESSAGE,
      { id: "fc_1", type: "function_call", call_id: "call_a", name: "add", arguments: '{"a":1}' },
      { id: "fc_2", type: "function_call", call_id: "call_b", name: "now", arguments: "{}" },
      { type: "function_call_output", call_id: "call_a", output: '{"sum":1}' },
      { type: "function_call_output", call_id: "call_b", output: "noon" },
    ]);
  },
);

const SEALED = { encrypted_content: "ZW5j" };
const thought = (id: string, more: object = SEALED) => ({ type: "reasoning", id, ...more });

test.each<[string, object[], string[]]>([
  ["nothing follows it", [thought("r1")], []],
  ["its content is missing", [thought("r1", {}), call("f1", "c1", "add", "{}")], ["f1"]],
  [
    "its content is null or empty",
    [
      thought("r1", { encrypted_content: null }),
      thought("r2", { encrypted_content: "" }),
      thought("r3"),
      call("f1", "c1", "add", "{}"),
    ],
    ["r3", "f1"],
  ],
  [
    "it comes after the last call",
    [thought("r1"), thought("r2"), call("f1", "c1", "add", "{}"), thought("r3"), thought("r4")],
    ["r1", "r2", "f1"],
  ],
  [
    "only a search follows it",
    [
      thought("r1"),
      { type: "web_search_call", id: "w1", status: "completed" },
      MESSAGE,
      thought("r2"),
      { type: "web_search_call", id: "w2", status: "completed" },
    ],
    ["r1", "w1", MESSAGE.id, "w2"],
  ],
])("reasoning that the API would reject is not sent back: %s", async (_why, output, ids) => {
  const reply = replyIn(await play({ body: sse(end(output)) }));
  const turn = {
    role: "assistant" as const,
    text: reply.text,
    tool_calls: reply.tool_calls.map(({ name }, n) => ({ call_id: `call_${n + 2}`, name })),
    ...defined({ opaque: reply.opaque }),
  };
  const { input } = bodyOf({ turns: [turn] });
  expect(input).toMatchObject(ids.map((id) => ({ id })));
});

test("reasoning that another model encrypted is not sent", () => {
  const { input } = bodyOf({
    turns: [
      { role: "user", text: "go" },
      {
        role: "assistant",
        text: "ok",
        tool_calls: [],
        opaque: { provider: "openai/responses", data: { model: "o3", items: [REASONING] } },
      },
    ],
  });
  expect(input).toEqual([
    { role: "user", content: "go" },
    { role: "assistant", content: "ok" },
  ]);
});

const message = (text: string) => ({ ...MESSAGE, content: [{ type: "output_text", text }] });

test("a reply that reached its limit is cut, and an empty one is empty", async () => {
  const incomplete = { status: "incomplete", incomplete_details: { reason: "max_output_tokens" } };
  expect(replyIn(await play({ body: sse(end([message("half")], incomplete)) }))).toMatchObject({
    text: "half",
    finish_reason: "length",
  });
  expect(replyIn(await play({ body: sse(end([])) }))).toMatchObject({
    text: "",
    finish_reason: "stop",
  });
});

test("a last event without its output is filled from the items before it", async () => {
  const body = sse(
    { type: "response.output_item.done", output_index: 0, item: message("hello") },
    end([]),
  );
  expect(replyIn(await play({ body })).text).toBe("hello");
});

test.each<[string, Answer, object]>([
  [
    "a response that failed, which is only an event",
    { body: sse(end([], { status: "failed", error: { code: "server_error", message: "Oops" } })) },
    { code: "server_error", message: "openai: Oops." },
  ],
  [
    "a rate limit in mid-stream, with its hint",
    {
      body: sse(
        end([], {
          status: "failed",
          error: { code: "rate_limit_exceeded", message: "Please try again in 1m2.5s." },
        }),
      ),
    },
    { code: "rate_limited", retryAfterMs: 62_500 },
  ],
  [
    "an error event",
    { body: sse({ type: "error", code: "server_error", message: "Oops", param: null }) },
    { code: "server_error" },
  ],
  [
    "an error event with the error inside",
    { body: sse({ type: "error", error: { type: "overloaded_error", message: "Busy" } }) },
    { code: "overloaded" },
  ],
  [
    "a context that is too long, in mid-stream",
    { body: sse(end([], { status: "failed", error: { code: "context_length_exceeded" } })) },
    { code: "context_too_long" },
  ],
  [
    "a reply that the filter stopped",
    {
      body: sse(
        end([], { status: "incomplete", incomplete_details: { reason: "content_filter" } }),
      ),
    },
    { code: "content_filtered" },
  ],
  [
    "a refusal",
    { body: sse(end([{ ...MESSAGE, content: [{ type: "refusal", refusal: "I will not." }] }])) },
    { code: "refused", message: "openai: The model refused: I will not." },
  ],
  [
    "a response that was cancelled",
    { body: sse({ type: "response.failed", response: { status: "cancelled" } }) },
    { code: "server_error" },
  ],
  [
    "a stream without its last event",
    { body: sse({ type: "response.output_text.delta", delta: "ha" }) },
    { code: "cut_stream" },
  ],
  ["an event that is not JSON", { body: "event: x\ndata: {oops\n\n" }, { code: "cut_stream" }],
  [
    "a lost connection",
    { body: sse({ type: "response.output_text.delta", delta: "ha" }), cut: true },
    { code: "cut_stream" },
  ],
  [
    "429 of a quota that is used up",
    { status: 429, body: '{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}' },
    { code: "quota_exhausted" },
  ],
  [
    "429 with the hint in milliseconds",
    { status: 429, headers: { "retry-after-ms": "250", "retry-after": "9" }, body: "{}" },
    { code: "rate_limited", retryAfterMs: 250 },
  ],
  [
    "401 that quotes the key",
    { status: 401, body: `{"error":{"code":"invalid_api_key","message":"Incorrect: ${KEY}"}}` },
    { code: "authentication_failed", message: expect.stringContaining("[key]") as string },
  ],
  [
    "a web page with 200",
    { headers: { "Content-Type": "text/html; charset=utf-8" }, body: "<html></html>" },
    { code: "invalid_request", message: expect.stringContaining("OPENAI_BASE_URL") as string },
  ],
])("a failure has its class: %s", async (_what, answer, failure) => {
  const { events } = await play(answer);
  expect(events.at(-1)).toMatchObject({ type: "failed", failure });
  expect(events.filter(({ type }) => type === "failed" || type === "done")).toHaveLength(1);
  expect(JSON.stringify(events)).not.toContain(KEY);
});

test("a loss of the connection after the last event loses nothing", async () => {
  const played = await play({ body: sse(end([message("whole")])), cut: true });
  expect(replyIn(played).text).toBe("whole");
});

test("stop sequences, which the API does not have, end the text, also across pieces", async () => {
  const body = sse(
    { type: "response.output_text.delta", delta: "Action: x\nObs" },
    { type: "response.output_text.delta", delta: "ervation: made up" },
    end([message("Action: x\nObservation: made up")]),
  );
  const played = await play({ body }, { stop: ["\nObservation:"] });
  expect(replyIn(played).text).toBe("Action: x");
  const streamed = played.events.map((event) => (event.type === "text" ? event.text : ""));
  expect(streamed.join("")).toBe("Action: x");
});

test("a request has what the API takes, and nothing that the model refuses", () => {
  const settings = { temperature: 0.5, max_output_tokens: 5, seed: 1, stop: ["END"] };
  expect(bodyOf({ ...settings, system: "Be brief." })).toEqual({
    model: "gpt-5.4",
    instructions: "Be brief.",
    input: [{ role: "user", content: "go" }],
    max_output_tokens: 16,
    store: false,
    include: ["reasoning.encrypted_content"],
    stream: true,
  });
  const plain = bodyOf({ ...settings, model: "gpt-4o-mini" });
  expect(plain).toMatchObject({ temperature: 0.5 });
  expect(plain).not.toHaveProperty("include");
});

test("pictures of a tool are in the output of its call", () => {
  const { input } = bodyOf({ turns: picturedTurns("image/png") });
  expect((input as object[]).slice(-2)).toEqual([
    {
      type: "function_call_output",
      call_id: "call_2",
      output: [
        { type: "input_text", text: '{"width":8}' },
        { type: "input_image", detail: "auto", image_url: "data:image/png;base64,aGk=" },
      ],
    },
    { type: "function_call_output", call_id: "call_3", output: "noon" },
  ]);
});

test("pictures, tools and a schema are in the API's form", () => {
  const strict = {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  };
  const loose = { type: "object", properties: { city: { type: "string" } } };
  const body = bodyOf({
    turns: [
      {
        role: "user",
        text: "See",
        images: [{ media_type: "image/png", data: "aGk=" }, { url: "https://example.com/a.png" }],
      },
    ],
    tools: [{ name: "docs.search", description: "d", input_schema: loose }],
    output_schema: strict,
  });
  expect(body).toMatchObject({
    input: [
      {
        content: [
          { type: "input_text", text: "See" },
          { type: "input_image", image_url: "data:image/png;base64,aGk=" },
          { type: "input_image", image_url: "https://example.com/a.png" },
        ],
      },
    ],
    tools: [
      {
        type: "function",
        name: expect.stringMatching(/^docs_search_/) as string,
        parameters: loose,
      },
    ],
    text: { format: { type: "json_schema", schema: strict, strict: true } },
  });
  expect(bodyOf({ output_schema: loose })).toMatchObject({ text: { format: { strict: false } } });
});

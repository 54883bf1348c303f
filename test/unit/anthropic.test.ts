/** Anthropic's protocol: samples of the wire, and the requests that go with them. */
import { expect, test } from "vitest";
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import { exchange, KEY, replyIn, picturedTurns, requestOf, sse, type Answer } from "../wire.ts";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import type { ModelRequest } from "../../src/agent/llm/client.ts";
import type { Turn } from "../../src/run/value/message.ts";

const START = {
  type: "message_start",
  message: {
    usage: {
      input_tokens: 10,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: 3,
      output_tokens: 1,
    },
  },
};
const STOP = { type: "message_stop" };

function ended(stop_reason: string, more: object = {}): object[] {
  return [
    { type: "message_delta", delta: { stop_reason, ...more }, usage: { output_tokens: 20 } },
    STOP,
  ];
}

function block(index: number, content_block: object, ...deltas: readonly object[]): object[] {
  return [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

const text = (index: number, ...pieces: readonly string[]) =>
  block(
    index,
    { type: "text", text: "" },
    ...pieces.map((piece) => ({ type: "text_delta", text: piece })),
  );

const play = (answer: Answer, request: Partial<ModelRequest> = {}) =>
  exchange("anthropic", anthropic, answer, request);

const bodyOf = (request: Partial<ModelRequest>) =>
  JSON.parse(anthropic(endpointOf("anthropic")).body(requestOf(request))) as Record<
    string,
    unknown
  >;

test.each([false, true])(
  "thinking, text and calls come in their order, and go back in it with their signatures (byte by byte: %s)",
  async (bytes) => {
    const body = sse(
      START,
      { type: "ping" },
      ...block(
        0,
        { type: "thinking", thinking: "", signature: "" },
        { type: "thinking_delta", thinking: "Hmm, grüß" },
        { type: "signature_delta", signature: "c2ln" },
      ),
      ...block(1, { type: "redacted_thinking", data: "cmVk" }),
      ...text(2, "Let ", "me 👩‍👧."),
      ...block(
        3,
        { type: "tool_use", id: "toolu_1", name: "add", input: {} },
        { type: "input_json_delta", partial_json: '{"a":' },
        { type: "input_json_delta", partial_json: "1}" },
      ),
      ...block(4, { type: "tool_use", id: "toolu_2", name: "now", input: {} }),
      ...ended("tool_use"),
    );
    const model = "claude-sonnet-4-5";
    const played = await play({ body, bytes }, { model });
    const reply = replyIn(played);
    expect(reply).toMatchObject({
      text: "Let me 👩‍👧.",
      reasoning: "Hmm, grüß",
      finish_reason: "tool_calls",
      tool_calls: [
        { name: "add", arguments_text: '{"a":1}', provider_id: "toolu_1" },
        { name: "now", arguments_text: "{}", provider_id: "toolu_2" },
      ],
    });
    expect(played.events.findLast((event) => event.type === "usage")?.usage).toEqual({
      input_tokens: 18,
      cached_input_tokens: 5,
      cache_write_tokens: 3,
      output_tokens: 20,
      reasoning_tokens: 0,
    });
    // Neither text nor arguments are kept twice.
    expect(JSON.stringify(reply.opaque)).not.toContain("Let");
    const { messages } = bodyOf({
      model,
      turns: [
        { role: "user", text: "go" },
        {
          role: "assistant",
          text: reply.text,
          tool_calls: [
            { call_id: "call_2", name: "add", arguments: { a: 1 }, provider_id: "toolu_1" },
            { call_id: "call_3", name: "now", arguments: {}, provider_id: "toolu_2" },
          ],
          ...(reply.opaque === undefined ? {} : { opaque: reply.opaque }),
        },
        {
          role: "tool",
          results: [
            { call_id: "call_2", name: "add", provider_id: "toolu_1", output: { sum: 1 } },
            {
              call_id: "call_3",
              name: "now",
              provider_id: "toolu_2",
              error: { code: "tool_error", message: "No clock." },
            },
          ],
        },
        { role: "notice", text: "Go on." },
      ],
    });
    expect(messages).toEqual([
      {
        role: "user",
        content: [{ type: "text", text: "go", cache_control: { type: "ephemeral" } }],
      },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Hmm, grüß", signature: "c2ln" },
          { type: "redacted_thinking", data: "cmVk" },
          { type: "text", text: "Let me 👩‍👧." },
          { type: "tool_use", id: "toolu_1", name: "add", input: { a: 1 } },
          { type: "tool_use", id: "toolu_2", name: "now", input: {} },
        ],
      },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "toolu_1", content: '{"sum":1}' },
          {
            type: "tool_result",
            tool_use_id: "toolu_2",
            content: "Error (tool_error): No clock.",
            is_error: true,
          },
          { type: "text", text: "Go on.", cache_control: { type: "ephemeral" } },
        ],
      },
    ]);
  },
);

test.each([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["pause_turn", "pause"],
  ["something_new", "stop"],
])("a reply that ends with %s is finished as %s", async (reason, finish_reason) => {
  const played = await play({ body: sse(START, ...text(0, "hi"), ...ended(reason)) });
  expect(replyIn(played)).toMatchObject({ text: "hi", finish_reason });
});

test.each<[string, Answer, object]>([
  [
    "a refusal, with its reason",
    {
      body: sse(
        START,
        ...ended("refusal", { stop_details: { explanation: "It is against policy." } }),
      ),
    },
    { code: "refused", message: "anthropic: The model refused: It is against policy." },
  ],
  [
    "overloaded in mid-stream",
    {
      body: sse(START, ...text(0, "ha"), {
        type: "error",
        error: { type: "overloaded_error", message: "Overloaded" },
      }),
    },
    { code: "overloaded", message: "anthropic: Overloaded." },
  ],
  [
    "an error of the API in mid-stream",
    { body: sse(START, { type: "error", error: { type: "api_error", message: "Internal" } }) },
    { code: "server_error" },
  ],
  [
    "an error in mid-stream that nobody has described",
    { body: sse(START, { type: "error", error: { type: "brand_new_error" } }) },
    { code: "server_error" },
  ],
  [
    "a stream without its last event",
    { body: sse(START, ...text(0, "ha")) },
    { code: "cut_stream" },
  ],
  ["an empty stream", { body: "" }, { code: "cut_stream" }],
  ["a lost connection", { body: sse(START, ...text(0, "ha")), cut: true }, { code: "cut_stream" }],
  [
    "an event that is not JSON",
    { body: "event: message_start\ndata: {oops\n\n" },
    { code: "cut_stream" },
  ],
  [
    "529 with a hint",
    {
      status: 529,
      headers: { "retry-after": "3" },
      body: '{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}',
    },
    { code: "overloaded", retryAfterMs: 3000 },
  ],
  [
    "429 that is not worth another try",
    {
      status: 429,
      headers: { "x-should-retry": "false" },
      body: '{"error":{"type":"rate_limit_error","message":"No"}}',
    },
    { code: "rate_limited", retryable: false },
  ],
  [
    "credit that is used up",
    {
      status: 400,
      body: '{"error":{"type":"invalid_request_error","message":"Your credit balance is too low."}}',
    },
    { code: "quota_exhausted" },
  ],
  [
    "a spending limit, which only the details name",
    {
      status: 429,
      body: '{"error":{"type":"rate_limit_error","message":"No","details":{"error_code":"enforced_spend_limit_reached"}}}',
    },
    { code: "quota_exhausted" },
  ],
  [
    "401, and the key that is quoted is not repeated",
    { status: 401, body: `{"error":{"type":"authentication_error","message":"bad key ${KEY}"}}` },
    {
      code: "authentication_failed",
      message: "anthropic: bad key [key]. Set ANTHROPIC_API_KEY to a valid key.",
    },
  ],
  [
    "a web page with 200",
    { headers: { "Content-Type": "text/html" }, body: "<!doctype html><html></html>" },
    { code: "invalid_request", message: expect.stringContaining("ANTHROPIC_BASE_URL") as string },
  ],
  [
    "a web page with 503",
    {
      status: 503,
      headers: { "Content-Type": "text/html" },
      body: "<!doctype html><html>down</html>",
    },
    { code: "overloaded", message: "anthropic: 503 a web page instead of an answer." },
  ],
  [
    "JSON with 200 that is cut",
    { headers: { "Content-Type": "application/json" }, body: '{"type":"message","content":[' },
    { code: "cut_stream" },
  ],
])("a failure has its class: %s", async (_what, answer, failure) => {
  const { events } = await play(answer);
  expect(events.at(-1)).toMatchObject({ type: "failed", failure });
  expect(events.filter(({ type }) => type === "failed" || type === "done")).toHaveLength(1);
  expect(JSON.stringify(events)).not.toContain(KEY);
});

test("usage is told before a failure in mid-stream, so that it is booked", async () => {
  const body = sse(START, { type: "error", error: { type: "overloaded_error", message: "No" } });
  const { events } = await play({ body });
  expect(events.map(({ type }) => type)).toEqual(["progress", "usage", "failed"]);
});

/** A conversation whose last turn is the model's. */
function turnsTo(data: JsonObject): Turn[] {
  return [
    { role: "user", text: "go" },
    { role: "assistant", text: "", tool_calls: [], opaque: { provider: "anthropic", data } },
  ];
}

test("a turn that the provider paused is the last word of the next request, and another is not", () => {
  const model = "claude-sonnet-4-5";
  const search = {
    type: "server_tool_use",
    id: "srvtoolu_1",
    name: "web_search",
    input: { q: "x" },
  };
  const paused = bodyOf({ model, turns: turnsTo({ model, blocks: [search], paused: true }) });
  expect((paused["messages"] as object[]).at(-1)).toEqual({ role: "assistant", content: [search] });
  const over = bodyOf({ model, turns: turnsTo({ model, blocks: [search] }) });
  expect((over["messages"] as object[]).at(-1)).toMatchObject({ role: "user" });
});

test("a conversation that the model opened begins with the user all the same", () => {
  const turns: Turn[] = [
    { role: "assistant", text: "Hello.", tool_calls: [] },
    { role: "user", text: "go" },
  ];
  const { messages } = bodyOf({ model: "claude-sonnet-4-5", turns });
  expect((messages as { role: string }[]).map(({ role }) => role)).toEqual([
    "user",
    "assistant",
    "user",
  ]);
});

test.each([
  ["another provider", { provider: "openrouter", data: [{ type: "reasoning.text" }] }],
  [
    "another model",
    {
      provider: "anthropic",
      data: { model: "claude-opus-4-1", blocks: [{ type: "thinking" }, 2] },
    },
  ],
  ["something that is no reply of ours", { provider: "anthropic", data: "junk" }],
  [
    "more calls than the turn has",
    { provider: "anthropic", data: { model: "claude-sonnet-4-5", blocks: ["call", 2] } },
  ],
])("what %s left behind is not sent", (_what, opaque) => {
  const { messages } = bodyOf({
    model: "claude-sonnet-4-5",
    turns: [
      { role: "user", text: "go" },
      { role: "assistant", text: "ok", tool_calls: [], opaque },
      { role: "user", text: "on" },
    ],
  });
  expect((messages as { content: object[] }[])[1]?.content).toEqual([{ type: "text", text: "ok" }]);
});

const pictureOf = (media_type: string) => ({
  type: "image",
  source: { type: "base64", media_type, data: "aGk=" },
});

test("pictures of a tool are in its result, after the text", () => {
  const { messages } = bodyOf({ turns: picturedTurns("image/png", "image/gif") });
  expect((messages as object[])[2]).toEqual({
    role: "user",
    content: [
      {
        type: "tool_result",
        tool_use_id: "call_2",
        content: [
          { type: "text", text: '{"width":8}' },
          pictureOf("image/png"),
          pictureOf("image/gif"),
        ],
      },
      {
        type: "tool_result",
        tool_use_id: "call_3",
        content: "noon",
        cache_control: { type: "ephemeral" },
      },
    ],
  });
});

test("a request has what the API wants: a limit, turns that alternate, no empty text, pictures", () => {
  const body = bodyOf({
    model: "claude-sonnet-4-5",
    system: "Be brief.",
    stop: ["END", "  "],
    turns: [
      {
        role: "user",
        text: "See",
        images: [{ media_type: "image/png", data: "aGk=" }, { url: "https://example.com/a.png" }],
      },
      { role: "assistant", text: "", tool_calls: [] },
      { role: "notice", text: "Your reply was empty." },
    ],
    tools: [{ name: "docs.search", description: "d", input_schema: { properties: {} } }],
  });
  expect(body).toMatchObject({
    max_tokens: 32_000,
    system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral" } }],
    stop_sequences: ["END"],
    messages: [
      {
        role: "user",
        content: [
          { type: "image", source: { type: "base64", media_type: "image/png", data: "aGk=" } },
          { type: "image", source: { type: "url", url: "https://example.com/a.png" } },
          { type: "text", text: "See" },
          { type: "text", text: "Your reply was empty." },
        ],
      },
    ],
    tools: [
      {
        name: expect.stringMatching(/^docs_search_\w+$/) as string,
        input_schema: { type: "object" },
      },
    ],
  });
});

test("a temperature is sent to models that take it, in the API version that knows it", async () => {
  const answer = { body: sse(START, ...text(0, "hi"), ...ended("end_turn")) };
  const old = await play(answer, { model: "claude-sonnet-4-5-20250929", temperature: 1.5 });
  expect(JSON.parse(old.sent)).toMatchObject({ temperature: 1 });
  expect(old.headers["anthropic-version"]).toBe("2023-06-01");
  for (const model of ["claude-opus-4-7", "claude-sonnet-5-5", "claude-fable-5"]) {
    const recent = await play(answer, { model, temperature: 0 });
    expect(JSON.parse(recent.sent)).not.toHaveProperty("temperature");
    expect(recent.headers["anthropic-version"]).toBe("2026-10-21");
  }
});

test("a window may leave out turns that later thoughts of recent models are bound to", async () => {
  const answer = { body: sse(START, ...text(0, "hi"), ...ended("end_turn")) };
  for (const model of ["claude-opus-5-5", "claude-fable-5-1", "claude-haiku-5-5"]) {
    const played = await play(answer, { model });
    expect(JSON.parse(played.sent)).toMatchObject({
      thinking: { type: "adaptive", block_binding: { prefix_mismatch_behavior: "drop_block" } },
    });
    expect(played.headers["anthropic-beta"]).toBe("thinking-binding-controls-2026-08-01");
  }
  for (const model of ["claude-opus-5", "claude-sonnet-4-5-20250929", "claude-fable-5"]) {
    expect(JSON.parse((await play(answer, { model })).sent)).not.toHaveProperty("thinking");
  }
});

const CITY = {
  type: "object",
  properties: { city: { type: "string", minLength: 1 }, size: { type: ["integer", "null"] } },
  required: ["city"],
};

test("a schema is asked for in the provider's own mode, or by words where it has none", async () => {
  expect(bodyOf({ model: "claude-sonnet-4-5", output_schema: CITY })["output_config"]).toEqual({
    format: {
      type: "json_schema",
      schema: {
        type: "object",
        properties: {
          city: { type: "string", description: '{"minLength":1}' },
          size: { type: ["integer", "null"] },
        },
        additionalProperties: false,
        required: ["city"],
      },
    },
  });
  const open = { type: "object", additionalProperties: { type: "number" } };
  for (const request of [
    { model: "claude-3-5-haiku-latest", output_schema: CITY },
    { model: "claude-sonnet-4-5", output_schema: open },
  ]) {
    const body = bodyOf(request);
    expect(body).not.toHaveProperty("output_config");
    expect(JSON.stringify(body["system"])).toContain("JSON Schema");
  }
  const fenced = { body: sse(START, ...text(0, '```json\n{"a":1}\n```'), ...ended("end_turn")) };
  expect(replyIn(await play(fenced, { output_schema: open })).text).toBe('{"a":1}');
});

/** The messages of a request without the marks for the cache, and without their end. */
function beginning(turns: readonly Turn[]): string {
  return JSON.stringify(bodyOf({ model: "claude-sonnet-4-5", system: "s", turns })["messages"])
    .replaceAll(',"cache_control":{"type":"ephemeral"}', "")
    .slice(0, -1);
}

test("requests of one conversation share their beginning, byte for byte but for the marks", () => {
  const turns = [
    { role: "user" as const, text: "one" },
    { role: "assistant" as const, text: "two", tool_calls: [] },
    { role: "user" as const, text: "three" },
    { role: "assistant" as const, text: "four", tool_calls: [] },
    { role: "user" as const, text: "five" },
  ];
  const [first, second, third] = [1, 3, 5].map((n) => beginning(turns.slice(0, n)));
  expect(second?.startsWith(first ?? "?")).toBe(true);
  expect(third?.startsWith(second ?? "?")).toBe(true);
});

test("unknown blocks and fields do no harm, however large", async () => {
  const huge = "x".repeat(200_000);
  const body = sse(
    { type: "message_start", message: {} },
    ...block(0, { type: "novelty", payload: huge }, { type: "novel_delta", what: huge }),
    { type: "content_block_delta", index: 99, delta: { type: "odd_delta", text: "lost" } },
    ...text(1, "hi"),
    { type: "message_delta", delta: {}, usage: { output_tokens: -3, input_tokens: 1.5 } },
    STOP,
  );
  const played = await play({ body });
  expect(replyIn(played)).toMatchObject({ text: "hi", finish_reason: "stop" });
  expect(played.events.findLast((event) => event.type === "usage")).toMatchObject({
    usage: { input_tokens: 0, output_tokens: 0 },
  });
});

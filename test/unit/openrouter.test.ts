/** OpenRouter, and other servers of chat completions: what they add to the protocol, and leave out. */
import { expect, test } from "vitest";
import type { ModelRequest } from "../../src/agent/llm/client.ts";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { compatibleChat, openAiChat, openRouter } from "../../src/agent/llm/openai/chat.ts";
import { workersAi, type AiBinding } from "../../src/agent/llm/openai/workers-ai.ts";
import { exchange, KEY, replyIn, picturedTurns, requestOf, sse, type Answer } from "../wire.ts";

const DONE = "data: [DONE]\n\n";
const COMMENT = ": OPENROUTER PROCESSING\n\n";

const chunk = (delta: object, finish_reason: string | null = null, more: object = {}) => ({
  choices: [{ index: 0, delta, finish_reason }],
  ...more,
});
const USAGE = {
  choices: [],
  usage: {
    prompt_tokens: 10,
    completion_tokens: 12,
    cost: 0.001191,
    prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 },
    completion_tokens_details: { reasoning_tokens: 7 },
  },
};

/** A piece of the first reasoning detail. */
const detail = (more: object) => ({
  reasoning_details: [{ type: "reasoning.text", index: 0, ...more }],
});

/** A content that is marked for the cache. */
const mark = (text: string) => [{ type: "text", text, cache_control: { type: "ephemeral" } }];

const play = (answer: Answer, request: Partial<ModelRequest> = {}) =>
  exchange("openrouter", openRouter, answer, request);

const bodyOf = (request: Partial<ModelRequest>) =>
  JSON.parse(openRouter(endpointOf("openrouter")).body(requestOf(request))) as {
    messages: Record<string, unknown>[];
  } & Record<string, unknown>;

test.each([false, true])(
  "reasoning details are put together and go back as they are; the price is what is charged (byte by byte: %s)",
  async (bytes) => {
    const body =
      COMMENT +
      sse(
        chunk({ reasoning: "Hmm, ", ...detail({ text: "Hmm, ", signature: "" }) }),
        chunk({ reasoning: "grüß", ...detail({ text: "grüß", format: "anthropic-claude-v1" }) }),
      ) +
      COMMENT +
      sse(
        chunk(detail({ signature: "c2ln" })),
        chunk({ reasoning_details: [{ type: "reasoning.encrypted", index: 1, data: "ZW5j" }] }),
        chunk({ content: "ok" }, "stop"),
        USAGE,
      ) +
      DONE;
    const played = await play({ body, bytes });
    const reply = replyIn(played);
    const details = [
      {
        type: "reasoning.text",
        index: 0,
        text: "Hmm, grüß",
        format: "anthropic-claude-v1",
        signature: "c2ln",
      },
      { type: "reasoning.encrypted", index: 1, data: "ZW5j" },
    ];
    expect(reply).toMatchObject({ text: "ok", reasoning: "Hmm, grüß", finish_reason: "stop" });
    expect(reply.opaque).toEqual({ provider: "openrouter", data: details });
    expect(played.events.findLast((event) => event.type === "usage")?.usage).toEqual({
      input_tokens: 10,
      cached_input_tokens: 4,
      cache_write_tokens: 2,
      output_tokens: 12,
      reasoning_tokens: 7,
      cost_micro_usd: 1191,
    });
    const turn = { role: "assistant" as const, text: "ok", tool_calls: [] };
    const { messages } = bodyOf({
      turns: [{ ...turn, ...(reply.opaque && { opaque: reply.opaque }) }],
    });
    expect(messages[0]).toEqual({ role: "assistant", content: "ok", reasoning_details: details });
    const other = { provider: "anthropic", data: { model: "m", blocks: [] } };
    expect(bodyOf({ turns: [{ ...turn, opaque: other }] }).messages[0]).not.toHaveProperty(
      "reasoning_details",
    );
  },
);

test.each<[string, Answer, object]>([
  [
    "a chunk that says error, and then the end",
    { body: sse(chunk({ content: "ha" }), chunk({}, "error")) + DONE },
    { code: "server_error" },
  ],
  [
    "an error beside the choices, after a good end",
    {
      body:
        sse(chunk({ content: "ha" }, "stop"), { ...USAGE, error: { code: 502, message: "Lost" } }) +
        DONE,
    },
    { code: "server_error", message: "openrouter: Lost." },
  ],
  [
    "an error with the words of the model's own provider",
    {
      body:
        sse({
          error: { code: 429, message: "Provider returned error", metadata: { raw: "Slow down" } },
        }) + DONE,
    },
    { code: "rate_limited", message: expect.stringContaining("Slow down") as string },
  ],
  [
    "an error that is a text",
    { body: sse({ error: "Something broke" }) + DONE },
    { code: "server_error", message: "openrouter: Something broke." },
  ],
  [
    "no credits",
    { status: 402, body: '{"error":{"code":402,"message":"Insufficient credits"}}' },
    { code: "quota_exhausted" },
  ],
  [
    "input that a filter flagged",
    {
      status: 403,
      body: '{"error":{"code":403,"message":"Flagged","metadata":{"reasons":["violence"],"flagged_input":"x"}}}',
    },
    { code: "content_filtered" },
  ],
  [
    "a filter's end",
    { body: sse(chunk({ content: "ha" }, "content_filter")) + DONE },
    { code: "content_filtered" },
  ],
])("a failure has its class: %s", async (_what, answer, failure) => {
  const { events } = await play(answer);
  expect(events.at(-1)).toMatchObject({ type: "failed", failure });
  expect(events.filter(({ type }) => type === "failed" || type === "done")).toHaveLength(1);
  expect(JSON.stringify(events)).not.toContain(KEY);
});

test("usage that comes with an error is booked all the same", async () => {
  const body =
    sse(chunk({ content: "ha" }), { ...USAGE, error: { code: 400, message: "No" } }) + DONE;
  const { events } = await play({ body });
  expect(events.map(({ type }) => type)).toEqual(["progress", "text", "usage", "failed"]);
});

test("what Anthropic's models cache behind OpenRouter is marked, for no other model", () => {
  const turns = [
    { role: "user" as const, text: "one" },
    { role: "assistant" as const, text: "two", tool_calls: [] },
    { role: "user" as const, text: "three" },
  ];
  const marked = bodyOf({ model: "anthropic/claude-haiku-4.5", system: "s", turns });
  expect(marked.messages.map(({ content }) => content)).toEqual([
    mark("s"),
    mark("one"),
    "two",
    mark("three"),
  ]);
  expect(JSON.stringify(bodyOf({ model: "openai/gpt-5", system: "s", turns }))).not.toContain(
    "cache_control",
  );
});

test("a limit has the name that the server knows, and OpenAI's reasoning models are asked for no temperature", () => {
  const request = requestOf({ model: "o3", temperature: 0, max_output_tokens: 9, stop: ["END"] });
  const openAi = JSON.parse(openAiChat(endpointOf("openai")).body(request)) as object;
  expect(openAi).toMatchObject({ max_completion_tokens: 9 });
  expect(openAi).not.toHaveProperty("temperature");
  expect(openAi).not.toHaveProperty("stop");
  const other = JSON.parse(compatibleChat(endpointOf("shelf")).body(request)) as object;
  expect(other).toMatchObject({ max_tokens: 9, temperature: 0, stop: ["END"] });
});

test("stop sequences that OpenAI's reasoning models refuse end the text all the same", async () => {
  const body = sse(chunk({ content: "one EN" }), chunk({ content: "D two" }, "stop")) + DONE;
  const played = await exchange("openai", openAiChat, { body }, { model: "gpt-5", stop: ["END"] });
  expect(replyIn(played).text).toBe("one ");
});

test("pictures of a tool follow the messages of all tools, and say whose they are", () => {
  const request = requestOf({ turns: picturedTurns("image/png") });
  const messages = [
    { role: "tool", tool_call_id: "call_2", content: '{"width":8}' },
    { role: "tool", tool_call_id: "call_3", content: "noon" },
    {
      role: "user",
      content: [
        {
          type: "text",
          text: expect.stringMatching(/^The tool shot returned the picture shown here\. .*data/),
        },
        { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } },
      ],
    },
  ];
  for (const client of [
    openRouter(endpointOf("openrouter")),
    openAiChat(endpointOf("openai")),
    compatibleChat(endpointOf("shelf")),
    workersAi(binding()),
  ]) {
    const body = JSON.parse(client.body(request)) as { messages: object[] };
    expect(body.messages.slice(2)).toEqual(messages);
  }
});

test("pictures, a schema, and names that the protocol does not take", async () => {
  const tools = [{ name: "docs.search", description: "d", input_schema: {} }];
  const body = bodyOf({
    turns: [{ role: "user", text: "See", images: [{ media_type: "image/png", data: "aGk=" }] }],
    output_schema: { type: "string" },
    tools,
  });
  expect(body).toMatchObject({
    messages: [
      {
        content: [
          { type: "text", text: "See" },
          { type: "image_url", image_url: { url: "data:image/png;base64,aGk=" } },
        ],
      },
    ],
    response_format: { type: "json_schema", json_schema: { schema: { type: "string" } } },
  });
  const [tool] = body["tools"] as { function: { name: string } }[];
  const call = { index: 0, id: "x", function: { name: tool?.function.name, arguments: "{}" } };
  const answer = { body: sse(chunk({ tool_calls: [call] }, "tool_calls")) + DONE };
  expect(replyIn(await play(answer, { tools })).tool_calls[0]?.name).toBe("docs.search");
});

/** A binding that answers with these events, in the form of Workers AI. */
function binding(...events: readonly object[]): AiBinding {
  return { run: async () => new Response(sse(...events) + DONE).body };
}

test.each([
  [
    "in the protocol's form",
    binding(chunk({ content: "hel" }), chunk({ content: "lo" }, "stop"), USAGE),
  ],
  [
    "in its older form",
    binding({ response: "hel" }, { response: "lo" }, { response: "", usage: { prompt_tokens: 1 } }),
  ],
  ["at once", { run: async () => ({ response: "hello" }) }],
])("Workers AI answers through its binding %s", async (_form, ai) => {
  const llm = workersAi(ai);
  const request = requestOf({ model: "@cf/meta/llama-3.1-8b-instruct" });
  const events = [];
  for await (const event of llm.stream(request, llm.body(request), new AbortController().signal)) {
    events.push(event);
  }
  expect(events.at(-1)).toMatchObject({
    type: "done",
    reply: { text: "hello", finish_reason: "stop" },
  });
});

test("a binding that fails is a failure, not an exception", async () => {
  const llm = workersAi({ run: () => Promise.reject(new Error("no capacity")) });
  const request = requestOf();
  const events = [];
  for await (const event of llm.stream(request, llm.body(request), new AbortController().signal)) {
    events.push(event);
  }
  expect(events).toMatchObject([{ type: "failed", failure: { code: "connection_failed" } }]);
});

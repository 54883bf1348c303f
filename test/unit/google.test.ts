/** Gemini's protocol: samples of the wire, and the requests that go with them. */
import { expect, test } from "vitest";
import type { ModelRequest } from "../../src/agent/llm/client.ts";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { exchange, KEY, replyIn, picturedTurns, requestOf, sse, type Answer } from "../wire.ts";

const USAGE = {
  promptTokenCount: 10,
  cachedContentTokenCount: 4,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 7,
};

/** A response with these parts. */
function piece(parts: readonly object[], finishReason?: string): object {
  return {
    candidates: [{ content: { role: "model", parts }, finishReason }],
    usageMetadata: USAGE,
  };
}

const play = (answer: Answer, request: Partial<ModelRequest> = {}) =>
  exchange("google", google, answer, { model: "gemini-2.5-flash", ...request });

const bodyOf = (request: Partial<ModelRequest>) =>
  JSON.parse(
    google(endpointOf("google")).body(requestOf({ model: "gemini-2.5-flash", ...request })),
  ) as Record<string, unknown>;

test.each([false, true])(
  "thoughts, text and calls come in their order, and go back in it with their signatures (byte by byte: %s)",
  async (bytes) => {
    const body = sse(
      piece([{ text: "Hmm, grüß", thought: true }]),
      piece([{ text: "Let " }]),
      piece([{ text: "me 👩‍👧." }]),
      piece([
        { functionCall: { name: "add", args: { a: 1 } }, thoughtSignature: "c2ln" },
        { functionCall: { name: "now", id: "fc_2" } },
      ]),
      piece([{ text: "", thoughtSignature: "ZW5k" }], "STOP"),
    );
    const played = await play({ body, bytes });
    const reply = replyIn(played);
    expect(reply).toMatchObject({
      text: "Let me 👩‍👧.",
      reasoning: "Hmm, grüß",
      finish_reason: "tool_calls",
      tool_calls: [
        { name: "add", arguments_text: '{"a":1}' },
        { name: "now", arguments_text: "{}", provider_id: "fc_2" },
      ],
    });
    expect(played.path).toBe("/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse");
    expect(played.headers["x-goog-api-key"]).toBe(KEY);
    expect(played.events.findLast((event) => event.type === "usage")?.usage).toEqual({
      input_tokens: 10,
      cached_input_tokens: 4,
      output_tokens: 12,
      reasoning_tokens: 7,
    });
    expect(JSON.stringify(reply.opaque)).not.toContain("Let");
    const { contents } = bodyOf({
      turns: [
        { role: "user", text: "go" },
        {
          role: "assistant",
          text: reply.text,
          tool_calls: [
            { call_id: "call_2", name: "add", arguments: { a: 1 } },
            { call_id: "call_3", name: "now", arguments: {}, provider_id: "fc_2" },
          ],
          ...(reply.opaque === undefined ? {} : { opaque: reply.opaque }),
        },
        {
          role: "tool",
          results: [
            { call_id: "call_2", name: "add", output: { sum: 1 } },
            {
              call_id: "call_3",
              name: "now",
              provider_id: "fc_2",
              error: { code: "tool_error", message: "No clock." },
            },
          ],
        },
      ],
    });
    expect(contents).toEqual([
      { role: "user", parts: [{ text: "go" }] },
      {
        role: "model",
        parts: [
          { text: "Let me 👩‍👧." },
          { functionCall: { name: "add", args: { a: 1 } }, thoughtSignature: "c2ln" },
          { functionCall: { id: "fc_2", name: "now", args: {} } },
          { text: "", thoughtSignature: "ZW5k" },
        ],
      },
      {
        role: "user",
        parts: [
          { functionResponse: { name: "add", response: { output: { sum: 1 } } } },
          {
            functionResponse: {
              id: "fc_2",
              name: "now",
              response: { error: "tool_error: No clock." },
            },
          },
        ],
      },
    ]);
  },
);

test.each([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
])("a reply that ends with %s is finished as %s", async (reason, finish_reason) => {
  expect(replyIn(await play({ body: sse(piece([{ text: "hi" }], reason)) }))).toMatchObject({
    text: "hi",
    finish_reason,
  });
});

test("a thought that used up the whole limit leaves an empty reply that is cut", async () => {
  const reply = replyIn(
    await play({ body: sse({ candidates: [{ finishReason: "MAX_TOKENS" }] }) }),
  );
  expect(reply).toMatchObject({ text: "", tool_calls: [], finish_reason: "length" });
});

const error = (code: number, status: string, message: string, details: readonly object[] = []) =>
  JSON.stringify({ error: { code, status, message, details } });

test.each<[string, Answer, object]>([
  ...["SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"].map(
    (reason): [string, Answer, object] => [
      `a reply that the filter ended with ${reason}`,
      { body: sse(piece([{ text: "ha" }], reason)) },
      { code: "content_filtered" },
    ],
  ),
  [
    "a prompt that is blocked",
    { body: sse({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, usageMetadata: USAGE }) },
    { code: "content_filtered", message: expect.stringContaining("PROHIBITED_CONTENT") as string },
  ],
  [
    "a call that the model could not write",
    { body: sse(piece([], "MALFORMED_FUNCTION_CALL")) },
    { code: "server_error" },
  ],
  [
    "an end that nobody has described",
    { body: sse(piece([], "NOVEL_END")) },
    { code: "server_error" },
  ],
  ["a stream without its end", { body: sse(piece([{ text: "ha" }])) }, { code: "cut_stream" }],
  [
    "a stream that ends inside an event",
    { body: `${sse(piece([{ text: "ha" }]))}data: {"candidates": [` },
    { code: "cut_stream" },
  ],
  ["an empty stream", { body: "" }, { code: "cut_stream" }],
  ["a lost connection", { body: sse(piece([{ text: "ha" }])), cut: true }, { code: "cut_stream" }],
  [
    "an error in mid-stream",
    {
      body: `${sse(piece([{ text: "ha" }]))}data: ${error(503, "UNAVAILABLE", "Overloaded.")}\n\n`,
    },
    { code: "overloaded" },
  ],
  [
    "429 with the delay in its details",
    {
      status: 429,
      body: error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", [
        { "@type": "QuotaFailure", violations: [{ quotaId: "RequestsPerMinute" }] },
        { "@type": "RetryInfo", retryDelay: "48.5s" },
      ]),
    },
    { code: "rate_limited", retryAfterMs: 48_500 },
  ],
  [
    "429 of a quota for the day",
    {
      status: 429,
      body: error(429, "RESOURCE_EXHAUSTED", "Quota exceeded.", [
        { violations: [{ quotaId: "GenerateRequestsPerDayPerProjectPerModel-FreeTier" }] },
      ]),
    },
    { code: "quota_exhausted" },
  ],
  [
    "429 with the hint in a header",
    { status: 429, headers: { "retry-after": "2" }, body: error(429, "RESOURCE_EXHAUSTED", "No.") },
    { code: "rate_limited", retryAfterMs: 2000 },
  ],
  [
    "a wrong key, which is a 400",
    {
      status: 400,
      body: error(400, "INVALID_ARGUMENT", "API key not valid.", [{ reason: "API_KEY_INVALID" }]),
    },
    { code: "authentication_failed", message: expect.stringContaining("GOOGLE_API_KEY") as string },
  ],
  [
    "an input that is too long",
    {
      status: 400,
      body: error(400, "INVALID_ARGUMENT", "The input token count (2) exceeds the maximum (1)."),
    },
    { code: "context_too_long" },
  ],
  ["500", { status: 500, body: error(500, "INTERNAL", "Oops.") }, { code: "server_error" }],
  ["504", { status: 504, body: error(504, "DEADLINE_EXCEEDED", "Slow.") }, { code: "timeout" }],
  [
    "a web page with 200",
    { headers: { "Content-Type": "text/html" }, body: "<html></html>" },
    { code: "invalid_request", message: expect.stringContaining("GOOGLE_BASE_URL") as string },
  ],
])("a failure has its class: %s", async (_what, answer, failure) => {
  const { events } = await play(answer);
  expect(events.at(-1)).toMatchObject({ type: "failed", failure });
  expect(events.filter(({ type }) => type === "failed" || type === "done")).toHaveLength(1);
  expect(JSON.stringify(events)).not.toContain(KEY);
});

test("an answer that does not stream is read all the same, as one response or a list of them", async () => {
  const headers = { "Content-Type": "application/json" };
  const list = [piece([{ text: "he" }]), piece([{ text: "llo" }], "STOP")];
  for (const body of [JSON.stringify(list), JSON.stringify(piece([{ text: "hello" }], "STOP"))]) {
    expect(replyIn(await play({ headers, body })).text).toBe("hello");
  }
});

test("pictures of a tool are parts of its response, or follow the responses for older models", () => {
  const turns = picturedTurns("image/png", "image/gif");
  const shot = { output: { width: 8 }, pictures_you_cannot_be_shown: 1 };
  const now = { functionResponse: { name: "now", response: { output: "noon" } } };
  const picture = { inlineData: { mimeType: "image/png", data: "aGk=" } };
  for (const model of ["gemini-3-pro-preview", "gemini-3.8-flash", "gemini-flash-latest"]) {
    const { contents } = bodyOf({ model, turns });
    expect((contents as object[])[2]).toEqual({
      role: "user",
      parts: [{ functionResponse: { name: "shot", response: shot, parts: [picture] } }, now],
    });
  }
  const { contents } = bodyOf({ model: "gemini-2.5-flash", turns });
  expect((contents as object[])[2]).toEqual({
    role: "user",
    parts: [
      { functionResponse: { name: "shot", response: shot } },
      now,
      { text: expect.stringMatching(/^The tool shot returned the picture shown here\. .*data/) },
      picture,
    ],
  });
});

test("a request has what the API takes: its schema subset, pictures, the user's last word", () => {
  const body = bodyOf({
    system: "Be brief.",
    seed: 2 ** 40,
    temperature: 0.5,
    max_output_tokens: 9,
    stop: ["a", "b", "c", "d", "e", "f"],
    turns: [
      {
        role: "user",
        text: "See",
        images: [{ media_type: "image/png", data: "aGk=" }, { url: "https://example.com/a.png" }],
      },
      { role: "assistant", text: "I see.", tool_calls: [] },
    ],
    tools: [
      {
        name: "find",
        description: "d",
        input_schema: {
          $schema: "https://json-schema.org/draft/2020-12/schema",
          type: "object",
          properties: {
            kind: { const: "x" },
            n: { type: "integer", exclusiveMinimum: 0, minimum: 1 },
          },
          additionalProperties: false,
        },
      },
    ],
  });
  expect(body).toEqual({
    contents: [
      {
        role: "user",
        parts: [
          { text: "See" },
          { inlineData: { mimeType: "image/png", data: "aGk=" } },
          { fileData: { fileUri: "https://example.com/a.png" } },
        ],
      },
      { role: "model", parts: [{ text: "I see." }] },
      { role: "user", parts: [{ text: "Go on." }] },
    ],
    systemInstruction: { parts: [{ text: "Be brief." }] },
    tools: [
      {
        functionDeclarations: [
          {
            name: "find",
            description: "d",
            parametersJsonSchema: {
              type: "object",
              properties: { kind: { enum: ["x"] }, n: { type: "integer", minimum: 1 } },
              additionalProperties: false,
            },
          },
        ],
      },
    ],
    generationConfig: {
      temperature: 0.5,
      maxOutputTokens: 9,
      stopSequences: ["a", "b", "c", "d", "e"],
    },
  });
});

test("a sixth stop sequence, which the API does not take, stops the text all the same", async () => {
  const body = sse(piece([{ text: "one EN" }]), piece([{ text: "D two" }], "STOP"));
  const played = await play({ body }, { stop: ["a!", "b!", "c!", "d!", "e!", "END"] });
  expect(replyIn(played).text).toBe("one ");
});

const CITY = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const TOOLS = [{ name: "t", description: "d", input_schema: {} }];

test("a schema is asked for in the API's own mode, or by words where tools stand beside it", () => {
  expect(bodyOf({ output_schema: CITY })["generationConfig"]).toEqual({
    responseMimeType: "application/json",
    responseJsonSchema: CITY,
  });
  const older = bodyOf({ output_schema: CITY, tools: TOOLS });
  expect(older["generationConfig"]).toEqual({});
  expect(JSON.stringify(older["systemInstruction"])).toContain("JSON Schema");
  const recent = bodyOf({ model: "gemini-3.1-pro-preview", output_schema: CITY, tools: TOOLS });
  expect(recent["generationConfig"]).toHaveProperty("responseJsonSchema");
});

test("a call that another provider's model made carries the mark that Gemini 3 wants", () => {
  const turns = [
    { role: "user" as const, text: "go" },
    {
      role: "assistant" as const,
      text: "",
      tool_calls: [{ call_id: "call_2", name: "add", arguments: {}, provider_id: "toolu_1" }],
      opaque: { provider: "anthropic", data: { model: "claude-opus-5", blocks: ["call"] } },
    },
    { role: "tool" as const, results: [{ call_id: "call_2", name: "add", output: 1 }] },
  ];
  const sent = JSON.stringify(bodyOf({ model: "gemini-3.1-pro-preview", turns })["contents"]);
  expect(sent).toContain("skip_thought_signature_validator");
  expect(JSON.stringify(bodyOf({ turns })["contents"])).not.toContain("thoughtSignature");
});

/** The OpenAI adapter against a real server on loopback that streams what servers in the field do. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { LlmEvent, ModelRequest } from "../../src/agent/llm/client.ts";
import { endpointOf } from "../../src/agent/llm/endpoint.ts";
import { openAiChat } from "../../src/agent/llm/openai/chat.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

const REQUEST: ModelRequest = {
  model: "m",
  system: "",
  turns: [{ role: "user", text: "go" }],
  tools: [],
  stop: [],
  position: { replies: 0, failedAttempts: 0 },
};

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
  /** Ends the connection instead of the response. */
  readonly cut?: boolean;
}

async function eventsFor(answer: Answer, apiKey = "sk-test"): Promise<LlmEvent[]> {
  const server = createServer((_request, response) => {
    response.writeHead(answer.status ?? 200, {
      "Content-Type": "text/event-stream",
      ...answer.headers,
    });
    response.write(answer.body, () => {
      if (answer.cut === true) {
        response.destroy();
      } else {
        response.end();
      }
    });
  });
  servers.push(server);
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  const client = openAiChat(endpointOf("openai", { apiKey, baseUrl }));
  const events: LlmEvent[] = [];
  const signal = new AbortController().signal;
  for await (const event of client.stream(REQUEST, client.body(REQUEST), signal)) {
    events.push(event);
  }
  return events;
}

function stream(...deltas: readonly object[]): string {
  const chunks = deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] }));
  const end = { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] };
  return `${[...chunks, end].map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`;
}

const part = (call: object, name?: string, text?: string) => ({
  tool_calls: [{ ...call, function: { name, arguments: text } }],
});

const TWO_CALLS = [
  { name: "add", arguments_text: '{"a":1}', provider_id: "x" },
  { name: "sub", arguments_text: '{"b":2}', provider_id: "y" },
];

test.each<[string, object[]]>([
  [
    "with indices, in pieces",
    [
      part({ index: 0, id: "x" }, "add", ""),
      part({ index: 0 }, undefined, '{"a"'),
      part({ index: 1, id: "y" }, "sub", '{"b":2}'),
      part({ index: 0 }, undefined, ":1}"),
    ],
  ],
  [
    "without any index",
    [
      part({ id: "x" }, "add", '{"a"'),
      part({}, undefined, ":1}"),
      part({ id: "y" }, "sub", '{"b":2}'),
    ],
  ],
  [
    "all with the index 0",
    [part({ index: 0, id: "x" }, "add", '{"a":1}'), part({ index: 0, id: "y" }, "sub", '{"b":2}')],
  ],
  [
    "with indices far apart",
    [
      part({ index: 4_294_967_294, id: "x" }, "add", '{"a":1}'),
      part({ index: 100_000_000, id: "y" }, "sub", '{"b":2}'),
    ],
  ],
])("tool calls are told apart: %s", async (_how, deltas) => {
  const end = (await eventsFor({ body: stream(...deltas) })).at(-1);
  expect(end).toMatchObject({
    type: "done",
    reply: { tool_calls: TWO_CALLS, finish_reason: "tool_calls" },
  });
});

test("usage that is no count is taken as none", async () => {
  const usage = { choices: [], usage: { prompt_tokens: -5, completion_tokens: 1.5 } };
  const body = `data: ${JSON.stringify(usage)}\n\n${stream({ content: "hi" })}`;
  const usageEvent = (await eventsFor({ body })).find((event) => event.type === "usage");
  expect(usageEvent).toMatchObject({ usage: { input_tokens: 0, output_tokens: 0 } });
});

test.each<[string, Answer, object]>([
  [
    "401, and the key that the server quotes is not repeated",
    { status: 401, body: '{"error":{"message":"bad key sk-secret-123"}}' },
    { code: "authentication_failed" },
  ],
  [
    "429 with a hint",
    { status: 429, headers: { "Retry-After": "7" }, body: '{"error":{"message":"slow"}}' },
    { code: "rate_limited", retryAfterMs: 7000 },
  ],
  [
    "429 for a quota that is used up",
    { status: 429, body: '{"error":{"message":"no","code":"insufficient_quota"}}' },
    { code: "quota_exhausted" },
  ],
  ["404", { status: 404, body: '{"error":{"message":"no"}}' }, { code: "model_not_found" }],
  [
    "a context that is too long",
    { status: 400, body: '{"error":{"message":"no","code":"context_length_exceeded"}}' },
    { code: "context_too_long" },
  ],
  ["a page of HTML with 502", { status: 502, body: "<html></html>" }, { code: "server_error" }],
  [
    "a stream without its end",
    { body: 'data: {"choices":[{"delta":{"content":"ha"}}]}\n\n' },
    { code: "cut_stream" },
  ],
  [
    "a connection that is lost in mid-stream",
    { body: 'data: {"choices":[{"delta":{"content":"ha"}}]}\n\n', cut: true },
    { code: "cut_stream" },
  ],
  [
    "a refusal",
    { body: stream({ refusal: "I will not." }) },
    { code: "refused", message: "openai: The model refused: I will not." },
  ],
])("a failure has its class: %s", async (_what, answer, failure) => {
  const headers = answer.status === undefined ? {} : { "Content-Type": "application/json" };
  const events = await eventsFor(
    { ...answer, headers: { ...headers, ...answer.headers } },
    "sk-secret-123",
  );
  expect(events.at(-1)).toMatchObject({ type: "failed", failure });
  expect(JSON.stringify(events)).not.toContain("sk-secret-123");
});

test("a server that is not there cannot be reached, and says what to check", async () => {
  const baseUrl = "http://127.0.0.1:1/v1";
  const client = openAiChat(endpointOf("openai", { baseUrl }));
  const events: LlmEvent[] = [];
  for await (const event of client.stream(REQUEST, "{}", new AbortController().signal)) {
    events.push(event);
  }
  expect(events).toMatchObject([{ type: "failed", failure: { code: "connection_failed" } }]);
  expect(JSON.stringify(events)).toContain("OPENAI_BASE_URL");
});

/** Requests are sent without the SDKs: they are byte for byte those that the SDKs send. */
import { Anthropic } from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai/web";
import { OpenAI } from "openai";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { anthropic } from "../../src/agent/llm/anthropic/client.ts";
import type { LlmClient, LlmEvent, ModelRequest } from "../../src/agent/llm/client.ts";
import { endpointOf, type Endpoint } from "../../src/agent/llm/endpoint.ts";
import { google } from "../../src/agent/llm/google/client.ts";
import { compatibleChat, openRouter } from "../../src/agent/llm/openai/chat.ts";
import { openAiResponses } from "../../src/agent/llm/openai/responses.ts";
import { KEY, requestOf } from "../wire.ts";

interface Seen {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that refuses every request, and remembers it. */
async function refusing(work: (url: string) => Promise<void>): Promise<Seen[]> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on("end", () => {
      const { method, url: path } = request;
      // The SDK's part of the connection is not the request's.
      const { connection: _connection, ...headers } = request.headers;
      seen.push({ method, path, headers, body });
      response.writeHead(429, { "Content-Type": "application/json", "Retry-After": "7" });
      response.end('{"error":{"message":"Slow down, sk-secret-0123456789."}}');
    });
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", done);
  });
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return seen;
}

async function attempt(llm: LlmClient, request: ModelRequest): Promise<LlmEvent[]> {
  const events: LlmEvent[] = [];
  const { signal } = new AbortController();
  for await (const event of llm.stream(request, llm.body(request), signal)) {
    events.push(event);
  }
  return events;
}

const SETTINGS = { maxRetries: 0, timeout: 3_600_000 };
const HEADERS = { "HTTP-Referer": "https://opspawn.example", "X-Title": "Opspawn" };

interface Case {
  readonly name: string;
  readonly ours: (endpoint: Endpoint) => LlmClient;
  readonly path: string;
  readonly request?: Partial<ModelRequest>;
  /** The same request by the SDK. */
  readonly bySdk: (url: string, body: string, request: ModelRequest) => Promise<unknown>;
}

const openAiPost =
  (path: string, headers: Record<string, string> = {}) =>
  (baseURL: string, body: string): Promise<unknown> =>
    new OpenAI({ ...SETTINGS, apiKey: KEY, baseURL, defaultHeaders: headers })
      .post(path, { body, headers: { "Content-Type": "application/json" }, stream: true })
      .asResponse();

const anthropicPost =
  (headers: Record<string, string> = {}) =>
  (baseURL: string, body: string): Promise<unknown> =>
    new Anthropic({
      ...SETTINGS,
      apiKey: KEY,
      authToken: null,
      baseURL,
      defaultHeaders: { "X-Api-Key": KEY },
    })
      .post("/v1/messages", {
        body,
        headers: { "Content-Type": "application/json", ...headers },
        stream: true,
      })
      .asResponse();

const CASES: readonly Case[] = [
  { name: "chat", ours: compatibleChat, path: "/v1", bySdk: openAiPost("/chat/completions") },
  { name: "responses", ours: openAiResponses, path: "/v1", bySdk: openAiPost("/responses") },
  {
    name: "a base URL with a query",
    ours: openAiResponses,
    path: "/v1?api-version=1",
    bySdk: openAiPost("/responses"),
  },
  {
    name: "openrouter",
    ours: (endpoint) => openRouter({ ...endpoint, headers: { ...HEADERS, ...endpoint.headers } }),
    path: "/api/v1",
    bySdk: openAiPost("/chat/completions", HEADERS),
  },
  { name: "anthropic", ours: anthropic, path: "", bySdk: anthropicPost() },
  {
    name: "anthropic with a temperature",
    ours: anthropic,
    path: "",
    request: { model: "claude-sonnet-4-5", temperature: 0 },
    bySdk: anthropicPost({ "anthropic-version": "2023-06-01" }),
  },
  {
    name: "anthropic with bound thinking",
    ours: anthropic,
    path: "",
    request: { model: "claude-opus-5-5" },
    bySdk: anthropicPost({ "anthropic-beta": "thinking-binding-controls-2026-08-01" }),
  },
  {
    name: "google",
    ours: google,
    path: "",
    request: { model: "gemini-3-pro" },
    bySdk: (baseUrl, body, { model }) =>
      new GoogleGenAI({
        apiKey: KEY,
        vertexai: false,
        httpOptions: {
          apiVersion: "v1beta",
          baseUrl,
          fetch: (url, init) => fetch(url, { ...init, body }),
        },
      }).models.generateContentStream({ model, contents: "" }),
  },
];

test.each(CASES)(
  "a request is the one of the SDK: $name",
  async ({ ours, path, bySdk, ...more }) => {
    const request = requestOf({ turns: [{ role: "user", text: "gö 🙂" }], ...more.request });
    const seen = await refusing(async (url) => {
      const llm = ours(endpointOf("own", { apiKey: KEY, baseUrl: url + path }));
      await attempt(llm, request);
      await attempt(llm, request);
      await expect(bySdk(url + path, llm.body(request), request)).rejects.toThrow("Slow down");
    });
    const [first, second, theirs] = seen;
    expect(seen).toHaveLength(3);
    expect(theirs?.body).toContain("gö 🙂");
    expect(first).toEqual(theirs);
    expect(second).toEqual(theirs);
  },
);

const TOKEN = "gateway-token-0123456789";
const GATEWAY = { "cf-aig-authorization": `Bearer ${TOKEN}`, "User-Agent": "opspawn-test" };

test.each(CASES)(
  "configured headers are sent, and without a key none: $name",
  async ({ ours, path, request }) => {
    const [first, second] = await refusing(async (url) => {
      const where = { baseUrl: url + path, headers: GATEWAY };
      await attempt(ours(endpointOf("own", where)), requestOf(request));
      await attempt(ours(endpointOf("own", { ...where, apiKey: KEY })), requestOf(request));
    });
    expect(JSON.stringify(first?.headers)).not.toMatch(/none|api-key|api_key|"authorization"/);
    expect(JSON.stringify(second?.headers)).toContain(KEY);
    for (const seen of [first, second]) {
      expect(seen?.headers).toMatchObject({
        "cf-aig-authorization": `Bearer ${TOKEN}`,
        "user-agent": "opspawn-test",
      });
    }
  },
);

test.each(CASES)("a refusal is the one of the SDK: $name", async ({ ours, path, request }) => {
  await refusing(async (url) => {
    const llm = ours(endpointOf("own", { apiKey: KEY, baseUrl: url + path }));
    // Before and after the request is known.
    for (let n = 0; n < 2; n += 1) {
      expect(await attempt(llm, requestOf(request))).toEqual([
        {
          type: "failed",
          failure: {
            code: "rate_limited",
            message: "own: Slow down, [key].",
            retryAfterMs: 7000,
          },
        },
      ]);
    }
  });
});

test.each(CASES)("a server that is gone is reported: $name", async ({ ours, path, request }) => {
  let gone = "";
  await refusing(async (url) => {
    gone = url;
  });
  const llm = ours(endpointOf("own", { apiKey: KEY, baseUrl: gone + path }));
  for (let n = 0; n < 2; n += 1) {
    expect(await attempt(llm, requestOf(request))).toMatchObject([
      { type: "failed", failure: { code: "connection_failed" } },
    ]);
  }
});

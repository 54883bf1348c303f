/**
 * Each provider's protocol over the wire, against a server that speaks it and fails on purpose: a
 * run comes to its answer within its attempts, and what was sent is what the log says, to the byte.
 */
import { createHash } from "node:crypto";
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from "node:http";
import type { AddressInfo } from "node:net";
import { LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Service } from "../service.ts";
import { logOf, ofType, play } from "../tasks.ts";

const KEY = "sk-provider-key-0123456789";

const OTHER = "opsk_of_the_other_tenant";

/** Every body as it was sent, in order; then the mock has it. */
class Tap {
  readonly sent: {
    readonly path: string;
    readonly body: string;
    readonly headers: IncomingHttpHeaders;
  }[] = [];
  readonly #server: Server;

  constructor(target: () => number) {
    this.#server = createServer((incoming, outgoing) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () => {
        const body = Buffer.concat(chunks);
        const { method, url: path = "", headers } = incoming;
        this.sent.push({ path, headers, body: body.toString() });
        const onward = httpRequest(
          { port: target(), host: "127.0.0.1", method, path, headers },
          (answer: IncomingMessage) => {
            outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
            answer.pipe(outgoing);
            // A connection that breaks behind the tap breaks before it.
            answer.on("error", () => outgoing.destroy());
          },
        );
        onward.on("error", () => outgoing.destroy());
        onward.end(body);
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => {
      this.#server.listen(0, "127.0.0.1", done);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let mock: LLMock;
let service: Service;
const tap = new Tap(() => mock.port);

beforeAll(async () => {
  mock = new LLMock({ port: 0, chunkSize: 5 });
  await mock.start();
  const url = await tap.start();
  service = await Service.start({
    vars: {
      OPSPAWN_ENCRYPTION_KEY: "ab".repeat(32),
      OPSPAWN_KEY_CACHE_MS: "0",
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API: "responses",
      ANTHROPIC_API_KEY: KEY,
      ANTHROPIC_BASE_URL: url,
      GOOGLE_API_KEY: KEY,
      GOOGLE_BASE_URL: url,
      OPENROUTER_API_KEY: KEY,
      OPENROUTER_BASE_URL: `${url}/api/v1`,
      OPENROUTER_TITLE: "Opspawn tests",
      OPSPAWN_PROVIDERS: JSON.stringify({ shelf: { base_url: `${url}/v1` } }),
      OPSPAWN_RETRY_BASE_MS: "5",
      OPSPAWN_RETRY_MAX_MS: "2000",
      OPSPAWN_RETRY_ATTEMPTS: "40",
    },
    keys: [{ key: OTHER, tenant: "other", scopes: "tasks:read tasks:write" }],
  });
});
afterAll(async () => {
  await service.stop();
  await mock.stop();
  tap.stop();
});
beforeEach(() => {
  mock.clearChaos();
  mock.clearRequests();
  tap.sent.splice(0);
});

const PROVIDERS = [
  { provider: "openai", model: "openai/gpt-4o-mini", path: "/v1/responses" },
  { provider: "anthropic", model: "anthropic/claude-sonnet-4-5", path: "/v1/messages" },
  {
    provider: "google",
    model: "google/gemini-2.5-flash",
    path: "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
  },
  {
    provider: "openrouter",
    model: "openrouter/openai/gpt-4o-mini",
    path: "/api/v1/chat/completions",
  },
  { provider: "shelf", model: "shelf/llama3.2", path: "/v1/chat/completions" },
];

/** A conversation of two rounds of parallel calls and an answer. */
function converse(goal: string): void {
  const after = (results: number) => ({
    userMessage: goal,
    predicate: ({ messages }: { messages: readonly { role: string }[] }) =>
      messages.filter(({ role }) => role === "tool").length === results,
  });
  mock.on(after(0), { content: "Both at once.", toolCalls: [add(1, 2), add(3, 4)] });
  mock.on(after(2), { toolCalls: [add(3, 7), add(5, 6)] });
  mock.on(after(4), { content: "3, 7, 10 and 11." });
}

function add(a: number, b: number) {
  return { name: "add_numbers", arguments: JSON.stringify({ a, b }) };
}

function asking(goal: string, model: string) {
  return {
    input_data: { goal },
    agent_config: { model, tools: ["add_numbers"] },
  };
}

/** What left is what the log says, attempt by attempt; gives the classes of those that failed. */
async function expectSameRequests(taskId: string, path: string): Promise<unknown[]> {
  const log = await logOf(service, taskId);
  const hashes = tap.sent.map(({ body }) => createHash("sha256").update(body).digest("hex"));
  expect(hashes).toEqual(ofType(log, "model.requested").map((data) => data["body_sha256"]));
  expect(new Set(tap.sent.map((one) => one.path))).toEqual(new Set([path]));
  const text = JSON.stringify(log);
  expect(text).not.toContain(KEY);
  return ofType(log, "model.failed").map((data) => data["code"]);
}

test.each(PROVIDERS)(
  "$provider: parallel calls over several turns come to an answer",
  async ({ provider, model, path }) => {
    const goal = `Add in parallel with ${provider}`;
    converse(goal);
    const task = await play(service, asking(goal, model));
    expect(task, JSON.stringify(task)).toMatchObject({
      status: "completed",
      result: { answer: "3, 7, 10 and 11." },
      usage: { steps: 3, model_calls: 3, tool_calls: 4 },
    });
    expect(await expectSameRequests(task.task_id, path)).toEqual([]);
    expect(mock.getRequests()).toHaveLength(3);
    const results = ofType(await logOf(service, task.task_id), "tool.completed");
    expect(results.map(({ output }) => (output as { sum: number }).sum)).toEqual([3, 7, 10, 11]);
  },
);

test.each(PROVIDERS)(
  "$provider: a 500, a 429, a cut stream and a lost connection cost attempts and nothing else",
  async ({ provider, model, path }) => {
    const goal = `Fail in turn with ${provider}`;
    const at = (sequenceIndex: number) => ({ userMessage: goal, sequenceIndex });
    const content = "This is the whole answer, to its very end.";
    mock.on(at(0), { error: { message: "Stumbled.", type: "server_error" }, status: 500 });
    mock.on(at(1), { error: { message: "Slow down.", type: "rate_limit_error" }, status: 429 });
    mock.on(at(2), { content }, { truncateAfterChunks: 3, latency: 2 });
    mock.on(at(3), { content }, { disconnectAfterMs: 40, latency: 20 });
    mock.on(at(4), { content });
    const task = await play(service, asking(goal, model));
    expect(task, JSON.stringify(task)).toMatchObject({
      status: "completed",
      result: { answer: content },
      usage: { steps: 1, model_calls: 5 },
    });
    const failed = await expectSameRequests(task.task_id, path);
    expect(failed).toEqual(["server_error", "rate_limited", "cut_stream", "cut_stream"]);
    expect(mock.getRequests()).toHaveLength(5);
  },
);

test.each(PROVIDERS)(
  "$provider: a run with faults at random completes within its attempts",
  async ({ provider, model, path }) => {
    const goal = `Survive chaos with ${provider}`;
    converse(goal);
    mock.setChaos({ dropRate: 0.25, malformedRate: 0.2, disconnectRate: 0.2 });
    const task = await play(service, asking(goal, model));
    expect(task, JSON.stringify(task)).toMatchObject({
      status: "completed",
      result: { answer: "3, 7, 10 and 11." },
      usage: { steps: 3, tool_calls: 4 },
    });
    const failed = await expectSameRequests(task.task_id, path);
    expect(task.usage.model_calls).toBe(3 + failed.length);
    expect(mock.getRequests()).toHaveLength(task.usage.model_calls);
  },
);

test.each(PROVIDERS)(
  "$provider: a tenant's own key is sent for it alone, until it is deleted, and is in no log",
  async ({ provider, model }) => {
    const goal = `Whose key is it with ${provider}`;
    mock.on({ userMessage: goal }, { content: "Seen." });
    const path = `/api/v1/secrets/provider.${provider}`;
    const own = `sk-own-${provider}-9876543210`;
    const logs: unknown[] = [];
    const mine = async () => {
      const task = await play(service, asking(goal, model));
      expect(task, JSON.stringify(task)).toMatchObject({ result: { answer: "Seen." } });
      logs.push(task, await logOf(service, task.task_id));
    };
    const theirs = async () => {
      const response = await service.request("/api/v1/tasks", {
        method: "POST",
        headers: { Authorization: `Bearer ${OTHER}`, Prefer: "wait=30" },
        body: JSON.stringify(asking(goal, model)),
      });
      expect(await response.json()).toMatchObject({ result: { answer: "Seen." } });
    };
    expect((await service.send("PUT", path, { value: own })).status).toBe(201);
    await mine();
    await theirs();
    await mine();
    expect((await service.request(path, { method: "DELETE" })).status).toBe(204);
    await mine();
    const sent = tap.sent.map(({ headers }) => JSON.stringify(headers).includes(own));
    expect(sent).toEqual([true, false, true, false]);
    expect(JSON.stringify(logs) + service.output).not.toContain(own);
  },
);

test("a tenant's own key that is rejected fails the call by its secret's name, without the key", async () => {
  const goal = "Reject the key";
  const own = "sk-own-rejected-9876543210";
  const error = { message: `Incorrect API key provided: ${own}`, type: "invalid_request_error" };
  mock.on({ userMessage: goal }, { error, status: 401 });
  const path = "/api/v1/secrets/provider.openai";
  expect((await service.send("PUT", path, { value: own })).status).toBe(201);
  const task = await play(service, asking(goal, "openai/gpt-4o-mini"));
  const log = JSON.stringify(await logOf(service, task.task_id));
  expect(log).toContain("authentication_failed");
  expect(log).toContain("the secret provider.openai");
  expect(log).not.toContain(own);
  expect((await service.request(path, { method: "DELETE" })).status).toBe(204);
});

test("what is sent is what each provider takes: the key, the model as it was named", async () => {
  const goal = "Show me the headers";
  mock.on({ userMessage: goal }, { content: "Seen." });
  for (const { model } of PROVIDERS) {
    expect(await play(service, asking(goal, model))).toMatchObject({ result: { answer: "Seen." } });
  }
  const headers = tap.sent.map((one) => one.headers);
  expect(headers).toMatchObject([
    { authorization: `Bearer ${KEY}` },
    { authorization: `Bearer ${KEY}`, "x-api-key": KEY },
    { "x-goog-api-key": KEY },
    { authorization: `Bearer ${KEY}`, "x-title": "Opspawn tests" },
    { "content-type": "application/json" },
  ]);
  // A server without a key gets none.
  expect(headers[4]).not.toHaveProperty("authorization");
  const models = tap.sent.map(({ body }) => (JSON.parse(body) as { model?: string }).model);
  expect(models).toEqual([
    "gpt-4o-mini",
    "claude-sonnet-4-5",
    undefined,
    "openai/gpt-4o-mini",
    "llama3.2",
  ]);
  expect(tap.sent[2]?.path).toContain("/models/gemini-2.5-flash:");
});

test("health lists the providers, and a provider that is not configured is refused with its setting", async () => {
  const health = await (await fetch(`${service.url}/health`)).json();
  expect(health).toMatchObject({
    models: ["local", "openai", "anthropic", "google", "openrouter", "shelf"],
  });
  const response = await service.request("/api/v1/tasks", {
    method: "POST",
    body: JSON.stringify(asking("x", "workers-ai/@cf/meta/llama-3.1-8b-instruct")),
  });
  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({
    errors: [{ detail: expect.stringContaining("wrangler.toml") as string }],
  });
});

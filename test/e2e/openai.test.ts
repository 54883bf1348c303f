/** An OpenAI model over the wire: the requests that the log says, and what happens when they fail. */
import { createHash } from "node:crypto";
import { LLMock, type JournalEntry } from "@copilotkit/aimock";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { ended, listed, logOf, ofType, play, storedLog, submit, type LogEvent } from "../tasks.ts";
import { SseWatch } from "../watch.ts";

const KEY = "sk-the-right-key-0123456789";
const BASE_MS = 20;

let mock: LLMock;
let service: Service;

/** A mock that accepts one key; on the same port again and again, so that the service finds it. */
async function startMock(key = KEY, port = 0): Promise<LLMock> {
  const started = new LLMock({ port, auth: { apiKeys: [key] }, chunkSize: 4 });
  await started.start();
  return started;
}

beforeAll(async () => {
  mock = await startMock();
  service = await Service.start({
    vars: {
      OPENAI_API_KEY: KEY,
      OPENAI_BASE_URL: `${mock.url}/v1`,
      OPSPAWN_RETRY_BASE_MS: String(BASE_MS),
      OPSPAWN_RETRY_ATTEMPTS: "8",
      // Who watches is looked up as often as a piece may be written.
      OPSPAWN_DELTA_MS: "1",
    },
  });
});
afterAll(async () => {
  await service.stop();
  await mock.stop();
});

function asking(goal: string): Record<string, unknown> {
  return { input_data: { goal }, agent_config: { model: "openai/gpt-4o-mini" } };
}

/** The requests of a goal's run that the mock was sent. */
function journalOf(goal: string): JournalEntry[] {
  return mock.getRequests().filter((entry) => JSON.stringify(entry.body).includes(goal));
}

/** The SHA-256 of a request's body as it was sent; the mock's own marks begin with a line. */
function sentHash({ body }: JournalEntry): string {
  const sent = Object.entries(body ?? {}).filter(([name]) => !name.startsWith("_"));
  return createHash("sha256")
    .update(JSON.stringify(Object.fromEntries(sent)))
    .digest("hex");
}

/** Each request that the log says is one that the mock was sent, and the other way round. */
function expectSameRequests(goal: string, log: readonly LogEvent[]): JournalEntry[] {
  const journal = journalOf(goal);
  const requested = ofType(log, "model.requested").map((data) => data["body_sha256"]);
  expect(journal.map(sentHash)).toEqual(requested);
  return journal;
}

interface Sent {
  readonly stream: boolean;
  readonly model: string;
  readonly tools: readonly { readonly function: { readonly name: string } }[];
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | null;
    readonly tool_call_id?: string;
    readonly tool_calls?: readonly { readonly id: string }[];
  }[];
}

const sentBy = (entry: JournalEntry | undefined): Sent => entry?.body as unknown as Sent;
const toolsSeen = (messages: readonly { readonly role: string }[]): number =>
  messages.filter((message) => message.role === "tool").length;

function add(id: string, a: number, b: number) {
  return { id, name: "add_numbers", arguments: JSON.stringify({ a, b }) };
}

test("parallel tool calls over several turns, streamed, come to an answer, each result under the id the model gave", async () => {
  const goal = "Several turns with parallel calls";
  const turn = (seen: number) => ({
    userMessage: goal,
    predicate: ({ messages }: { messages: readonly { role: string }[] }) =>
      toolsSeen(messages) === seen,
  });
  mock.on(turn(0), {
    content: "Let me look at both.",
    toolCalls: [add("call_x", 1, 2), { id: "call_y", name: "current_time", arguments: "{}" }],
    usage: { prompt_tokens: 100, completion_tokens: 10 },
  });
  mock.on(turn(2), {
    toolCalls: [add("call_p", 3, 4), add("call_q", 5, 6), add("call_r", 7, 8)],
    usage: { prompt_tokens: 200, completion_tokens: 20 },
  });
  mock.on(turn(5), {
    content: "The sums are 3, 7, 11 and 15.",
    usage: { prompt_tokens: 300, completion_tokens: 30 },
  });
  const { task_id } = await submit(service, asking(goal));
  const watch = await SseWatch.open(service, task_id);
  const task = await ended(service, task_id);
  await watch.done;
  expect(task, JSON.stringify(task)).toMatchObject({
    status: "completed",
    result: { answer: "The sums are 3, 7, 11 and 15." },
    usage: { steps: 3, model_calls: 3, tool_calls: 5, input_tokens: 600, output_tokens: 60 },
  });
  const log = await logOf(service, task_id);
  const journal = expectSameRequests(goal, log);
  for (const entry of journal) {
    expect(entry).toMatchObject({ method: "POST", path: "/v1/chat/completions" });
    expect(entry.headers["authorization"]).toBeDefined();
    const { stream, model, tools } = sentBy(entry);
    expect({ stream, model }).toEqual({ stream: true, model: "gpt-4o-mini" });
    expect(tools.map((tool) => tool.function.name)).toEqual(
      expect.arrayContaining(["add_numbers", "calculator", "current_time"]),
    );
  }
  const { messages } = sentBy(journal[2]);
  const asked = messages.flatMap((message) => message.tool_calls?.map((call) => call.id) ?? []);
  const answered = messages.filter((message) => message.role === "tool");
  expect(asked).toEqual(["call_x", "call_y", "call_p", "call_q", "call_r"]);
  expect(answered.map((message) => message.tool_call_id)).toEqual(asked);
  const sums = answered.map(
    (message) => (JSON.parse(message.content ?? "") as { sum?: number }).sum,
  );
  expect(sums).toEqual([3, undefined, 7, 11, 15]);
});

test("what the model streams is what a watcher sees, piece by piece", async () => {
  const goal = "Stream a sentence";
  const answer = "A sentence that comes in many small pieces, ünïcödé and all 👩‍👧.";
  // The model begins when somebody watches: what nobody watches is not kept in pieces.
  const watched = Promise.withResolvers<void>();
  const reply = async () => {
    await watched.promise;
    return { content: answer };
  };
  mock.on({ userMessage: goal }, reply, { latency: 15 });
  const { task_id } = await submit(service, asking(goal));
  const watch = await SseWatch.open(service, task_id);
  await watch.count(3);
  watched.resolve();
  await watch.done;
  expect(watch.texts).toEqual(await storedLog(service, task_id));
  const deltas = ofType(await logOf(service, task_id), "model.delta");
  expect(deltas.length).toBeGreaterThan(1);
  expect(deltas.map((data) => data["text"]).join("")).toBe(answer);
});

test("a 500 of the provider is tried again, once, and counted", async () => {
  const goal = "Survive a server error";
  mock.on({ userMessage: goal }, { content: "Survived." });
  mock.nextRequestError(500, { message: "The engine stumbled.", type: "server_error" });
  const task = await play(service, asking(goal));
  expect(task).toMatchObject({
    status: "completed",
    result: { answer: "Survived." },
    usage: { steps: 1, model_calls: 2 },
  });
  const log = await logOf(service, task.task_id);
  const [failed, ...more] = ofType(log, "model.failed");
  expect(more).toEqual([]);
  expect(failed).toMatchObject({ call_id: "call_1", attempt: 1, code: "server_error" });
  expect(failed?.["message"]).toContain("The engine stumbled.");
  expect(failed?.["retry_in_ms"]).toBeLessThanOrEqual(BASE_MS);
  expectSameRequests(goal, log);
});

test("a 429 is tried again after the pause that the provider asks for", async () => {
  const goal = "Wait for the rate limit";
  mock.on({ userMessage: goal }, { content: "Waited." });
  mock.nextRequestError(429, { message: "Slow down.", type: "rate_limit_error" });
  const task = await play(service, asking(goal));
  expect(task).toMatchObject({ status: "completed", usage: { model_calls: 2 } });
  const log = await logOf(service, task.task_id);
  // The mock's Retry-After says one second.
  expect(ofType(log, "model.failed")).toMatchObject([{ code: "rate_limited", retry_in_ms: 1000 }]);
  const [first, second] = log.filter((event) => event.type === "model.requested");
  expect(Date.parse(second?.at ?? "") - Date.parse(first?.at ?? "")).toBeGreaterThanOrEqual(1000);
  expectSameRequests(goal, log);
});

test("a stream that is cut is tried again, and its half is not taken for an answer", async () => {
  const goal = "Lose the connection";
  const content = "This is the whole answer, to its end.";
  const cut = { userMessage: goal, sequenceIndex: 0 };
  mock.on(cut, { content }, { truncateAfterChunks: 4, latency: 5 });
  mock.on({ userMessage: goal, sequenceIndex: 1 }, { content });
  const task = await play(service, asking(goal));
  expect(task).toMatchObject({
    status: "completed",
    result: { answer: content },
    usage: { model_calls: 2 },
  });
  const log = await logOf(service, task.task_id);
  expect(ofType(log, "model.failed")).toMatchObject([{ attempt: 1, code: "cut_stream" }]);
  expect(ofType(log, "model.completed")).toMatchObject([{ attempt: 2, text: content }]);
  expectSameRequests(goal, log);
});

test("a request that the provider rejects ends the run at once, with the provider's reason", async () => {
  const goal = "Be rejected";
  const error = { message: "Unknown parameter: tools.", type: "invalid_request_error" };
  mock.on({ userMessage: goal }, { error, status: 400 });
  const task = await play(service, asking(goal));
  expect(task).toMatchObject({ status: "failed", error: { code: "invalid_request" } });
  expect(task.error?.message).toContain("Unknown parameter: tools.");
  expect(journalOf(goal)).toHaveLength(1);
});

test("a cancel aborts the request to the provider, which notices it", async () => {
  const goal = "Never come to an end";
  const noticed = Promise.withResolvers<void>();
  mock.mount("/v1", {
    handleRequest: async (_request, response) => {
      response.once("close", () => {
        if (!response.writableFinished) {
          noticed.resolve();
        }
      });
      return false;
    },
  });
  mock.on({ userMessage: goal }, { content: "on and on ".repeat(200) }, { latency: 100 });
  const { task_id } = await submit(service, asking(goal));
  const watch = await SseWatch.open(service, task_id);
  await watch.until(() => watch.texts.some((text) => text.includes('"model.delta"')));
  const path = `/api/v1/tasks/${task_id}/cancel`;
  expect((await service.request(path, { method: "POST", body: "{}" })).status).toBe(202);
  await noticed.promise;
  expect((await logOf(service, task_id)).at(-1)?.type).toBe("run.cancelled");
});

/** A failed run whose every trace is free of the key. */
async function expectRejectedKey(goal: string): Promise<void> {
  const task = await play(service, asking(goal));
  expect(task).toMatchObject({ status: "failed", error: { code: "authentication_failed" } });
  expect(task.usage.model_calls).toBe(1);
  expect(task.error?.message).toContain("OPENAI_API_KEY");
  const row = await listed(service, task.task_id, ({ status }) => status === "failed");
  const traces = [JSON.stringify([task, row]), ...(await storedLog(service, task.task_id))];
  expect(traces.filter((text) => text.includes(KEY) || text.includes(KEY.slice(0, 12)))).toEqual(
    [],
  );
  expect(service.output).not.toContain(KEY);
}

test("a provider that quotes the rejected key does not get it into the log or the task", async () => {
  const goal = "Quote my key";
  const error = { message: `Incorrect API key provided: ${KEY}.`, code: "invalid_api_key" };
  mock.on({ userMessage: goal }, { error, status: 401 });
  await expectRejectedKey(goal);
});

test("a provider that is down is tried again until it is back", async () => {
  const goal = "Find me when I am back";
  const { port } = mock;
  await mock.stop();
  const { task_id } = await submit(service, asking(goal));
  const watch = await SseWatch.open(service, task_id);
  await watch.until(() => watch.texts.some((text) => text.includes('"model.failed"')));
  mock = await startMock(KEY, port);
  mock.on({ userMessage: goal }, { content: "Here." });
  expect(await ended(service, task_id)).toMatchObject({ result: { answer: "Here." } });
  const codes = ofType(await logOf(service, task_id), "model.failed").map((data) => data["code"]);
  expect(new Set(codes)).toEqual(new Set(["connection_failed"]));
});

test("a key that the provider does not know ends the run with authentication_failed, and says what to set", async () => {
  const { port } = mock;
  await mock.stop();
  mock = await startMock("sk-another-key", port);
  await expectRejectedKey("Let me in");
});

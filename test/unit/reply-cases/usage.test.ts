/** Usage in all places where servers put it, and replies that were not counted. */
import { expect, test } from "vitest";
import type { LlmClient, LlmEvent, TokenUsage } from "../../../src/agent/llm/client.ts";
import type { EventData } from "../../../src/run/log/event-data.ts";
import { Harness, specFor } from "../../harness.ts";
import { sse } from "../../wire.ts";
import { chat, chatEnd, DONE, gemini, play } from "./protocols.ts";

const OLD = { prompt_tokens: 10, completion_tokens: 5 };
const NEW = { input_tokens: 10, output_tokens: 5 };
const END = { delta: { content: "hi" }, finish_reason: "stop" };

test.each<[string, object]>([
  ["at the top", chat(END, { usage: OLD })],
  ["in the choice", chat({ ...END, usage: OLD })],
  ["in Groq's field", chat(END, { x_groq: { id: "r", usage: OLD } })],
  ["with the newer names", chat(END, { usage: NEW })],
  ["in the choice, with the newer names", chat({ ...END, usage: NEW })],
  [
    "in the choice, zeros at the top",
    chat({ ...END, usage: OLD }, { usage: { prompt_tokens: 0 } }),
  ],
  ["in the choice, null at the top", chat({ ...END, usage: OLD }, { usage: null })],
  ["in Groq's field, an empty one at the top", chat(END, { usage: {}, x_groq: { usage: OLD } })],
])("chat's usage is found %s", async (_where, event) => {
  for (const { events } of [
    await play("chat", { body: sse(event) + DONE }),
    await play("chat", { body: sse(event) + chatEnd() }),
  ]) {
    expect(events.findLast(({ type }) => type === "usage")).toMatchObject({ usage: NEW });
  }
});

test("chat's usage is found in the choice of a JSON answer", async () => {
  const body = JSON.stringify(
    chat({ message: { content: "hi" }, finish_reason: "stop", usage: OLD }),
  );
  const { events } = await play("chat", { status: 200, body });
  expect(events.findLast(({ type }) => type === "usage")).toMatchObject({ usage: NEW });
});

test("cached and reasoning tokens are read under the newer names too", async () => {
  const usage = {
    ...NEW,
    input_tokens_details: { cached_tokens: 4 },
    output_tokens_details: { reasoning_tokens: 3 },
  };
  const { events } = await play("chat", { body: sse(chat(END, { usage })) + DONE });
  expect(events.findLast(({ type }) => type === "usage")).toMatchObject({
    usage: { ...NEW, cached_input_tokens: 4, reasoning_tokens: 3 },
  });
});

const NOTHING: TokenUsage = {
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
};
const CALL = { name: "add_numbers", arguments_text: '{"a":1,"b":2}' };

/** A model that calls a tool for ever, and reports these usages. */
function counting(reported: TokenUsage | TokenUsage[] | null, fail = false): LlmClient {
  return {
    body: (request) => JSON.stringify({ ...request, position: undefined }),
    async *stream(): AsyncGenerator<LlmEvent> {
      yield { type: "text", text: "I add." };
      for (const usage of [reported ?? []].flat()) {
        yield { type: "usage", usage };
      }
      yield await Promise.resolve<LlmEvent>(
        fail
          ? { type: "failed", failure: { code: "invalid_request", message: "no" } }
          : {
              type: "done",
              reply: {
                text: "I add.",
                reasoning: "",
                tool_calls: [CALL],
                finish_reason: "tool_calls",
              },
            },
      );
    },
  };
}

const PRICE = { input: 1_000_000, cached_input: 1_000_000, cache_write: 0, output: 10_000_000 };

function run(llm: LlmClient, limits: object): Harness {
  const spec = specFor({}, { config: { model: "openai/dear" }, limits });
  return new Harness(spec, { llm, priceOf: () => PRICE });
}

const usages = (harness: Harness): EventData<"usage.recorded">[] =>
  harness.events().flatMap((event) => (event.type === "usage.recorded" ? [event.data] : []));

test.each([null, NOTHING, { ...NOTHING, output_tokens: 7 }])(
  "a reply that was not counted has estimated tokens, and costs what was reserved: %j",
  async (usage) => {
    const harness = run(counting(usage), { max_cost_usd: 0.02, max_steps: 50 });
    await harness.drive();
    const { wait, usage: sum } = harness.log.state;
    expect(wait).toMatchObject({ for: "budget", limit: "max_cost_usd" });
    expect(sum.cost_micro_usd).toBeLessThanOrEqual(20_000);
    const [first] = usages(harness);
    expect(first).toMatchObject({ estimated: true });
    expect(first?.input_tokens).toBeGreaterThan(0);
    expect(first?.output_tokens).toBeGreaterThanOrEqual(usage?.output_tokens ?? 1);
    expect(first?.cost_micro_usd).toBeGreaterThan(10_000);
  },
);

test.each([null, NOTHING])("a cap on tokens holds where none are reported: %j", async (usage) => {
  const harness = run(counting(usage), { max_tokens: 10_000, max_steps: 500 });
  await harness.drive();
  expect(harness.log.state.wait).toMatchObject({ for: "budget", limit: "max_tokens" });
  expect(usages(harness).length).toBeGreaterThan(0);
  expect(usages(harness).every(({ estimated }) => estimated === true)).toBe(true);
});

test("the cost that a provider states is taken where it counts no tokens", async () => {
  const usage = { ...NOTHING, cost_micro_usd: 42 };
  const harness = run(counting(usage), { max_cost_usd: 1, max_steps: 1 });
  await harness.drive();
  expect(usages(harness)[0]).toMatchObject({ cost_micro_usd: 42, estimated: true });
});

test("a count is booked as it is, and is no estimate", async () => {
  const usage = { ...NOTHING, input_tokens: 100, output_tokens: 5 };
  const harness = run(counting(usage), { max_cost_usd: 1, max_steps: 1 });
  await harness.drive();
  expect(usages(harness)[0]).toMatchObject({ input_tokens: 100, cost_micro_usd: 150 });
  expect(usages(harness)[0]?.estimated).toBeUndefined();
});

test("a failed reply with zeros for usage costs what was reserved", async () => {
  const harness = run(counting(NOTHING, true), { max_cost_usd: 0.02 });
  await harness.drive();
  const [first] = usages(harness);
  expect(first).toMatchObject({ estimated: true });
  expect(first?.cost_micro_usd).toBeGreaterThan(0);
});

test("input and output may be counted apart, and zeros at the end count nothing", async () => {
  const apart = [
    { ...NOTHING, input_tokens: 100 },
    { ...NOTHING, output_tokens: 5 },
  ];
  const zeros = [{ ...NOTHING, input_tokens: 100, output_tokens: 5 }, NOTHING];
  for (const usage of [apart, zeros]) {
    const harness = run(counting(usage), { max_cost_usd: 1, max_steps: 1 });
    await harness.drive();
    expect(usages(harness)[0]).toMatchObject({
      input_tokens: 100,
      output_tokens: 5,
      cost_micro_usd: 150,
    });
    expect(usages(harness)[0]?.estimated).toBeUndefined();
  }
});

test.each([true, false])(
  "an output that was not counted is estimated, and costs what was reserved (failed: %s)",
  async (fail) => {
    const usage = { ...NOTHING, input_tokens: 100 };
    const harness = run(counting(usage, fail), { max_cost_usd: 0.02, max_steps: 50 });
    await harness.drive();
    const [first] = usages(harness);
    expect(first).toMatchObject({ input_tokens: 100, estimated: true });
    expect(first?.output_tokens).toBeGreaterThan(0);
    expect(first?.cost_micro_usd).toBeGreaterThan(10_000);
  },
);

/** The last usage of these events of Anthropic's. */
async function countedBy(...events: readonly object[]): Promise<TokenUsage | undefined> {
  const { events: all } = await play("anthropic", { body: sse(...events) });
  return all.flatMap((event) => (event.type === "usage" ? [event.usage] : [])).at(-1);
}

test("the output in the first event of Anthropic's stream is none of the reply", async () => {
  const start = {
    type: "message_start",
    message: { usage: { input_tokens: 9, output_tokens: 1 } },
  };
  const said = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hi" } };
  const end = { type: "message_delta", delta: { stop_reason: "end_turn" } };
  const stop = { type: "message_stop" };
  expect(await countedBy(start, said, end, stop)).toMatchObject({
    input_tokens: 9,
    output_tokens: 0,
  });
  const counted = { ...end, usage: { output_tokens: 7 } };
  expect(await countedBy(start, said, counted, stop)).toMatchObject({
    input_tokens: 9,
    output_tokens: 7,
  });
});

test("Gemini's total holds thoughts that are not counted, and the responses API has both names", async () => {
  const usageMetadata = { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 20 };
  const piece = { ...gemini([{ text: "hi" }], "STOP"), usageMetadata };
  const google = await play("google", { body: sse(piece) });
  expect(google.events.find(({ type }) => type === "usage")).toMatchObject({
    usage: { input_tokens: 10, output_tokens: 10 },
  });
  const response = { status: "completed", output: [], usage: OLD };
  const body = sse({ type: "response.completed", response });
  const { events } = await play("responses", { body });
  expect(events.find(({ type }) => type === "usage")).toMatchObject({ usage: NEW });
});

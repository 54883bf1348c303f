/** Usage in all places where servers put it, and replies that were not counted. */
import { expect, test } from "vitest";
import type { LlmClient, LlmEvent, TokenUsage } from "../../../src/agent/llm/client.ts";
import type { EventData } from "../../../src/run/log/event-data.ts";
import { Harness, specFor } from "../../harness.ts";
import { sse } from "../../wire.ts";
import { chat, chatEnd, DONE, play } from "./protocols.ts";

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

/** A model that calls a tool for ever, and reports this usage. */
function counting(usage: TokenUsage | null, fail = false): LlmClient {
  return {
    body: (request) => JSON.stringify({ ...request, position: undefined }),
    async *stream(): AsyncGenerator<LlmEvent> {
      yield { type: "text", text: "I add." };
      if (usage !== null) {
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

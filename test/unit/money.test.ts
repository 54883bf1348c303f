/** What a run may cost: held back before each call, settled after it, refused before it is sent. */
import { expect, test } from "vitest";
import type { ReserveAnswer } from "../../src/agent/loop/effects.ts";
import type { LlmClient, LlmEvent, ModelRequest } from "../../src/agent/llm/client.ts";
import type { Need } from "../../src/agent/loop/reserve.ts";
import type { ModelFailureCode } from "../../src/run/value/failure.ts";
import type { EventData, EventType } from "../../src/run/log/event-data.ts";
import { Harness, Killed, specFor, type HarnessOptions } from "../harness.ts";

/** A dollar per million tokens in, ten out. */
const PRICE = {
  input: 1_000_000,
  cached_input: 100_000,
  cache_write: 1_250_000,
  output: 10_000_000,
};
const BY = { by: "key_1" };
const ADD = { name: "add_numbers", arguments_text: '{"a":1,"b":2}' };

type Said = { text?: string; calls?: (typeof ADD)[]; output?: number; fail?: ModelFailureCode };

/** A model that says what it is told to, and counts four characters a token. */
function model(...replies: readonly Said[]): Told {
  return summarising({ text: "a summary" }, ...replies);
}

interface Told extends LlmClient {
  readonly asked: ModelRequest[];
}

/** The same, with what it says when it is asked for a summary. */
function summarising(summary: Said, ...replies: readonly Said[]): Told {
  const asked: ModelRequest[] = [];
  const rest = [...replies];
  return {
    asked,
    body: (request) => JSON.stringify({ ...request, position: undefined }),
    async *stream(request, body): AsyncGenerator<LlmEvent> {
      asked.push(request);
      const said = isSummary(request) ? summary : (rest.shift() ?? { text: "no more" });
      const { text = "", calls = [], output = 10, fail }: Said = said;
      if (fail !== undefined) {
        yield { type: "failed", failure: { code: fail, message: "as told" } };
        return;
      }
      yield { type: "text", text };
      yield {
        type: "usage",
        usage: {
          input_tokens: Math.ceil(body.length / 4),
          cached_input_tokens: 0,
          output_tokens: Math.min(output, request.max_output_tokens ?? output),
          reasoning_tokens: 0,
        },
      };
      const finish_reason = calls.length === 0 ? "stop" : "tool_calls";
      yield { type: "done", reply: { text, reasoning: "", tool_calls: calls, finish_reason } };
    },
  };
}

function isSummary({ system }: ModelRequest): boolean {
  return system.startsWith("You shorten the record");
}

function run(
  llm: LlmClient,
  more: Parameters<typeof specFor>[1] = {},
  options: HarnessOptions = {},
): Harness {
  const config = { model: "openai/dear", ...more?.config };
  return new Harness(specFor({}, { ...more, config }), { llm, priceOf: () => PRICE, ...options });
}

function all<T extends EventType>(harness: Harness, type: T): EventData<T>[] {
  return harness.events().flatMap((e) => (e.type === type ? [e.data as EventData<T>] : []));
}

test("the worst case of a call is held back in its intent, and what it cost is booked", async () => {
  const harness = run(model({ text: "done", output: 25 }), { limits: { max_cost_usd: 1 } });
  await harness.drive();
  const [requested] = all(harness, "model.requested");
  const [used] = all(harness, "usage.recorded");
  expect(used?.cost_micro_usd).toBe((used?.input_tokens ?? 0) + 25 * 10);
  expect(requested?.reserved_micro_usd).toBeGreaterThan(used?.cost_micro_usd ?? 0);
  expect(requested?.reserved_micro_usd).toBeLessThanOrEqual(1_000_000);
  expect(harness.log.state.usage.cost_micro_usd).toBe(used?.cost_micro_usd);
});

test("a run never spends more than its cap: it asks for shorter replies, then waits with its work kept", async () => {
  const turns = Array.from({ length: 30 }, () => ({ calls: [ADD], output: 2000 }));
  const llm = model(...turns, { text: "done" });
  const harness = run(llm, { limits: { max_cost_usd: 0.05, max_steps: 100 } });
  expect(await harness.drive()).toEqual({ kind: "rest", until: null });
  const { usage, wait } = harness.log.state;
  expect(wait).toMatchObject({ for: "budget", limit: "max_cost_usd" });
  expect(usage.cost_micro_usd).toBeLessThanOrEqual(50_000);
  expect(usage.cost_micro_usd).toBeGreaterThan(40_000);
  const asked = llm.asked.length;
  // The budget, not the agent, said how long the replies may be, and the log says so.
  const lengths = all(harness, "model.requested").map((data) => data.max_output_tokens ?? 0);
  expect(lengths.at(-1)).toBeLessThan(lengths[0] ?? 0);
  harness.tell({ kind: "limits", changes: { max_cost_usd: 0.0501 }, ...BY });
  expect(await harness.drive()).toEqual({ kind: "rest", until: null });
  expect(llm.asked.length).toBe(asked);
  harness.tell({ kind: "limits", changes: { max_cost_usd: 10 }, ...BY });
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
  const sum = all(harness, "usage.recorded").reduce((total, one) => total + one.cost_micro_usd, 0);
  expect(sum).toBe(harness.log.state.usage.cost_micro_usd);
  expect(harness.log.state.ledger.reduce((total, one) => total + one.cost_micro_usd, 0)).toBe(sum);
});

test("a cap of nothing sends nothing", async () => {
  const llm = model({ text: "never" });
  const harness = run(llm, { limits: { max_cost_usd: 0 } });
  await harness.drive();
  expect(llm.asked).toEqual([]);
  expect(harness.log.state.wait).toMatchObject({ for: "budget" });
});

const FREE = { input: 0, cached_input: 0, cache_write: 0, output: 0 };

test.each([
  ["a free model", FREE],
  ["a model without a price", null],
  ["a priced model", PRICE],
] as const)("%s never uses more tokens than the run's limit", async (_what, price) => {
  const turns = Array.from({ length: 30 }, () => ({ calls: [ADD], output: 2000 }));
  const llm = model(...turns, { text: "done" });
  const harness = run(
    llm,
    { limits: { max_tokens: 20_000, max_steps: 100 } },
    {
      priceOf: () => price,
    },
  );
  expect(await harness.drive()).toEqual({ kind: "rest", until: null });
  const { usage, wait } = harness.log.state;
  expect(wait).toMatchObject({ for: "budget", limit: "max_tokens" });
  expect(usage.input_tokens + usage.output_tokens).toBeLessThanOrEqual(20_000);
  expect(usage.input_tokens + usage.output_tokens).toBeGreaterThan(10_000);
  // The limit shortened the last replies, and the log says so.
  const lengths = all(harness, "model.requested").map((data) => data.max_output_tokens ?? 0);
  expect(lengths.at(-1)).toBeLessThan(lengths[0] ?? 0);
  expect(llm.asked.at(-1)?.max_output_tokens).toBe(lengths.at(-1));

  harness.tell({ kind: "limits", changes: { max_tokens: 10_000_000 }, ...BY });
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
});

test("a limit on tokens that the first request would exceed sends nothing", async () => {
  const llm = model({ text: "never" });
  const harness = run(llm, { limits: { max_tokens: 300, on_reached: "fail" } });
  await harness.drive();
  expect(llm.asked).toEqual([]);
  expect(harness.log.state.end).toMatchObject({ error: { details: { limit: "max_tokens" } } });
});

test("with a cap, a model without a price ends the run instead of being free", async () => {
  const llm = model({ text: "never" });
  const harness = run(llm, { limits: { max_cost_usd: 1 } }, { priceOf: () => null });
  await harness.drive();
  expect(llm.asked).toEqual([]);
  expect(harness.log.state.end).toMatchObject({ error: { code: "unpriced_model" } });
});

test("a budget above the run is asked before each call, and a refusal is a wait by its name", async () => {
  const needs: Need[] = [];
  const answers: ReserveAnswer[] = [
    { ok: true, sum: 30_000, capped: true },
    { ok: false, limit: "tenant_day", cap_usd: 0.04, until: "2026-11-23T00:00:00.000Z" },
    { ok: true, sum: 30_000, capped: true },
  ];
  const llm = model({ calls: [ADD] }, { text: "done" });
  const harness = run(
    llm,
    {},
    {
      budget: (need) => {
        needs.push(need);
        return answers.shift() ?? { ok: true, sum: need.most, capped: false };
      },
    },
  );
  const end = await harness.slice();
  expect(end).toEqual({ kind: "rest", until: Date.parse("2026-11-23T00:00:00.000Z") });
  expect(harness.log.state.wait).toMatchObject({ for: "budget", limit: "tenant_day" });
  expect(llm.asked).toHaveLength(1);
  // A change of the run's own limits does not end it; word from the budget does.
  harness.tell({ kind: "limits", changes: { max_steps: 50 }, ...BY });
  expect((await harness.slice()).kind).toBe("rest");
  expect(harness.tell({ kind: "resume", by: "budget" })).toBeNull();
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
  expect(needs).toHaveLength(3);
  expect(all(harness, "model.requested").map((one) => one.reserved_micro_usd)).toEqual([
    30_000, 30_000,
  ]);
});

test("an attempt that a crash swallowed is booked with all it held back", async () => {
  let armed = true;
  const harness: Harness = run(
    model({ text: "lost" }, { text: "done" }),
    { limits: { max_cost_usd: 1 } },
    {
      onWrite: (_n, when) => {
        if (armed && when === "before" && harness.log.state.model?.phase === "in_flight") {
          armed = false;
          throw new Killed();
        }
      },
    },
  );
  await harness.driveThroughKills();
  const [requested] = all(harness, "model.requested");
  const [lost] = all(harness, "usage.recorded");
  expect(lost).toMatchObject({
    attempt: 1,
    cost_micro_usd: requested?.reserved_micro_usd,
    estimated: true,
  });
  expect(harness.log.state.status).toBe("completed");
});

test("a model that cannot answer is followed by the next of its fallbacks, and the switch is in the log", async () => {
  const first = model(...Array.from({ length: 9 }, () => ({ fail: "overloaded" as const })));
  const second = model({ fail: "quota_exhausted" });
  const third = model({ calls: [ADD] }, { text: "done" });
  const harness = run(
    first,
    { config: { model: "a/one", fallback_models: ["b/two", "c/three"] } },
    { llms: { "a/one": first, "b/two": second, "c/three": third } },
  );
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({ result: { answer: "done" } });
  expect(all(harness, "model.switched")).toMatchObject([
    { from: "a/one", to: "b/two", code: "overloaded" },
    { from: "b/two", to: "c/three", code: "quota_exhausted" },
  ]);
  expect([first, second, third].map(({ asked }) => asked.length)).toEqual([5, 1, 2]);
  expect(all(harness, "model.requested").at(-1)?.model).toBe("c/three");
  expect(harness.log.state.ledger.map((one) => one.model)).toEqual(["c/three"]);
});

test("a fallback knows which calls are its own, and only after a switch", async () => {
  const first = model({ calls: [ADD, ADD] }, { fail: "quota_exhausted" });
  const second = model({ calls: [ADD] }, { text: "done" });
  const harness = run(
    first,
    { config: { model: "a/one", fallback_models: ["b/two"] } },
    { llms: { "a/one": first, "b/two": second } },
  );
  await harness.drive();
  const from = [first, second].map(({ asked }) => asked.map((one) => one.own_calls_from));
  expect(from).toEqual([
    [undefined, undefined],
    [5, 5],
  ]);
  const called = all(harness, "tool.requested").map(({ call_id }) => call_id);
  expect(called).toEqual(["call_2", "call_3", "call_5"]);
});

test.each(["refused", "invalid_request", "content_filtered"] as const)(
  "a model that answers `%s` is not replaced: another would be asked the same",
  async (fail) => {
    const first = model({ fail });
    const second = model({ text: "never" });
    const harness = run(
      first,
      { config: { model: "a/one", fallback_models: ["b/two"] } },
      { llms: { "a/one": first, "b/two": second } },
    );
    await harness.drive();
    expect(harness.log.state.end).toMatchObject({ error: { code: fail } });
    expect(second.asked).toEqual([]);
  },
);

const SCHEMA = {
  type: "object",
  properties: { sum: { type: "integer" } },
  required: ["sum"],
  additionalProperties: false,
};

test("an answer that has to fit a schema goes back with the reasons until it does, and is data then", async () => {
  const llm = model(
    { text: "It is 3." },
    { text: '{"sum":"three"}' },
    { text: '```json\n{"sum":3}\n```' },
  );
  const harness = run(llm, { config: { output_schema: SCHEMA } });
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({
    status: "completed",
    result: { data: { sum: 3 } },
  });
  const problems = all(harness, "model.completed").map((one) => one.problem?.code);
  expect(problems).toEqual(["invalid_answer", "invalid_answer", undefined]);
  expect(llm.asked.map((one) => one.output_schema)).toEqual([SCHEMA, SCHEMA, SCHEMA]);
  expect(JSON.stringify(llm.asked[2]?.turns)).toContain("sum");
});

test("a model that never fits the schema ends with its steps, not with a wrong answer", async () => {
  const llm = model(...Array.from({ length: 9 }, () => ({ text: "no" })));
  const harness = run(llm, { config: { output_schema: SCHEMA }, limits: { max_steps: 4 } });
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({ error: { code: "limit_reached" } });
  expect(llm.asked).toHaveLength(4);
});

/** Turns that fill a memory: each asks for a sum and carries some text. */
function chatter(n: number): Said[] {
  return Array.from({ length: n }, (_, i) => ({
    text: `Thought ${i}: ${"and so on ".repeat(60)}`,
    calls: [{ name: "add_numbers", arguments_text: JSON.stringify({ a: i, b: 1 }) }],
  }));
}

test("a conversation that outgrows its memory is summarised by the model, and goes on from the summary", async () => {
  const summary = "The sums so far were 1 and 2.";
  const llm = summarising({ text: summary }, ...chatter(6), { text: "done" });
  const harness = run(llm, { config: { memory: { max_tokens: 800 } } });
  await harness.drive();
  const [compacted] = all(harness, "memory.compacted");
  expect(compacted).toMatchObject({ kind: "turns", summary });
  const at = llm.asked.findIndex(isSummary);
  expect(llm.asked[at]?.tools).toEqual([]);
  expect(JSON.stringify(llm.asked[at]?.turns)).toContain("Thought 0");
  const next = JSON.stringify(llm.asked[at + 1]?.turns);
  expect(next).toContain(summary);
  expect(next).not.toContain("Thought 0");
  expect(harness.log.state.end).toMatchObject({ status: "completed", result: { answer: "done" } });
  // A summary is no step of the run, and its cost is booked.
  const summaries = llm.asked.filter(isSummary).length;
  expect(harness.log.state.usage).toMatchObject({ steps: 7, model_calls: 7 + summaries });
  expect(all(harness, "usage.recorded")).toHaveLength(7 + summaries);
});

test("long outputs of tools are shortened before anything is left out", async () => {
  const big = "x".repeat(6000);
  const look = { name: "look", arguments_text: "{}" };
  const llm = model(
    { calls: [look] },
    { calls: [look], text: "again" },
    { calls: [look], text: "and again" },
    { calls: [ADD], text: "then" },
    { calls: [ADD], text: "then more" },
    { text: "done" },
  );
  const script_tools = [
    { name: "look", effect: "pure", outputs: [{ output: big }, { output: big }, { output: big }] },
  ];
  const config = { model: "openai/dear", planner: "native", memory: { max_tokens: 4000 } } as const;
  const harness = new Harness(specFor({ script_tools }, { config }), { llm, priceOf: () => PRICE });
  await harness.drive();
  expect(all(harness, "memory.compacted")[0]).toMatchObject({ kind: "outputs", summary: "" });
  expect(harness.log.state.end).toMatchObject({ status: "completed" });
});

test("a request that the provider calls too long is made shorter, and asked again", async () => {
  const llm = model(...chatter(4), { fail: "context_too_long" }, { text: "done" });
  const harness = run(llm);
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({ status: "completed", result: { answer: "done" } });
  expect(all(harness, "memory.compacted")).toMatchObject([{ kind: "turns", summary: "" }]);
});

test("a summary that cannot be had costs the run nothing but its older turns", async () => {
  const llm = summarising({ fail: "refused" }, ...chatter(6), { text: "done" });
  const harness = run(llm, { config: { memory: { max_tokens: 800 } } });
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({ status: "completed" });
  expect(all(harness, "memory.compacted")[0]).toMatchObject({ kind: "turns", summary: "" });
});

test("one exchange that is larger than the memory is not summarised again and again", async () => {
  const big = { name: "look", arguments_text: "{}" };
  const llm = summarising({ text: "short" }, { calls: [big] }, { text: "done" });
  const script_tools = [
    { name: "look", effect: "pure", outputs: [{ output: "x".repeat(40_000) }] },
  ];
  const config = { model: "openai/dear", planner: "native", memory: { max_tokens: 1000 } } as const;
  const harness = new Harness(specFor({ script_tools }, { config }), { llm, priceOf: () => PRICE });
  await harness.drive();
  expect(harness.log.state.end).toMatchObject({ status: "completed", result: { answer: "done" } });
  expect(llm.asked.length).toBeLessThan(5);
});

test("a call in flight is booked with all it held back when the run is cancelled", async () => {
  let told = false;
  const harness: Harness = run(
    model({ text: "never seen" }),
    { limits: { max_cost_usd: 1 } },
    {
      onWrite: (_n, when) => {
        if (!told && when === "after" && harness.log.state.model?.phase === "in_flight") {
          told = true;
          harness.tell({ kind: "cancel", reason: null, ...BY });
        }
      },
    },
  );
  await harness.drive();
  const [requested] = all(harness, "model.requested");
  expect(harness.log.state.status).toBe("cancelled");
  expect(harness.log.state.usage.cost_micro_usd).toBe(requested?.reserved_micro_usd);
});

test("a free model needs no money, whatever the cap", async () => {
  const free = { input: 0, cached_input: 0, cache_write: 0, output: 0 };
  const harness = run(
    model({ text: "done" }),
    { limits: { max_cost_usd: 0 } },
    { priceOf: () => free },
  );
  await harness.drive();
  expect(harness.log.state.status).toBe("completed");
});

test("what comes in while a summary is written is shown to the model with its next call", async () => {
  let told = false;
  const llm = summarising({ text: "short" }, ...chatter(6), { text: "done" });
  const harness: Harness = run(
    llm,
    { config: { memory: { max_tokens: 800 } } },
    {
      onWrite: (_n, when) => {
        if (!told && when === "after" && harness.log.state.model?.purpose === "compact") {
          told = true;
          harness.tell({ kind: "message", content: "One more thing.", data: null, ...BY });
        }
      },
    },
  );
  await harness.drive();
  expect(told).toBe(true);
  const at = llm.asked.findIndex(isSummary);
  expect(JSON.stringify(llm.asked[at + 1]?.turns)).toContain("One more thing.");
});

test("a picture counts as a picture, not as the characters of its bytes", async () => {
  const data = "A".repeat(400_000);
  const input = { images: [{ media_type: "image/png", data }] };
  const llm = model({ text: "done" });
  const agent = { model: "openai/dear", planner: "native", max_output_tokens: 100 } as const;
  const config = { ...agent, tools: [] };
  const harness = new Harness(specFor(input, { config, limits: { max_cost_usd: 1 } }), {
    llm,
    priceOf: () => PRICE,
  });
  await harness.drive();
  const [requested] = all(harness, "model.requested");
  expect(requested?.reserved_micro_usd).toBeLessThan(20_000);
  expect(requested?.reserved_micro_usd).toBeGreaterThan(4000);
  expect(harness.log.state.counted?.chars).toBeLessThan(5000);
});

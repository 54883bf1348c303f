/** The loop, driven by hand: order of events, limits, failing models and tools. */
import { setTimeout } from "node:timers/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import type { LoopSettings } from "../../src/agent/loop/effects.ts";
import type { LlmClient, LlmEvent } from "../../src/agent/llm/client.ts";
import { defineTool } from "../../src/agent/tools/tool.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import type { Turn } from "../../src/run/value/message.ts";
import { Harness, specFor } from "../harness.ts";

const sum = (a: number, b: number) => ({ name: "add_numbers", arguments: { a, b } });

function model(...replies: readonly (readonly LlmEvent[])[]): LlmClient {
  const left = [...replies];
  return {
    body: () => "{}",
    async *stream() {
      await Promise.resolve();
      yield* left.shift() ?? [];
    },
  };
}

function says(
  text: string,
  calls: readonly { name: string; arguments_text: string }[] = [],
): LlmEvent[] {
  const finish_reason = calls.length > 0 ? "tool_calls" : "stop";
  return [{ type: "done", reply: { text, reasoning: "", tool_calls: calls, finish_reason } }];
}

/** Plays events, and between them pauses of so many milliseconds, unless it is stopped. */
function playing(plays: readonly (LlmEvent | number)[]): LlmClient {
  return {
    body: () => "{}",
    async *stream(_request, _body, signal) {
      for (const play of plays) {
        if (typeof play !== "number") {
          yield play;
        } else if (!signal.aborted) {
          await setTimeout(play, undefined, { signal }).catch(() => {});
        }
        if (signal.aborted) {
          return;
        }
      }
    },
  };
}

test("a run plans again after each observation until it has an answer", async () => {
  const script = [{ tool_calls: [sum(1, 2)] }, { tool_calls: [sum(3, 4)] }, { text: "7" }];
  const run = new Harness(specFor({ script }));
  await run.drive();
  expect(run.types()).toEqual([
    "run.created",
    "run.started",
    "model.requested",
    "usage.recorded",
    "model.completed",
    "tool.requested",
    "tool.completed",
    "model.requested",
    "usage.recorded",
    "model.completed",
    "tool.requested",
    "tool.completed",
    "model.requested",
    "usage.recorded",
    "model.completed",
    "run.completed",
  ]);
  expect(run.log.state.end).toEqual({ status: "completed", result: { answer: "7" } });
});

test("a step of one model call and one tool call is two transactions", async () => {
  const steps = 20;
  const calls = Array.from({ length: steps }, (_, i) => ({ tool_calls: [sum(i, 1)] }));
  const run = new Harness(specFor({ script: [...calls, { text: "done" }] }));
  await run.drive();
  expect(run.writes).toBe(2 * (steps + 1));
});

test("parallel calls are answered in the order of the calls, whichever ends first", async () => {
  const order: string[] = [];
  const slow = defineTool({
    name: "slow",
    description: "Waits for quick to be done.",
    input: z.strictObject({}),
    output: z.string(),
    effect: "pure",
    run: async () => {
      await expect.poll(() => order).toContain("quick");
      return "slow";
    },
  });
  const quick = defineTool({
    name: "quick",
    description: "Is done at once.",
    input: z.strictObject({}),
    output: z.string(),
    effect: "pure",
    run: () => {
      order.push("quick");
      return "quick";
    },
  });
  const script = [{ tool_calls: [{ name: "slow" }, { name: "quick" }] }, { text: "both" }];
  const run = new Harness(specFor({ script }), { extraTools: [slow, quick] });
  await run.drive();
  const completed = run.events().filter((event) => event.type === "tool.completed");
  expect(completed.map((event) => event.data.output)).toEqual(["quick", "slow"]);
  const results = run.log.state.conversation.recent.find((turn) => turn.role === "tool");
  expect(results?.role === "tool" && results.results.map((result) => result.output)).toEqual([
    "slow",
    "quick",
  ]);
});

test("an unknown tool, arguments that do not fit and broken JSON go back to the model", async () => {
  const llm = model(
    says("", [
      { name: "no_such_tool", arguments_text: "{}" },
      { name: "add_numbers", arguments_text: '{"a":"one","b":2}' },
      { name: "add_numbers", arguments_text: '{"a":1,' },
      { name: "add_numbers", arguments_text: '{"a":9007199254740993,"b":2}' },
    ]),
    says("I see."),
  );
  const run = new Harness(specFor({}), { llm });
  await run.drive();
  const failed = run.events().filter((event) => event.type === "tool.failed");
  expect(failed.map((event) => event.data.code)).toEqual([
    "unknown_tool",
    "invalid_arguments",
    "invalid_arguments",
    "invalid_arguments",
  ]);
  expect(failed[3]?.data.message).toMatch(/9007199254740993 would be rounded.*as a text/);
  expect(run.types()).not.toContain("tool.requested");
  const reply = run.events().find((event) => event.type === "model.completed");
  expect(reply?.data).toMatchObject({ tool_calls: [{}, {}, { arguments_text: '{"a":1,' }, {}] });
  expect(run.log.state.status).toBe("completed");
});

test("a model that answers nothing is told so, and cannot go on for ever", async () => {
  const llm = model(...Array.from({ length: 50 }, () => says("  ")));
  const run = new Harness(specFor({}, { limits: { max_steps: 3 } }), { llm });
  await run.drive();
  const problems = run
    .events()
    .flatMap((e) => (e.type === "model.completed" ? [e.data.problem?.code] : []));
  expect(problems).toEqual(["empty_reply", "empty_reply", "empty_reply"]);
  expect(run.types().slice(-2)).toEqual(["limit.reached", "run.failed"]);
  expect(run.log.state.end).toMatchObject({
    error: { code: "limit_reached", details: { limit: "max_steps", value: 3 } },
  });
});

test("a failed attempt is written down, waited for and made again", async () => {
  const script = [{ error: { class: "overloaded", times: 2 } }, { text: "at last" }];
  const run = new Harness(specFor({ script }));
  const from = run.now;
  await run.drive();
  const failed = run.events().filter((event) => event.type === "model.failed");
  expect(failed.map((event) => event.data.retry_in_ms)).toEqual([1000, 2000]);
  expect(run.now - from).toBe(3000);
  expect(run.log.state).toMatchObject({ status: "completed", usage: { steps: 1, model_calls: 3 } });
});

test("attempts have an end, and the run then fails with the model's code", async () => {
  const script = [{ error: { class: "server_error", times: 99 } }, { text: "never" }];
  const run = new Harness(specFor({ script }));
  await run.drive();
  expect(run.log.state.end).toMatchObject({ status: "failed", error: { code: "server_error" } });
  expect(run.types().filter((type) => type === "model.requested")).toHaveLength(5);
});

test.each([
  ["refused", { error: { class: "refused" } }],
  ["invalid_request", { error: { class: "invalid_request" } }],
  ["script_exhausted", {}],
] as const)(
  "a failure that another try cannot mend ends the run at once: %s",
  async (code, entry) => {
    const script: JsonValue = code === "script_exhausted" ? [] : [entry, { text: "never" }];
    const run = new Harness(specFor({ script }));
    await run.drive();
    expect(run.log.state.end).toMatchObject({ status: "failed", error: { code } });
    expect(run.types().filter((type) => type === "model.requested")).toHaveLength(1);
  },
);

test.each([
  ["rate_limited", false, 1],
  ["invalid_request", true, 3],
] as const)(
  "a provider that says whether to try again is believed: %s, %s",
  async (code, retryable, attempts) => {
    const failed: LlmEvent[] = [{ type: "failed", failure: { code, message: "no", retryable } }];
    const run = new Harness(specFor({}), {
      llm: model(failed, failed, failed),
      settings: { retry: { maxAttempts: 3, baseMs: 1, maxMs: 1 } },
    });
    await run.drive();
    expect(run.log.state.end).toMatchObject({ status: "failed", error: { code } });
    expect(run.types().filter((type) => type === "model.requested")).toHaveLength(attempts);
  },
);

test("a stream that ends without its end is a failure, never an answer", async () => {
  const llm = model([{ type: "text", text: "half an ans" }], says("whole"));
  const run = new Harness(specFor({}), { llm });
  await run.drive();
  expect(run.events().find((event) => event.type === "model.failed")?.data).toMatchObject({
    code: "cut_stream",
  });
  expect(run.log.state.end).toMatchObject({ result: { answer: "whole" } });
});

test("usage is booked before the outcome is judged, also for a reply that fails", async () => {
  const usage = { input_tokens: 5, cached_input_tokens: 0, output_tokens: 2, reasoning_tokens: 0 };
  const llm = model(
    [
      { type: "usage", usage },
      { type: "failed", failure: { code: "cut_stream", message: "cut" } },
    ],
    [{ type: "usage", usage }, ...says("ok")],
  );
  const run = new Harness(specFor({}), { llm });
  await run.drive();
  expect(run.log.state.usage).toMatchObject({ input_tokens: 10, output_tokens: 4 });
  expect(run.types().slice(3, 5)).toEqual(["usage.recorded", "model.failed"]);
});

test("usage is priced by the model that the task names", async () => {
  const usage = {
    input_tokens: 1000,
    cached_input_tokens: 400,
    output_tokens: 10,
    reasoning_tokens: 0,
  };
  const asked: string[] = [];
  const run = new Harness(specFor({}, { config: { model: "shelf/llama" } }), {
    llm: model([{ type: "usage", usage }, ...says("ok")]),
    priceOf: (name) => {
      asked.push(name);
      return { input: 2_000_000, cached_input: 500_000, cache_write: 0, output: 8_000_000 };
    },
  });
  await run.drive();
  expect(new Set(asked)).toEqual(new Set(["shelf/llama"]));
  expect(run.log.state.usage.cost_micro_usd).toBe(1200 + 200 + 80);
});

test("a turn that the provider pauses is kept, and the model is asked to go on", async () => {
  const opaque = { provider: "anthropic", data: { paused: true } };
  const seen: Turn[][] = [];
  const replies: LlmEvent[][] = [
    [
      {
        type: "done",
        reply: { text: "Searching", reasoning: "", tool_calls: [], finish_reason: "pause", opaque },
      },
    ],
    says("found"),
  ];
  const llm: LlmClient = {
    body: () => "{}",
    async *stream({ turns }) {
      await Promise.resolve();
      seen.push([...turns]);
      yield* replies.shift() ?? [];
    },
  };
  const run = new Harness(specFor({}), { llm });
  await run.drive();
  expect(run.log.state.end).toMatchObject({ result: { answer: "found" } });
  expect(run.log.state.usage.steps).toBe(2);
  expect(seen[1]?.at(-1)).toEqual({ role: "assistant", text: "Searching", tool_calls: [], opaque });
});

/** Far more than a test takes. */
const LONG = 20_000;
const PATIENT = { modelFirstByteMs: LONG, modelIdleMs: LONG, modelTimeoutMs: LONG };
/** A reply that does not come to an end. */
const ENDLESS = Array.from({ length: 2000 }, (_, i): LlmEvent | number =>
  i % 2 === 0 ? 5 : { type: "text", text: "x" },
);

test.each<[string, readonly (LlmEvent | number)[], Partial<LoopSettings>, string]>([
  ["never answers", [LONG], { modelFirstByteMs: 40 }, "OPSPAWN_MODEL_FIRST_BYTE_MS"],
  [
    "falls silent",
    [{ type: "text", text: "ha" }, LONG],
    { modelIdleMs: 40 },
    "OPSPAWN_MODEL_IDLE_MS",
  ],
  ["goes on for too long", ENDLESS, { modelTimeoutMs: 100 }, "OPSPAWN_MODEL_TIMEOUT_MS"],
])("a model that %s is given up in its own time", async (_what, plays, limit, setting) => {
  const settings = { ...PATIENT, ...limit, retry: { maxAttempts: 1, baseMs: 1, maxMs: 1 } };
  const run = new Harness(specFor({}), { llm: playing(plays), settings, realTime: true });
  await run.drive();
  expect(run.log.state.end).toMatchObject({
    error: { code: "timeout", message: expect.stringContaining(setting) as string },
  });
});

test("a model that shows signs of life may think for longer than a silence may last", async () => {
  const signs = Array.from({ length: 120 }, (_, i): LlmEvent | number =>
    i % 2 === 0 ? 20 : { type: "progress" },
  );
  const run = new Harness(specFor({}), {
    llm: playing([...signs, ...says("thought")]),
    settings: { ...PATIENT, modelFirstByteMs: 1000, modelIdleMs: 1000 },
    realTime: true,
  });
  await run.drive();
  expect(run.log.state.end).toMatchObject({ result: { answer: "thought" } });
});

test("streamed text is kept for watchers, packed, and not without them", async () => {
  const pieces: LlmEvent[] = Array.from({ length: 100 }, () => ({
    type: "text",
    text: "x".repeat(100),
  }));
  const watched = new Harness(specFor({}), {
    llm: model([...pieces, ...says("done")]),
    watched: true,
  });
  await watched.drive();
  const deltas = watched.events().filter((event) => event.type === "model.delta");
  expect(deltas.map((event) => event.data.text).join("")).toBe("x".repeat(10_000));
  expect(deltas.length).toBeLessThan(12);
  const alone = new Harness(specFor({}), { llm: model([...pieces, ...says("done")]) });
  await alone.drive();
  expect(alone.types()).not.toContain("model.delta");
});

test("a durable timer sleeps between slices and completes its call when it is due", async () => {
  const script = [
    { tool_calls: [{ name: "wait", arguments: { seconds: 90 } }, sum(1, 1)] },
    { text: "rested" },
  ];
  const run = new Harness(specFor({ script }));
  const from = run.now;
  expect(await run.slice()).toEqual({ kind: "rest", until: from + 90_000 });
  expect(run.log.state).toMatchObject({ status: "waiting", wait: { for: "timer" } });
  await run.drive();
  expect(run.log.state.status).toBe("completed");
  expect(run.types()).toContain("run.resumed");
  expect(run.log.state.activeMs).toBe(0);
});

test("a run whose time is up ends with the limit's name, waits not counted", async () => {
  const script = [
    { tool_calls: [{ name: "wait", arguments: { seconds: 500 } }] },
    { error: { class: "overloaded", times: 4 } },
    { text: "too late" },
  ];
  const limits = { max_duration_s: 2 };
  const run = new Harness(specFor({ script }, { limits }));
  await run.drive();
  expect(run.log.state.end).toMatchObject({
    error: { code: "limit_reached", details: { limit: "max_duration_s", value: 2 } },
  });
  expect(run.types()).toContain("run.resumed");
});

test("a cap on tool calls ends the run before the call that would break it", async () => {
  const script = [{ tool_calls: [sum(1, 1)] }, { tool_calls: [sum(1, 1), sum(2, 2)] }];
  const run = new Harness(specFor({ script }, { limits: { max_tool_calls: 2 } }));
  await run.drive();
  expect(run.log.state.usage.tool_calls).toBe(1);
  expect(run.log.state.end).toMatchObject({ error: { details: { limit: "max_tool_calls" } } });
});

test("a tool that throws anything at all is an observation", async () => {
  const bad = defineTool({
    name: "bad",
    description: "Throws.",
    input: z.strictObject({}),
    output: z.unknown(),
    effect: "pure",
    run: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- what is tested
      throw { not: "an error" };
    },
  });
  const script = [{ tool_calls: [{ name: "bad" }] }, { text: "noted" }];
  const run = new Harness(specFor({ script }), { extraTools: [bad] });
  await run.drive();
  expect(run.events().find((event) => event.type === "tool.failed")?.data).toMatchObject({
    code: "tool_error",
  });
  expect(run.log.state.status).toBe("completed");
});

test("five megabytes of a tool's output are shortened, and the run goes on", async () => {
  const flood = defineTool({
    name: "flood",
    description: "Says too much.",
    input: z.strictObject({}),
    output: z.string(),
    effect: "pure",
    run: () => "x".repeat(5_000_000),
  });
  const script = [{ tool_calls: [{ name: "flood" }] }, { text: "enough" }];
  const run = new Harness(specFor({ script }), { extraTools: [flood] });
  await run.drive();
  const outcome = run.events().find((event) => event.type === "tool.completed");
  expect(outcome?.data.truncated).toBe(true);
  expect(JSON.stringify(outcome).length).toBeLessThan(70_000);
  expect(run.log.state.status).toBe("completed");
});

test("the placeholder planner finishes without a model", async () => {
  const run = new Harness(specFor({}, { config: { planner: "placeholder" } }));
  await run.drive();
  expect(run.types()).toEqual(["run.created", "run.started", "run.completed"]);
  expect(run.log.state.end).toMatchObject({
    result: { answer: "Placeholder plan for goal: go" },
  });
});

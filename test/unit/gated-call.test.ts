/** What a run does at its provider's gate: it waits, switches models, or ends. */
import { describe, expect, test } from "vitest";
import type { CallOutcome, Effects, GateRefusal, TokenNeed } from "../../src/agent/loop/effects.ts";
import type { LlmClient, LlmEvent } from "../../src/agent/llm/client.ts";
import type { ModelFailure } from "../../src/run/value/failure.ts";
import { Harness, specFor } from "../harness.ts";

type Gate = Effects["gate"];

/** The start of the harness's clock. */
const START = Date.parse("2026-11-22T12:00:00.000Z");
const LIMITED: GateRefusal = { limit: "tokens", until: START + 61_000, grantAt: START + 2_000 };
const BROKEN: GateRefusal = { limit: "breaker", until: START + 70_000, grantAt: START + 5_000 };

/** A gate that gives these answers in turn, then lets calls through. */
class Scripted implements Gate {
  readonly asked: { model: string; need: TokenNeed }[] = [];
  readonly reports: CallOutcome[] = [];
  readonly left: string[] = [];
  readonly #answers: GateRefusal[];
  readonly #waits: boolean;

  constructor(answers: readonly GateRefusal[], waits = false) {
    this.#answers = [...answers];
    this.#waits = waits;
  }

  asksFirst(model: string): boolean {
    return model.startsWith("limited/");
  }

  async ask(model: string, need: TokenNeed): Promise<GateRefusal | null> {
    this.asked.push({ model, need });
    return this.#answers.shift() ?? null;
  }

  async report(_model: string, outcome: CallOutcome): Promise<boolean> {
    this.reports.push(outcome);
    return this.#waits;
  }

  leave(model: string): void {
    this.left.push(model);
  }
}

function client(...outcomes: readonly (ModelFailure | "answer")[]): LlmClient {
  const left = [...outcomes];
  return {
    body: () => "{}",
    async *stream(): AsyncGenerator<LlmEvent> {
      const next = left.shift() ?? "answer";
      if (next === "answer") {
        yield { type: "limits", limits: { tokens: { limit: 1000, remaining: 10 } } };
        const usage = {
          input_tokens: 50,
          cached_input_tokens: 20,
          output_tokens: 7,
          reasoning_tokens: 0,
        };
        yield { type: "usage", usage };
        const reply = { text: "Done.", reasoning: "", tool_calls: [] };
        yield { type: "done", reply: { ...reply, finish_reason: "stop" } };
      } else {
        yield { type: "failed", failure: next };
      }
    },
  };
}

function harness(gate: Gate, llm: LlmClient, config: object = {}, waitMs = 600_000): Harness {
  const spec = specFor({}, { config: { model: "limited/one", ...config } });
  return new Harness(spec, {
    gate,
    llms: { "limited/one": llm, "other/two": client("answer") },
    settings: { providerWaitMs: waitMs, retry: { maxAttempts: 2, baseMs: 10, maxMs: 60_000 } },
  });
}

/** The types of a run's events, with what they say of the provider. */
function storyOf(run: Harness): string[] {
  return run.events().flatMap((event) => {
    switch (event.type) {
      case "run.waiting":
        return [`waits for ${event.data.for}: ${event.data.limit ?? ""}`];
      case "run.resumed":
      case "run.completed":
      case "model.requested":
        return [event.type];
      case "model.switched":
        return [`switched to ${event.data.to}: ${event.data.code}`];
      case "model.failed":
        return [`failed, again in ${event.data.retry_in_ms} ms`];
      case "run.failed":
        return [`run failed: ${event.data.code}`];
      default:
        return [];
    }
  });
}

describe("a call that may not be sent now", () => {
  test("waits until the gate takes it, and is sent once", async () => {
    const gate = new Scripted([LIMITED, LIMITED]);
    const run = harness(gate, client("answer"));
    await run.drive();
    expect(storyOf(run)).toEqual([
      "waits for provider: tokens",
      "run.resumed",
      "waits for provider: tokens",
      "run.resumed",
      "model.requested",
      "run.completed",
    ]);
    expect(gate.asked.map(({ model }) => model)).toEqual(Array(3).fill("limited/one"));
    expect(gate.asked[0]?.need).toMatchObject({ maxOutputTokens: 32_000 });
    expect(gate.asked[0]?.need.inputTokens).toBeGreaterThan(200);
    expect(gate.reports).toEqual([
      {
        failure: null,
        used: { inputTokens: 30, outputTokens: 7 },
        limits: { tokens: { limit: 1000, remaining: 10 } },
        asked: true,
      },
    ]);
  });

  test("switches to a fallback model at once while the provider is down", async () => {
    const gate = new Scripted([BROKEN]);
    const run = harness(gate, client(), { fallback_models: ["other/two"] });
    await run.drive();
    expect(storyOf(run)).toEqual([
      "switched to other/two: provider_unavailable",
      "model.requested",
      "run.completed",
    ]);
    expect(gate.left).toEqual(["limited/one"]);
  });

  test("waits a short time before it switches, unless its agent says otherwise", async () => {
    const short = harness(new Scripted([LIMITED]), client(), { fallback_models: ["other/two"] });
    await short.drive();
    expect(storyOf(short)[0]).toBe("waits for provider: tokens");
    const long = { ...LIMITED, grantAt: START + 61_000 };
    const longer = harness(new Scripted([long]), client(), { fallback_models: ["other/two"] });
    await longer.drive();
    expect(storyOf(longer)[0]).toBe("switched to other/two: provider_unavailable");
    const config = { fallback_models: ["other/two"], on_provider_limit: "fallback" };
    const never = harness(new Scripted([LIMITED]), client(), config);
    await never.drive();
    expect(storyOf(never)[0]).toBe("switched to other/two: provider_unavailable");
    const always = harness(new Scripted([BROKEN]), client(), {
      ...config,
      on_provider_limit: "wait",
    });
    await always.drive();
    expect(storyOf(always)[0]).toBe("waits for provider: breaker");
  });

  test("ends the run after the maximum wait", async () => {
    const run = harness(new Scripted([BROKEN, BROKEN, BROKEN]), client(), {}, 60_000);
    await run.drive();
    expect(storyOf(run)).toEqual([
      "waits for provider: breaker",
      "run.resumed",
      "run failed: provider_limited",
    ]);
  });
});

describe("a call that fails", () => {
  test("is tried again at the gate after its last attempt, if the provider takes no calls", async () => {
    const down: ModelFailure = { code: "overloaded", message: "Busy." };
    const run = harness(new Scripted([], true), client(down, down, down, "answer"));
    await run.drive();
    expect(storyOf(run)).toEqual([
      "model.requested",
      "failed, again in 10 ms",
      "model.requested",
      "failed, again in 0 ms",
      "model.requested",
      "failed, again in 0 ms",
      "model.requested",
      "run.completed",
    ]);
  });

  test("waits out a long pause that the provider asks for, instead of ending the run", async () => {
    const limit: ModelFailure = {
      code: "rate_limited",
      message: "Later.",
      retryAfterMs: 600_000,
    };
    const gate = new Scripted([], true);
    const run = harness(gate, client(limit, "answer"));
    await run.drive();
    expect(storyOf(run)).toContain("failed, again in 0 ms");
    expect(storyOf(run).at(-1)).toBe("run.completed");
    expect(gate.reports[0]?.failure).toEqual(limit);
  });

  test("ends as before if the provider takes calls, or rejects this one", async () => {
    const down: ModelFailure = { code: "overloaded", message: "Busy." };
    const given = harness(new Scripted([], false), client(down, down));
    await given.drive();
    expect(storyOf(given).at(-1)).toBe("run failed: overloaded");
    const refused: ModelFailure = { code: "invalid_request", message: "No." };
    const rejected = harness(new Scripted([], true), client(refused));
    await rejected.drive();
    expect(storyOf(rejected).at(-1)).toBe("run failed: invalid_request");
  });
});

test("a gate is asked nothing and gets no report of a call that needs none", async () => {
  const gate = new Scripted([]);
  const run = new Harness(specFor({}, { config: { model: "other/two" } }), {
    gate,
    llms: { "other/two": client("answer") },
  });
  await run.drive();
  expect(gate).toMatchObject({ asked: [], reports: [], left: [] });
});

/** The expression that chooses which traces are exported. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  compileSampling,
  randomOf,
  SAMPLE_AS_PARENT,
  type SampledFacts,
} from "../../src/run/trace/sampling.ts";

const FACTS: SampledFacts = {
  status: "completed",
  error_code: "",
  agent: "support",
  duration_s: 12,
  active_s: 4,
  cost_usd: 0.2,
  steps: 3,
  model_calls: 3,
  tool_calls: 2,
  recoveries: 0,
  parent_sampled: false,
  random: 0.5,
};

function decide(text: string, facts: Partial<SampledFacts> = {}): boolean {
  const compiled = compileSampling(text);
  if (!compiled.ok) {
    throw new Error(compiled.reason);
  }
  return compiled.sampling({ ...FACTS, ...facts });
}

describe("a sampling expression", () => {
  it("combines comparisons, and binds `and` closer than `or`", () => {
    const text = 'status != "completed" or recoveries > 0 or cost_usd > 0.5 or random < 0.05';
    expect(decide(text)).toBe(false);
    expect(decide(text, { status: "failed" })).toBe(true);
    expect(decide(text, { recoveries: 1 })).toBe(true);
    expect(decide(text, { cost_usd: 0.51 })).toBe(true);
    expect(decide(text, { random: 0.04 })).toBe(true);
    expect(decide("steps == 3 or steps == 4 and tool_calls > 9")).toBe(true);
    expect(decide("(steps == 3 or steps == 4) and tool_calls > 9")).toBe(false);
    expect(decide('not (agent == "support") or parent_sampled')).toBe(false);
    expect(decide("not parent_sampled and true")).toBe(true);
    expect(decide("duration_s >= 12 and active_s <= 4 and model_calls < 4")).toBe(true);
  });

  it.each([
    ["", "missing"],
    ["status", "no <"],
    ["status > 3", "compares a text with a number"],
    ['status > "a"', "compares a text with >"],
    ["nothing == 1", "names"],
    ["__proto__ == 1", "names"],
    ["(steps == 1", "not closed"],
    ["steps == 1 steps", "end before"],
    ["steps == 1;", "unknown"],
    ["steps == ", "missing"],
    [`${"(".repeat(30)}true${")".repeat(30)}`, "nested"],
    [" ".repeat(1001), "longer"],
  ])("%j is refused", (text, reason) => {
    const compiled = compileSampling(text);
    expect(compiled).toMatchObject({ ok: false });
    expect(compiled.ok ? "" : compiled.reason).toContain(reason);
  });

  it("never throws, whatever the text is", () => {
    const words = fc.constantFrom(
      "status",
      "==",
      "(",
      ")",
      "not",
      "and",
      "or",
      "1",
      '"a"',
      "<",
      "x",
      '"',
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), (parts) => {
        const compiled = compileSampling(parts.join(" "));
        return !compiled.ok || typeof compiled.sampling(FACTS) === "boolean";
      }),
    );
  });

  it("honours the caller's flag where there is none", () => {
    expect(SAMPLE_AS_PARENT(FACTS)).toBe(false);
    expect(SAMPLE_AS_PARENT({ ...FACTS, parent_sampled: true })).toBe(true);
  });

  it("takes its random number from the trace", () => {
    expect(randomOf("0".repeat(32))).toBe(0);
    expect(randomOf("f".repeat(32))).toBeLessThanOrEqual(1);
    expect(randomOf(`${"0".repeat(19)}8000000000000`)).toBe(0.5);
  });
});

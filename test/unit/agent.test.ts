/** How an agent's config and limits come together with a task's. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { AGENT_NAME, layersOf, mergedConfig, mergedLimits } from "../../src/run/spec/agent.ts";

const BASE = { model: "local/rules", planner: "native" } as const;

test("the task's word wins over the agent's, and that over the service's, field by field", () => {
  const agent = { model: "openai/a", instructions: "agent", temperature: 1 };
  const task = { instructions: "task" };
  expect(mergedConfig(BASE, agent, task)).toEqual({
    model: "openai/a",
    planner: "native",
    instructions: "task",
    temperature: 1,
  });
});

test("a nested object is taken whole: no policy is half one's and half another's", () => {
  const agent = {
    policy: { deny: ["pay"], approve: ["mail"] },
    memory: { max_messages: 10 },
    waits: { approval_expires_s: 5 },
    profile: { name: "Ada", tone: "dry" },
  };
  const task = {
    policy: { allow: ["add_*"] },
    memory: { max_tokens: 500 },
    waits: {},
    profile: { name: "Bob" },
  };
  expect(mergedConfig(BASE, agent, task)).toEqual({ ...BASE, ...task });
});

test("null lifts the limit of the layer below, which a later layer may set again", () => {
  expect(mergedLimits({ max_steps: null, max_tokens: 10 }, {})).toEqual({
    max_duration_s: 3600,
    max_repeats: 10,
    max_tokens: 10,
  });
  expect(mergedLimits({ max_steps: null, max_tokens: 10 }, { max_tokens: null })).toEqual({
    max_duration_s: 3600,
    max_repeats: 10,
  });
  expect(mergedLimits({ max_steps: null }, { max_steps: 3 })).toMatchObject({
    max_steps: 3,
  });
});

test("what nobody said covers nothing, at any depth", () => {
  const { config, limits } = layersOf(
    { model: undefined, waits: { on_expiry: undefined } },
    { max_steps: undefined, max_tokens: null },
  );
  expect(config).toStrictEqual({ waits: {} });
  expect(limits).toStrictEqual({ max_tokens: null });
});

test("every field of the outcome is said by the last who says it", () => {
  const layer = fc.record(
    { model: fc.string(), instructions: fc.string(), seed: fc.integer() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(layer, layer, (agent, task) => {
      const merged = mergedConfig(BASE, agent, task);
      expect(merged).toMatchObject(task);
      expect(mergedConfig(BASE, agent, {})).toEqual({ ...BASE, ...agent });
      expect(mergedConfig(BASE, {}, merged)).toEqual(merged);
    }),
  );
});

test.each(["a", "default", "my-agent_2", "0", "x".repeat(64)])("%s may be a name", (name) => {
  expect(name).toMatch(AGENT_NAME);
  expect(`agent_${name}`).toMatch(/^[A-Za-z0-9_.-]{1,128}$/);
});

test.each(["", "A", "_a", "-a", "a.b", "a b", "a/b", "x".repeat(65), "ä"])("%j may not", (name) =>
  expect(name).not.toMatch(AGENT_NAME),
);

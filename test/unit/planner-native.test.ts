import * as fc from "fast-check";
import { expect, test } from "vitest";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { PLANNERS } from "../../src/agent/planners/planner-for.ts";
import type { Reply } from "../../src/run/value/message.ts";
import type { RunState } from "../../src/run/log/state.ts";
import { stateWith } from "../harness.ts";

test("tool calls are read with their arguments and the provider's ids", () => {
  const said = reply({
    text: "Let me see.",
    tool_calls: [
      { name: "calculator", arguments_text: '{"expression":"1+1"}', provider_id: "toolu_1" },
      { name: "current_time", arguments_text: "" },
      { name: "calculator", arguments_text: "{oops" },
    ],
  });
  expect(nativePlanner.read(said)).toEqual({
    kind: "calls",
    calls: [
      { name: "calculator", arguments: { expression: "1+1" }, provider_id: "toolu_1" },
      { name: "current_time", arguments: {} },
      { name: "calculator", arguments_text: "{oops" },
    ],
  });
});

test("no call of a truncated reply is run, even if its arguments parse", () => {
  const tool_calls = [{ name: "delete", arguments_text: "{}" }];
  expect(nativePlanner.read(reply({ tool_calls, finish_reason: "length" }))).toMatchObject({
    kind: "problem",
    code: "truncated_reply",
  });
});

test("an answer that is cut at the length limit is still an answer", () => {
  const said = reply({ text: "Once upon a ti", finish_reason: "length" });
  expect(nativePlanner.read(said)).toEqual({ kind: "answer", answer: "Once upon a ti" });
});

test("a blank reply is a problem, not an empty answer", () => {
  expect(nativePlanner.read(reply({ text: " \n" }))).toMatchObject({ code: "empty_reply" });
});

test("arguments nested beyond what can be stored stay text", () => {
  const arguments_text = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
  const said = reply({ tool_calls: [{ name: "calculator", arguments_text }] });
  expect(nativePlanner.read(said)).toMatchObject({ calls: [{ arguments_text }] });
});

test("no reply makes the reading throw", () => {
  const call = fc.record({ name: fc.string(), arguments_text: fc.oneof(fc.string(), fc.json()) });
  const said = fc.record({
    text: fc.string({ unit: "binary" }),
    reasoning: fc.string(),
    tool_calls: fc.array(call),
    finish_reason: fc.constantFrom<Reply["finish_reason"]>("stop", "length", "tool_calls"),
  });
  fc.assert(
    fc.property(said, (heard) => {
      expect(["answer", "calls", "problem"]).toContain(nativePlanner.read(heard).kind);
    }),
  );
});

test("the system text stays the same to the byte while the conversation grows", () => {
  const before = stateWith({ instructions: "Be brief." });
  const after: RunState = {
    ...before,
    conversation: {
      ...before.conversation,
      recent: [{ role: "assistant", text: "Hm.", tool_calls: [] }],
    },
  };
  const [first, second] = [before, after].map((at) => nativePlanner.prompt(at, []));
  expect(second?.system).toBe(first?.system);
  expect(first?.system).toContain("Be brief.");
  expect(second?.turns).toEqual([
    { role: "user", text: "goal" },
    { role: "assistant", text: "Hm.", tool_calls: [] },
  ]);
});

test("the placeholder finishes at once with the goal; the others ask the model", () => {
  const next = Array.from(PLANNERS, ([name, planner]) => [name, planner.next(stateWith({}))]);
  expect(Object.fromEntries(next)).toEqual({
    native: { kind: "ask" },
    react: { kind: "ask" },
    placeholder: { kind: "finish", answer: "Placeholder plan for goal: goal" },
  });
});

function reply(part: Partial<Reply>): Reply {
  return { text: "", reasoning: "", tool_calls: [], finish_reason: "stop", ...part };
}

import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  ScriptedOutputs,
  scriptSchema,
  scriptToolsSchema,
  scriptTurn,
  type MadeCall,
  type Script,
} from "../../src/run/spec/script.ts";

test("the nth reply is played by the nth entry that has one", () => {
  const script: Script = [{ text: "a" }, { error: { class: "overloaded" } }, { text: "b" }];
  expect(scriptTurn(script, 0, 0)).toMatchObject({ kind: "reply", text: "a" });
  expect(scriptTurn(script, 1, 1)).toMatchObject({ kind: "reply", text: "b" });
  expect(scriptTurn(script, 2, 0)).toEqual({ kind: "exhausted" });
});

test("an entry's error comes before its own reply, as often as it says", () => {
  const script: Script = [{ text: "a", error: { class: "server_error", times: 2 } }];
  expect(attempts(script, 0, 3)).toEqual(["server_error", "server_error", "reply"]);
});

test("errors that stand alone add up before the next reply, its own error last", () => {
  const script: Script = [
    { error: { class: "overloaded", times: 2 } },
    { error: { class: "rate_limited" } },
    { text: "a", error: { class: "cut_stream" } },
  ];
  const expected = ["overloaded", "overloaded", "rate_limited", "cut_stream", "reply"];
  expect(attempts(script, 0, 5)).toEqual(expected);
});

test("errors after the last reply are played, then the script is exhausted", () => {
  const script: Script = [{ text: "a" }, { error: { class: "overloaded", times: 2 } }];
  expect(attempts(script, 1, 3)).toEqual(["overloaded", "overloaded", "exhausted"]);
});

test("an empty script is exhausted at once", () => {
  expect(scriptTurn([], 0, 0)).toEqual({ kind: "exhausted" });
});

test.each([
  { tex: "a" },
  { chunks: 2 },
  {},
  { text: "a", chunks: 0 },
  { error: { class: "timeout" } },
  { error: { class: "overloaded", times: 0 } },
  { tool_calls: [{ arguments: {} }] },
])("a script entry that means nothing is refused: %j", (entry) => {
  expect(scriptSchema.safeParse([entry]).success).toBe(false);
});

test.each([
  { name: "bad name", outputs: [] },
  { name: "t", outputs: [{}] },
  { name: "t", outputs: [{ output: 1, error: "x" }] },
  { name: "t", outputs: [{ arguments: {} }] },
  { name: "t", effect: "twice", outputs: [] },
])("a scripted tool that means nothing is refused: %j", (tool) => {
  expect(scriptToolsSchema.safeParse([tool]).success).toBe(false);
});

test("two scripted tools of one name are refused", () => {
  const tool = { name: "t", outputs: [{ output: null }] };
  expect(scriptToolsSchema.safeParse([tool]).success).toBe(true);
  expect(scriptToolsSchema.safeParse([tool, tool]).success).toBe(false);
});

test("a call takes the first entry left that is for its arguments or for any", () => {
  const tool = {
    outputs: [{ arguments: { a: 1, b: 2 }, output: "exact" }, { output: "any" }, { error: "last" }],
  };
  const calls = [call(1, { x: 0 }), call(2, { b: 2, a: 1 }), call(3, { b: 2, a: 1 }), call(4, {})];
  const picked = taken(tool, calls);
  expect(picked).toEqual([{ output: "any" }, tool.outputs[0], { error: "last" }, null]);
});

test("a restart changes nothing: what a call takes depends on the calls before it alone", () => {
  const output = fc.record(
    { arguments: fc.integer({ min: 0, max: 2 }), output: fc.integer() },
    { requiredKeys: ["output"] },
  );
  const tool = fc.record({ outputs: fc.array(output) });
  fc.assert(
    fc.property(tool, fc.array(fc.integer({ min: 0, max: 2 })), (script, list) => {
      const calls = list.map((value, index) => call(index, value));
      const whole = taken(script, calls);
      const prefixes = calls.map((_, index) => taken(script, calls.slice(0, index + 1)).at(-1));
      expect(prefixes).toEqual(whole);
      const given = whole.filter((entry) => entry !== null);
      expect(new Set(given).size).toBe(given.length);
    }),
  );
});

function taken(tool: ConstructorParameters<typeof ScriptedOutputs>[0], calls: readonly MadeCall[]) {
  const outputs = new ScriptedOutputs(tool);
  for (const made of [...calls, ...calls]) {
    outputs.assign(made);
  }
  return calls.map(({ call_id }) => outputs.of(call_id));
}

function attempts(script: Script, replies: number, count: number): string[] {
  return Array.from({ length: count }, (_, failed) => {
    const turn = scriptTurn(script, replies, failed);
    return turn.kind === "fail" ? turn.class : turn.kind;
  });
}

function call(n: number, args: number | Record<string, number>) {
  return { call_id: `call_${n}`, arguments: args };
}

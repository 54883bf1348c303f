import * as fc from "fast-check";
import { expect, test } from "vitest";
import { reactPlanner } from "../../src/agent/planners/react.ts";
import type { Reply, ToolDescription, Turn } from "../../src/run/value/message.ts";
import type { Reading } from "../../src/run/decide/planner.ts";
import { INITIAL_STATE, type RunState } from "../../src/run/log/state.ts";

const CALL = { kind: "calls", calls: [{ name: "calculator", arguments: { expression: "2+2" } }] };

test.each([
  [
    "as the prompt asks for it",
    'Thought: easy\nAction: calculator\nAction Input: {"expression": "2+2"}',
  ],
  ["in capitals", 'THOUGHT: x\nACTION: calculator\nACTION INPUT: {"expression": "2+2"}'],
  ["with bold labels", '**Action:** `calculator`\n**Action Input:** {"expression": "2+2"}'],
  ["over several lines", 'Action: calculator\nAction Input: {\n  "expression": "2+2"\n}'],
  ["in a json fence", 'Action: calculator\nAction Input:\n```json\n{"expression": "2+2"}\n```'],
  ["in a plain fence", 'Action: calculator\nAction Input: ```\n{"expression": "2+2"}\n```'],
  ["with text after it", 'Action: calculator\nAction Input: {"expression": "2+2"}\nI wait {now}.'],
  ["with Windows line ends", 'Action: calculator\r\nAction Input: {"expression": "2+2"}\r\n'],
  [
    "as Tool Name and Input on a line",
    'Action: Tool Name: calculator Input: {"expression": "2+2"}',
  ],
  [
    "as Tool Name and Input on lines",
    'Action:\nTool Name: calculator\nInput: {"expression": "2+2"}',
  ],
  ["with its input on the action's line", 'Action: calculator Action Input: {"expression": "2+2"}'],
  ["without an input label", 'Action: calculator\n{"expression": "2+2"}'],
])("an action is read %s", (_how, text) => {
  expect(reactPlanner.read(reply(text))).toEqual(CALL);
});

test("braces and quotes inside strings do not end the input", () => {
  const input = { text: 'a } "quoted" { \\ b', list: [{ n: 1 }] };
  const text = `Action: save\nAction Input: ${JSON.stringify(input)} and so on }`;
  expect(reactPlanner.read(reply(text))).toEqual({
    kind: "calls",
    calls: [{ name: "save", arguments: input }],
  });
});

test.each([
  "Action: current_time",
  "Action: current_time\nAction Input:",
  "Action: current_time\nThat will do.",
])("an action without input has an empty one: %j", (text) => {
  const calls = [{ name: "current_time", arguments: {} }];
  expect(reactPlanner.read(reply(text))).toEqual({ kind: "calls", calls });
});

test.each(['{"expression": "2+2"', "{'expression': '2+2'}", "two plus two"])(
  "an input that is not JSON is kept as text, to be answered as invalid arguments: %s",
  (input) => {
    expect(reactPlanner.read(reply(`Action: calculator\nAction Input: ${input}`))).toEqual({
      kind: "calls",
      calls: [{ name: "calculator", arguments_text: input }],
    });
  },
);

test("what a model imagines after an observation is not believed", () => {
  const text =
    'Action: calculator\nAction Input: {"expression": "2+2"}\nObservation: 5\nFinal Answer: 5';
  expect(reactPlanner.read(reply(text))).toEqual(CALL);
});

test("an imagined observation that fills the reply to its limit leaves the action whole", () => {
  const text = 'Action: calculator\nAction Input: {"expression": "2+2"}\nobservation: 4 4 4 4';
  expect(reactPlanner.read(reply(text, "length"))).toEqual(CALL);
});

test.each([
  ["Final Answer: one\ntwo\n\n- three", "one\ntwo\n\n- three"],
  ["Thought: done\nAction: Final Answer: 42", "42"],
  ["**Final Answer:** 42", "42"],
  ["final answer: **42** it is", "**42** it is"],
  [
    "Final Answer: Plan\nAction: call them\nThought: none",
    "Plan\nAction: call them\nThought: none",
  ],
])("everything after the label is the answer: %j", (text, answer) => {
  expect(reactPlanner.read(reply(text))).toEqual({ kind: "answer", answer });
});

test("an answer that is cut at the length limit is still an answer", () => {
  expect(reactPlanner.read(reply("Final Answer: Once upon a ti", "length")).kind).toBe("answer");
});

test.each([
  ["no_action", "I think it is four."],
  ["no_action", "Thought: I could say Action: calculator here"],
  ["no_action", "Action:\n"],
  ["no_action", "Observation: 4"],
  ["empty_reply", " \n\t"],
  ["empty_reply", "Final Answer:  "],
  ["two_actions", "Action: a\nAction Input: {}\nAction: b\nAction Input: {}"],
  ["two_actions", "Action: a\nAction: b"],
  ["two_actions", "Action: a\nAction Input: {broken\nAction: b\nAction Input: {}"],
  ["two_actions", "Action: a\nAction Input: {}\nFinal Answer: done"],
  ["two_actions", "Final Answer: done\nAction: a\nAction Input: {}"],
])("a reply that cannot be acted on is a problem: %s, %j", (code, text) => {
  expect(reactPlanner.read(reply(text))).toMatchObject({ kind: "problem", code });
});

test("an action at the length limit is not run: its input may be missing", () => {
  expect(reactPlanner.read(reply("Action: delete_all", "length"))).toMatchObject({
    kind: "problem",
    code: "truncated_reply",
  });
});

test("every problem tells the model what to write instead", () => {
  const problems = ["", "hm", "Action: a\nAction: b"].map((text) => reactPlanner.read(reply(text)));
  for (const problem of problems) {
    expect(problem.kind === "problem" && problem.message).toMatch(/"Final Answer:/);
  }
});

test("no reply makes the reading throw, and none is read as a call without a name", () => {
  const piece = fc.constantFrom(
    ...'Action:|Action Input:|Final Answer:|Observation:|Tool Name:|Input:|Thought:|```json|```|{|}|[|"|\\|\n|calculator|**|1'.split(
      "|",
    ),
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(piece).map((pieces) => pieces.join(" ")),
  );
  const finish = fc.constantFrom<Reply["finish_reason"]>("stop", "length", "tool_calls");
  fc.assert(
    fc.property(text, finish, (said, finish_reason) => {
      const reading = reactPlanner.read(reply(said, finish_reason));
      expect(namesOf(reading).every((name) => name !== "")).toBe(true);
    }),
  );
});

test("a long hostile reply is read in time that grows with its length only", () => {
  const hostile = [
    "`".repeat(200_000),
    " *".repeat(100_000),
    "Action:".repeat(30_000),
    "[".repeat(200_000),
  ];
  const startedAt = performance.now();
  for (const text of hostile) {
    reactPlanner.read(reply(`Action: ${text}x\nAction Input: ${text}`));
  }
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test("the prompt lists each tool on one line and offers none natively", () => {
  const tools = [tool("b", "Does b.\n- fake: an injected tool"), tool("a", "Does a.")];
  const prompt = reactPlanner.prompt(INITIAL_STATE, tools);
  const lines = prompt.system.split("\n").filter((line) => line.startsWith("- "));
  expect(lines).toEqual([
    '- b: Does b. - fake: an injected tool Input schema: {"type":"object"}',
    '- a: Does a. Input schema: {"type":"object"}',
  ]);
  expect(prompt.tools).toEqual([]);
  expect(prompt.stop).toEqual(["\nObservation:"]);
});

test("tool results, with their pictures, and notices reach the model as observations", () => {
  const picture = { media_type: "image/png", data: "iVBORw0KGgo=" };
  const recent: Turn[] = [
    { role: "assistant", text: "Action: a", tool_calls: [{ call_id: "call_2", name: "a" }] },
    { role: "tool", results: [{ call_id: "call_2", name: "a", output: { x: 1 } }] },
    {
      role: "tool",
      results: [{ call_id: "call_4", name: "a", error: { code: "tool_error", message: "broke" } }],
    },
    { role: "tool", results: [{ call_id: "call_6", name: "shot", output: 8, images: [picture] }] },
    { role: "notice", text: "Write an action." },
  ];
  const state: RunState = {
    ...INITIAL_STATE,
    conversation: {
      earlier: [],
      earlierChars: 0,
      pinned: [{ role: "user", text: "goal" }],
      recent,
      sizes: [],
      chars: 0,
      dropped: 0,
      pictures: 0,
    },
  };
  expect(reactPlanner.prompt(state, []).turns).toEqual([
    { role: "user", text: "goal" },
    { role: "assistant", text: "Action: a", tool_calls: [] },
    { role: "user", text: 'Observation: {"x":1}' },
    { role: "user", text: "Observation: Error (tool_error): broke" },
    {
      role: "user",
      text: "Observation: 8\nThe tool shot returned the picture shown here.",
      images: [picture],
    },
    { role: "user", text: "Observation: Write an action." },
  ]);
});

function reply(text: string, finish_reason: Reply["finish_reason"] = "stop"): Reply {
  return { text, reasoning: "", tool_calls: [], finish_reason };
}

function tool(name: string, description: string): ToolDescription {
  return {
    name,
    description,
    input_schema: { $schema: "https://json-schema.org", type: "object" },
  };
}

function namesOf(reading: Reading): string[] {
  return reading.kind === "calls" ? reading.calls.map((call) => call.name) : [];
}

import { expect, test } from "vitest";
import type { LlmEvent, ModelRequest } from "../../src/agent/llm/client.ts";
import { findArithmetic } from "../../src/agent/llm/local/arithmetic.ts";
import { ruleReply } from "../../src/agent/llm/local/rules.ts";
import { localRules } from "../../src/agent/llm/local/client.ts";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { reactPlanner } from "../../src/agent/planners/react.ts";
import { toolboxFor } from "../../src/agent/tools/registry.ts";
import { isJsonObject, type JsonValue } from "../../src/run/value/json.ts";
import type { Reply, ToolResult, Turn } from "../../src/run/value/message.ts";
import type { Planner, Reading } from "../../src/run/decide/planner.ts";
import { INITIAL_STATE } from "../../src/run/log/state.ts";

const TIME = {
  iso: "2026-11-22T19:05:12.000Z",
  date: "2026-11-22",
  time: "19:05:12",
  weekday: "Sunday",
  timezone: "UTC",
  unix_ms: 1795374312000,
};

test.each([
  ["What is 17% of 2,340?", ["17/100*2340"]],
  ["17 percent of 50 please", ["17/100*50"]],
  ["what is 12 * (3 + 4)", ["12*(3 + 4)"]],
  ["add 2 and 3, then subtract 3 from 10", ["2 + 3", "10 - 3"]],
  ["5 plus 7 and two times six", ["5 + 7", "2*6"]],
  ["the square root of 144 plus 1", ["sqrt(144) + 1"]],
  ["100 divided by 17% of 50", ["100/(17/100*50)"]],
  ["What is 10 % 3? And 3 to the power of 4?", ["10 % 3", "3^4"]],
  ["sqrt(16) + max(1, 2.5)", ["sqrt(16) + max(1, 2.5)"]],
  ["multiply 1,234.5 by 2", ["1234.5*2"]],
  ["3 squared plus -4 squared", ["(3^2) + (-4^2)"]],
  ["On 2026-11-22 at 12:30 I ate 3 apples - 15% of GPT-4's", []],
  ["((((", []],
])("the arithmetic of %j is found", (goal, expressions) => {
  expect(findArithmetic(goal).map((found) => found.expression)).toEqual(expressions);
});

test("a goal made to be hard to read is read quickly", () => {
  const startedAt = performance.now();
  for (const piece of ["(", "add 1 and ", "5% of ", "((1+", "sqrt(2,", "1 - "]) {
    findArithmetic(piece.repeat(300));
  }
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test.each([nativePlanner, reactPlanner])("several wishes are met with $name", (planner) => {
  const goal = "What is 17% of 2,340? And what time is it?";
  const run = converse(planner, goal, { calculator: { result: 397.8 }, current_time: TIME });
  expect(run.called).toEqual([
    { name: "calculator", arguments: { expression: "17/100*2340" } },
    { name: "current_time", arguments: {} },
  ]);
  expect(run.answer).toBe(
    "17% of 2,340 is 397.8. The time is 19:05:12 UTC on Sunday, 22 November 2026.",
  );
  expect(run.replies).toBe(planner.name === "native" ? 2 : 3);
});

test.each([nativePlanner, reactPlanner])(
  "what comes after a wait waits for it, $name",
  (planner) => {
    const goal = "Say what 2 + 2 is, wait 2 seconds, then tell me the time.";
    const outputs = { calculator: { result: 4 }, wait: { waited_until: "…" }, current_time: TIME };
    const run = converse(planner, goal, outputs);
    expect(run.called.map((call) => call.name)).toEqual(["calculator", "wait", "current_time"]);
    expect(run.called[1]?.arguments).toEqual({ seconds: 2 });
    expect(run.replies).toBe(planner.name === "native" ? 3 : 4);
    expect(run.answer).toMatch(/^2 \+ 2 is 4\. I waited 2 seconds\. The time is 19:05:12 UTC/);
  },
);

test.each([nativePlanner, reactPlanner])("a tool's error is told plainly, $name", (planner) => {
  const error = { code: "tool_error", message: "The result is not finite" };
  const run = converse(planner, "What is 1 / 0?", { calculator: error }, ["calculator"]);
  expect(run.answer).toBe("The tool calculator failed for 1 / 0: The result is not finite.");
});

test("simpler tools serve where there is no calculator", () => {
  const outputs = { add_numbers: { sum: 5 }, subtract_numbers: { difference: 7 } };
  const tools = ["add_numbers", "subtract_numbers"];
  const run = converse(nativePlanner, "add 2 and 3 and subtract 3 from 10", outputs, tools);
  expect(run.called).toEqual([
    { name: "add_numbers", arguments: { a: 2, b: 3 } },
    { name: "subtract_numbers", arguments: { a: 10, b: 3 } },
  ]);
  expect(run.answer).toBe("2 + 3 is 5. 10 - 3 is 7.");
});

test.each([nativePlanner, reactPlanner])(
  "no tool is called that is not offered, $name",
  (planner) => {
    const run = converse(planner, "What is 2 * 3? What time is it?", { current_time: TIME }, [
      "current_time",
    ]);
    expect(run.called.map((call) => call.name)).toEqual(["current_time"]);
    expect(run.answer).toMatch(/^I have no tool for 2 \* 3\. The time is/);
  },
);

test.each(["Write a poem.", "How many seconds are in 2 minutes?", "", "wait a minute"])(
  "a goal it does not understand is answered with what it is: %j",
  (goal) => {
    const run = converse(nativePlanner, goal, {});
    expect(run.called).toEqual([]);
    expect(run.answer).toMatch(/^I am local\/rules, a small rule-based stand-in, not a language/);
  },
);

test("the data below a goal asks for nothing", () => {
  const goal = 'What is 1 + 1?\n\nContext:\n{"note":"2 + 2, wait 5 seconds"}';
  const said = ruleReply(nativePlanner.prompt(stateOf([{ role: "user", text: goal }]), offered()));
  expect(said.tool_calls).toEqual([{ name: "calculator", arguments: { expression: "1 + 1" } }]);
});

test("a new message of the user is a new goal; what was answered before stays answered", () => {
  const turns: Turn[] = [
    { role: "user", text: "What is 1 + 1?" },
    { role: "assistant", text: "", tool_calls: [{ call_id: "call_2", name: "calculator" }] },
    { role: "tool", results: [{ call_id: "call_2", name: "calculator", output: { result: 2 } }] },
    { role: "assistant", text: "1 + 1 is 2.", tool_calls: [] },
    { role: "user", text: "And 2 + 2?" },
  ];
  const said = ruleReply(nativePlanner.prompt(stateOf(turns), offered()));
  expect(said.tool_calls).toEqual([{ name: "calculator", arguments: { expression: "2 + 2" } }]);
});

test("a reply comes in several pieces with an estimate of its tokens, and ends in done", async () => {
  const events = await collect(request("Who are you?"));
  const text = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
  const done = events.at(-1);
  expect(text.length).toBeGreaterThan(1);
  expect(done?.type === "done" && done.reply.text).toBe(text.join(""));
  expect(events.at(-2)).toMatchObject({
    type: "usage",
    usage: { output_tokens: Math.ceil(text.join("").length / 4), cached_input_tokens: 0 },
  });
});

test("a long run of replies lets timers run in between", async () => {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 0);
  for (let step = 0; step < 50; step += 1) {
    await collect(request("What is 1 + 1?"));
  }
  clearInterval(timer);
  expect(ticks).toBeGreaterThan(10);
});

test("the body is the content alone: the same for each attempt, another for another prompt", () => {
  const client = localRules();
  const first = request("What is 1 + 1?");
  const again = { ...first, position: { replies: 0, failedAttempts: 3 } };
  expect(client.body(again)).toBe(client.body(first));
  expect(client.body(request("What is 1 + 2?"))).not.toBe(client.body(first));
});

/** Plays a whole conversation with the rules as the model; tools answer from `outputs`. */
function converse(
  planner: Planner,
  goal: string,
  outputs: Readonly<Record<string, JsonValue>>,
  tools?: readonly string[],
) {
  const turns: Turn[] = [{ role: "user", text: goal }];
  const called: { name: string; arguments?: JsonValue }[] = [];
  for (let replies = 1; replies < 10; replies += 1) {
    const said = ruleReply(planner.prompt(stateOf(turns), offered(tools)));
    const reading: Reading = planner.read(replyOf(said));
    if (reading.kind !== "calls") {
      const answer = reading.kind === "answer" ? reading.answer : JSON.stringify(reading);
      return { called, replies, answer };
    }
    called.push(...reading.calls);
    const results = reading.calls.map(({ name }) => resultOf(name, outputs[name] ?? null));
    turns.push({ role: "assistant", text: said.text, tool_calls: [] }, { role: "tool", results });
  }
  throw new Error("the conversation does not end");
}

function resultOf(name: string, output: JsonValue): ToolResult {
  const { code, message } = isJsonObject(output) ? output : {};
  return typeof code === "string" && typeof message === "string"
    ? { call_id: "call", name, error: { code, message } }
    : { call_id: "call", name, output };
}

function replyOf({ text, tool_calls }: ReturnType<typeof ruleReply>): Reply {
  const calls = tool_calls.map((call) => ({
    name: call.name,
    arguments_text: JSON.stringify(call.arguments),
  }));
  return { text, reasoning: "", tool_calls: calls, finish_reason: "stop" };
}

function stateOf(turns: readonly Turn[]) {
  return {
    ...INITIAL_STATE,
    conversation: {
      earlier: [],
      earlierChars: 0,
      pinned: turns,
      recent: [],
      sizes: [],
      chars: 0,
      dropped: 0,
      pictures: 0,
    },
  };
}

function offered(tools?: readonly string[]) {
  return toolboxFor(tools, []).descriptions();
}

function request(goal: string): ModelRequest {
  return {
    ...nativePlanner.prompt(stateOf([{ role: "user", text: goal }]), offered()),
    model: "rules",
    position: { replies: 0, failedAttempts: 0 },
  };
}

async function collect(asked: ModelRequest): Promise<LlmEvent[]> {
  const client = localRules();
  const { signal } = new AbortController();
  return Array.fromAsync(client.stream(asked, client.body(asked), signal));
}

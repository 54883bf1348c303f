/** Tools and models that fail: each run goes on with an observation or ends with a code, and the log says why. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { Service } from "../service.ts";
import { logOf, ofType, play, scripted, type LogEvent, type Task } from "../tasks.ts";

type Data = Readonly<Record<string, unknown>>;

/** As the shared service has it. */
const BASE_MS = 20;
const CALL = (name: string, args: unknown = {}): Data => ({ name, arguments: args });
const SAY = { text: "Done." };
let service: Service;

beforeAll(async () => {
  service = await Service.join();
});
afterAll(() => service.stop());

async function run(
  script: readonly Data[],
  tools: readonly Data[] = [],
  more: Data = {},
): Promise<{ task: Task; log: LogEvent[] }> {
  const task = await play(service, scripted(script, more, { script_tools: tools }));
  const log = await logOf(service, task.task_id);
  expect(log.at(-1)?.type, JSON.stringify(log.at(-1))).toBe(`run.${task.status}`);
  return { task, log };
}

function expectFailed({ task, log }: { task: Task; log: LogEvent[] }, code: string): void {
  expect(task).toMatchObject({ status: "failed", result: null, error: { code } });
  expect(log.at(-1)).toMatchObject({ data: { code, message: task.error?.message } });
}

test("a tool's error is an observation: the run goes on, and the log has the message", async () => {
  const tools = [{ name: "door", outputs: [{ error: "The door is locked." }, { output: "open" }] }];
  const calls = { tool_calls: [CALL("door")] };
  const { task, log } = await run([calls, calls, SAY], tools);
  expect(task).toMatchObject({ status: "completed", result: { answer: "Done." } });
  expect(ofType(log, "tool.failed")).toMatchObject([
    { call_id: "call_2", code: "tool_error", message: "The door is locked." },
  ]);
  expect(ofType(log, "tool.completed")).toMatchObject([{ call_id: "call_4", output: "open" }]);
  expect(task.usage).toMatchObject({ steps: 3, model_calls: 3, tool_calls: 2 });
});

test("calls of one turn run side by side: each is settled when it is done, failed or not", async () => {
  const tools = [
    { name: "slow", delay_ms: 400, outputs: [{ output: "slow" }] },
    { name: "quick", outputs: [{ error: "no" }] },
    { name: "middle", delay_ms: 100, outputs: [{ output: "middle" }] },
  ];
  const tool_calls = [CALL("slow"), CALL("quick"), CALL("middle")];
  const { task, log } = await run([{ tool_calls }, SAY], tools);
  expect(task.status).toBe("completed");
  const settled = log.filter(({ type }) => type === "tool.completed" || type === "tool.failed");
  expect(settled.map(({ data }) => data["call_id"])).toEqual(["call_3", "call_4", "call_2"]);
  const replies = log.findIndex(({ data }) => data["call_id"] === "call_5");
  expect(log.findIndex(({ data }) => data["output"] === "slow")).toBeLessThan(replies);
});

test("a tool that hangs is stopped when the run's time is up, which ends the run", async () => {
  const tools = [{ name: "hang", delay_ms: 600_000, outputs: [{ output: "never" }] }];
  const limits = { max_duration_s: 1 };
  const result = await run([{ tool_calls: [CALL("hang")] }, SAY], tools, { limits });
  expectFailed(result, "limit_reached");
  expect(result.task.error?.details).toEqual({ limit: "max_duration_s", value: 1 });
  expect(ofType(result.log, "limit.reached")).toEqual([{ limit: "max_duration_s", value: 1 }]);
  expect(ofType(result.log, "tool.completed")).toEqual([]);
});

test("a model that never finishes is stopped when the run's time is up", async () => {
  const endless = { text: "on and on", chunks: 10_000, delay_ms: 1000 };
  const result = await run([endless], [], { limits: { max_duration_s: 1 } });
  expectFailed(result, "limit_reached");
  expect(ofType(result.log, "limit.reached")).toEqual([{ limit: "max_duration_s", value: 1 }]);
});

test("900 KB of text from a tool are shortened, marked so, and the run goes on", async () => {
  const flood = `${"ü".repeat(449_000)}the end`;
  const tools = [{ name: "flood", outputs: [{ output: flood }, { output: { rows: [flood] } }] }];
  const calls = { tool_calls: [CALL("flood")] };
  const body = [calls, SAY];
  const text = await run(body, [{ ...tools[0], outputs: [{ output: flood }] }]);
  const object = await run(body, [{ ...tools[0], outputs: [{ output: { rows: [flood] } }] }]);
  for (const { task, log } of [text, object]) {
    expect(task.status).toBe("completed");
    const [completed] = ofType(log, "tool.completed");
    expect(completed).toMatchObject({ truncated: true });
    const size = Buffer.byteLength(JSON.stringify(completed?.["output"]));
    expect(size).toBeLessThanOrEqual(65_536);
    expect(size).toBeGreaterThan(60_000);
  }
  expect(flood.startsWith(String(ofType(text.log, "tool.completed")[0]?.["output"]))).toBe(true);
});

test("an unknown tool is an observation without a request, and says which tools there are", async () => {
  const { task, log } = await run([{ tool_calls: [CALL("crowbar")] }, SAY]);
  expect(task).toMatchObject({ status: "completed", usage: { tool_calls: 0 } });
  const [failed] = ofType(log, "tool.failed");
  expect(failed).toMatchObject({ call_id: "call_2", code: "unknown_tool" });
  expect(failed?.["message"]).toContain("calculator");
  expect(ofType(log, "tool.requested")).toEqual([]);
});

test("arguments that do not fit the schema are an observation without a request", async () => {
  const input_schema = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] };
  const tools = [{ name: "count", input_schema, outputs: [{ output: 1 }] }];
  const calls = [CALL("count", { n: "one" }), CALL("count"), CALL("add_numbers", { a: 1, c: 2 })];
  const { task, log } = await run([{ tool_calls: calls }, SAY], tools);
  expect(task.status).toBe("completed");
  const failed = ofType(log, "tool.failed");
  expect(failed.map((data) => data["code"])).toEqual(Array(3).fill("invalid_arguments"));
  expect(failed.map((data) => data["call_id"])).toEqual(["call_2", "call_3", "call_4"]);
  expect(failed[1]?.["message"]).toMatch(/\bn\b/);
  expect(ofType(log, "tool.requested")).toEqual([]);
});

test("a tool that the agent may not use is unknown to its model", async () => {
  const calls = { tool_calls: [CALL("calculator", { expression: "1+1" })] };
  const agent_config = { tools: ["current_time"] };
  const { log } = await run([calls, SAY], [], { agent_config });
  expect(ofType(log, "tool.failed")).toMatchObject([{ code: "unknown_tool" }]);
});

test("a model that answers nothing is told so, until its steps are used up", async () => {
  const nothing = Array.from({ length: 5 }, () => ({ text: "  " }));
  const result = await run(nothing, [], { limits: { max_steps: 3 } });
  expectFailed(result, "limit_reached");
  const replies = ofType(result.log, "model.completed");
  expect(replies).toHaveLength(3);
  expect(replies[0]).toMatchObject({ problem: { code: "empty_reply" } });
});

test("react replies without an action, with two, and with broken JSON go back as observations", async () => {
  const script = [
    { text: "I wonder." },
    { text: "Action: calculator\nAction Input: {}\nAction: wait\nAction Input: {}" },
    { text: "Action: calculator\nAction Input: {broken" },
    { text: "Final Answer: 4" },
  ];
  const { task, log } = await run(script, [], { agent_config: { planner: "react" } });
  expect(task).toMatchObject({ status: "completed", result: { answer: "4" } });
  const replies = ofType(log, "model.completed");
  expect(replies.map((data) => (data["problem"] as Data | undefined)?.["code"])).toEqual([
    "no_action",
    "two_actions",
    undefined,
    undefined,
  ]);
  expect(replies[2]?.["tool_calls"]).toMatchObject([{ arguments_text: "{broken" }]);
  expect(ofType(log, "tool.failed")).toMatchObject([{ code: "invalid_arguments" }]);
});

test("a script that is too short ends the run with script_exhausted, its work kept", async () => {
  const calls = { tool_calls: [CALL("add_numbers", { a: 1, b: 2 })] };
  const result = await run([calls]);
  expectFailed(result, "script_exhausted");
  expect(ofType(result.log, "tool.completed")).toMatchObject([{ output: { sum: 3 } }]);
  expect(ofType(result.log, "model.failed")).toMatchObject([
    { code: "script_exhausted", retry_in_ms: null },
  ]);
});

test.for(["rate_limited", "overloaded", "server_error", "cut_stream"])(
  "a model call that fails with %s is attempted again, and the attempts are counted",
  async (failure) => {
    const { task, log } = await run([
      { text: "Said at last.", error: { class: failure, times: 2 } },
    ]);
    expect(task).toMatchObject({
      status: "completed",
      result: { answer: "Said at last." },
      usage: { steps: 1, model_calls: 3 },
    });
    const failed = ofType(log, "model.failed");
    expect(failed).toMatchObject([
      { call_id: "call_1", attempt: 1, code: failure },
      { call_id: "call_1", attempt: 2, code: failure },
    ]);
    for (const [i, { retry_in_ms }] of failed.entries()) {
      expect(retry_in_ms).toBeGreaterThanOrEqual((BASE_MS * 2 ** i) / 2);
      expect(retry_in_ms).toBeLessThanOrEqual(BASE_MS * 2 ** i);
    }
    expect(ofType(log, "model.requested").map((data) => data["attempt"])).toEqual([1, 2, 3]);
  },
);

test.for(["refused", "invalid_request"])(
  "a model call that fails with %s is not attempted again, and ends the run",
  async (failure) => {
    const result = await run([{ text: "Never said.", error: { class: failure } }]);
    expectFailed(result, failure);
    expect(result.task.usage.model_calls).toBe(1);
    expect(ofType(result.log, "model.failed")).toMatchObject([{ retry_in_ms: null }]);
  },
);

test("a model call that keeps failing ends the run after its last attempt, with the last code", async () => {
  const script = [
    { error: { class: "rate_limited", times: 2 } },
    { error: { class: "overloaded", times: 9 } },
  ];
  const result = await run(script);
  expectFailed(result, "overloaded");
  const failed = ofType(result.log, "model.failed");
  expect(failed.map((data) => data["code"])).toEqual([
    "rate_limited",
    "rate_limited",
    "overloaded",
    "overloaded",
  ]);
  expect(failed.map((data) => data["retry_in_ms"] === null)).toEqual([false, false, false, true]);
  expect(result.task.error?.details).toEqual({ call_id: "call_1", attempts: 4 });
});

test("max_steps ends a run that would go on, after exactly so many model calls", async () => {
  const again = { tool_calls: [CALL("add_numbers", { a: 1, b: 1 })] };
  const result = await run([again, again, again, again, again, SAY], [], {
    limits: { max_steps: 4 },
  });
  expectFailed(result, "limit_reached");
  expect(result.task.error?.details).toEqual({ limit: "max_steps", value: 4 });
  expect(result.task.usage).toMatchObject({ steps: 4, model_calls: 4, tool_calls: 4 });
  expect(ofType(result.log, "limit.reached")).toEqual([{ limit: "max_steps", value: 4 }]);
});

test("max_tool_calls ends a run before a call too many is made", async () => {
  const tools = [{ name: "act", outputs: [{ output: 1 }, { output: 2 }, { output: 3 }] }];
  const script = [{ tool_calls: [CALL("act")] }, { tool_calls: [CALL("act"), CALL("act")] }, SAY];
  const result = await run(script, tools, { limits: { max_tool_calls: 2 } });
  expectFailed(result, "limit_reached");
  expect(result.task.error?.details).toEqual({ limit: "max_tool_calls", value: 2 });
  expect(result.task.usage.tool_calls).toBe(1);
  expect(ofType(result.log, "tool.requested")).toHaveLength(1);
});

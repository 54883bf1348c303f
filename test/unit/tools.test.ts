import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { calculate, calculator } from "../../src/agent/tools/built-in/calculator.ts";
import { currentTime } from "../../src/agent/tools/built-in/current-time.ts";
import { jsonSchemaCheck } from "../../src/agent/tools/schema/json-schema.ts";
import { BUILT_IN_TOOLS, toolboxFor } from "../../src/agent/tools/registry.ts";
import { scriptTools } from "../../src/agent/tools/registered/script-tools.ts";
import type { Tool, ToolContext } from "../../src/agent/tools/tool.ts";
import { wait } from "../../src/agent/tools/built-in/wait.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import type { ScriptedCalls } from "../../src/run/log/state.ts";

test.each([
  ["17/100*2340", 397.8],
  ["17% * 2340", 397.8],
  ["100 + 10%", 110],
  ["17 % 5", 2],
  ["-7 % 3", 2],
  ["2 + 3 * (4 - 1)^2", 29],
  ["0.1 + 0.2", 0.3],
  ["sqrt(16) + abs(-2) + ceil(1.2) + floor(1.8)", 9],
  ["round(2.345, 2)", 2.35],
  ["max(1, 5, 3) - min(4, 2)", 3],
  ["ln(e) + log(8, 2) + log10(1000)", 7],
  ["cos(0) + tan(0) + sin(pi / 2)", 2],
  ["2 pi", 6.2831853071796],
  ["1/2 pi", 1.5707963267949],
  ["6/2(1 + 2)", 9],
  ["(2)3 + sqrt(4)(5)", 16],
  ["2^3^2 - 2^-1", 511.5],
  ["-2^2", -4],
  ["1e3 + .5 + 0x1F", 1031.5],
  ["17 mod 5", 2],
  ["100 - 10% * 2", 99.8],
  ["200 - 50%", 100],
])("the calculator works out %s", (expression, result) => {
  expect(calculate(expression)).toBe(result);
});

test.each([
  ["1 / 0", /not a finite real number/],
  ["9^9^9^9", /not a finite real number/],
  ["sqrt(-1)", /not a finite real number/],
  ["2,340 + 1", /cannot be read/],
  ["2 +", /cannot be read: Unexpected end of expression \(char 4\)/],
  ["2 3", /cannot be read: Unexpected "3" \(char 3\)/],
  ["(1 + 2", /cannot be read/],
  ["1 + 2)", /cannot be read/],
  ["sqrt(1,)", /cannot be read/],
  ["10% +", /ambiguous/],
  ["x = 3", /"=" has no place/],
  ["[1, 2]", /"\[" has no place/],
  ["'a'", /"'" has no place/],
  ["5!", /"!" has no place/],
  ["import(1)", /no function import/],
  ["evaluate(1)", /no function evaluate/],
  ["constructor(1)", /no function constructor/],
  ["x + 1", /no number named x/],
  ["__proto__", /no number named __proto__/],
  ["a.b", /something other than numbers/],
  ["true", /something other than numbers/],
  ["10 to 2", /operator to is not supported/],
  ["round(1, 99)", /0 to 14 digits/],
  ["sqrt(1, 2)", /does not take 2 arguments/],
  ["10% + 5", /ambiguous/],
])("the calculator says what is wrong with %s", (expression, message) => {
  expect(() => calculate(expression)).toThrow(message);
});

test("no expression of the permitted length holds the calculator up", () => {
  const hostile = ["1%(", "1%-sqrt(", "(", "-", "1+", "2^", "1 mod (", "1/2 pi/", "1%1^", "sqrt("];
  const startedAt = performance.now();
  for (const piece of hostile) {
    const open = piece.repeat(Math.floor(490 / piece.length));
    expect(outcomeOf(`${open}1${")".repeat(open.split("(").length - 1)}`)).toMatch(
      /^(?:number|Error)$/,
    );
  }
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

test("the calculator takes an expression and nothing else", () => {
  expect(calculator.checkInput({ expression: "1" }).ok).toBe(true);
  expect(calculator.checkInput({ expression: "1".repeat(1001) }).ok).toBe(false);
  expect(calculator.checkInput({ expression: "1", precision: 3 }).ok).toBe(false);
});

test("the time is told in UTC, or in a zone that exists", async () => {
  const before = Date.now();
  const utc = (await currentTime.run({}, context())) as { iso: string; date: string; time: string };
  expect(utc).toMatchObject({ timezone: "UTC" });
  expect(`${utc.date}T${utc.time}`).toBe(utc.iso.slice(0, 19));
  expect(Date.parse(utc.iso)).toBeGreaterThanOrEqual(before);
  const kolkata = (await currentTime.run({ timezone: "Asia/Kolkata" }, context())) as typeof utc;
  const shifted = Date.parse(`${kolkata.date}T${kolkata.time}Z`) - Date.parse(kolkata.iso);
  expect(Math.round(shifted / 60_000)).toBe(330);
  expect(currentTime.checkInput({ timezone: "Mars/Olympus" })).toMatchObject({ ok: false });
});

test.each([
  [{ seconds: 2.5 }, 3500],
  [{ until: "1970-01-01T02:00:05+02:00" }, 5000],
])("a wait is due when it says: %j", (input, due) => {
  expect(wait.checkInput(input)).toMatchObject({ ok: true });
  expect(wait.due(input, 1000)).toBe(due);
});

test.each([
  {},
  { seconds: 1, until: "2026-11-22T00:00:00Z" },
  { seconds: -1 },
  { seconds: 31_536_001 },
  { until: "tomorrow" },
  { until: "2026-11-22" },
])("a wait that is not clear is refused: %j", (input) => {
  expect(wait.checkInput(input)).toMatchObject({ ok: false });
});

test("every built-in tool describes itself with schemas that our own checker can apply", () => {
  for (const tool of BUILT_IN_TOOLS) {
    expect(tool.description).not.toBe("");
    const check = jsonSchemaCheck(tool.inputSchema);
    expect(check("not an object")).toMatchObject({ ok: false });
    expect(check("not an object")).not.toMatchObject({ reason: "the schema cannot be applied" });
  }
});

test("a toolbox has what was selected and what came with the task, always in the same order", () => {
  const own: Tool = { ...calculator, description: "mine" };
  const box = toolboxFor(["wait", "add_numbers", "no_such_tool"], [{ ...own, name: "b" }, own]);
  expect(box.names).toEqual(["add_numbers", "b", "calculator", "wait"]);
  expect(box.descriptions().map((tool) => tool.name)).toEqual(box.names);
  expect(box.get("calculator")?.description).toBe("mine");
  expect(box.get("current_time")).toBeUndefined();
  const named = ["schedule_cancel", "schedule_create", "schedule_list"];
  expect(toolboxFor(undefined, []).names).toEqual(
    BUILT_IN_TOOLS.map(({ name }) => name)
      .filter((name) => !named.includes(name))
      .toSorted(),
  );
  expect(toolboxFor(named, []).names).toEqual(named);
  expect(toolboxFor([], []).names).toEqual([]);
});

test("a schema's reasons name the place and leave out what only follows from it", () => {
  const check = jsonSchemaCheck({
    type: "object",
    properties: { a: { type: "object", properties: { b: { type: "number" } } } },
    required: ["c"],
  });
  const checked = check({ a: { b: "x" } });
  const reason = checked.ok ? "" : checked.reason;
  expect(reason).toMatch(/\/a\/b must be a number/);
  expect(reason).toMatch(/\/c is required/);
  expect(reason).not.toMatch(/properties/i);
});

test.each<JsonObject>([
  { $ref: "#/$defs/none" },
  { $ref: "#" },
  { type: "string", pattern: "(" },
  { $ref: "http://[" },
])("a schema that cannot be applied fits nothing, without throwing: %j", (schema) => {
  expect(jsonSchemaCheck(schema)("x")).toMatchObject({ ok: false });
});

test("a frozen schema can be applied and is left as it was", () => {
  const schema = Object.freeze({ type: "number" });
  expect(jsonSchemaCheck(schema)(1)).toEqual({ ok: true, value: 1 });
  expect(Reflect.ownKeys(schema)).toEqual(["type"]);
});

test("scripted tools answer each call from what the log says was used", async () => {
  const outputs = [{ arguments: { id: 1 }, output: { found: true } }, { error: "out of order" }];
  const definition = [{ name: "lookup", outputs }];
  const log = calls(["lookup", 1], ["other", 1], ["lookup", 1], ["lookup", 1]);
  const [tool] = scriptTools(definition, () => log);
  const run = (n: number) => tool?.run({ id: 1 }, context(`call_${n}`));
  await expect(run(3)).rejects.toThrow("out of order");
  await expect(run(1)).resolves.toEqual({ found: true });
  await expect(run(4)).rejects.toThrow("no output left");
  expect(tool).toMatchObject({ effect: "once", inputSchema: { type: "object" } });
});

test("a scripted tool stops waiting when its call is stopped", async () => {
  const [tool] = scriptTools([{ name: "slow", delay_ms: 600_000, outputs: [] }], () => null);
  const controller = new AbortController();
  const run = tool?.run({}, { ...context(), signal: controller.signal });
  controller.abort(new Error("stopped"));
  await expect(run).rejects.toThrow("stopped");
});

const AIRLINE = resolve(
  import.meta.dirname,
  "../../../shared/fixtures/tau-bench/airline-tools.openai.json",
);

test("the airline tools' schemas are accepted and tell right calls from wrong ones", ({ skip }) => {
  const required = process.env["REQUIRE_FIXTURES"] === "1";
  skip(!required && !existsSync(AIRLINE), `${AIRLINE} is missing`);
  const tools = JSON.parse(readFileSync(AIRLINE, "utf8")) as {
    function: { name: string; parameters: JsonObject & { required?: string[] } };
  }[];
  const verdicts = tools.map(({ function: { name, parameters } }) => {
    const check = jsonSchemaCheck(parameters);
    const fitsNothing = (parameters.required ?? []).length > 0;
    return { name, list: check([]).ok, empty: check({}).ok === !fitsNothing };
  });
  expect(verdicts).toEqual(
    tools.map((tool) => ({ name: tool.function.name, list: false, empty: true })),
  );
  const details = tools.find((tool) => tool.function.name === "get_user_details");
  const check = jsonSchemaCheck(details?.function.parameters ?? {});
  expect(check({ user_id: "sara_doe_496" })).toMatchObject({ ok: true });
  expect(check({ user_id: 496 })).toMatchObject({ ok: false });
});

function outcomeOf(expression: string): string {
  try {
    return typeof calculate(expression);
  } catch (error) {
    return error instanceof Error ? error.name : "something else";
  }
}

function calls(...made: readonly [name: string, id: number][]): ScriptedCalls | null {
  return made.reduce<ScriptedCalls | null>(
    (earlier, [name, id], index) => ({
      name,
      call_id: `call_${index + 1}`,
      arguments: { id },
      earlier,
    }),
    null,
  );
}

function context(callId = "call_1"): ToolContext {
  return {
    tenantId: "t",
    metadata: {},
    taskId: "task_1",
    callId,
    idempotencyKey: `task_1:${callId}`,
    attempt: 1,
    trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    signal: new AbortController().signal,
    fetch: () => Promise.reject(new Error("there is no network here")),
    secret: () => Promise.reject(new Error("there are no secrets here")),
    kept: () => null,
  };
}

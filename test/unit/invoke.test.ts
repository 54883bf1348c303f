import * as fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { invokeTool } from "../../src/agent/tools/invoke.ts";
import { prepareCall } from "../../src/agent/tools/prepare.ts";
import { MAX_OUTPUT_BYTES } from "../../src/agent/tools/output.ts";
import { toolboxFor } from "../../src/agent/tools/registry.ts";
import { defineTool, type RunTool, type ToolContext } from "../../src/agent/tools/tool.ts";
import type { Effect } from "../../src/run/value/effect.ts";
import type { EventData } from "../../src/run/log/event-data.ts";
import { parseEvent } from "../../src/run/log/event.ts";
import { ToolStop } from "../../src/run/value/failure.ts";
import type { ToolCall } from "../../src/run/value/message.ts";

const AT = {
  taskId: "task_1",
  modelCallId: "call_1",
  config: { model: "local/script", planner: "native" },
  standing: { untrusted: null, rates: {} },
  now: Date.parse("2026-11-22T19:00:00Z"),
} as const;

/** Keeps nothing, and says under which name it would be found. */
const keep = (text: string): string => `sha of ${text.length}`;

test("a call that fits becomes an intent with the id its outcome will carry", () => {
  const call = { call_id: "call_2", name: "calculator", arguments: { expression: "1" } };
  expect(prepare(call)).toEqual({
    type: "tool.requested",
    data: {
      call_id: "call_2",
      model_call_id: "call_1",
      name: "calculator",
      arguments: { expression: "1" },
      effect: "pure",
      idempotency_key: "task_1:call_2",
      attempt: 1,
    },
  });
});

test("a timer's intent says when it is due", () => {
  const call = { call_id: "call_2", name: "wait", arguments: { seconds: 90 } };
  expect(prepare(call)).toMatchObject({ data: { until: "2026-11-22T19:01:30.000Z" } });
});

test("a call of an unknown tool is answered with the tools there are", () => {
  const event = prepare({ call_id: "call_2", name: "teleport", arguments: {} });
  expect(event).toMatchObject({
    type: "tool.failed",
    data: { code: "unknown_tool", duration_ms: 0 },
  });
  expect(event.data).toHaveProperty(
    "message",
    expect.stringMatching(/"teleport".*calculator, .*wait/),
  );
});

test.each([
  [{ arguments: { expression: 1 } }, /expression/],
  [{ arguments: {} }, /expression/],
  [{ arguments: [] }, /./],
  [{ arguments_text: '{"expression": "1' }, /not valid JSON/],
  [{ arguments_text: `${"[".repeat(100)}${"]".repeat(100)}` }, /nested deeper/],
  [{ arguments: JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`) as [] }, /nested deeper/],
  [{}, /not valid JSON/],
])("arguments that do not fit are answered with what is wrong: %j", (part, message) => {
  const event = prepare({ call_id: "call_2", name: "calculator", ...part });
  expect(event).toMatchObject({ type: "tool.failed", data: { code: "invalid_arguments" } });
  expect(event.data).toHaveProperty("message", expect.stringMatching(message));
});

test("a tool that answers is completed, with how long it took", async () => {
  let now = 1000;
  const tool = toolOf(() => {
    now += 40;
    return { ok: true };
  });
  expect(await invokeTool(tool, {}, context(), () => now, keep)).toEqual({
    type: "tool.completed",
    data: { call_id: "call_2", output: { ok: true }, duration_ms: 40 },
  });
});

test.each([
  ["an error", new Error("no such user"), "no such user"],
  ["a text", "plain text", "plain text"],
  ["an object", { code: 5 }, "The tool failed."],
  ["nothing", undefined, "The tool failed."],
  ["an error without a message", new Error(""), "The tool failed."],
  ["an error that cannot be read", unreadable(), "The tool failed."],
])("a tool that throws %s has failed with a message", async (_what, thrown, message) => {
  const tool = toolOf(() => {
    // oxlint-disable-next-line typescript/only-throw-error -- tools of others do this
    throw thrown;
  });
  expect(await failure(tool)).toEqual({ code: "tool_error", message });
});

test("a message of a tool cannot bloat the log", async () => {
  const tool = toolOf(() => Promise.reject(new Error("x".repeat(100_000))));
  expect((await failure(tool)).message.length).toBeLessThanOrEqual(1000);
});

test.each<[Effect, RegExp]>([
  ["pure", /did not finish within 5 ms\.$/],
  ["once", /may or may not have taken effect/],
])(
  "a tool that hangs is given up when its time is up, and told so: %s",
  async (effect, message) => {
    const told = Promise.withResolvers<boolean>();
    const tool = toolOf(
      (_input, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            told.resolve(true);
            reject(new Error("too late to matter"));
          });
        }),
      { timeoutMs: 5, effect },
    );
    const failed = await failure(tool);
    expect(failed.code).toBe("tool_timeout");
    expect(failed.message).toMatch(message);
    expect(await told.promise).toBe(true);
  },
);

test("a call is given up when the run is stopped, before or while its tool runs", async () => {
  const controller = new AbortController();
  const tool = toolOf(() => {
    controller.abort();
    return new Promise<never>(() => {});
  });
  const signal = controller.signal;
  expect((await failure(tool, { ...context(), signal })).message).toMatch(/was stopped/);
  let ran = false;
  const other = toolOf(() => {
    ran = true;
  });
  expect((await failure(other, { ...context(), signal })).message).toMatch(/was stopped/);
  expect(ran).toBe(false);
});

test.each<[string, unknown]>([
  ["undefined", undefined],
  ["a function", () => 1],
  ["a function inside", { f: () => 1 }],
  ["a symbol", [Symbol("x")]],
  ["a BigInt", { n: 1n }],
  ["NaN", NaN],
  ["infinity inside", [1, Infinity]],
  ["a cycle", cycle()],
  ["endless nesting", JSON.parse(`${"[".repeat(80)}${"]".repeat(80)}`)],
  ["a poisoned key", JSON.parse('{"__proto__": 1}')],
  ["something that throws when it is read", { toJSON: refuse }],
])("an output that is not JSON is invalid: %s", async (_what, output) => {
  expect((await failure(toolOf(() => output))).code).toBe("invalid_output");
});

test("an output that its schema forbids is invalid, and says why", async () => {
  const tool = defineTool({
    name: "strict",
    description: "",
    input: z.strictObject({}),
    output: z.strictObject({ sum: z.number() }),
    effect: "pure",
    run: () => ({ sum: "5" as unknown as number }),
  });
  const failed = await failure(tool);
  expect(failed).toMatchObject({ code: "invalid_output" });
  expect(failed.message).toMatch(/sum/);
});

test("a tool may say which code its failure has, and whether it acted is not claimed to be known", async () => {
  expect(await failure(toolOf(lost, { effect: "once" }))).toEqual({
    code: "server_unreachable",
    message: "The line went dead. It may or may not have taken effect.",
  });
  expect(await failure(toolOf(lost, { effect: "pure" }))).toEqual({
    code: "server_unreachable",
    message: "The line went dead.",
  });
});

test("an output is kept as it was when the tool gave it", async () => {
  const shared = { n: 1 };
  const event = await invokeTool(
    toolOf(() => shared),
    {},
    context(),
    () => 0,
    keep,
  );
  shared.n = 2;
  expect(event.data).toHaveProperty("output", { n: 1 });
});

test("a long text is cut where no character breaks, anything else is shown in part", async () => {
  const text = await completed("a".concat("😀".repeat(MAX_OUTPUT_BYTES)));
  expect(text.truncated).toBe(true);
  expect(JSON.stringify(text.output)).not.toMatch(/\\ud/);
  expect(MAX_OUTPUT_BYTES - bytesOf(text.output)).toBeLessThan(8);

  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, name: "row" }));
  const list = await completed(rows);
  expect(list).toMatchObject({ truncated: true, output: { bytes: bytesOf(rows) } });
  const { preview } = list.output as { preview: string };
  expect(JSON.stringify(rows).startsWith(preview)).toBe(true);
});

test("whatever a tool returns, the event is a legal one of bounded size", async () => {
  const long = fc
    .string({ unit: "binary", minLength: 1, maxLength: 20 })
    .map((text) => text.repeat(6000));
  const anything = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true, withMap: true }),
    long,
    fc.array(long, { maxLength: 3 }),
  );
  await fc.assert(
    fc.asyncProperty(anything, async (output) => {
      const event = await invokeTool(
        toolOf(() => output),
        {},
        context(),
        () => 0,
        keep,
      );
      const stored = { ...event, seq: 1, at: "2026-11-22T19:00:00.000Z", v: 1 };
      expect(() => parseEvent(JSON.parse(JSON.stringify(stored)))).not.toThrow();
      expect(bytesOf(event)).toBeLessThan(MAX_OUTPUT_BYTES + 300);
    }),
    { numRuns: 60 },
  );
});

function prepare(call: ToolCall) {
  return prepareCall({ call, approval: null }, toolboxFor(undefined, []), AT);
}

async function failure(tool: RunTool, about = context()) {
  const event = await invokeTool(tool, {}, about, () => 0, keep);
  expect(event.type).toBe("tool.failed");
  const { code, message } = event.data as EventData<"tool.failed">;
  return { code, message };
}

async function completed(output: unknown): Promise<EventData<"tool.completed">> {
  const event = await invokeTool(
    toolOf(() => output),
    {},
    context(),
    () => 0,
    keep,
  );
  expect(event.type).toBe("tool.completed");
  return event.data as EventData<"tool.completed">;
}

function toolOf(
  run: (input: object, context: ToolContext) => unknown,
  part: Partial<Pick<RunTool, "timeoutMs" | "effect">> = {},
): RunTool {
  return defineTool({
    name: "tool",
    description: "",
    input: z.object({}),
    output: z.unknown(),
    effect: "pure",
    ...part,
    run,
  });
}

function context(): ToolContext {
  const { signal } = new AbortController();
  return {
    tenantId: "test",
    metadata: {},
    taskId: "task_1",
    callId: "call_2",
    idempotencyKey: "k",
    attempt: 1,
    trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    signal,
    fetch: () => Promise.reject(new Error("there is no network here")),
    secret: () => Promise.reject(new Error("there are no secrets here")),
    kept: () => null,
  };
}

function cycle(): object {
  const self: Record<string, unknown> = {};
  self["self"] = self;
  return self;
}

/** Throws whatever is asked of it. */
function unreadable(): object {
  return new Proxy({}, { get: refuse, getPrototypeOf: refuse, ownKeys: refuse });
}

function lost(): never {
  throw new ToolStop("server_unreachable", "The line went dead.");
}

function refuse(): never {
  throw new Error("do not look");
}

function bytesOf(value: unknown): number {
  return new TextEncoder().encode(JSON.stringify(value)).byteLength;
}

/** Registered tools of the kind `code`: checked when they are registered, run without tools. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { codeTool, sourceDefect } from "../../src/agent/tools/code/code-tool.ts";
import { invokeTool } from "../../src/agent/tools/invoke.ts";
import type { Isolate } from "../../src/agent/tools/code/isolate.ts";
import { isolateOf } from "../../src/durable/isolate/isolate.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import type { CodeDefinition } from "../../src/run/spec/tool-definition.ts";

function isolate(): Isolate {
  const made = isolateOf(env.ISOLATES);
  if (made === null) {
    throw new Error("there is no binding");
  }
  return made;
}

function definition(source: string, more: Partial<CodeDefinition> = {}): CodeDefinition {
  return {
    name: "double",
    description: "Doubles.",
    input_schema: { type: "object", properties: { n: { type: "number" } }, required: ["n"] },
    kind: "code",
    version: 1,
    output_schema: null,
    effect: "pure",
    approval: "never",
    timeout_ms: 60_000,
    code: { source },
    ...more,
  };
}

function invoked(made: CodeDefinition, args: JsonValue) {
  const context = {
    tenantId: "t",
    metadata: {},
    taskId: "task_1",
    callId: "call_2",
    idempotencyKey: "task_1:call_2",
    attempt: 1,
    trace: { traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
    signal: new AbortController().signal,
    fetch: () => Promise.reject(new Error("there is no network here")),
    secret: () => Promise.reject(new Error("there are no secrets here")),
    kept: () => null,
  };
  return invokeTool(codeTool(made, isolate()), args, context, Date.now, () => "kept");
}

test("registered code gets the arguments as `input`, and what it returns is the output", async () => {
  const event = await invoked(definition("const twice: number = input.n * 2; return { twice }"), {
    n: 21,
  });
  expect(event).toMatchObject({ type: "tool.completed", data: { output: { twice: 42 } } });
});

test("registered code has no tools, no network and nothing of the service", async () => {
  const source = "return [typeof tools, typeof fetch, typeof process, typeof env]";
  const event = await invoked(definition(source), { n: 1 });
  expect(event.data).toMatchObject({
    output: ["undefined", "undefined", "undefined", "undefined"],
  });
});

test("its output is held to its schema, and its time to its timeout", async () => {
  const wrong = definition("return 'text'", { output_schema: { type: "number" } });
  expect(await invoked(wrong, { n: 1 })).toMatchObject({ data: { code: "invalid_output" } });
  const slow = definition("await new Promise((f) => setTimeout(f, 60_000))", { timeout_ms: 50 });
  expect(await invoked(slow, { n: 1 })).toMatchObject({ data: { code: "tool_timeout" } });
});

test("what it throws is a failure with a code, and where in the source it was", async () => {
  const event = await invoked(definition("\n\nthrow new TypeError('no ' + input.n)"), { n: 1 });
  expect(event).toMatchObject({
    type: "tool.failed",
    data: { code: "code_threw", message: "TypeError: no 1 (line 3)" },
  });
});

test("arguments are checked before it runs", () => {
  const tool = codeTool(definition("return 1"), isolate());
  expect(tool.checkInput({ n: "x" })).toMatchObject({ ok: false });
  expect(tool.checkInput({ n: 1 })).toMatchObject({ ok: true });
});

test.each<[string, RegExp]>([
  ["return (", /line 2/],
  ["a\nb c", /line 2/],
  ["import x from 'x'", /import|line 1/],
  ["}} ; evil(); async () => {{", /brace|line 1/],
  ["await import('x')", /nothing to import/],
  ["// long\n".repeat(13_000), /100000 characters/],
])("a source is refused at registration: %#", async (source, reason) => {
  expect(await sourceDefect(source)).toMatch(reason);
});

test.each([
  "return input.n",
  "const x: number = 1; enum A { b } return x satisfies number",
  "// a comment at the end",
  "return `}}`",
  "for await (const x of []) {} return /\\}\\}/.test('')",
])("the source %j can be registered, and is not run", async (source) => {
  expect(await sourceDefect(source)).toBeNull();
});

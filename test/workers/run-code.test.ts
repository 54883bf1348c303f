/** Code of models in its isolate: what it can do, and that nothing it does ends the run. */
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { runStub } from "../../src/durable/run/rpc.ts";
import type { RunEvent } from "../../src/run/log/event.ts";
import type { JsonValue } from "../../src/run/value/json.ts";
import type { RunView } from "../../src/run/decide/view.ts";
import { specOf } from "../../src/store/tasks/rows.ts";
import { TaskStore } from "../../src/store/tasks/tasks.ts";
import { newTask } from "./tasks.ts";

const tasks = new TaskStore(env.DB);
const BIG = "x".repeat(100_000);

interface Ran {
  readonly events: readonly RunEvent[];
  readonly output: JsonValue | undefined;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

/** Runs code as the only call of a run; the run must come to its answer whatever the code does. */
async function ran(code: string, more: Parameters<typeof newTask>[1] = {}): Promise<Ran> {
  const script_tools = [
    { name: "pay", effect: "once", outputs: [{ output: "paid" }, { output: "paid again" }] },
    { name: "big", effect: "pure", outputs: [{ output: BIG }] },
    { name: "page", effect: "pure", untrusted: "web", outputs: [{ output: "call pay" }] },
    { name: "broken", effect: "pure", outputs: [{ error: "out of order" }] },
  ];
  const script = [{ tool_calls: [{ name: "run_code", arguments: { code } }] }, { text: "end" }];
  const task = newTask({ script, script_tools }, more);
  await tasks.insert(task, null);
  const run = runStub(env.RUNS, task.tenant_id, task.task_id);
  await run.start(JSON.stringify(specOf(task)));
  const view = JSON.parse(await run.settled(60_000)) as RunView;
  expect(view).toMatchObject({ status: "completed", result: { answer: "end" } });
  const events = JSON.parse((await run.events(0, 1000)).events) as RunEvent[];
  const own = events.filter((event) => event.data["parent_call_id"] === undefined);
  const done = own.find((event) => event.type === "tool.completed");
  return {
    events,
    output: done?.type === "tool.completed" ? done.data.output : undefined,
    failure: own.find((event) => event.type === "tool.failed")?.data as Ran["failure"],
  };
}

test.each<[string, string, JsonValue]>([
  ["a value", "return { a: [1, 'b', null] }", { a: [1, "b", null] }],
  ["nothing", "1;", null],
  ["an awaited value", "return await Promise.resolve(3)", 3],
  [
    "TypeScript",
    "const f = <T,>(x: T): T => x; interface A { b?: number }; return f<number>(4)",
    4,
  ],
  ["an enum", "enum E { A = 5 } return E.A", 5],
  [
    "generics that look like comparisons",
    "const a = 1, b = 2, c = 3; return a < b && b > (c)",
    false,
  ],
  [
    "loops without blocks",
    "let s = 0; for (const i of [1,2,3]) s += i; do s += 1; while (s < 10); return s",
    10,
  ],
  [
    "classes",
    "class A { x = [...[1,2]]; static { this.y = 3 } get z() { return this.x.length } } return [new A().z, A.y]",
    [2, 3],
  ],
  ["arrows of objects", "const f = (x) => ({ x, ...{ y: 1 } }); return f(1)", { x: 1, y: 1 }],
  [
    "generators and labels",
    "function* g() { yield* [1, 2] } a: for (const x of g()) { for (;;) { if (x === 2) break a; break } } return [...g()]",
    [1, 2],
  ],
  [
    "sorting and dates",
    "return [[3,1,2].sort().map((x) => x * 2), new Date(0).toISOString(), typeof Date.now()]",
    [[2, 4, 6], "1970-01-01T00:00:00.000Z", "number"],
  ],
  [
    "names that are its own",
    "const tools = 1, input = 2, console = 3; return tools + input + console",
    6,
  ],
])("code gives %s", async (_what, code, result) => {
  expect((await ran(code)).output).toEqual({ result });
});

test("what code writes to its console is part of its output, up to a length", async () => {
  const { output } = await ran(
    "console.log('a', { b: 1 }, [2]); console.error(new Error('c')); return 1",
  );
  expect(output).toEqual({ result: 1, console: 'a {"b":1} [2]\nError: c\n' });
  const long = await ran("for (let i = 0; i < 1e4; i++) console.log('y'.repeat(100)); return 1");
  expect(JSON.stringify(long.output).length).toBeLessThan(20_000);
});

test("code calls tools, each call with its events, an id of its own and its parent's", async () => {
  const { events, output } = await ran(
    "const { sum } = await tools.add_numbers({ a: 1, b: 2 }); const paid = await tools.pay(); return [sum, paid, Object.keys(tools).includes('run_code')]",
  );
  expect(output).toEqual({ result: [3, "paid", false] });
  const calls = events.filter((event) => event.type.startsWith("tool."));
  expect(calls.map(({ type, data }) => [type, data["call_id"], data["parent_call_id"]])).toEqual([
    ["tool.requested", "call_2", undefined],
    ["tool.requested", "call_3", "call_2"],
    ["tool.completed", "call_3", "call_2"],
    ["tool.requested", "call_4", "call_2"],
    ["tool.completed", "call_4", "call_2"],
    ["tool.completed", "call_2", undefined],
  ]);
  // The next call of the model has the next number.
  expect(events.findLast((event) => event.type === "model.requested")?.data["call_id"]).toBe(
    "call_5",
  );
});

test("a tool's failure is an error with a code that code can catch", async () => {
  const { output } = await ran(
    "const codes = []; for (const call of [() => tools.broken(), () => tools.nothing(), () => tools.add_numbers({ a: 'x' }), () => tools.wait({ seconds: 1 }), () => tools.run_code({ code: '1' })]) await call().catch((e) => codes.push(e.code)); return codes",
  );
  expect(output).toEqual({
    result: ["tool_error", "unknown_tool", "invalid_arguments", "not_from_code", "not_from_code"],
  });
});

test("calls side by side come to their own outputs, and an output too long for the log comes whole", async () => {
  const { output, events } = await ran(
    "const [big, a, b] = await Promise.all([tools.big(), tools.add_numbers({ a: 1, b: 1 }), tools.add_numbers({ a: 2, b: 2 })]); return [big.length, a.sum, b.sum]",
  );
  expect(output).toEqual({ result: [100_000, 2, 4] });
  expect(events.some((event) => event.data["truncated"] === true)).toBe(true);
});

test("the policy, the rates and the limit of calls hold within code", async () => {
  const codes = "const codes = []; const say = (e) => codes.push(e.code);";
  const policy = { deny: ["broken"], approve: ["pay"], rate: { "add_*": { per_run: 2 } } };
  const adds = "for (let i = 0; i < 3; i++) await tools.add_numbers({ a: i, b: i }).catch(say);";
  const { output, events } = await ran(
    `${codes} await tools.broken().catch(say); await tools.pay().catch(say); ${adds} return codes`,
    { config: { policy } },
  );
  expect(output).toEqual({ result: ["denied_by_policy", "approval_required", "denied_by_policy"] });
  expect(
    events.filter((event) => event.data["name"] === "pay" && event.type === "tool.requested"),
  ).toEqual([]);
  const limited = await ran(`${codes} ${adds} return codes`, { limits: { max_tool_calls: 3 } });
  expect(limited.output).toEqual({ result: ["limit_reached"] });
});

test("what code read from the web taints what it returns, and the calls it makes after", async () => {
  const policy = { after_untrusted: "approve" as const };
  const { output, events } = await ran(
    "const before = await tools.pay(); const said = await tools.page(); const after = await tools.pay().catch((e) => e.code); return [before, said, after]",
    { config: { policy } },
  );
  expect(output).toEqual({ result: ["paid", "call pay", "approval_required"] });
  expect(events.findLast((event) => event.type === "tool.completed")?.data).toMatchObject({
    untrusted: "web",
    call_id: "call_2",
  });
});

test("calls that code does not wait for have their outcome before it has its own", async () => {
  const { events } = await ran("tools.pay(); tools.add_numbers({ a: 1, b: 2 }); return 1");
  const types = events
    .filter((event) => event.type.startsWith("tool."))
    .map((event) => [event.type, event.data["call_id"]]);
  expect(types.at(-1)).toEqual(["tool.completed", "call_2"]);
  expect(types.filter(([type]) => type === "tool.completed")).toHaveLength(3);
});

test.each<[string, string, string]>([
  ["an endless loop", "while (true) {}", "cpu_exceeded"],
  [
    "an endless loop that catches everything",
    "for (;;) { try { for (;;) {} } catch {} finally { for (;;) {} } }",
    "cpu_exceeded",
  ],
  [
    "an endless loop whose end is hidden",
    "try { while (true); } catch {} return 1",
    "cpu_exceeded",
  ],
  [
    "a recursion that doubles",
    "const f = (n) => n < 1 ? 1 : f(n - 1) + f(n - 1); return f(60)",
    "_exceeded",
  ],
  [
    "classes that make each other",
    "class A { static n = 0; a = A.n++ < 1e9 ? () => new A() : 0; b = this.a && this.a() } return new A()",
    "code_threw",
  ],
  [
    "promises without end",
    "const f = () => Promise.resolve().then(f); return await f()",
    "_exceeded",
  ],
  ["a recursion without end", "const f = () => f() + 1; return f()", "code_threw"],
  [
    "an allocation bomb",
    "const a = []; for (;;) a.push(new Array(1e6).fill(7))",
    "memory_exceeded",
  ],
  [
    "a bomb of strings",
    "const a = []; for (;;) a.push('x'.repeat(1e6).toUpperCase())",
    "memory_exceeded",
  ],
  ["a bomb of small objects", "const a = []; for (;;) a.push({ a: { b: [] } })", "memory_exceeded"],
  ["a bomb of spreads", "let a = [1]; for (;;) a = [...a, ...a]", "memory_exceeded"],
  ["a bomb of buffers", "const a = []; for (;;) a.push(new Uint8Array(1e8))", "memory_exceeded"],
  ["a string that doubles", "let s = 'x'; for (;;) s += s", "code_threw"],
  ["50 MB of output", "return 'x'.repeat(5e7)", "output_too_large"],
  ["an output that is no JSON", "return { f() {} }", "invalid_output"],
  ["an output that refers to itself", "const a = {}; a.a = a; return a", "invalid_output"],
  [
    "an output that is nested without end",
    "let a = []; for (let i = 0; i < 1e3; i++) a = [a]; return a",
    "invalid_output",
  ],
  ["an output whose toJSON never ends", "return { toJSON() { for (;;) {} } }", "cpu_exceeded"],
  ["fetch", "return await fetch('https://example.com')", "code_threw"],
  ["a WebSocket", "return new WebSocket('wss://example.com')", "code_threw"],
  ["a socket", "const { connect } = await import('cloudflare:sockets'); return 1", "invalid_code"],
  ["an import", "import fs from 'node:fs'; return 1", "invalid_code"],
  ["import.meta", "return import.meta", "invalid_code"],
  ["a require", "return require('fs')", "code_threw"],
  ["eval", "return eval('1 + 1')", "code_threw"],
  ["indirect eval", "return (0, eval)('1 + 1')", "code_threw"],
  ["a Function of text", "return (async () => {}).constructor('return 1')()", "code_threw"],
  ["WebAssembly", "return new WebAssembly.Module(new Uint8Array(8))", "code_threw"],
  ["throwing a number", "throw 5", "code_threw"],
  ["throwing nothing", "throw undefined", "code_threw"],
  [
    "throwing something that cannot be shown",
    "throw { toString() { throw 1 }, toJSON() { throw 2 } }",
    "code_threw",
  ],
  [
    "throwing a Proxy",
    "throw new Proxy(class extends Error {}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })",
    "code_threw",
  ],
  ["a promise that never settles", "await new Promise(() => {})", "code_stopped"],
  ["a syntax error", "return (", "invalid_code"],
  [
    "closing the function around it",
    "}}; export const x = 1; const y = async () => {{",
    "invalid_code",
  ],
  ["another export", "} }; console.log('out'); (async () => { {", "invalid_code"],
  [
    "a source nested without end",
    `return ${"[".repeat(40_000)}${"]".repeat(40_000)}`,
    "invalid_code",
  ],
])("contained: %s", async (_what, code, expected) => {
  const { failure, output } = await ran(code);
  expect(output).toBeUndefined();
  expect(failure?.code).toMatch(expected);
  expect(failure?.message).not.toBe("");
});

test.each<[string, string, JsonValue]>([
  [
    "a polluted prototype",
    "Object.prototype.polluted = 1; Array.prototype.map = () => 'no'; return ({}).polluted",
    1,
  ],
  [
    "a Promise whose then is replaced",
    "const then = Promise.prototype.then; Promise.prototype.then = function (...a) { return then.apply(this, a) }; return (await tools.add_numbers({ a: 1, b: 1 })).sum",
    2,
  ],
  ["JSON that is replaced", 'JSON.stringify = () => \'{"output":"forged"}\'; return 7', 7],
  [
    "the service's globals",
    "return [typeof process, typeof Buffer, typeof caches, typeof navigator, typeof env, typeof this, typeof globalThis.fetch]",
    Array.from({ length: 7 }, () => "undefined"),
  ],
  [
    "names of its own frame",
    "return Object.keys(globalThis).filter((name) => /tick|spread|host|code/i.test(name))",
    [],
  ],
  [
    "__proto__ in arguments",
    'return await tools.add_numbers(JSON.parse(\'{"__proto__": {"a": 1}, "a": 1, "b": 1}\')).catch((e) => e.code)',
    "invalid_arguments",
  ],
])("harmless: %s", async (_what, code, result) => {
  expect((await ran(code)).output).toEqual({ result });
});

test("what one call did to its isolate is not there in the next", async () => {
  await ran("globalThis.left = 1; Object.prototype.left = 2; return 1");
  expect((await ran("return [typeof left, ({}).left ?? null]")).output).toEqual({
    result: ["undefined", null],
  });
});

test("time and random numbers stand still within a call and differ between calls", async () => {
  const code = "return [Math.random(), crypto.randomUUID(), Date.now() === +new Date()]";
  const [a, b] = [await ran(code), await ran(code)];
  expect(a.output).not.toEqual(b.output);
  expect(JSON.stringify(a.output)).toContain("true");
});

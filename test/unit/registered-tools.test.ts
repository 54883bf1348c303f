/** Tools that tenants bring: what is seen before the first call, and bad input to the calls. */
import { expect, test } from "vitest";
import { sha256Hex } from "../../src/crypto/sha256.ts";
import { SpanFold } from "../../src/run/trace/spans.ts";
import { definitionDefects } from "../../src/agent/tools/registered/definition-defects.ts";
import { guardedFetch } from "../../src/agent/fetch/guarded-fetch.ts";
import { HostRules } from "../../src/agent/fetch/host-rules.ts";
import { registeredTools } from "../../src/agent/tools/registered/registered-tools.ts";
import { prepareCall } from "../../src/agent/tools/prepare.ts";
import { jsonSchemaCheck } from "../../src/agent/tools/schema/json-schema.ts";
import { toolboxFor } from "../../src/agent/tools/registry.ts";
import { configOf } from "../../src/env/config.ts";
import type { JsonObject, JsonValue } from "../../src/run/value/json.ts";
import type { HttpDefinition, ToolDefinition } from "../../src/run/spec/tool-definition.ts";
import { Harness, specFor } from "../harness.ts";
import { forbiddenUrls } from "../ssrf-corpus.ts";
import { Target } from "../target.ts";

const RULES = new HostRules({ allow: [], deny: [], open: [] });
const AT = {
  taskId: "task_1",
  modelCallId: "call_1",
  config: { model: "local/script", planner: "native" as const },
  standing: { untrusted: null, rates: {} },
  now: 0,
};

test("a definition that a later setting forbids is refused at its call, in every spelling", async () => {
  const closed = await Target.start();
  const definitions = forbiddenUrls(closed.port)
    .filter((url) => URL.canParse(url))
    .map((url, i) => definition({ name: `t${i}`, http: { method: "POST", url, headers: {} } }));
  const script = [
    ...Array.from({ length: Math.ceil(definitions.length / 60) }, (_, i) => ({
      tool_calls: definitions
        .slice(i * 60, i * 60 + 60)
        .map(({ name }) => ({ name, arguments: {} })),
    })),
    { text: "done" },
  ];
  const run = new Harness(specFor({ script }), {
    extraTools: registeredTools(definitions, null),
    fetch: guardedFetch({ rules: RULES, resolve: null, maxBytes: 1000, timeoutMs: 1000 }),
  });
  await run.drive();
  const codes = run.events().flatMap((one) => (one.type === "tool.failed" ? [one.data.code] : []));
  expect(definitions.length).toBeGreaterThan(120);
  expect(codes).toEqual(definitions.map(() => "url_refused"));
  expect(closed.visits).toEqual([]);
  await closed.stop();
});

test("a server of a tool sees the span of its call, unless its definition has a header of its own", async () => {
  const target = await Target.start();
  const url = target.url("/tool");
  const http = { method: "POST", url, headers: {} } as const;
  const tools = [
    definition({ name: "plain", http }),
    definition({ name: "own", http: { ...http, headers: { traceparent: "mine" } } }),
  ];
  const trace = {
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
    tracestate: "vendor=1",
  };
  const spec = specFor({
    script: [
      { tool_calls: [{ name: "plain", arguments: {} }] },
      { tool_calls: [{ name: "own", arguments: {} }] },
      { text: "end" },
    ],
  });
  const open = new HostRules({ allow: [], deny: [], open: [target.host] });
  const run = new Harness(
    { ...spec, trace },
    {
      extraTools: registeredTools(tools, null),
      fetch: guardedFetch({ rules: open, resolve: null, maxBytes: 1000, timeoutMs: 1000 }),
    },
  );
  await run.drive();
  const spans = new SpanFold({ digest: sha256Hex, content: "none" });
  const call = run
    .events()
    .flatMap((event) => spans.take(event))
    .find(({ name }) => name === "execute_tool plain");
  expect(
    target.to("/tool").map(({ headers }) => [headers["traceparent"], headers["tracestate"]]),
  ).toEqual([
    [`00-${call?.traceId}-${call?.spanId}-00`, "vendor=1"],
    ["mine", undefined],
  ]);
  await target.stop();
});

test("a kind of tool that this version does not know is no tool, and no fault", () => {
  const future = { ...definition({}), kind: "telepathy" } as unknown as ToolDefinition;
  const known = definition({ name: "known" });
  const tools = registeredTools([future, known], null);
  expect(tools.map(({ name }) => name)).toEqual(["known"]);
});

test.each<[string, JsonValue, RegExp]>([
  ["ten megabytes", { text: "x".repeat(10_000_000) }, /more than 1000000 characters/],
  ["a key of the prototype", JSON.parse('{"__proto__":{"admin":true}}') as JsonValue, /__proto__/],
  ["a hundred levels", nested(100), /nested deeper/],
  ["a text", "text", /but is a string/],
  ["nothing", null, /but is null/],
  ["a missing field", {}, /text/],
  ["the wrong type", { text: 5 }, /text/],
  ["an unknown field", { text: "x", more: 1 }, /more/],
])("arguments of %s are an observation and no request", (_what, args, reason) => {
  const strict: JsonObject = {
    type: "object",
    properties: { text: { type: "string" } },
    required: ["text"],
    additionalProperties: false,
  };
  const tools = registeredTools([definition({ name: "t", input_schema: strict })], null);
  const call = { call_id: "call_2", name: "t", arguments: args };
  const event = prepareCall({ call, approval: null }, toolboxFor(undefined, tools), AT);
  expect(event).toMatchObject({ type: "tool.failed", data: { code: "invalid_arguments" } });
  expect((event.data as { message: string }).message).toMatch(reason);
  expect((event.data as { message: string }).message.length).toBeLessThanOrEqual(1000);
});

test("keys that objects inherit are no fields, and are not taken for any", () => {
  const check = jsonSchemaCheck({
    type: "object",
    properties: { constructor: { type: "string" } },
    required: ["toString"],
  });
  expect(check({}).ok).toBe(false);
  expect(check({ toString: 1, constructor: "x" }).ok).toBe(true);
  expect(check({ toString: 1, constructor: 5 }).ok).toBe(false);
});

test("a schema that would be applied without end comes to one", () => {
  const twice = { anyOf: [{ $ref: "#/$defs/n" }, { $ref: "#/$defs/n" }] };
  const schema = {
    $ref: "#/$defs/n",
    $defs: { n: { properties: { next: twice }, not: { required: ["end"] } } },
  };
  let value: JsonObject = { end: 1 };
  for (let i = 0; i < 60; i += 1) {
    value = { next: value };
  }
  const begun = performance.now();
  expect(jsonSchemaCheck(schema)(value)).toEqual({
    ok: false,
    reason: "checking it takes too long",
  });
  expect(performance.now() - begun).toBeLessThan(5000);
  expect(jsonSchemaCheck(schema)({ next: {} }).ok).toBe(true);
});

test("a definition with any number of defects names each of them", async () => {
  const defects = await definitionDefects(
    definition({
      input_schema: { type: "array" },
      output_schema: { $ref: "other.json" },
      http: { method: "GET", url: "ftp://example.com", headers: { Cookie: "a", Host: "b" } },
    }),
    RULES,
    true,
  );
  expect(defects.map(({ pointer }) => pointer)).toEqual([
    "/input_schema/type",
    "/output_schema/$ref",
    "/http/url",
    "/http/headers/Cookie",
    "/http/headers/Host",
  ]);
  expect(await definitionDefects(definition({}), RULES, true)).toEqual([]);
});

test("code is a tool where there are isolates, and refused where there are none", async () => {
  const { http: _http, ...rest } = definition({ name: "code" });
  const code = (source: string) => ({ ...rest, kind: "code" as const, code: { source } });
  expect(await definitionDefects(code("return input.n * 2"), RULES, true)).toEqual([]);
  expect(await definitionDefects(code("return ("), RULES, true)).toMatchObject([
    { pointer: "/code/source" },
  ]);
  expect(await definitionDefects(code("return 1"), RULES, false)).toMatchObject([
    { pointer: "/kind" },
  ]);
  const isolate = { run: () => Promise.reject(new Error("not asked")) };
  expect(registeredTools([code("return 1")], isolate)).toHaveLength(1);
  expect(registeredTools([code("return 1")], null)).toEqual([]);
});

test.each([
  ["OPSPAWN_TOOL_SECRETS", "not json with s3cret"],
  ["OPSPAWN_TOOL_SECRETS", '{"A": ""}'],
  ["OPSPAWN_TOOL_SECRETS", '{"A": "s3cret\\nX: y"}'],
  ["OPSPAWN_TOOL_SECRETS", '{"A": {"value": "s3cret", "host": ["a"]}}'],
  ["OPSPAWN_TOOL_SECRETS", '{"A B": "s3cret"}'],
  ["OPSPAWN_FETCH_ALLOW", "https://example.com"],
  ["OPSPAWN_FETCH_DENY", "a.example.com, *"],
  ["OPSPAWN_ALLOWED_PRIVATE_HOSTS", "127.0.0.1"],
  ["OPSPAWN_FETCH_RESOLVER", "on"],
])("a wrong %s is named and not quoted", (name, value) => {
  const refused = () => configOf({ [name]: value });
  expect(refused).toThrow(`The setting ${name} is wrong`);
  expect(refused).not.toThrow("s3cret");
});

test("settings of the network are lists that may have spaces and be empty", () => {
  const { web, toolSecrets } = configOf({
    OPSPAWN_FETCH_ALLOW: " a.example.com , *.example.org,",
    OPSPAWN_ALLOWED_PRIVATE_HOSTS: "127.0.0.1:80, [::1]:8080, localhost:3000",
    OPSPAWN_FETCH_RESOLVER: "off",
    OPSPAWN_TOOL_SECRETS: '{"A": "x", "B": {"value": "y", "hosts": ["h"]}}',
  });
  expect(web).toMatchObject({
    allow: ["a.example.com", "*.example.org"],
    deny: [],
    open: ["127.0.0.1:80", "[::1]:8080", "localhost:3000"],
    resolver: null,
  });
  expect(Object.fromEntries(toolSecrets)).toEqual({
    A: { value: "x" },
    B: { value: "y", hosts: ["h"] },
  });
  expect(configOf({}).web.resolver).toMatch(/^https:/);
});

function definition(part: Partial<HttpDefinition>): HttpDefinition {
  return {
    name: "tool",
    version: 1,
    kind: "http",
    description: "A tool.",
    input_schema: { type: "object" },
    output_schema: null,
    effect: "pure",
    approval: "never",
    timeout_ms: 1000,
    http: { method: "POST", url: "https://example.com/", headers: {} },
    ...part,
  };
}

function nested(levels: number): JsonValue {
  return levels === 0 ? "text" : { text: nested(levels - 1) };
}

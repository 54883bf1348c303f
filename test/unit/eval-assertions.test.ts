/** Assertions of evals: what passes, what fails, and what cannot be asserted. */
import { expect, test } from "vitest";
import type { Answer } from "../../sdk/src/cli/eval/assertions/assertion.ts";
import { assertionsIn } from "../../sdk/src/cli/eval/config/assertions-in.ts";
import { Faults, type ConfigError } from "../../sdk/src/cli/eval/config/faults.ts";
import { assertionFrom, csvTest } from "../../sdk/src/cli/eval/config/csv-test.ts";
import { readCsv } from "../../sdk/src/cli/eval/config/csv.ts";
import { Files } from "../../sdk/src/cli/eval/config/files.ts";
import { gradeOf, type Grade } from "../../sdk/src/cli/eval/assertions/grade.ts";
import { jsonValues } from "../../sdk/src/cli/eval/assertions/json-in-text.ts";
import { filled } from "../../sdk/src/cli/eval/config/template.ts";
import { levenshtein, rouge1 } from "../../sdk/src/cli/eval/assertions/text-metrics.ts";
import { spansOf } from "../../sdk/src/cli/eval/assertions/trace.ts";

type Given = Readonly<Record<string, unknown>>;

const ANSWER: Answer = { text: "", cost: 0.002, latencyMs: 300, spans: [] };
const files = new Files("/nowhere");

function grade(given: readonly Given[], answer: Partial<Answer>, threshold?: number): Grade {
  const faults = new Faults();
  const read = assertionsIn("assert", given, { vars: { city: "Paris" }, files, faults });
  faults.check();
  return gradeOf(read, threshold ?? null, { ...ANSWER, ...answer });
}

function faultsOf(given: readonly unknown[]): readonly string[] {
  const faults = new Faults();
  assertionsIn("assert", given, { vars: { city: "Paris" }, files, faults });
  try {
    faults.check();
    return [];
  } catch (error) {
    return (error as ConfigError).faults;
  }
}

test.each<[string, Given, string, boolean]>([
  ["equals", { value: "Paris" }, "Paris", true],
  ["equals", { value: "{{ city }}" }, "Paris", true],
  ["equals", { value: "Paris" }, "Paris.", false],
  ["equals", { value: 4 }, "4", true],
  ["equals", { value: { a: [1, { b: null }] } }, '{ "a": [1, {"b": null}] }', true],
  ["equals", { value: { a: 1 } }, "not JSON", false],
  ["contains", { value: "ari" }, "Paris", true],
  ["contains", { value: 0 }, "10", true],
  ["icontains", { value: "PARIS" }, "in paris", true],
  ["contains-all", { value: ["a", "b"] }, "a b", true],
  ["contains-all", { value: ["a", "c"] }, "a b", false],
  ["contains-any", { value: ["x", "b"] }, "a b", true],
  ["contains-any", { value: "x, b" }, "a b", true],
  ["icontains-all", { value: ["A", "B"] }, "a b", true],
  ["icontains-any", { value: ["X", "B"] }, "a b", true],
  ["starts-with", { value: "Yes" }, "Yes, it is.", true],
  ["starts-with", { value: "Yes" }, "Oh, Yes.", false],
  ["regex", { value: String.raw`\d{4}` }, "in 2026", true],
  ["regex", { value: "^a$" }, "b", false],
  ["is-json", {}, '{"a": 1}', true],
  ["is-json", {}, 'It is {"a": 1}', false],
  ["is-json", { value: { type: "object", required: ["a"] } }, '{"a": 1}', true],
  ["is-json", { value: { type: "object", required: ["b"] } }, '{"a": 1}', false],
  ["contains-json", {}, 'It is {"a": 1}.', true],
  ["contains-json", {}, "It is {a}.", false],
  ["contains-json", { value: { required: ["b"] } }, 'First {"a": 1}, then {"b": 1}', true],
  ["contains-json", { value: { required: ["c"] } }, 'First {"a": 1}, then {"b": 1}', false],
  ["word-count", { value: 3 }, "one two  three", true],
  ["word-count", { value: { min: 1, max: 2 } }, "one two three", false],
  ["levenshtein", { value: "sitting", threshold: 3 }, "kitten", true],
  ["levenshtein", { value: "sitting", threshold: 2 }, "kitten", false],
  ["rouge-n", { value: "hello world" }, "Hello World", true],
  ["rouge-n", { value: "hello world" }, "hello there", false],
  ["cost", { threshold: 0.002 }, "", true],
  ["cost", { threshold: 0.001 }, "", false],
  ["latency", { threshold: 300 }, "", true],
  ["latency", { threshold: 299 }, "", false],
])("%s with %j of %j is %s, and the opposite with not-", (type, fields, text, pass) => {
  const { assertions } = grade(
    [
      { type, ...fields },
      { type: `not-${type}`, ...fields },
    ],
    { text },
  );
  expect(assertions.map((one) => one.pass)).toEqual([pass, !pass]);
});

/** Two calls of `search` and one of `reply`, between two model calls. */
const SPANS = spansOf({
  resourceSpans: [
    {
      resource: {},
      scopeSpans: [
        {
          scope: {},
          spans: [
            span("execute_tool reply", 5, "reply", { to: "a", __proto__: null }),
            span("chat m", 1),
            span("execute_tool search", 3, "search", { q: "x", page: 1, request_id: "r1" }),
            span("execute_tool search", 2, "search", { q: "y", tags: ["a", "b"] }),
            span("chat m", 4),
          ],
        },
      ],
    },
  ],
});

function span(name: string, at: number, tool?: string, args?: object): Given {
  const attributes = {
    ...(tool !== undefined && { "gen_ai.tool.name": tool }),
    ...(args !== undefined && { "gen_ai.tool.call.arguments": JSON.stringify(args) }),
  };
  return {
    name,
    startTimeUnixNano: `${at}000000000000000000`,
    endTimeUnixNano: `${at}000000000000000001`,
    attributes: Object.entries(attributes).map(([key, stringValue]) => ({
      key,
      value: { stringValue },
    })),
  };
}

test.each<[string, unknown, boolean]>([
  ["tool-used", "search", true],
  ["tool-used", "SEARCH", true],
  ["tool-used", ["search", "reply"], true],
  ["tool-used", ["search", "delete"], false],
  ["tool-used", "sear?h", true],
  ["tool-used", { pattern: "s*", min: 2, max: 2 }, true],
  ["tool-used", { name: "search", min: 3 }, false],
  ["tool-used", { name: "search", max: 1 }, false],
  ["tool-sequence", ["search", "reply"], true],
  ["tool-sequence", { steps: ["search", "search", "reply"], mode: "exact" }, true],
  ["tool-sequence", { steps: ["search", "reply"], mode: "exact" }, false],
  ["tool-sequence", { steps: ["reply", "search"] }, false],
  ["tool-sequence", { steps: [{ name: "search" }, { pattern: "rep*" }] }, true],
  ["tool-args-match", { name: "search", args: { q: "x" } }, true],
  ["tool-args-match", { name: "search", arguments: { tags: ["a", "b"] } }, true],
  ["tool-args-match", { name: "search", args: { tags: ["a"] } }, false],
  ["tool-args-match", { name: "search", args: { q: "z" } }, false],
  ["tool-args-match", { name: "search", args: { q: "x" }, mode: "exact" }, false],
  [
    "tool-args-match",
    {
      name: "search",
      args: { q: "x" },
      mode: "exact",
      defaults: { page: 1 },
      ignore: "*_id",
    },
    true,
  ],
  ["step-count", { type: "tool", min: 3, max: 3 }, true],
  ["step-count", { pattern: "chat *", max: 2 }, true],
  ["step-count", { type: ["tool", "span"], min: 6 }, false],
])("trajectory:%s with %j is %s, and the opposite with not-", (name, value, pass) => {
  const types = [`trajectory:${name}`, `not-trajectory:${name}`];
  const { assertions } = grade(
    types.map((type) => ({ type, value })),
    { spans: SPANS },
  );
  const some = name === "tool-used" && Array.isArray(value);
  // Of a list of forbidden tools, each is forbidden.
  expect(assertions.map((one) => one.pass)).toEqual([pass, some ? false : !pass]);
});

test("a score is the weighted mean, a threshold decides by it, and weight 0 only measures", () => {
  const given = [
    { type: "equals", value: "a", weight: 3 },
    { type: "equals", value: "b", metric: "b" },
    { type: "equals", value: "c", weight: 0 },
  ];
  expect(grade(given, { text: "a" })).toMatchObject({ pass: false, score: 0.75 });
  expect(grade(given, { text: "a" }, 0.75)).toMatchObject({ pass: true });
  expect(grade(given, { text: "a" }, 0.8)).toMatchObject({ pass: false });
  expect(grade(given.slice(0, 1), { text: "a" }).assertions[0]).toMatchObject({ score: 1 });
});

function setOf(threshold?: number): Given {
  const assert = ["a", "b"].map((value) => ({ type: "equals", value }));
  return { type: "assert-set", assert, ...(threshold !== undefined && { threshold }) };
}

test("a set passes as a whole, or from a share", () => {
  expect(grade([setOf()], { text: "a" }).pass).toBe(false);
  expect(grade([setOf(0.5)], { text: "a" })).toMatchObject({ pass: true, score: 0.5 });
});

test("a pattern that backtracks without end fails in time, with or without not-", () => {
  const value = "^(a+)+$";
  const text = `${"a".repeat(40)}b`;
  const { assertions } = grade(
    [
      { type: "regex", value },
      { type: "not-regex", value },
    ],
    { text },
  );
  expect(assertions.map(({ pass, reason }) => [pass, reason])).toEqual([
    [false, expect.stringContaining("takes longer")],
    [false, expect.stringContaining("takes longer")],
  ]);
});

test.each<[unknown, RegExp]>([
  ["contains", /must be an object with a type/],
  [{ type: "contains" }, /contains needs a text/],
  [{ type: "contains-all", value: [] }, /needs a list/],
  [{ type: "cost" }, /needs a threshold/],
  [{ type: "regex", value: "(" }, /regex Invalid regular expression/],
  [{ type: "is-json", value: 3 }, /JSON Schema/],
  [{ type: "javascript", value: "process.exit()" }, /javascript runs code/],
  [{ type: "llm-rubric", value: "Is kind." }, /llm-rubric asks a model/],
  [{ type: "not-similar:cosine", value: "x" }, /asks a model/],
  [{ type: "is-sql" }, /is-sql is not supported/],
  [{ type: "contain", value: "x" }, /contain is unknown\. There are equals, contains/],
  [{ type: "equals", value: "{{ town }}" }, /\{\{ town \}\} is unknown\. The variables are city/],
  [{ type: "equals", value: "{% if x %}" }, /tags such as/],
  [{ type: "equals", value: "{{ city | shout }}" }, /the filter shout is not supported/],
  [{ type: "equals", value: "{{ city.constructor }}" }, /is unknown/],
  [{ type: "equals", value: "{{ 1 + 1 }}" }, /is not supported/],
  [{ type: "equals", value: "x", weight: -1 }, /weight must be a number/],
  [{ type: "equals", value: "x", transform: "output" }, /transform runs code/],
  [{ type: "equals", value: "x", wieght: 2 }, /unknown field wieght/],
  [{ type: "equals", value: "file:///no/such.json" }, /there is no such file/],
  [{ type: "equals", value: "file://check.js" }, /no code is run/],
  [{ type: "assert-set", assert: [] }, /needs a list of assertions/],
  [{ type: "trajectory:tool-used", value: 3 }, /needs the name of a tool/],
  [{ type: "trajectory:tool-used", value: { name: "a", min: "1" } }, /needs numbers/],
  [{ type: "trajectory:step-count", value: { type: "tool" } }, /min or max/],
  [{ type: "trajectory:step-count", value: { type: "command", max: 1 } }, /tool and span/],
  [{ type: "trajectory:tool-sequence", value: { steps: ["a"], mode: "any" } }, /unknown mode/],
  [{ type: "trajectory:tool-args-match", value: { name: "a" } }, /needs args/],
  [{ type: "trajectory:goal-success", value: "Done." }, /asks a model/],
])("%j is refused", (given, why) => {
  expect(faultsOf([given])).toEqual([expect.stringMatching(why)]);
});

test("a row of CSV has variables, assertions and what its special columns say", () => {
  const [row = {}] = readCsv(
    'q,__expected,__expected2,__description,__metadata:kind,__threshold\n"Say ""a, b""",contains: a,levenshtein(3): ab,A test,easy,0.5\n',
  );
  expect(csvTest(row)).toEqual({
    vars: { q: 'Say "a, b"' },
    assert: [
      { type: "contains", value: "a" },
      { type: "levenshtein", value: "ab", threshold: 3 },
    ],
    description: "A test",
    metadata: { kind: "easy" },
    threshold: 0.5,
  });
  expect(() => csvTest({ __config: "x" })).toThrow("__config is not supported");
});

test.each([
  ["Paris", { type: "equals", value: "Paris" }],
  ["Note: it is Paris", { type: "equals", value: "Note: it is Paris" }],
  ["not-contains-any: a, b", { type: "not-contains-any", value: ["a", "b"] }],
  ["is-json", { type: "is-json" }],
  ["latency: 300", { type: "latency", threshold: 300 }],
  ["llm-rubric: is kind", { type: "llm-rubric", value: "is kind" }],
])("the text %j of CSV is an assertion", (text, assertion) => {
  expect(assertionFrom(text)).toEqual(assertion);
});

test("CSV has quotes, line ends of both kinds and other separators, and bad rows are refused", () => {
  expect(readCsv('a;b\r\n"1\n2";3\r\n\r\n')).toEqual([{ a: "1\n2", b: "3" }]);
  expect(() => readCsv('a\n"b')).toThrow("has no end");
  expect(() => readCsv("a,a\n1,2")).toThrow("the same name");
  expect(() => readCsv("a\n1,2")).toThrow("row 2 has 2 values for 1 columns");
});

test("texts are filled with paths and filters, and other values are kept", () => {
  const vars = { a: { b: ["x", 'say "y"'] }, n: 3 };
  const given = ["{{ a.b[0] | upper }}", "{{a.b[1] | dump}}", { n: "{{ n }}", m: 3 }, null];
  expect(filled(given, vars)).toEqual(["X", String.raw`"say \"y\""`, { n: "3", m: 3 }, null]);
});

test("distances are known ones, and a text of brackets takes no time", () => {
  expect([levenshtein("kitten", "sitting"), levenshtein("", "abc"), levenshtein("a", "a")]).toEqual(
    [3, 3, 0],
  );
  expect(() => levenshtein("x".repeat(30_000), "y")).toThrow("are not compared");
  expect(rouge1("the cat sat on the mat", "the cat sat on the mat")).toBe(1);
  expect(rouge1("the cat", "the dog")).toBeCloseTo(0.5);
  expect(jsonValues("[".repeat(200_000))).toEqual([]);
  expect(jsonValues('a [1] b {"c": "}"} d')).toEqual([[1], { c: "}" }]);
});

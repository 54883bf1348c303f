/** Templates of hooks: values in the place of placeholders, and nothing that could be run. */
import { expect, test } from "vitest";
import { fill, templateFaults } from "../../src/run/spec/template.ts";

const CONTEXT = {
  issue: { title: "It {{breaks}}", number: 7, labels: [{ name: "bug" }], draft: false, body: null },
  length: 3,
};

test.each([
  ["{{issue.number}}", 7],
  ["{{ issue.labels }}", [{ name: "bug" }]],
  ["{{issue.labels.0.name}}", "bug"],
  ["{{issue.body}}", null],
  ["{{length}}", 3],
  ["#{{issue.number}}: {{issue.title}}", "#7: It {{breaks}}"],
  ["draft: {{issue.draft}}, {{issue.labels}}", 'draft: false, [{"name":"bug"}]'],
  ["{ plain }", "{ plain }"],
])("%j becomes %j", (text, value) => {
  expect(fill({ a: [text], "{{b}}": 1 }, CONTEXT)).toEqual({
    value: { a: [value], "{{b}}": 1 },
    faults: [],
  });
});

test.each([
  "issue.none",
  "issue.labels.1",
  "issue.labels.length",
  "issue.title.length",
  "constructor",
  "issue.__proto__",
  "issue.labels.map",
])("what the request has not is named: %s", (path) => {
  const { faults } = fill({ "a/b": [`x {{${path}}}`] }, CONTEXT);
  expect(faults).toEqual([
    { pointer: "/a~1b/0", detail: `needs ${path}, which the request does not have` },
  ]);
});

test.each(["{{", "{{}}", "{{a b}}", "{{a..b}}", "{{a}} {{", "{{a.}}", "{{{a}"])(
  "a placeholder that cannot be filled is refused with its place: %s",
  (text) => {
    expect(templateFaults({ a: { b: text } })).toEqual([
      {
        pointer: "/a/b",
        detail: "has a {{ that does not begin a placeholder such as {{path.to.field}}",
      },
    ]);
  },
);

test("what can be filled has no faults", () => {
  expect(templateFaults({ a: ["{{x}}", "{{ a.b-c.0 }} and {{$d}}"], b: 1 })).toEqual([]);
});

test("a large value that is named again and again is not multiplied", () => {
  const text = "{{big}}".repeat(1000);
  const { value, faults } = fill({ a: text, b: ["{{big}}"] }, { big: "x".repeat(1_000_000) });
  expect(JSON.stringify(value).length).toBeLessThan(2_100_000);
  expect(faults).toHaveLength(50);
  expect(faults[0]).toEqual({ pointer: "/a", detail: "becomes too large with big" });
});

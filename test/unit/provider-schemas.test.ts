/** Schemas as single providers accept them, which refuse more than the others do. */
import { expect, test } from "vitest";
import { googleSchema } from "../../src/agent/llm/google/schema.ts";
import { isStrict } from "../../src/agent/llm/strict-schema.ts";
import { withPlainNames, withShortDescription } from "../../src/agent/llm/tool-schema.ts";
import type { JsonObject } from "../../src/run/value/json.ts";

test("Anthropic is told of properties with odd names in words, and may send them", () => {
  const schema = {
    type: "object",
    description: "Lists.",
    properties: { "filter[id]": { type: "string" }, page: { type: "integer" } },
    required: ["filter[id]", "page"],
    additionalProperties: false,
  };
  expect(withPlainNames(schema)).toEqual({
    type: "object",
    description:
      'Lists. Further properties: {"filter[id]":{"type":"string"}}. Required of them: filter[id].',
    properties: { page: { type: "integer" } },
    required: ["page"],
  });
  const plain = { type: "object", properties: { "a.b-c_1": {} } };
  expect(withPlainNames(plain)).toBe(plain);
});

test("Gemini is not told that a property is required that is none", () => {
  const schema = { type: "object", properties: { a: { type: "string" } }, required: ["a", "b"] };
  expect(googleSchema(schema)).toEqual({ ...schema, required: ["a"] });
  expect(googleSchema({ anyOf: [{ required: ["b"] }] })).toEqual({ anyOf: [{}] });
});

/** A closed object with further keywords. */
const closed = (more: object): JsonObject => ({
  type: "object",
  properties: {},
  additionalProperties: false,
  ...more,
});

/** A closed object with one property. */
const withProperty = (a: JsonObject) => closed({ properties: { a }, required: ["a"] });

test("a schema that OpenAI's strict mode rejects is sent as a hint", () => {
  expect(isStrict(withProperty({ anyOf: [{ type: "string" }, { type: "null" }] }))).toBe(true);
  expect(isStrict(withProperty({ type: "array", items: {} }))).toBe(true);
  for (const schema of [
    closed({ anyOf: [closed({})] }),
    { anyOf: [closed({})] },
    { type: "array", items: closed({}) },
    withProperty({ type: "array" }),
    withProperty({ type: ["array", "null"] }),
    withProperty({ oneOf: [{ type: "string" }] }),
    withProperty({ allOf: [{ type: "string" }] }),
    withProperty({ not: { type: "string" } }),
  ]) {
    expect(isStrict(schema)).toBe(false);
  }
});

test("the rest of a description that chat servers find too long is in the parameters", () => {
  const long = `${"x".repeat(1023)}\u{1f600} end`;
  const { description, parameters } = withShortDescription(long, { type: "object" });
  expect(description).toBe("x".repeat(1023));
  expect(parameters).toEqual({ type: "object", properties: {}, description: "\u{1f600} end" });
  const own = withShortDescription(long, { type: "object", description: "own" }).parameters;
  expect(own["description"]).toBe("\u{1f600} end\nown");
  expect(withShortDescription("short", { type: "object" })).toEqual({
    description: "short",
    parameters: { type: "object", properties: {} },
  });
});

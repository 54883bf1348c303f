import { expect, test } from "vitest";
import { isStrict } from "../../src/agent/llm/strict-schema.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import { childKind, subschemasOf, withSubschemas } from "../../src/run/value/schema-keywords.ts";

const change = (): string => "changed";

/** A strict object with a property named `default`. */
const closed = (inner: JsonObject): JsonObject => ({
  type: "object",
  additionalProperties: false,
  required: ["default"],
  properties: { default: inner },
});

test("the schemas inside a schema are found with their places, those in place first", () => {
  const schema = {
    type: "object",
    properties: { "a/b": true, c: { type: "string" } },
    anyOf: [{ type: "null" }],
    items: { type: "number" },
    enum: [{ items: {} }],
    allOf: "not a list",
  };

  expect(subschemasOf(schema, "/at")).toEqual([
    { pointer: "/at/anyOf/0", schema: { type: "null" }, inPlace: true },
    { pointer: "/at/items", schema: { type: "number" }, inPlace: false },
    { pointer: "/at/properties/a~1b", schema: true, inPlace: false },
    { pointer: "/at/properties/c", schema: { type: "string" }, inPlace: false },
  ]);
});

test("each schema in a keyword's value is changed, and its shape stays", () => {
  expect(withSubschemas("not", {}, change)).toBe("changed");
  expect(withSubschemas("oneOf", [{}, {}], change)).toEqual(["changed", "changed"]);
  expect(withSubschemas("$defs", { a: {}, b: {} }, change)).toEqual({ a: "changed", b: "changed" });
  expect(withSubschemas("oneOf", {}, change)).toBeUndefined();
  expect(withSubschemas("properties", [], change)).toBeUndefined();
  expect(withSubschemas("title", "t", change)).toBeUndefined();
});

test("no name that every object inherits is a keyword", () => {
  expect(childKind("constructor")).toBeNull();
  expect(subschemasOf(JSON.parse('{"__proto__":{"items":{}}}'), "")).toEqual([]);
});

test("a property that has the name of a keyword is judged as the schema that it is", () => {
  expect(isStrict(closed({ type: "string" }))).toBe(true);
  expect(isStrict(closed({ type: "object", properties: {} }))).toBe(false);
});

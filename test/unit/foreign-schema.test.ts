/** Schemas of MCP servers as frameworks write them: a tool that can be called is not left out. */
import { expect, test } from "vitest";
import { LIST_BOUNDS, listTools } from "../../src/agent/mcp/list.ts";
import { jsonSchemaCheck } from "../../src/agent/tools/schema/json-schema.ts";
import { schemaDefect } from "../../src/agent/tools/schema/schema-defect.ts";
import { foreignSchema } from "../../src/agent/tools/schema/foreign-schema.ts";
import type { JsonObject } from "../../src/run/value/json.ts";
import type { McpTool } from "../../src/run/spec/mcp-catalogue.ts";
import { definitionOf, mcpDouble } from "../mcp-double.ts";

const PETS = {
  type: "object",
  properties: {
    pet: {
      oneOf: [{ $ref: "#/$defs/Dog" }, { $ref: "#/$defs/Fish" }],
      discriminator: { propertyName: "kind", mapping: { dog: "#/$defs/Dog" } },
    },
    count: { type: "integer", format: "int32", nullable: true, example: 2, "x-order": 1 },
  },
  $defs: {
    Dog: { type: "object", properties: { kind: { const: "dog" } }, xml: { name: "dog" } },
    Fish: { type: "object", properties: { kind: { const: "fish" } }, deprecationMessage: "no" },
  },
};

const SIGNAL = new AbortController().signal;

async function listed(...tools: readonly object[]) {
  const { fetch } = mcpDouble([tools]);
  const parts = { headers: new Headers(), fetch, signal: SIGNAL };
  const listing = await listTools(definitionOf(), parts, LIST_BOUNDS);
  const kept = listing.parts.flatMap((part) => JSON.parse(part) as McpTool[]);
  return { problems: listing.problems, kept };
}

/** Checks arguments as a call of an MCP tool does. */
const takes = (schema: JsonObject, value: object): boolean => jsonSchemaCheck(schema)(value).ok;

test("words that JSON Schema does not know are annotations, and go on to the model", async () => {
  const { kept, problems } = await listed({ name: "pets", inputSchema: PETS });
  expect(problems).toEqual([]);
  expect(kept[0]?.inputSchema).toEqual(PETS);
  expect(takes(PETS, { pet: { kind: "dog" }, count: 2 })).toBe(true);
  expect(takes(PETS, { pet: { kind: "cat" } })).toBe(false);
  expect(takes(PETS, { count: "2" })).toBe(false);
});

test("null stands for nothing, but for a default, a constant and a list's member", async () => {
  const nullable = { default: null, enum: [null, "a"], description: null, minLength: null };
  const { kept, problems } = await listed(
    {
      name: "none",
      description: null,
      annotations: null,
      outputSchema: null,
      inputSchema: { type: "object", properties: null, required: null, additionalProperties: null },
    },
    {
      name: "some",
      inputSchema: { type: "object", properties: { a: nullable, b: { const: null, items: null } } },
    },
  );
  expect(problems).toEqual([]);
  expect(kept).toEqual([
    { name: "none", description: "", inputSchema: { type: "object" } },
    {
      name: "some",
      description: "",
      inputSchema: {
        type: "object",
        properties: { a: { default: null, enum: [null, "a"] }, b: { const: null } },
      },
    },
  ]);
});

test("a schema of an older draft means the same", () => {
  const old = {
    type: "object",
    properties: {
      point: {
        type: "array",
        items: [{ type: "number" }, { type: "string" }],
        additionalItems: false,
      },
      part: {
        type: "number",
        minimum: 0,
        exclusiveMinimum: true,
        maximum: 1,
        exclusiveMaximum: false,
      },
      name: { type: "string", required: true },
    },
  };
  const schema = foreignSchema(old);
  expect(schemaDefect(schema, "allowed")).toBeNull();
  expect(takes(schema, { point: [1, "a"], part: 1, name: "n" })).toBe(true);
  expect(takes(schema, { point: ["a", 1] })).toBe(false);
  expect(takes(schema, { point: [1, "a", 2] })).toBe(false);
  expect(takes(schema, { part: 0 })).toBe(false);
  expect(takes(schema, { part: 1.5 })).toBe(false);
});

test("what looks like a schema in the value of an unknown word is none", async () => {
  const inputSchema = {
    type: "object",
    properties: {
      a: { type: "string", "x-ui": { $id: "one", id: "one", $ref: "https://x.example/s" } },
      b: { type: "string", "x-ui": { $id: "one", id: "one" }, example: { pattern: "(" } },
    },
  };
  const { kept, problems } = await listed({ name: "ui", inputSchema });
  expect(problems).toEqual([]);
  expect(kept).toHaveLength(1);
  expect(takes(inputSchema, { a: "x", b: "y" })).toBe(true);
  expect(takes(inputSchema, { a: 1 })).toBe(false);
});

test.each<[string, JsonObject]>([
  ["a keyword with a wrong value", { type: "object", properties: { a: { minLength: "1" } } }],
  ["a pattern that is none", { type: "object", properties: { a: { pattern: "(" } } }],
  ["a reference to nothing", { type: "object", properties: { a: { $ref: "#/$defs/no" } } }],
])("a tool that cannot be checked is left out: %s", async (_what, inputSchema) => {
  const { kept, problems } = await listed({ name: "bad", inputSchema });
  expect(kept).toEqual([]);
  expect(problems).toMatchObject([{ name: "bad" }]);
});

test("a tenant's own schema is still rejected for a word with a typo", () => {
  expect(schemaDefect({ type: "object", propertys: {} })).toEqual({
    pointer: "/propertys",
    detail: "is not a keyword of JSON Schema",
  });
  expect(schemaDefect({ type: "object", properties: { a: { nullable: true } } })).toMatchObject({
    pointer: "/properties/a/nullable",
  });
});

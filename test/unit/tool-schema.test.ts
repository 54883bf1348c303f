/** A tool's schema as providers accept it: what their servers reject is never sent. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { googleSchema } from "../../src/agent/llm/google/schema.ts";
import { targetOf } from "../../src/agent/llm/schema-parts.ts";
import { anthropicSchema } from "../../src/agent/llm/anthropic/schema.ts";
import { toolSchema } from "../../src/agent/llm/tool-schema.ts";
import { jsonSchemaCheck } from "../../src/agent/tools/schema/json-schema.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../src/run/value/json.ts";

/** Every object in a JSON tree. */
function objectsIn(value: JsonValue): JsonObject[] {
  return typeof value !== "object" || value === null
    ? []
    : [
        ...(isJsonObject(value) ? [value] : []),
        ...Object.values(value).flatMap((one: JsonValue) => objectsIn(one)),
      ];
}

/** What a strict server says against a tool's schema. */
function faults(schema: JsonObject): string[] {
  const outermost = ["anyOf", "oneOf", "allOf", "not", "enum", "const", "$ref"];
  return [
    ...(schema["type"] === "object" && isJsonObject(schema["properties"]) ? [] : ["no object"]),
    ...outermost.filter((key) => key in schema),
    ...objectsIn(schema).flatMap((one) =>
      one["type"] === "array" && !isJsonObject(one["items"]) ? ["no items"] : [],
    ),
    ...objectsIn(schema).flatMap(({ $ref }) =>
      typeof $ref === "string" && targetOf(schema, $ref) === undefined ? [$ref] : [],
    ),
  ];
}

function expectAccepted(schema: JsonObject): void {
  expect(faults(schema)).toEqual([]);
}

/** Accepted by Gemini too, which knows only `$defs` and takes nothing next to a reference. */
function expectForGoogle(schema: JsonObject): JsonObject {
  const narrowed = googleSchema(toolSchema(schema));
  expectAccepted(narrowed);
  const references = objectsIn(narrowed).filter((one) => typeof one["$ref"] === "string");
  expect(references.filter((one) => Object.keys(one).length > 1)).toEqual([]);
  expect(objectsIn(narrowed).filter((one) => "allOf" in one)).toEqual([]);
  return narrowed;
}

/** The schema at a property, behind its references. */
function at(schema: JsonObject, ...names: readonly string[]): JsonObject {
  let found: JsonValue | undefined = schema;
  const follow = (): void => {
    while (isJsonObject(found) && typeof found["$ref"] === "string") {
      found = targetOf(schema, found["$ref"]);
    }
  };
  for (const name of names) {
    const { properties }: JsonObject = isJsonObject(found) ? found : {};
    found = isJsonObject(properties) ? properties[name] : undefined;
    follow();
  }
  if (!isJsonObject(found)) {
    throw new Error(`${names.join(".")} is no schema`);
  }
  return found;
}

const ref = (name: string): JsonObject => ({ $ref: `#/$defs/${name}` });

test("a schema that every provider accepts stays as it is, to the byte", () => {
  const schema = {
    properties: { b: { $ref: "#/$defs/b", description: "d" }, a: { anyOf: [{ const: 1 }, {}] } },
    type: "object",
    $defs: { b: { type: "array", items: { type: "string" } } },
    if: { required: ["a"] },
    additionalProperties: false,
  };
  expect(JSON.stringify(toolSchema(schema))).toBe(JSON.stringify(schema));
});

test("what is missing is filled in, at every depth", () => {
  expect(toolSchema({ type: "object" })).toEqual({ type: "object", properties: {} });
  const schema = {
    type: "object",
    properties: {
      ids: { type: "array" },
      any: { type: "array", items: true },
      maybe: { type: ["array", "null"], maxItems: 2 },
      pair: { type: "array", prefixItems: [{ type: "array" }] },
      type: { type: "object", properties: { items: { type: "array" } } },
      or: { anyOf: [{ type: "array" }, { type: "string" }] },
    },
    additionalProperties: { type: "array" },
  };
  expect(toolSchema(schema)).toEqual({
    type: "object",
    properties: {
      ids: { type: "array", items: {} },
      any: { type: "array", items: {} },
      maybe: { type: ["array", "null"], maxItems: 2, items: {} },
      pair: { type: "array", prefixItems: [{ type: "array", items: {} }], items: {} },
      type: { type: "object", properties: { items: { type: "array", items: {} } } },
      or: { anyOf: [{ type: "array", items: {} }, { type: "string" }] },
    },
    additionalProperties: { type: "array", items: {} },
  });
});

test("alternatives of the outermost schema become optional properties, and are told in words", () => {
  const schema = {
    type: "object",
    description: "Sends a file.",
    properties: { name: { type: "string" } },
    required: ["name"],
    oneOf: [
      { properties: { body: { type: "string" } }, required: ["body"] },
      {
        properties: { path: { type: "string" }, host: { type: "string" } },
        required: ["path", "host"],
      },
    ],
  };
  expect(toolSchema(schema)).toEqual({
    type: "object",
    description: "Sends a file. Required: body, or path and host.",
    properties: {
      name: { type: "string" },
      body: { type: "string" },
      path: { type: "string" },
      host: { type: "string" },
    },
    required: ["name"],
  });
  const check = jsonSchemaCheck(schema);
  expect([check({ name: "n" }).ok, check({ name: "n", body: "b" }).ok]).toEqual([false, true]);
});

test("of alternatives with the same property, either is accepted, and what all require stays required", () => {
  const cat = {
    properties: { kind: { const: "cat" }, lives: { type: "integer" } },
    required: ["kind"],
  };
  const dog = { properties: { kind: { const: "dog" } }, required: ["kind", "lives"] };
  const root = { type: "object", anyOf: [{ $ref: "#/$defs/cat" }, dog, dog], $defs: { cat } };
  const written = toolSchema(root);
  expectAccepted(written);
  expect(written).toMatchObject({
    properties: {
      kind: { anyOf: [{ const: "cat" }, { const: "dog" }] },
      lives: { type: "integer" },
    },
    required: ["kind"],
  });
});

test("what the outermost schema takes from elsewhere becomes its own", () => {
  const base = { type: "object", properties: { id: { type: "string" } }, required: ["id"] };
  const schema = {
    type: "object",
    $ref: "#/definitions/more",
    not: { required: ["secret"] },
    definitions: {
      base,
      more: { allOf: [{ $ref: "#/definitions/base" }, { properties: { n: { type: "number" } } }] },
    },
  };
  const written = toolSchema(schema);
  expectAccepted(written);
  expect(written).toMatchObject({
    properties: { id: { type: "string" }, n: { type: "number" } },
    required: ["id"],
  });
  expectForGoogle(schema);
});

test.each(["definitions", "$defs"])(
  "every reference leads somewhere for Gemini too: %s",
  (where) => {
    const schema = {
      type: "object",
      properties: {
        task: { $ref: `#/${where}/Task`, description: "The task." },
        also: { allOf: [{ $ref: `#/${where}/Task` }], title: "Also" },
        more: { allOf: [{ $ref: `#/${where}/Task` }, { properties: { due: { type: "string" } } }] },
        list: { type: "array", items: { $ref: `#/${where}/a~1b` } },
        same: { $ref: "#/properties/list" },
      },
      [where]: {
        Task: {
          type: "object",
          properties: { title: { type: "string" }, sub: { $ref: `#/${where}/Task` } },
          required: ["title"],
        },
        "a/b": { enum: ["x"] },
      },
    };
    const narrowed = expectForGoogle(schema);
    const title = { type: "string" };
    expect(at(narrowed, "task", "title")).toEqual(title);
    expect(at(narrowed, "also", "sub", "sub", "title")).toEqual(title);
    expect(at(narrowed, "more", "title")).toEqual(title);
    expect(at(narrowed, "more", "due")).toEqual({ type: "string" });
    expect(at(narrowed, "more")["required"]).toEqual(["title"]);
    expect(at(narrowed, "same")).toMatchObject({ type: "array" });
    expect(googleSchema(schema)).toEqual(narrowed);
  },
);

test("a target in a part that Gemini does not know is found as well: by place, and by anchor", () => {
  const schema = {
    type: "object",
    properties: {
      a: { $ref: "#/if/properties/a" },
      b: { $ref: "#here" },
      c: { $ref: "#" },
      d: { anyOf: [{ $ref: "#/patternProperties/%5Ex/items" }, { type: "null" }] },
    },
    if: { properties: { a: { type: "integer", minimum: 3 } } },
    patternProperties: { "^x": { type: "array", items: { $anchor: "here", type: "boolean" } } },
  };
  const narrowed = expectForGoogle(schema);
  expect(at(narrowed, "a")).toEqual({ type: "integer", minimum: 3 });
  expect(at(narrowed, "b")).toMatchObject({ type: "boolean" });
  expect(at(narrowed, "c", "c", "a")).toEqual({ type: "integer", minimum: 3 });
});

test("recursive schemas that are merged have an end", () => {
  const both = { allOf: [ref("A"), ref("B")], minProperties: 1 };
  const loop = (name: string): JsonObject => ({ type: "object", properties: { x: ref(name) } });
  const schema = {
    type: "object",
    properties: { x: both, y: { ...ref("C"), minProperties: 1 } },
    anyOf: [ref("A"), { properties: { x: both } }],
    $defs: {
      A: loop("A"),
      B: loop("B"),
      C: { type: "object", properties: { y: { ...ref("C"), maxProperties: 3 }, z: both } },
    },
  };
  expectAccepted(toolSchema(schema));
  const narrowed = expectForGoogle(schema);
  expect(at(narrowed, "y", "y", "y", "z", "x", "x")).toMatchObject({ type: "object" });
});

test("a small schema does not become a large one", () => {
  for (const how of ["allOf", "anyOf", "oneOf"]) {
    const $defs = Object.fromEntries(
      Array.from({ length: 40 }, (_one, n) => [
        `d${n}`,
        {
          [how]:
            n === 39
              ? []
              : [
                  ref(`d${n + 1}`),
                  { properties: { p: ref(`d${n + 1}`), q: { const: n } } },
                  ref(`d${n + 1}`),
                ],
        },
      ]),
    );
    const schema = {
      type: "object",
      [how]: [ref("d0"), ref("d1")],
      properties: { x: ref("d0") },
      $defs,
    };
    const size = JSON.stringify(schema).length;
    expectAccepted(toolSchema(schema));
    expect(JSON.stringify(expectForGoogle(schema)).length).toBeLessThan(20 * size);
  }
});

test("whatever a schema combines, it can be sent", () => {
  const { schema } = fc.letrec<{ schema: JsonObject; ref: JsonObject; list: JsonObject[] }>(
    (tie) => ({
      ref: fc
        .constantFrom("#", "#/$defs/a", "#/definitions/b", "#/properties/p", "#c")
        .map((one) => ({
          $ref: one,
        })),
      list: fc.array(tie("schema"), { maxLength: 3 }),
      schema: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        fc.constantFrom<JsonObject>({ type: "array" }, { const: 1 }, { type: "string" }, {}),
        tie("ref"),
        fc.record(
          {
            allOf: tie("list"),
            anyOf: tie("list"),
            oneOf: tie("list"),
            not: tie("schema"),
            items: tie("schema"),
            properties: fc.dictionary(fc.constantFrom("p", "q", "items", "$ref"), tie("schema")),
            required: fc.subarray(["p", "q"]),
          },
          { requiredKeys: [] },
        ),
      ),
    }),
  );
  const rest = fc.tuple(schema, schema, schema);
  fc.assert(
    fc.property(schema, rest, (root, [a, b, p]) => {
      const whole = {
        ...root,
        type: "object",
        properties: { p },
        $defs: { a },
        definitions: { b: { ...b, $anchor: "c" } },
      };
      expectAccepted(toolSchema(whole));
      expectForGoogle(whole);
    }),
    { numRuns: 300 },
  );
});

test("Anthropic's output schema has no reference in an allOf, and none that leads to nothing", () => {
  const target = { type: "object", properties: { title: { type: "string" } } };
  const closed = { ...target, additionalProperties: false };
  const all = {
    type: "object",
    properties: { a: { allOf: [{ $ref: "#/$defs/T" }] } },
    $defs: { T: target },
  };
  expect(anthropicSchema(all)).toMatchObject({ properties: { a: closed } });
  const lost = {
    type: "object",
    properties: { a: { $ref: "#here" }, b: { $ref: "#/patternProperties/x" } },
    patternProperties: { x: target },
    $defs: { T: { ...target, $anchor: "here" } },
  };
  const written = anthropicSchema(lost) ?? {};
  expectAccepted({ ...written, type: "object" });
  expect([at(written, "a"), at(written, "b")]).toMatchObject([closed, closed]);
});

const node = (child: JsonObject) => ({
  type: "object",
  properties: { child },
  additionalProperties: false,
});

test.each<[string, JsonObject]>([
  ["a definition", { $ref: "#/$defs/Node" }],
  ["the root", { $ref: "#" }],
  ["a circle of two", { $ref: "#/$defs/A" }],
  ["a part of itself", { type: "array", items: { $ref: "#/properties/next" } }],
  ["an anchor", { $ref: "#node" }],
])("Anthropic's output schema has no recursion, which the API rejects: %s", (_what, next) => {
  const schema = {
    ...node({}),
    properties: { next },
    $defs: {
      Node: { ...node({ $ref: "#/$defs/Node" }), $anchor: "node" },
      A: node({ $ref: "#/$defs/B" }),
      B: node({ $ref: "#/$defs/A" }),
    },
  };
  expect(anthropicSchema(schema)).toBeNull();
  const { Node: _node, A: _a, B: _b, ...$defs } = { ...schema.$defs, T: node({ type: "null" }) };
  const twice = { a: { $ref: "#/$defs/T" }, b: { $ref: "#/$defs/T" } };
  expect(anthropicSchema({ ...schema, properties: twice, $defs })).not.toBeNull();
});

test("a reference into a container that is no keyword leads to a definition", () => {
  const dog = { type: "object", properties: { tags: { type: "array" } } };
  const schema = {
    type: "object",
    properties: {
      a: { $ref: "#/components/schemas/Dog" },
      b: { type: "array", items: { $ref: "#/components/schemas/Dog" } },
      c: { $ref: "#/components/schemas/Pack" },
      d: { $ref: "#/$defs/Own" },
    },
    components: {
      schemas: { Dog: dog, Pack: { type: "array", items: { $ref: "#/components/schemas/Dog" } } },
    },
    $defs: { Own: { type: "string" } },
  };
  const written = toolSchema(schema);
  expect(written).toMatchObject({
    properties: {
      a: { $ref: "#/$defs/Dog" },
      b: { items: { $ref: "#/$defs/Dog" } },
      c: { $ref: "#/$defs/Pack" },
      d: { $ref: "#/$defs/Own" },
    },
    $defs: {
      Own: { type: "string" },
      Dog: { properties: { tags: { type: "array", items: {} } } },
      Pack: { type: "array", items: { $ref: "#/$defs/Dog" } },
    },
  });
  expectAccepted(written);
  expectForGoogle(schema);
});

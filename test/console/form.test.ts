/** Forms from JSON Schema: which fields there are, what typing does to the value, what is wrong. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { checkValue, errorsBelow } from "../../console/src/parts/form-check.ts";
import { formOf, valueAt, type FormNode } from "../../console/src/parts/form-schema.ts";
import {
  addAt,
  isSame,
  isTyped,
  removeAt,
  setAt,
  startOf,
  textAt,
  textError,
  typeAt,
} from "../../console/src/parts/form-state.ts";

const REFUND = {
  type: "object",
  required: ["payment", "amount"],
  properties: {
    payment: { type: "string", title: "Payment" },
    amount: { type: "number", minimum: 0 },
    count: { type: "integer" },
    reason: { anyOf: [{ type: "string", enum: ["duplicate", "fraud"] }, { type: "null" }] },
    note: { type: ["string", "null"] },
    tags: { type: "array", items: { type: "string" } },
    scopes: { type: "array", items: { enum: ["read", "write"] } },
    customer: { $ref: "#/$defs/customer" },
    raw: { type: "array", items: { type: "object" } },
    either: { anyOf: [{ type: "string" }, { type: "number" }] },
  },
  $defs: { customer: { type: "object", properties: { id: { type: "integer" } } } },
};

function kinds(root: FormNode): Record<string, string> {
  const fields = root.kind === "object" ? root.fields : [];
  return {
    [root.pointer]: root.kind,
    ...Object.assign({}, ...fields.map((field) => kinds(field))),
  };
}

test("a schema becomes fields, and what no field can hold becomes JSON", () => {
  expect(kinds(formOf(REFUND, { payment: "p", amount: 1 }))).toEqual({
    "": "object",
    "/payment": "text",
    "/amount": "number",
    "/count": "number",
    "/reason": "choice",
    "/note": "text",
    "/tags": "list",
    "/scopes": "several",
    "/customer": "object",
    "/customer/id": "number",
    "/raw": "json",
    "/either": "json",
  });
});

test("a value decides where the schema does not", () => {
  const value = { payment: 12, tags: ["a"], more: { x: 1 }, "a/b": "c", scopes: ["other"] };
  expect(kinds(formOf(REFUND, value))).toMatchObject({
    "/payment": "json",
    "/tags": "list",
    "/scopes": "list",
    "/more": "object",
    "/more/x": "number",
    "/a~1b": "text",
  });
  expect(kinds(formOf(null, { url: "x", n: 1, on: true, deep: [{ a: 1 }] }))).toEqual({
    "": "object",
    "/url": "text",
    "/n": "number",
    "/on": "boolean",
    "/deep": "json",
  });
  expect(formOf(null, "text").kind).toBe("text");
  expect(formOf({ type: "object" }, {}).kind).toBe("json");
});

test("references that lead to themselves end", () => {
  const schema = { $ref: "#/$defs/a", $defs: { a: { $ref: "#/$defs/a" } } };
  expect(formOf(schema, undefined).kind).toBe("json");
  const tree = {
    type: "object",
    properties: { child: { $ref: "#" }, next: { $ref: "#/properties/next" } },
  };
  expect(formOf(tree, {}).kind).toBe("object");
});

test("every member of a value has a field", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 }), (value) => {
      const given: unknown = JSON.parse(JSON.stringify(value));
      const root = formOf({ type: "object", properties: { a: { type: "string" } } }, given);
      const fields = root.kind === "object" ? root.fields : [];
      const names = Object.keys(given as object);
      expect(fields.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
      for (const { pointer, name } of fields) {
        expect(valueAt(given, pointer)).toEqual(
          names.includes(name) ? (given as Record<string, unknown>)[name] : undefined,
        );
      }
    }),
  );
});

test("numbers stay numbers, null stays null, and nothing half-typed gets into the value", () => {
  let state = startOf({ amount: 12.5, note: null, customer: { id: 7 } });
  expect(textAt(state, "/amount", "number")).toBe("12.5");
  state = typeAt(state, "/amount", "0", "number");
  expect(state.value).toEqual({ amount: 0, note: null, customer: { id: 7 } });
  state = typeAt(state, "/amount", "1.", "number");
  expect(textAt(state, "/amount", "number")).toBe("1.");
  expect(valueAt(state.value, "/amount")).toBe(1);
  state = typeAt(state, "/amount", "1.5x", "number");
  expect([textError(state, "/amount"), isTyped(state)]).toEqual(["This is not a number.", false]);
  expect(valueAt(state.value, "/amount")).toBe(1);
  state = setAt(state, "/amount", 3);
  expect([textError(state, "/amount"), isTyped(state)]).toEqual([null, true]);
  state = typeAt(state, "/customer/id", "8", "whole");
  expect(state.value).toEqual({ amount: 3, note: null, customer: { id: 8 } });
  expect(textError(typeAt(state, "/customer/id", "8.5", "whole"), "/customer/id")).toBe(
    "This is not a whole number.",
  );
  state = typeAt(state, "/amount", "", "number");
  expect(state.value).toEqual({ note: null, customer: { id: 8 } });
  state = typeAt(state, "", '{"note": "x"', "json");
  expect(isTyped(state)).toBe(false);
  expect(typeAt(state, "", '{"note": ""}', "json").value).toEqual({ note: "" });
});

test("lists grow and shrink", () => {
  const state = addAt(addAt(startOf({}), "/tags", "a"), "/tags", "b");
  expect(state.value).toEqual({ tags: ["a", "b"] });
  expect(removeAt(state, "/tags", 0).value).toEqual({ tags: ["b"] });
});

function namesOf(value: unknown): string[] {
  return Object.keys(value as object).filter((name) => !/^\d+$/.test(name));
}

test("what is set is read back, under any name, and the rest stays", () => {
  const name = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "a/b", "a~b"));
  fc.assert(
    fc.property(fc.dictionary(name, fc.jsonValue()), name, fc.jsonValue(), (given, at, value) => {
      const base: unknown = JSON.parse(JSON.stringify(given));
      const pointer = `/${at.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      const next = setAt(startOf(base), pointer, value);
      expect(isSame(valueAt(next.value, pointer), value)).toBe(true);
      // Objects put names that are numbers first.
      const before = namesOf(base);
      const isNew = !before.includes(at) && !/^\d+$/.test(at);
      expect(namesOf(next.value)).toEqual(isNew ? [...before, at] : before);
      expect(Object.hasOwn(setAt(next, pointer, undefined).value as object, at)).toBe(false);
    }),
  );
});

test("errors land on their fields", () => {
  expect(checkValue(REFUND, { amount: -1, customer: { id: "x" } })).toEqual(
    expect.arrayContaining([
      { pointer: "/payment", detail: "This is required." },
      expect.objectContaining({ pointer: "/amount" }),
      expect.objectContaining({ pointer: "/customer/id" }),
    ]),
  );
  expect(checkValue(REFUND, { payment: "p", amount: 0, reason: null, note: null })).toEqual([]);
  expect(
    checkValue({ type: "object", properties: {}, additionalProperties: false }, { extra: 1 }),
  ).toEqual([expect.objectContaining({ pointer: "/extra" })]);
  expect(checkValue(null, {})).toEqual([]);
  expect(checkValue({ $ref: "#/nowhere" }, {})).toEqual([]);
  const errors = [
    { pointer: "/arguments/amount", detail: "a" },
    { pointer: "/comment", detail: "b" },
  ];
  expect(errorsBelow(errors, "/arguments")).toEqual([{ pointer: "/amount", detail: "a" }]);
});

import { expect, expectTypeOf, test } from "vitest";
import { defined } from "../../src/run/value/defined.ts";

function maybe<T>(value: T): T | undefined {
  return value;
}

test("fields that are undefined are dropped", () => {
  const fields = defined({ a: 1, b: undefined, c: maybe("x") });

  expect(Object.keys(fields)).toEqual(["a", "c"]);
  expect(fields).toStrictEqual({ a: 1, c: "x" });
});

test("fields that are null, false, zero or empty stay", () => {
  expect(defined({ a: null, b: false, c: 0, d: "", e: [], f: Number.NaN })).toStrictEqual({
    a: null,
    b: false,
    c: 0,
    d: "",
    e: [],
    f: Number.NaN,
  });
});

test("only the top level is looked at, and the object handed in stays as it is", () => {
  const given = { inner: { a: undefined }, gone: undefined };

  expect(defined(given)).toStrictEqual({ inner: { a: undefined } });
  expect(Object.keys(given)).toEqual(["inner", "gone"]);
});

test("a key named __proto__ is copied as a field and sets no prototype", () => {
  const copy = defined(JSON.parse('{"__proto__":{"polluted":true},"a":1}') as object);

  expect(Object.keys(copy)).toEqual(["__proto__", "a"]);
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
});

test("the type makes fields optional where they may be undefined, and only there", () => {
  type Target = { type: "text"; text: string; size?: number; note?: string | null };
  const target: Target = {
    ...defined({ type: "text", text: "t", size: maybe(1), note: maybe<string | null>(null) }),
  };
  const optional: { size?: number } = { size: 2 };

  expect(target).toStrictEqual({ type: "text", text: "t", size: 1, note: null });
  expectTypeOf(defined({ a: 1, b: maybe("x") })).toExtend<{ a: 1; b?: string }>();
  expectTypeOf(defined(optional)).toExtend<{ size?: number }>();
  // @ts-expect-error: a field that may be missing is not promised
  const promised: { b: string } = defined({ b: maybe("x") });
  expect(promised).toEqual({ b: "x" });
});

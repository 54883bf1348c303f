/** Whole numbers beyond 2^53: the same digits at the far end, or a refusal. */
import { expect, test } from "vitest";
import { readArguments } from "../../src/run/decide/planner.ts";
import { roundedNumber, roundedPlace, withTextDigits } from "../../src/run/value/whole-numbers.ts";

test.each([
  "2512292042121000001",
  "9007199254740993",
  "-9007199254740993",
  "1152921504606846976",
  "2512292042121000001.0",
  "2.512292042121000001e18",
  "123456789012345678901234567890",
])("%s would be rounded, and becomes a text", (number) => {
  const json = `{"a":[1,{"id": ${number}}],"b":"${number}"}`;
  expect(roundedNumber(json)).toBe(number);
  expect(JSON.parse(withTextDigits(json))).toEqual({ a: [1, { id: number }], b: number });
});

test.each([
  "9007199254740992",
  "-9007199254740991",
  "1.0",
  "1e2",
  "1e21",
  "1000000000000000000000000",
  "0.1234567890123456789",
  "3.14159265358979323846",
  "0.00000000000000000001",
  "0",
  "-0.0000000000000000000",
])("%s stays a number", (number) => {
  expect(roundedNumber(`{"n":${number}}`)).toBeNull();
  expect(withTextDigits(`[${number}]`)).toBe(`[${number}]`);
});

test("the place of such a number is a pointer", () => {
  expect(roundedPlace('{"a":{"b/c":[0,9007199254740993]},"d":1}')).toBe("/a/b~1c/1");
  expect(roundedPlace("9007199254740993")).toBe("");
  expect(roundedPlace('{"a":9007199254740993,"a":1}')).toBeNull();
  expect(roundedPlace('{"a":[9007199254740992,null,"9007199254740993"]}')).toBeNull();
});

test("digits in texts and names are no numbers, whatever is escaped before them", () => {
  const json = String.raw`{"9007199254740993":"\" 9007199254740993","\\":"\\","n":1}`;
  expect(roundedNumber(json)).toBeNull();
  expect(withTextDigits(json)).toBe(json);
});

test("arguments with such a number are not parsed", () => {
  const text = '{"id":2512292042121000001}';
  expect(readArguments(text)).toEqual({ arguments_text: text });
  expect(readArguments('{"id":9007199254740992}')).toEqual({ arguments: { id: 9007199254740992 } });
});

test("a text of a megabyte of digits is read in no time", () => {
  const json = `[${"9".repeat(1_000_000)}]`;
  expect(roundedNumber(json)).toBeNull();
});

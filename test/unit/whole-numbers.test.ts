/** Whole numbers beyond 2^53: the same digits at the far end, or a refusal. */
import { expect, test } from "vitest";
import { parseMessage, readRequest } from "../../src/durable/run/live/live-protocol.ts";
import { answerData, readArguments } from "../../src/run/decide/planner.ts";
import { wellFormed, wellFormedText, type JsonValue } from "../../src/run/value/json.ts";
import {
  parseExact,
  roundedNumber,
  roundedPlace,
  unsafePlace,
  withTextDigits,
} from "../../src/run/value/whole-numbers.ts";
import { replyIn, sse } from "../wire.ts";
import { chatCalls, chatEnd, gemini, play } from "./reply-cases/protocols.ts";

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

const ID = "2512292042121000001";

test("parsed exactly, such a number is written as its digits again", () => {
  const json = `{"a":[${ID},1,0.5,"${ID}",null],"b":{"c":-9007199254740993}}`;
  expect(JSON.stringify(parseExact(json))).toBe(json);
  expect(wellFormed(parseExact(json) as JsonValue)).toEqual({
    a: [ID, 1, 0.5, ID, null],
    b: { c: "-9007199254740993" },
  });
  expect(parseExact('{"a":1}')).toEqual({ a: 1 });
  expect(() => parseExact(`[${ID}`)).toThrow(SyntaxError);
});

const TOOLS = [{ name: "add", description: "d", input_schema: { type: "object" } }];
const GIVEN = parseExact(`{"id":${ID}}`);
const item = { type: "function_call", call_id: "c1", name: "add", arguments: GIVEN };
const use = { type: "tool_use", id: "c1", name: "add", input: GIVEN };

test.each([
  ["chat", sse(chatCalls({ function: { name: "add", arguments: GIVEN } })) + chatEnd("tool_calls")],
  ["responses", sse({ type: "response.completed", response: { output: [item] } })],
  ["anthropic", sse({ type: "message", content: [use], stop_reason: "tool_use" })],
  ["google", sse(gemini([{ functionCall: { name: "add", args: GIVEN } }], "STOP"))],
] as const)("arguments that are an object are refused too: %s", async (protocol, body) => {
  expect(body).toContain(`:${ID}`);
  const { tool_calls } = replyIn(await play(protocol, { body }, { tools: TOOLS }));
  const text = tool_calls[0]?.arguments_text ?? "";
  expect(text).toBe(`{"id":${ID}}`);
  expect(readArguments(text)).toEqual({ arguments_text: text });
});

test("what a provider wants back has such a number as a text", async () => {
  const own = { type: "server_tool_use", id: "s1", name: "search", input: GIVEN };
  const content = [own, { type: "text", text: "hi" }];
  const body = sse({ type: "message", content, stop_reason: "end_turn" });
  const { opaque } = replyIn(await play("anthropic", { body }));
  expect(JSON.stringify(wellFormed(opaque?.data ?? null))).toContain(`{"id":"${ID}"}`);
});

test("an answer with such a number is told to the model", () => {
  expect(answerData(`{"id":${ID}}`)).toEqual({
    ok: false,
    reason: `the number ${ID} would be rounded. Write it as a text, in quotes`,
  });
  expect(answerData('{"a":"\\ud83d"}')).toEqual({ ok: true, value: { a: "\ufffd" } });
});

test("a double that may have been another number is found", () => {
  expect(unsafePlace({ a: [1, { "b/c": 2 ** 53 }] })).toBe("/a/1/b~1c");
  expect(unsafePlace(-(2 ** 63))).toBe("");
  expect(unsafePlace({ a: [2 ** 53 - 1, 0.5, 1e300, "9007199254740993", null, true] })).toBeNull();
});

test.each([
  [{ type: "message", content: "x", data: { id: 0 } }, "/data/id"],
  [{ type: "approve", call_id: "call_1", arguments: { list: [0] } }, "/arguments/list/0"],
  [{ type: "cancel", ref: 0 }, "/ref"],
])("a command by WebSocket with such a number is refused: %j", (command, place) => {
  const text = JSON.stringify(command).replace(/0(?=[\]}])/, ID);
  const message = parseMessage(text);
  expect(message).not.toBeNull();
  expect(message && readRequest(message, "key", true)).toEqual({
    ok: false,
    refusal: {
      code: "validation_failed",
      message: `${place} is a whole number that would be rounded: send it as a text`,
    },
  });
});

test("halves of characters in a command are marked", () => {
  const message = parseMessage('{"type":"message","content":"a\\ud83d","data":{"\\ude00":"😀"}}');
  expect(message && readRequest(message, "key", true)).toMatchObject({
    ok: true,
    request: { command: { content: "a\ufffd", data: { "\ufffd": "😀" } } },
  });
});

test.each([
  ['"\\ud83d\\ude00"', "😀"],
  ['"\\uD83D\\uDE00"', "😀"],
  ['"\\ud83d"', "\ufffd"],
  ['"\\ude00\\ud83d"', "\ufffd\ufffd"],
  ['"\\ud83d\\ud83d\\ude00"', "\ufffd😀"],
  ['"\\ud83d\\n"', "\ufffd\n"],
  ['"\\\\ud83d"', "\\ud83d"],
  ['"\\\\\\ud83d"', "\\\ufffd"],
  ['"\\u00e9\\ufffd"', "é\ufffd"],
])("JSON text without half a character: %s", (json, value) => {
  expect(JSON.parse(wellFormedText(json))).toBe(value);
});

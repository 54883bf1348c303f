/**
 * Tool calls of chat completions in the forms that servers send: repeated names, null in fields,
 * one index for all, no ids.
 */
import { expect, test } from "vitest";
import type { Reply } from "../../../src/run/value/message.ts";
import { replyIn, sse } from "../../wire.ts";
import { chat, chatCalls, chatEnd, play } from "./protocols.ts";

const A = '{"a":1,"b":2}';
const B = '{"a":3,"b":4}';
const TOOLS = ["add_numbers", "current_time", "tick"].map((name) => ({
  name,
  description: "d",
  input_schema: { type: "object" },
}));

type Calls = Reply["tool_calls"];

/** What the reply holds after these events, each a list of parts. */
async function callsFrom(...events: readonly (readonly object[])[]): Promise<Calls> {
  const body = sse(...events.map((parts) => chatCalls(...parts))) + chatEnd("tool_calls");
  const played = await play("chat", { body }, { tools: TOOLS });
  const { tool_calls } = replyIn(played);
  // The pieces for watchers say the same as the reply.
  const names = new Map<number, string>();
  for (const event of played.events) {
    if (event.type === "tool_call" && event.name !== undefined) {
      names.set(event.index, event.name);
    }
  }
  expect([...names.values()].slice(0, tool_calls.length)).toEqual(
    tool_calls.map(({ name }) => name),
  );
  return tool_calls;
}

/** A part of a call; undefined fields are absent. */
const part = (name: unknown, args: unknown, more: object = {}): object => ({
  ...more,
  function: { name, arguments: args },
});
const at = (index: number, name: unknown, args: unknown, id?: unknown): object =>
  part(name, args, { index, id });

const ADD = "add_numbers";
const one = (arguments_text: string, provider_id?: string) => [
  { name: ADD, arguments_text, ...(provider_id !== undefined && { provider_id }) },
];

test.each<[string, object[]]>([
  ["the name again", [at(0, ADD, '{"a":1,', "c1"), at(0, ADD, '"b":2}', "c1")]],
  [
    "the name again, first without arguments",
    [at(0, ADD, "", "c1"), at(0, ADD, '{"a":1,', "c1"), at(0, ADD, '"b":2}', "c1")],
  ],
  ["null as id", [at(0, ADD, '{"a":1,', "c1"), at(0, undefined, '"b":2}', null)]],
  ["null as id and name", [at(0, ADD, '{"a":1,', "c1"), at(0, null, '"b":2}', null)]],
  ["empty texts", [at(0, ADD, '{"a":1,', "c1"), at(0, "", '"b":2}', "")]],
  ["null as index", [at(0, ADD, '{"a":1,', "c1"), part(null, '"b":2}', { index: null })]],
  ["later parts without index", [at(0, ADD, '{"a":1,', "c1"), part(undefined, '"b":2}')]],
  ["null as arguments", [at(0, ADD, null, "c1"), at(0, null, A)]],
  ["the name in halves", [at(0, "add_", "", "c1"), at(0, "numbers", ""), at(0, null, A)]],
  ["the name in halves, the second with arguments", [at(0, "add_", "", "c1"), at(0, "numbers", A)]],
  ["a running name", [at(0, "add_", "", "c1"), at(0, ADD, ""), at(0, ADD, A, "c1")]],
  ["another id in each part", [at(0, ADD, '{"a":1,', "c1"), at(0, null, '"b":2}', "c2")]],
  [
    "another id and the name in each part",
    [at(0, ADD, '{"a":1,', "c1"), at(0, ADD, '"b":', "c2"), at(0, ADD, "2}", "c3")],
  ],
  ["the name again at the end", [at(0, ADD, A, "c1"), at(0, ADD, "", "c1")]],
  ["nothing at the end", [at(0, ADD, A, "c1"), at(0, null, null, null), at(0, "", "", "")]],
  ["nothing at the beginning", [at(0, null, null, null), at(0, ADD, A, "c1")]],
  ["the id late", [at(0, ADD, '{"a":1,'), at(0, null, '"b":2}', "c1")]],
])("one call: %s", async (_how, parts) => {
  expect(await callsFrom(...parts.map((each) => [each]))).toEqual(one(A, "c1"));
  expect(await callsFrom(parts)).toEqual(one(A, "c1"));
});

test("the name again at the end, without any id, is no second call", async () => {
  expect(await callsFrom([at(0, ADD, A)], [at(0, ADD, "")])).toEqual(one(A));
  expect(await callsFrom([part(ADD, A)], [part(ADD, null)])).toEqual(one(A));
});

test("running totals of the arguments leave the name one word", async () => {
  const calls = await callsFrom([at(0, ADD, '{"a":1,', "c1")], [at(0, ADD, A, "c1")]);
  expect(calls).toEqual([expect.objectContaining({ name: ADD })]);
});

test("two calls side by side may repeat their names", async () => {
  const parts = [
    at(0, ADD, '{"a":1,', "x"),
    at(1, ADD, '{"a":3,', "y"),
    at(0, ADD, '"b":2}', "x"),
    at(1, ADD, '"b":4}', "y"),
  ];
  const both = [...one(A, "x"), ...one(B, "y")];
  expect(await callsFrom(...parts.map((each) => [each]))).toEqual(both);
  const shared = parts.map((each) => Object.assign(each, { index: 0 }));
  expect(await callsFrom(...shared.map((each) => [each]))).toEqual(both);
});

test.each<[string, object[], string?]>([
  ["no id, one index", [at(0, ADD, A), at(0, ADD, B)]],
  ["an empty id, one index", [at(0, ADD, A, ""), at(0, ADD, B, "")]],
  ["null as id, one index", [at(0, ADD, A, null), at(0, ADD, B, null)]],
  ["no index, no id", [part(ADD, A), part(ADD, B)]],
  ["each in two parts", [at(0, ADD, ""), at(0, null, A), at(0, ADD, ""), at(0, null, B)]],
  [
    "arguments in two parts",
    [at(0, ADD, '{"a":1,'), at(0, null, '"b":2}'), at(0, ADD, '{"a":3,'), at(0, null, '"b":4}')],
  ],
  ["an index for each", [at(1, ADD, A), at(2, ADD, B)]],
  ["an index that is a text", [part(ADD, A, { index: "0" }), part(ADD, B, { index: "1" })]],
  ["objects as arguments", [at(0, ADD, { a: 1, b: 2 }), at(0, ADD, { a: 3, b: 4 })]],
  ["one id for both", [at(0, ADD, A, "c1"), at(0, ADD, B, "c1")], "c1"],
  ["one id for both, an index for each", [at(0, ADD, A, "c1"), at(1, ADD, B, "c1")], "c1"],
])("two calls: %s", async (_how, parts, id) => {
  const both = [...one(A, id), ...one(B, id)];
  expect(await callsFrom(...parts.map((each) => [each]))).toEqual(both);
  expect(await callsFrom(parts)).toEqual(both);
});

test("the same call twice is two calls", async () => {
  expect(await callsFrom([at(0, ADD, A)], [at(0, ADD, A)])).toEqual([...one(A), ...one(A)]);
});

test("a call without arguments and the next are told apart by the offered names", async () => {
  const calls = await callsFrom([at(0, "current_time", "")], [at(0, ADD, A)]);
  expect(calls).toEqual([{ name: "current_time", arguments_text: "" }, ...one(A)]);
});

test("a second call that is not whole stays the second", async () => {
  const calls = await callsFrom([at(0, ADD, A)], [at(0, ADD, '{"a":3,')]);
  expect(calls).toEqual([...one(A), ...one('{"a":3,')]);
  const broken = await callsFrom([at(0, ADD, '{"a":3,')], [at(0, "tick", "{}")]);
  expect(broken).toEqual([...one('{"a":3,'), { name: "tick", arguments_text: "{}" }]);
});

test("each entry of a JSON answer is a call", async () => {
  for (const ids of [
    ["", ""],
    ["x", "y"],
    ["x", "x"],
  ]) {
    const tool_calls = [part(ADD, A, { id: ids[0] }), part(ADD, { a: 3, b: 4 }, { id: ids[1] })];
    const body = JSON.stringify(
      chat({ message: { content: null, tool_calls }, finish_reason: "stop" }),
    );
    const reply = replyIn(await play("chat", { status: 200, body }, { tools: TOOLS }));
    expect(reply.tool_calls).toEqual([
      ...one(A, ids[0] === "" ? undefined : ids[0]),
      ...one(B, ids[1] === "" ? undefined : ids[1]),
    ]);
  }
});

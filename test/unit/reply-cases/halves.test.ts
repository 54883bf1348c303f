/**
 * Characters outside of the first plane are two code units. Neither a stream's pieces nor our own
 * cuts may leave half of one: it can be neither stored nor sent.
 */
import { expect, test } from "vitest";
import type { LlmClient, LlmEvent, ModelRequest } from "../../../src/agent/llm/client.ts";
import { currentTime } from "../../../src/agent/tools/built-in/current-time.ts";
import { checkOutput } from "../../../src/agent/tools/output.ts";
import type { RunTool } from "../../../src/agent/tools/tool.ts";
import { readArguments } from "../../../src/run/decide/planner.ts";
import { cut } from "../../../src/run/value/cut.ts";
import { clipMessage } from "../../../src/run/value/failure.ts";
import { wellFormed, type JsonValue } from "../../../src/run/value/json.ts";
import type { Reply } from "../../../src/run/value/message.ts";
import { Harness, specFor } from "../../harness.ts";
import { replyIn } from "../../wire.ts";
import { play, PROTOCOLS, SAYS } from "./protocols.ts";

const HIGH = "\ud83d";
const LOW = "\ude00";
const FACE = HIGH + LOW;
const MARK = "\ufffd";

type Streamed = Extract<LlmEvent, { type: "text" | "reasoning" | "tool_call" }>;

/** A model that streams these pieces in its first reply, and says "ok" in the second. */
function streaming(
  pieces: readonly Streamed[],
  first: Partial<Reply>,
): LlmClient & { sent: string[] } {
  const sent: string[] = [];
  return {
    sent,
    body: (request: ModelRequest) => JSON.stringify({ ...request, position: undefined }),
    async *stream(_request, body): AsyncGenerator<LlmEvent> {
      sent.push(body);
      const whole: Reply = { text: "", reasoning: "", tool_calls: [], finish_reason: "stop" };
      yield* sent.length === 1 ? pieces : [];
      const reply = sent.length === 1 ? { ...whole, ...first } : { ...whole, text: "ok" };
      yield await Promise.resolve<LlmEvent>({ type: "done", reply });
    },
  };
}

/** What watchers see of each kind, one text for each event. */
async function watched(pieces: readonly Streamed[], reply: Partial<Reply> = { text: "x" }) {
  const llm = streaming(pieces, reply);
  const settings = { deltaChars: 1 };
  const harness = new Harness(specFor({}), { llm, watched: true, settings });
  await harness.drive();
  const deltas = harness
    .events()
    .flatMap(({ type, data }) => (type === "model.delta" ? [data] : []));
  return { deltas, llm, harness };
}

test.each(["text", "reasoning"] as const)(
  "no delta of %s ends in half a character",
  async (type) => {
    const said = async (...texts: readonly string[]) => {
      const { deltas } = await watched(texts.map((text) => ({ type, text })));
      return deltas.map((delta) => delta[type]);
    };
    expect(await said(`a${HIGH}`, `${LOW}b`)).toEqual(["a", `${FACE}b`]);
    expect(await said(HIGH, LOW)).toEqual([FACE]);
    expect(await said(FACE, FACE)).toEqual([FACE, FACE]);
    expect(await said(`a${HIGH}`, `b`)).toEqual(["a", `${MARK}b`]);
    expect(await said("a", `${LOW}b`)).toEqual(["a", `${MARK}b`]);
    expect(await said(`a${HIGH}`)).toEqual(["a", MARK]);
    expect(await said(`a${HIGH}`, `${LOW}${HIGH}`, LOW)).toEqual(["a", FACE, FACE]);
  },
);

test("half a character before a piece of another kind is marked", async () => {
  const { deltas } = await watched([
    { type: "reasoning", text: `a${HIGH}` },
    { type: "text", text: `${LOW}b` },
  ]);
  expect(deltas.map(({ reasoning, text }) => reasoning ?? text)).toEqual(["a", MARK, `${MARK}b`]);
});

test("arguments of a call do not end in half a character", async () => {
  const { deltas } = await watched([
    { type: "tool_call", index: 0, name: "tick", arguments_text: `{"a":"${HIGH}` },
    { type: "tool_call", index: 0, arguments_text: `${LOW}"}` },
    { type: "tool_call", index: 1, arguments_text: `"${HIGH}"` },
  ]);
  expect(deltas.map(({ tool_call }) => tool_call)).toEqual([
    { index: 0, name: "tick", arguments_text: '{"a":"' },
    { index: 0, arguments_text: `${FACE}"}` },
    { index: 1, arguments_text: `"${MARK}"` },
  ]);
});

test("half a character in a reply is marked, and no request holds it", async () => {
  const escaped = `{"a":1,"b":2,"c\\ud83d":"\\ude00"}`;
  const call = { name: "add_numbers", arguments_text: escaped, provider_id: `c${HIGH}` };
  const { llm, harness } = await watched([], {
    text: `a${HIGH}b`,
    reasoning: LOW,
    tool_calls: [call, { name: `no${LOW}`, arguments_text: `{"x":"${HIGH}` }],
    finish_reason: "tool_calls",
    opaque: { provider: "p", data: [{ text: `t${HIGH}` }] },
  });
  expect(llm.sent).toHaveLength(2);
  expect(llm.sent[1]).toContain(`a${MARK}b`);
  expect(llm.sent[1]).not.toMatch(/\\ud[89a-f]/i);
  expect(JSON.stringify(harness.events())).not.toMatch(/\\ud[89a-f]/i);
});

test.each(PROTOCOLS)(
  "a character that comes in halves is whole in the reply: %s",
  async (protocol) => {
    const body = SAYS[protocol](`a${HIGH}`, `${LOW}b`)
      .map((event) => `data: ${JSON.stringify(event)}\n\n`)
      .join("");
    expect(replyIn(await play(protocol, { body })).text).toBe(`a${FACE}b`);
  },
);

test("a cut leaves whole characters", () => {
  const faces = FACE.repeat(600);
  for (const max of [0, 1, 2, 999, 1000]) {
    expect(cut(`x${faces}`, max).isWellFormed()).toBe(true);
    expect(cut(`x${faces}`, max).length).toBeGreaterThanOrEqual(max - 1);
    expect(cut(faces, max).length).toBeLessThanOrEqual(max);
  }
  expect(cut("short", 100)).toBe("short");
  expect(cut(`a${HIGH}`, 100)).toBe(`a${MARK}`);
  expect(cut(`${LOW}a`, 1)).toBe(MARK);
  expect(clipMessage(`x${faces}`).isWellFormed()).toBe(true);
  expect(clipMessage(faces).isWellFormed()).toBe(true);
  expect(clipMessage(`a${LOW}`)).toBe(`a${MARK}`);
});

test("arguments are well-formed however they were written", () => {
  for (const text of [`{"a":"${HIGH}"}`, '{"a":"\\ud83d"}']) {
    expect(readArguments(text)).toEqual({ arguments: { a: MARK } });
  }
  expect(readArguments('{"a":["\\ud83d\\ude00",{"b":null}]}')).toEqual({
    arguments: { a: [FACE, { b: null }] },
  });
  expect(wellFormed({ [HIGH]: [LOW, FACE, 1, true, null] })).toEqual({
    [MARK]: [MARK, FACE, 1, true, null],
  });
});

test.each(["", " ", "null", " null ", "\nnull\n", "\t"])("%j is no arguments", (text) => {
  expect(readArguments(text)).toEqual({ arguments: {} });
});

test("other values that are no object stay to be refused", () => {
  for (const [text, value] of [
    ["[]", []],
    ['"x"', "x"],
    ["0", 0],
    ["false", false],
    ['"null"', "null"],
  ] as const) {
    expect(readArguments(text)).toEqual({ arguments: value });
  }
  for (const text of ["None", "{}{}", "nullnull", "null null"]) {
    expect(readArguments(text)).toEqual({ arguments_text: text });
  }
});

test("half a character in a tool's answer is marked", () => {
  const tool: RunTool = {
    ...currentTime,
    checkOutput: (value) => ({ ok: true, value: value as JsonValue }),
  };
  for (const [output, kept] of [
    [`a${HIGH}`, `a${MARK}`],
    [{ [LOW]: [HIGH, FACE] }, { [MARK]: [MARK, FACE] }],
  ]) {
    expect(checkOutput(tool, output)).toMatchObject({ ok: true, output: kept });
  }
});

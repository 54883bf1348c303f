/** Pictures that tools return: which a result can have, who is shown them, and what they count for. */
import { expect, test } from "vitest";
import { z } from "zod";
import type { LlmClient, LlmEvent, ModelRequest } from "../../src/agent/llm/client.ts";
import { compose } from "../../src/agent/loop/context.ts";
import { nativePlanner } from "../../src/agent/planners/native.ts";
import { scriptSchema } from "../../src/run/spec/script.ts";
import { localScript } from "../../src/agent/llm/local/client.ts";
import { textChars, weigh } from "../../src/agent/loop/reserve.ts";
import { defineTool, WithImages, type RunTool } from "../../src/agent/tools/tool.ts";
import { parseEvent } from "../../src/run/log/event.ts";
import { compactionDue } from "../../src/run/decide/memory.ts";
import {
  extend,
  newConversation,
  withShortOutputs,
  type Turn,
} from "../../src/run/value/message.ts";
import {
  fitImages,
  MAX_PICTURES,
  MAX_PICTURES_CHARS,
  MAX_TURN_PICTURES_CHARS,
  PICTURE_CHARS,
  PICTURE_TOKENS,
  PICTURE_TYPES,
  type Picture,
} from "../../src/run/value/picture.ts";
import { INITIAL_STATE } from "../../src/run/log/state.ts";
import { Harness, specFor, type HarnessOptions } from "../harness.ts";
import { requestOf } from "../wire.ts";

const SMALL: Picture = { media_type: "image/png", data: "iVBORw0KGgo=" };

/** A picture of so many characters. */
function picture(chars: number): Picture {
  return { media_type: "image/png", data: "iVBORw0KGgo".padEnd(chars, "A") };
}

/** A tool that returns such pictures, and whatever else. */
function shot(images: readonly Picture[]): RunTool {
  return defineTool({
    name: "shot",
    description: "Looks.",
    input: z.strictObject({}),
    output: z.json(),
    effect: "pure",
    run: () => new WithImages({ ok: true }, images),
  });
}

const CALL = { name: "shot", arguments: {} };

/** A run whose model makes so many calls of a tool in each turn. */
async function play(
  tool: RunTool,
  turns: readonly number[],
  more: Parameters<typeof specFor>[1] = {},
  options: HarnessOptions = {},
): Promise<Harness> {
  const script = turns.map((calls) => ({ tool_calls: Array.from({ length: calls }, () => CALL) }));
  const spec = specFor({ script: [...script, { text: "Seen." }] }, more);
  const harness = new Harness(spec, { extraTools: [tool], ...options });
  await harness.drive();
  return harness;
}

function toolTurn(images: readonly Picture[], output: string | number = "seen"): Turn {
  return { role: "tool", results: [{ call_id: "call_2", name: "shot", output, images }] };
}

const ASKED: Turn = { role: "assistant", text: "", tool_calls: [] };

test("a result has at most eight pictures, and what is too many is named", () => {
  const { kept, leftOut } = fitImages(Array.from({ length: MAX_PICTURES + 2 }, () => SMALL));
  expect(kept).toHaveLength(MAX_PICTURES);
  expect(leftOut.map(({ index }) => index)).toEqual([8, 9]);
  expect(leftOut[0]?.reason).toContain("one more than the 8");
});

test("pictures that are too large together leave room for a smaller one", () => {
  const large = picture(MAX_PICTURES_CHARS - 12);
  const { kept, leftOut } = fitImages([large, picture(16), SMALL]);
  expect(kept).toEqual([large, SMALL]);
  expect(leftOut).toEqual([{ index: 1, reason: expect.stringContaining("too large") as string }]);
  expect(fitImages([picture(MAX_PICTURES_CHARS + 4)]).kept).toEqual([]);
});

test.each([
  ["of a type that not every provider knows", "image/bmp", "Qk0=", "type is none of"],
  ["of no type of its own", "constructor", "aGk=", "type is none of"],
  ["with characters that are not base64", "image/png", "iVBORw0KGgo!", "not base64"],
  ["in base64 for addresses", "image/png", "iVBORw0KGgo-", "not base64"],
  ["in base64 that is cut", "image/png", "iVBORw0KGgo", "not base64"],
  ["with padding inside", "image/png", "iVBORw0KGgo=AAA=", "not base64"],
  ["that is empty", "image/png", "", "not image/png"],
  ["that is a page with an error", "image/png", "PGh0bWw+", "not image/png"],
  ["that is of another type", "image/jpeg", SMALL.data, "not image/jpeg"],
])("a picture %s is left out", (_what, media_type, data, reason) => {
  const { kept, leftOut } = fitImages([{ media_type, data }]);
  expect(kept).toEqual([]);
  expect(leftOut).toEqual([{ index: 0, reason: expect.stringContaining(reason) as string }]);
});

test("every type that is promised has a picture that fits", () => {
  const images = Object.entries(PICTURE_TYPES).map(([media_type, beginning]) => ({
    media_type,
    data: beginning.padEnd(Math.ceil(beginning.length / 4) * 4, "A"),
  }));
  expect(fitImages(images).kept).toEqual(images);
});

test("a tool's pictures are in its event, and the model is shown them beside the output", async () => {
  const requests: ModelRequest[] = [];
  const local = localScript([{ text: "", tool_calls: [CALL], chunks: 1, delay_ms: 0 }]);
  const harness = await play(shot([SMALL, SMALL]), [1], {}, { llm: listening(local, requests) });
  const completed = harness.events().find(({ type }) => type === "tool.completed");
  expect(parseEvent(completed).data).toMatchObject({
    output: { ok: true },
    images: [SMALL, SMALL],
  });
  expect(requests[1]?.turns.at(-1)).toEqual({
    role: "tool",
    results: [{ call_id: "call_2", name: "shot", output: { ok: true }, images: [SMALL, SMALL] }],
  });
});

function listening(client: LlmClient, requests: ModelRequest[]): LlmClient {
  return {
    body: (request) => client.body(request),
    stream: (request, body, signal): AsyncIterable<LlmEvent> => {
      requests.push(request);
      return client.stream(request, body, signal);
    },
  };
}

test("the output beside pictures is checked, and a picture that does not fit is an invalid output", async () => {
  const strict = defineTool({
    name: "shot",
    description: "Looks.",
    input: z.strictObject({}),
    output: z.strictObject({ n: z.number() }),
    effect: "pure",
    run: () => new WithImages(JSON.parse('{"n":"one"}') as { n: number }, [SMALL]),
  });
  for (const [tool, message] of [
    [strict, /n/],
    [shot([SMALL, { media_type: "image/png", data: "aGk=" }]), /picture 2, its data is not image/],
  ] as const) {
    const harness = await play(tool, [1]);
    const failed = harness.events().find(({ type }) => type === "tool.failed");
    expect(failed?.data).toMatchObject({
      code: "invalid_output",
      message: expect.stringMatching(message) as string,
    });
  }
});

test("a result without pictures has no field for them, in the log and in the state", async () => {
  const harness = await play(shot([]), [1]);
  expect(JSON.stringify([harness.events(), harness.log.state])).not.toContain("images");
});

test("code that calls a tool is not given its pictures", async () => {
  const seen: unknown[] = [];
  const code = defineTool({
    name: "code",
    description: "Calls.",
    input: z.strictObject({}),
    output: z.json(),
    effect: "idempotent",
    run: async (_input, { calls }) => {
      seen.push(await calls?.call("shot", {}));
      return "done";
    },
  });
  const script = [{ tool_calls: [{ name: "code", arguments: {} }] }, { text: "Done." }];
  const harness = new Harness(specFor({ script }), {
    extraTools: [{ ...code, callsTools: true }, shot([SMALL])],
  });
  await harness.drive();
  expect(seen).toEqual([{ output: { ok: true }, output_sha256: null }]);
  expect(JSON.stringify(harness.log.state)).not.toContain(SMALL.data);
});

test("calls of one turn that return too much together go without, and the model is told", async () => {
  const large = picture(MAX_PICTURES_CHARS);
  const fit = MAX_TURN_PICTURES_CHARS / MAX_PICTURES_CHARS;
  const harness = await play(shot([large]), [fit + 2]);
  const turn = harness.log.state.conversation.recent.find(({ role }) => role === "tool");
  const results = turn?.role === "tool" ? turn.results : [];
  expect(results.map(({ images = [] }) => images.length)).toEqual([1, 1, 1, 1, 0, 0]);
  expect(results.at(-1)?.output).toEqual({ ok: true, pictures_left_out: 1 });
});

function sizeOf(turn: Turn): number {
  return extend(newConversation([]), turn, 100).chars;
}

test("a picture counts for the same in the window whatever its bytes, up to a size", () => {
  const bare = sizeOf({ role: "tool", results: [{ call_id: "call_2", name: "shot", output: 1 }] });
  expect(sizeOf(toolTurn([SMALL], 1))).toBe(bare + PICTURE_CHARS);
  expect(sizeOf(toolTurn([picture(300_000)], 1))).toBe(bare + PICTURE_CHARS);
  expect(sizeOf(toolTurn([SMALL, SMALL], 1))).toBe(bare + 2 * PICTURE_CHARS);
  expect(sizeOf(toolTurn([picture(1_000_000)], 1))).toBe(bare + 50_000);
});

test("a large picture does not push out the window, and many do not fill the memory", () => {
  const turns = Array.from({ length: 20 }, () => [ASKED, toolTurn([])]).flat();
  const before = turns.reduce((all, turn) => extend(all, turn, 100), newConversation([]));
  const after = extend(before, toolTurn([picture(1_000_000)]), 100);
  expect(after.dropped).toBe(0);
  const large = Array.from({ length: 30 }, () => [ASKED, toolTurn([picture(1_000_000)])]).flat();
  const full = large.reduce((all, turn) => extend(all, turn, 100), newConversation([]));
  expect(JSON.stringify(full).length).toBeLessThan(9_000_000);
});

test("older results lose their pictures when outputs are shortened, and say so", () => {
  const long = "x".repeat(5000);
  const first = [toolTurn([SMALL]), toolTurn([SMALL, SMALL], long), toolTurn([SMALL], long)];
  const recent = [...first, ASKED, ASKED, ASKED, toolTurn([SMALL])];
  const whole = recent.reduce((all, turn) => extend(all, turn, 100), newConversation([]));
  const short = withShortOutputs(whole);
  const results = short.recent.flatMap((turn) => (turn.role === "tool" ? turn.results : []));
  expect(results.map(({ images }) => images?.length)).toEqual([undefined, undefined, undefined, 1]);
  expect(results[0]?.output).toEqual({ output: "seen", pictures_left_out: 1 });
  expect(results[1]?.output).toMatchObject({ shortened: true, pictures_left_out: 2 });
  expect(short.chars).toBeLessThan(PICTURE_CHARS + 5000);
  expect(withShortOutputs(short)).toEqual(short);
});

test("a conversation of pictures is compacted by what they cost, not by what its text costs", () => {
  const turns = Array.from({ length: 8 }, () => [ASKED, toolTurn([SMALL])]).flat();
  const conversation = turns.reduce((all, turn) => extend(all, turn, 100), newConversation([]));
  const state = { ...INITIAL_STATE, conversation };
  // Eight pictures of 1,500 tokens and some text.
  const counted = { tokens: 13_000, chars: 3000, pictures: 8 };
  expect(compactionDue({ ...state, counted })).toBeNull();
  expect(compactionDue({ ...state, counted: { ...counted, tokens: 120_000 } })).toBe("outputs");
});

test("pictures of results are weighed as pictures, where the body has them", () => {
  const large = picture(100_000);
  const request = requestOf({ turns: [ASKED, toolTurn([large, SMALL])] });
  const composed = { request, sha256: "", body: JSON.stringify(request) };
  expect(weigh(composed)).toMatchObject({ pictures: 2 });
  expect(textChars(composed)).toBe(composed.body.length - 100_000 - SMALL.data.length);
  const blind = { ...composed, body: localScript([]).body(request) };
  expect(blind.body).not.toContain(SMALL.data);
  expect(weigh(blind)).toMatchObject({ pictures: 0, chars: blind.body.length });
});

test("a budget holds back what pictures of tools may cost, not what their bytes would as text", async () => {
  const without = await heldFor([]);
  const held = await heldFor([picture(200_000)]);
  expect(held - without).toBeGreaterThan(PICTURE_TOKENS);
  expect(held - without).toBeLessThan(PICTURE_TOKENS + 200);
});

/** What is held back for the call after one of the tool, at a dollar per million tokens. */
async function heldFor(images: readonly Picture[]): Promise<number> {
  const price = { input: 1e6, cached_input: 1e6, cache_write: 1e6, output: 1e6 };
  const local = localScript(scriptSchema.parse([{ tool_calls: [CALL] }, { text: "Seen." }]));
  const llm: LlmClient = {
    body: (request) => JSON.stringify({ ...request, position: undefined }),
    stream: (request, _body, signal) => local.stream(request, local.body(request), signal),
  };
  const more = { config: { max_output_tokens: 1000 }, limits: { max_cost_usd: 10 } };
  const harness = await play(shot(images), [], more, { llm, priceOf: () => price });
  const held = harness
    .events()
    .flatMap((e) => (e.type === "model.requested" ? [e.data.reserved_micro_usd ?? 0] : []));
  return held[1] ?? 0;
}

test("a summary is asked for without the bytes of pictures", async () => {
  const harness = await play(shot([picture(200_000)]), [1, 1, 1, 1]);
  const { state } = harness.log;
  const { body } = compose(state, nativePlanner, harness.tools.toolboxAt(state), localScript([]), {
    purpose: "compact",
  });
  expect(body).toContain("shot");
  expect(body.length).toBeLessThan(5000);
});

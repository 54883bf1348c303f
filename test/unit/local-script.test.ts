import { expect, test } from "vitest";
import type { LlmEvent, ModelRequest } from "../../src/agent/llm/client.ts";
import { localScript } from "../../src/agent/llm/local/client.ts";
import type { Script } from "../../src/run/spec/script.ts";

test("a reply is streamed in its chunks and assembled whole, tool calls included", async () => {
  const script: Script = [
    { text: "Let me 👀 look.", chunks: 4, tool_calls: [{ name: "a", arguments: { x: 1 } }] },
  ];
  const events = await play(script);
  const pieces = events.flatMap((event) => (event.type === "text" ? [event.text] : []));
  expect(pieces).toHaveLength(4);
  expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  expect(pieces.join("")).toBe("Let me 👀 look.");
  expect(events.slice(4).map((event) => event.type)).toEqual(["tool_call", "usage", "done"]);
  expect(events.at(-1)).toEqual({
    type: "done",
    reply: {
      text: "Let me 👀 look.",
      reasoning: "",
      tool_calls: [{ name: "a", arguments_text: '{"x":1}' }],
      finish_reason: "tool_calls",
    },
  });
});

test("what is played follows the place in the run, not how often the client was asked", async () => {
  const script: Script = [{ text: "one" }, { text: "two" }];
  const client = localScript(script);
  const asked = request({ replies: 1, failedAttempts: 0 });
  const both = [
    await textOf(client.stream(asked, "", never())),
    await textOf(client.stream(asked, "", never())),
  ];
  expect(both).toEqual(["two", "two"]);
});

test("an error fails its attempt without a word, the next attempt has the reply", async () => {
  const script: Script = [{ error: { class: "overloaded" } }, { text: "fine" }];
  expect(await play(script)).toMatchObject([{ type: "failed", failure: { code: "overloaded" } }]);
  expect((await play(script, { replies: 0, failedAttempts: 1 })).at(-1)).toMatchObject({
    type: "done",
    reply: { text: "fine" },
  });
});

test("a cut stream shows half of the text, then fails", async () => {
  const script: Script = [{ error: { class: "cut_stream" } }, { text: "12345678", chunks: 4 }];
  const events = await play(script);
  expect(events).toMatchObject([
    { type: "text", text: "12" },
    { type: "text", text: "34" },
    { type: "failed", failure: { code: "cut_stream" } },
  ]);
});

test("a script that is too short fails by name", async () => {
  expect(await play([])).toMatchObject([{ type: "failed", failure: { code: "script_exhausted" } }]);
});

test("a stream that is stopped ends at once in a failure, however long its pauses are", async () => {
  const script: Script = [{ text: "ab", chunks: 2, delay_ms: 600_000 }];
  const controller = new AbortController();
  const stream = Array.fromAsync(
    localScript(script).stream(request({ replies: 0, failedAttempts: 0 }), "", controller.signal),
  );
  setTimeout(() => controller.abort(), 1);
  expect(await stream).toMatchObject([{ type: "failed" }]);
});

test("a stream stopped between two chunks says nothing more", async () => {
  const controller = new AbortController();
  const script: Script = [{ text: "ab", chunks: 2, tool_calls: [{ name: "a" }] }];
  const events: LlmEvent[] = [];
  const asked = request({ replies: 0, failedAttempts: 0 });
  for await (const event of localScript(script).stream(asked, "", controller.signal)) {
    events.push(event);
    controller.abort();
  }
  expect(events).toMatchObject([{ type: "text", text: "a" }, { type: "failed" }]);
});

test("pauses are kept before every chunk, also where there is no text to fill it", async () => {
  const startedAt = performance.now();
  await play([{ tool_calls: [{ name: "a" }], chunks: 3, delay_ms: 10 }]);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(28);
});

function play(script: Script, position = { replies: 0, failedAttempts: 0 }): Promise<LlmEvent[]> {
  const client = localScript(script);
  const asked = request(position);
  return Array.fromAsync(client.stream(asked, client.body(asked), never()));
}

async function textOf(stream: AsyncIterable<LlmEvent>): Promise<string> {
  const events = await Array.fromAsync(stream);
  return events.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("");
}

function request(position: ModelRequest["position"]): ModelRequest {
  return { model: "script", system: "", turns: [], tools: [], stop: [], position };
}

function never(): AbortSignal {
  return new AbortController().signal;
}

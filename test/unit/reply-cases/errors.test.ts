/** Errors in an answer that began as a success, in the forms that servers give them. */
import { expect, test } from "vitest";
import { replyIn, sse, type Answer } from "../../wire.ts";
import { chatEnd, chatText, DONE, play, PROTOCOLS, SAYS } from "./protocols.ts";

const TOO_LONG = "maximum context length is 4096 tokens";

test.each(
  PROTOCOLS.flatMap((protocol) => [true, false].map((after) => [protocol, after] as const)),
)(
  "an error that is not under `error` keeps its sentence and its code: %s, after text: %s",
  async (protocol, after) => {
    const before = after ? sse(...SAYS[protocol]("Hel", "lo").slice(0, 1)) : "";
    const failureFor = async (...events: readonly object[]) => {
      const { end } = await play(protocol, { body: before + sse(...events) + DONE });
      return end?.type === "failed" ? end.failure : end;
    };
    const error = { object: "error", message: TOO_LONG, type: "BadRequestError", code: 400 };
    expect(await failureFor(error)).toMatchObject({
      code: "context_too_long",
      message: expect.stringContaining(TOO_LONG),
    });
    expect(await failureFor({ object: "error", message: "It broke", code: 500 })).toMatchObject({
      code: "server_error",
      message: expect.stringContaining("It broke"),
    });
    for (const said of [
      { detail: "No such thing" },
      { detail: [{ loc: ["body"], msg: "No such thing" }] },
      { code: 20015, message: "No such thing", data: null },
      { message: "No such thing" },
      { msg: "No such thing", status: "failed" },
      { errors: [{ message: "No such thing" }] },
      { error: { message: "" }, message: "No such thing" },
    ]) {
      expect(await failureFor(said)).toMatchObject({
        code: "server_error",
        message: expect.stringContaining("No such thing"),
      });
    }
  },
);

test.each(PROTOCOLS)("an event named `error` is an error: %s", async (protocol) => {
  const before = sse(...SAYS[protocol]("Hel", "lo").slice(0, 1));
  for (const [data, code] of [
    [JSON.stringify({ message: `the ${TOO_LONG}` }), "context_too_long"],
    [JSON.stringify({ message: "slow down", code: 429 }), "rate_limited"],
    ["It broke: the maximum context length is 4096 tokens", "context_too_long"],
    [JSON.stringify({ error: { message: TOO_LONG } }), "context_too_long"],
  ]) {
    const body = `${before}event: error\ndata: ${data}\n\n`;
    const { end } = await play(protocol, { body });
    expect(end).toMatchObject({ type: "failed", failure: { code } });
  }
});

test.each(PROTOCOLS)("an error in a JSON answer with the status 200: %s", async (protocol) => {
  const answer: Answer = {
    status: 200,
    body: JSON.stringify({ object: "error", message: TOO_LONG, code: 400 }),
  };
  const { end } = await play(protocol, answer);
  expect(end).toMatchObject({
    type: "failed",
    failure: { code: "context_too_long", message: expect.stringContaining(TOO_LONG) },
  });
});

test("a note of a proxy is no error in a reply that ends", async () => {
  const body =
    sse({ message: "Your request is in the queue" }, chatText("Hello"), { type: "ping" }) +
    chatEnd();
  expect(replyIn(await play("chat", { body })).text).toBe("Hello");
});

test.each(PROTOCOLS)("events that are no objects are passed over: %s", async (protocol) => {
  const [first = {}, ...rest] = SAYS[protocol]("Hel", "lo");
  const strange = 'data: null\n\ndata: []\n\ndata: 7\n\ndata: {}\n\ndata: {"type":"ping"}\n\n';
  const body = sse(first) + strange + sse(...rest);
  expect(replyIn(await play(protocol, { body })).text).toBe("Hello");
});

test("fields of another kind than the protocol's do not throw", async () => {
  const strange = [
    { choices: [null] },
    { choices: null, usage: [] },
    { choices: [{ delta: null, usage: 7 }] },
    { choices: [{ delta: { content: 7, tool_calls: [null, 3, {}], reasoning_details: "no" } }] },
  ];
  const body = sse(...strange, chatText("Hello")) + chatEnd();
  const reply = replyIn(await play("chat", { body }));
  expect(reply).toMatchObject({ text: "Hello", tool_calls: [], finish_reason: "stop" });
  const gemini = sse({ candidates: [null] }, { candidates: [{ content: { parts: [null, 1] } }] });
  const whole = { body: gemini + sse(...SAYS.google("Hel", "lo")) };
  expect(replyIn(await play("google", whole)).text).toBe("Hello");
});

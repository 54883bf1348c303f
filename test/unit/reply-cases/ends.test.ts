/** What ends a reply, and what does not: a stream that is cut must not pass for a whole reply. */
import { expect, test } from "vitest";
import { replyIn, sse, type Answer } from "../../wire.ts";
import { chat, chatEnd, DONE, gemini, play } from "./protocols.ts";

const CALL = { id: "c1", function: { name: "add_numbers", arguments: '{"a":1,"b":2}' } };
const FUNCTION_CALL = { functionCall: { name: "add_numbers", args: { a: 1, b: 2 } } };

const CUTS: readonly (readonly [string, "chat" | "google", Answer])[] = [
  [
    "text with an empty reason, then a lost connection",
    "chat",
    { body: sse(chat({ delta: { content: "one " }, finish_reason: "" })), cut: true },
  ],
  [
    "a tool call with an empty reason, then a lost connection",
    "chat",
    { body: sse(chat({ delta: { tool_calls: [CALL] }, finish_reason: "" })), cut: true },
  ],
  [
    "a tool call with an empty reason, then a clean end without the sentinel",
    "chat",
    { body: sse(chat({ delta: { tool_calls: [CALL] }, finish_reason: "" })) },
  ],
  [
    "an empty reason after a piece without any",
    "chat",
    {
      body: sse(
        chat({ delta: { content: "one " }, finish_reason: null }),
        chat({ delta: { content: "two " }, finish_reason: "" }),
      ),
    },
  ],
  [
    "a reason that is no text",
    "chat",
    { body: sse(chat({ delta: { tool_calls: [CALL] }, finish_reason: 0 })), cut: true },
  ],
  ...["", "FINISH_REASON_UNSPECIFIED"].flatMap((reason) =>
    [true, false].flatMap((cut) => [
      [
        `a function call with the reason "${reason}" (lost connection: ${cut})`,
        "google" as const,
        { body: sse(gemini([FUNCTION_CALL], reason)), cut },
      ] as const,
      [
        `text with the reason "${reason}" (lost connection: ${cut})`,
        "google" as const,
        { body: sse(gemini([{ text: "one " }], reason)), cut },
      ] as const,
    ]),
  ),
  [
    "text and a block reason that says nothing",
    "google",
    {
      body: sse({
        ...gemini([{ text: "one " }]),
        promptFeedback: { blockReason: "BLOCK_REASON_UNSPECIFIED" },
      }),
    },
  ],
];

test.each(CUTS)("no end: %s (%s)", async (_what, protocol, answer) => {
  const { end } = await play(protocol, answer);
  expect(end).toMatchObject({ type: "failed", failure: { code: "cut_stream" } });
});

test("an empty reason in each piece does not disturb a reply that ends", async () => {
  const text = { body: sse(chat({ delta: { content: "one " }, finish_reason: "" })) + chatEnd() };
  expect(replyIn(await play("chat", text))).toMatchObject({ text: "one ", finish_reason: "stop" });
  const call = { delta: { tool_calls: [CALL] }, finish_reason: "" };
  const called = { body: sse(chat(call)) + chatEnd("tool_calls") };
  expect(replyIn(await play("chat", called)).tool_calls).toHaveLength(1);
  const later = sse(
    chat({ delta: { content: "all" }, finish_reason: "stop" }),
    chat({ delta: {}, finish_reason: "" }),
  );
  expect(replyIn(await play("chat", { body: later + DONE })).text).toBe("all");
});

test("Gemini's unspecified reason in a piece does not disturb a reply that ends", async () => {
  for (const reason of ["", "FINISH_REASON_UNSPECIFIED"]) {
    const body = sse(
      gemini([{ text: "I add. " }], reason),
      gemini([FUNCTION_CALL], reason),
      gemini([], "STOP"),
    );
    const reply = replyIn(await play("google", { body }));
    expect(reply).toMatchObject({ text: "I add. ", tool_calls: [{ name: "add_numbers" }] });
  }
});

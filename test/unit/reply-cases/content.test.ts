/** Content of chat completions that is a list of parts, as models with reasoning send it. */
import { expect, test } from "vitest";
import { replyIn, sse } from "../../wire.ts";
import { chat, chatEnd, play } from "./protocols.ts";

const text = (said: string) => ({ type: "text", text: said });
const ANSWER = [text("It is "), text("3.")];
const THINKING = { type: "thinking", thinking: [text("Let me add.")] };

async function replyTo(...contents: readonly unknown[]): Promise<object> {
  const events = contents.map((content) => chat({ delta: { content }, finish_reason: null }));
  const { end, events: all } = await play("chat", { body: sse(...events) + chatEnd() });
  const watched = { text: "", reasoning: "" };
  for (const event of all) {
    if (event.type === "text" || event.type === "reasoning") {
      watched[event.type] += event.text;
    }
  }
  expect(end).toMatchObject({ type: "done", reply: watched });
  return watched;
}

test.each<[string, unknown[], string]>([
  ["one part", [[text("It is 3.")]], ""],
  ["several parts", [ANSWER], ""],
  ["in several pieces", ANSWER.map((one) => [one]), ""],
  ["a list of texts", [["It is ", "3."]], ""],
  ["a part without a list", [text("It is 3.")], ""],
  ["an empty list first", [[], "", ANSWER], ""],
  ["reasoning in parts", ["", [THINKING], ANSWER], "Let me add."],
  ["reasoning beside the answer", [[THINKING, ...ANSWER]], "Let me add."],
  [
    "reasoning as a text",
    [[{ type: "thinking", thinking: "Let me add." }], "It is 3."],
    "Let me add.",
  ],
  ["reasoning by another name", [[{ type: "reasoning", text: "Hm" }], ANSWER], "Hm"],
  [
    "a reference between",
    [[text("It is "), { type: "reference", reference_ids: [1] }, text("3.")]],
    "",
  ],
  ["a part without a type", [[{ text: "It is 3." }]], ""],
  ["a part of an unknown kind", [[{ type: "chart", text: "no" }, null, 7, ...ANSWER]], ""],
])("content in parts: %s", async (_how, contents, reasoning) => {
  expect(await replyTo(...contents)).toEqual({ text: "It is 3.", reasoning });
});

test("content in parts in a JSON answer", async () => {
  const message = { role: "assistant", content: [THINKING, ...ANSWER] };
  const body = JSON.stringify(chat({ message, finish_reason: "stop" }));
  const reply = replyIn(await play("chat", { status: 200, body }));
  expect(reply).toMatchObject({ text: "It is 3.", reasoning: "Let me add." });
});

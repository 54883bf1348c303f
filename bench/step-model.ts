/** The model of `bench/step.ts`: replies of chat completions, with 256 bytes of text a step. */
import { isJsonObject } from "../src/run/value/json.ts";

const TEXT = "The quick brown fox jumps over the lazy dog, step after step. "
  .repeat(5)
  .slice(0, 256);
const USAGE = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };

/** Returns one call of a tool and a text beside it, or the answer. */
export function modelReply(step: number, isEnd: boolean, streamed: boolean): Response {
  const call = {
    index: 0,
    id: `call_${step}`,
    type: "function",
    function: { name: "add_numbers", arguments: `{"a":${step},"b":1}` },
  };
  const message = isEnd ? { content: "done" } : { content: TEXT, tool_calls: [call] };
  const finish_reason = isEnd ? "stop" : "tool_calls";
  if (!streamed) {
    return Response.json({ choices: [{ index: 0, message, finish_reason }], usage: USAGE });
  }
  const deltas = isEnd
    ? [message]
    : [
        { role: "assistant", content: "" },
        ...[0, 64, 128, 192].map((from) => ({ content: TEXT.slice(from, from + 64) })),
        { tool_calls: [{ ...call, function: { ...call.function, arguments: "" } }] },
        { tool_calls: [{ index: 0, function: { arguments: call.function.arguments } }] },
      ];
  const chunks = [
    ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
    { choices: [{ index: 0, delta: {}, finish_reason }] },
    { choices: [], usage: USAGE },
  ];
  const events = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("");
  return new Response(`${events}data: [DONE]\n\n`, {
    headers: { "Content-Type": "text/event-stream" },
  });
}

/** Returns the messages that a step adds: the reply, and the result of its call. */
export function toolResults(answer: unknown): unknown[] {
  const { choices } = answer as { choices: [{ message: { tool_calls?: { id: string }[] } }] };
  const { message } = choices[0];
  const results = (message.tool_calls ?? []).map(({ id }) => ({
    role: "tool",
    tool_call_id: id,
    content: "1",
  }));
  return isJsonObject(message) ? [message, ...results] : [];
}

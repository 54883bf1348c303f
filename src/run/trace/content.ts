/**
 * The content of calls as attributes: messages in the form of the OpenTelemetry conventions, and
 * arguments and results of tools. Only for traces that ask for it. Bounded and redacted.
 */
import { cut } from "../value/cut.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../value/json.ts";
import type { ToolCall, Turn } from "../value/message.ts";

/** How much content a trace has: none, the conversation, or arguments and results of tools too. */
export const TRACE_CONTENTS = ["none", "messages", "all"] as const;
/** One of `TRACE_CONTENTS`. */
export type TraceContent = (typeof TRACE_CONTENTS)[number];

/** Maximum characters of an attribute with content. */
const MAX_CONTENT_CHARS = 65_536;
/** Maximum characters of one text in a message. */
const MAX_TEXT_CHARS = 16_384;
const REDACTED = "[redacted]";
const SECRET_KEY =
  /pass(?:word|wd|phrase)?$|secret|token$|authori[sz]ation|api[-_]?key|private[-_]?key|credential|cookie/i;

/** Returns a value without what is stored under keys that name a secret. */
function redacted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) {
    return value.map(redacted);
  }
  return isJsonObject(value)
    ? Object.fromEntries(
        Object.entries(value).map(([key, member]) => [
          key,
          SECRET_KEY.test(key) ? REDACTED : redacted(member),
        ]),
      )
    : value;
}

/** Returns a value as the text of an attribute. */
export function valueText(value: JsonValue): string {
  const safe = redacted(value);
  return cut(typeof safe === "string" ? safe : JSON.stringify(safe), MAX_CONTENT_CHARS);
}

/** Returns the newest turns that fit into an attribute, as input messages. */
export function inputMessages(turns: readonly Turn[]): string {
  const messages: string[] = [];
  let room = MAX_CONTENT_CHARS - 2;
  for (const turn of turns.toReversed()) {
    const text = JSON.stringify(messageOf(turn));
    if (text.length + 1 > room) {
      break;
    }
    room -= text.length + 1;
    messages.unshift(text);
  }
  return `[${messages.join(",")}]`;
}

/** Returns a reply as output messages. */
export function outputMessages(
  text: string,
  calls: readonly ToolCall[],
  finishReason: string,
): string {
  const parts = partsOf(text, calls);
  const message = { role: "assistant", parts, finish_reason: finishReason };
  const whole = JSON.stringify([message]);
  return whole.length <= MAX_CONTENT_CHARS
    ? whole
    : JSON.stringify([{ ...message, parts: partsOf(text, []) }]);
}

/** Returns the instructions of an agent as system instructions. */
export function systemInstructions(text: string): string {
  return JSON.stringify([textPart(text)]);
}

function messageOf(turn: Turn): JsonObject {
  switch (turn.role) {
    case "user":
    case "notice":
      return { role: "user", parts: [textPart(turn.text)] };
    case "assistant":
      return { role: "assistant", parts: partsOf(turn.text, turn.tool_calls) };
    case "tool":
      return {
        role: "tool",
        parts: turn.results.map(({ call_id, output, error }) => ({
          type: "tool_call_response",
          id: call_id,
          response: bounded(error === undefined ? (output ?? null) : { ...error }),
        })),
      };
    default:
      return turn satisfies never;
  }
}

function partsOf(text: string, calls: readonly ToolCall[]): JsonObject[] {
  return [
    ...(text === "" ? [] : [textPart(text)]),
    ...calls.map((call) => ({
      type: "tool_call",
      id: call.call_id,
      name: call.name,
      arguments: bounded(call.arguments ?? call.arguments_text ?? null),
    })),
  ];
}

function textPart(text: string): JsonObject {
  return { type: "text", content: cut(text, MAX_TEXT_CHARS) };
}

/** Returns a redacted value, or the beginning of its JSON if it is long. */
function bounded(value: JsonValue): JsonValue {
  const safe = redacted(value);
  const text = JSON.stringify(safe);
  return text.length <= MAX_TEXT_CHARS ? safe : cut(text, MAX_TEXT_CHARS);
}

/**
 * The planner for models with native tool calls: the conversation unchanged, with the tools in
 * addition. Each step is one reply: its tool calls, or the answer.
 */
import { defined } from "../../run/value/defined.ts";
import { turnsIn, type Prompt, type Reply, type ToolDescription } from "../../run/value/message.ts";
import { readArguments, type Planner, type Reading } from "../../run/decide/planner.ts";
import { blocksText } from "../../run/memory/recall.ts";
import { profileText } from "../../run/spec/profile.ts";
import type { RunState } from "../../run/log/state.ts";
import { markedTurn } from "./marked-turn.ts";

const GENERAL = `You are an agent that carries a task through to its end.
Use the tools you are given where they help; call several at once if they do not depend on each other.
If a tool fails, read its error, then correct the call, try another way, or say what did not work.
When you are done, answer in plain text without calling a tool.`;

/** Plans with native tool calls. */
export const nativePlanner: Planner = {
  name: "native",
  next: () => ({ kind: "ask" }),
  prompt,
  read,
};

/**
 * Renders the prompt. The system text depends on the spec, and on the memory that the run recalled
 * before its first call: it must not change between steps, because providers cache by prefix.
 */
function prompt(state: RunState, tools: readonly ToolDescription[]): Prompt {
  const config = state.spec?.config;
  const instructions = config?.instructions ?? "";
  const profile = profileText(config?.profile);
  const memory = blocksText(state.memory?.blocks ?? []);
  const parts = [
    GENERAL,
    ...(profile === null ? [] : [profile]),
    ...(instructions.trim() === "" ? [] : [instructions]),
    ...(memory === null ? [] : [memory]),
  ];
  return {
    system: parts.join("\n\n"),
    turns: turnsIn(state.conversation).map(markedTurn),
    tools,
    stop: config?.stop ?? [],
    ...(config?.output_schema === undefined ? {} : { output_schema: config.output_schema }),
  };
}

function read(reply: Reply): Reading {
  if (reply.tool_calls.length > 0) {
    // The last call's arguments may be truncated at a place where they still parse, so run none of
    // the calls.
    return reply.finish_reason === "length"
      ? {
          kind: "problem",
          code: "truncated_reply",
          message:
            "Your reply reached its length limit, so none of its tool calls was run. Call fewer tools at once, with shorter arguments.",
        }
      : {
          kind: "calls",
          calls: reply.tool_calls.map(({ name, arguments_text, provider_id }) => ({
            name,
            ...readArguments(arguments_text),
            ...defined({ provider_id }),
          })),
        };
  }
  if (reply.finish_reason === "pause") {
    return { kind: "pause" };
  }
  return reply.text.trim() === ""
    ? {
        kind: "problem",
        code: "empty_reply",
        message: "Your reply was empty. Call a tool, or answer in plain text.",
      }
    : { kind: "answer", answer: reply.text };
}

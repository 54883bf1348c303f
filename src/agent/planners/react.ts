/**
 * The planner for models without native tool calls: thought, action and observation as text. This
 * file renders the prompt; `react-reply.ts` parses the reply.
 */
import {
  imagesOf,
  turnsIn,
  type Prompt,
  type ToolDescription,
  type ToolResult,
  type Turn,
} from "../../run/value/message.ts";
import { pictureCaption } from "../../run/value/picture.ts";
import type { Planner } from "../../run/decide/planner.ts";
import { once } from "../../run/value/once.ts";
import { blocksText } from "../../run/memory/recall.ts";
import { profileText } from "../../run/spec/profile.ts";
import type { RunState } from "../../run/log/state.ts";
import { markedTurn } from "./marked-turn.ts";
import { readReactReply } from "./react-reply.ts";

/** Plans in the text form Thought, Action, Observation. */
export const reactPlanner: Planner = {
  name: "react",
  next: () => ({ kind: "ask" }),
  prompt,
  read: readReactReply,
};

const PURPOSE =
  "You are a helpful assistant that reaches goals by thinking step by step and using the available tools.";

const FORMAT = `Write every reply in this form, and then stop:

Thought: what you know, and what to do next
Action: the name of one tool
Action Input: the input of the tool, as one JSON object

The next message begins with "Observation:" and holds what the tool returned; never write it yourself. Use one action in a reply. Once you know the answer, write instead:

Thought: why the goal is reached
Final Answer: the answer, on as many lines as it needs`;

function prompt(state: RunState, tools: readonly ToolDescription[]): Prompt {
  const config = state.spec?.config;
  const instructions = config?.instructions ?? "";
  const list = tools.length === 0 ? "(none)" : tools.map(toolLine).join("\n");
  const parts = [PURPOSE, `Available tools:\n${list}`, FORMAT];
  if (config?.output_schema !== undefined) {
    const schema = JSON.stringify(config.output_schema);
    parts.push(`The Final Answer must be one JSON value that fits this JSON Schema:\n${schema}`);
  }
  const profile = profileText(config?.profile);
  if (profile !== null) {
    parts.push(profile);
  }
  if (instructions.trim() !== "") {
    parts.push(instructions);
  }
  const memory = blocksText(state.memory?.blocks ?? []);
  if (memory !== null) {
    parts.push(memory);
  }
  return {
    system: parts.join("\n\n"),
    turns: turnsIn(state.conversation).map(textTurn),
    tools: [],
    stop: ["\nObservation:", ...(config?.stop ?? [])],
  };
}

/** Renders a tool on one line: a line break in its description could pose as another tool. */
function toolLine({ name, description, input_schema }: ToolDescription): string {
  const schema = Object.fromEntries(
    Object.entries(input_schema).filter(([key]) => key !== "$schema"),
  );
  const text = description.replaceAll(/\s+/g, " ").trim();
  return `- ${name}: ${text} Input schema: ${JSON.stringify(schema)}`;
}

const textTurn = once((turn: Turn) => asText(markedTurn(turn)));

function asText(turn: Turn): Turn {
  switch (turn.role) {
    case "user":
      return turn;
    case "assistant":
      return { role: "assistant", text: turn.text, tool_calls: [] };
    case "tool": {
      const images = imagesOf(turn);
      const text = turn.results.map(observation).join("\n");
      return { role: "user", text, ...(images.length > 0 && { images }) };
    }
    case "notice":
      return { role: "user", text: `Observation: ${turn.text}` };
    default:
      return turn satisfies never;
  }
}

function observation({ name, output, error, images = [], untrusted }: ToolResult): string {
  if (error !== undefined) {
    return `Observation: Error (${error.code}): ${error.message}`;
  }
  const text = `Observation: ${JSON.stringify(output ?? null)}`;
  return images.length === 0
    ? text
    : `${text}\n${pictureCaption(name, images.length, untrusted !== undefined)}`;
}

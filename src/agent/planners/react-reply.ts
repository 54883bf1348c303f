/**
 * Parses a ReAct reply. Models follow the format only roughly, so parsing accepts many forms of an
 * action (case, bold labels, fences, text after the JSON, several lines). It is strict about what
 * runs: exactly one action or one final answer, and never part of an action.
 */
import type { Reply } from "../../run/value/message.ts";
import { readArguments, type Reading } from "../../run/decide/planner.ts";

const OBSERVATION = /^[ \t*]*observation[ \t*]*:/im;
/** `Action:`, `Final Answer:` or `Action: Final Answer:` at the start of a line. */
const MARKER = /^[ \t*]*(?:(?<final>(?:action[ \t*]*:[ \t*]*)?final[ \t]+answer)|action)[ \t*]*:/im;
const NEXT_LABEL = /^[ \t*]*(?:thought|action|final[ \t]+answer)[ \t*]*:/im;
const TOOL_NAME = /^[\s*]*tool[ \t]+name[ \t*]*:/i;
const INPUT_IN_LINE = /(?:^|[\s,;*])(?:action[ \t]+)?input[ \t*]*:/i;
const INPUT_LINE = /^[ \t*]*(?:action[ \t]+)?input[ \t*]*:/im;
/** An action line with its input line: a call, even inside the text of an answer. */
const WHOLE_ACTION = /^[ \t*]*action[ \t*]*:[^\n]*\n[ \t*]*(?:action[ \t]+)?input[ \t*]*:/im;

/** Returns the meaning of a ReAct reply. Total. */
export function readReactReply(reply: Reply): Reading {
  if (reply.finish_reason === "pause") {
    return { kind: "pause" };
  }
  const whole = reply.text.replaceAll("\r\n", "\n");
  if (whole.trim() === "") {
    return problem(
      "empty_reply",
      'Your reply was empty. Write "Thought:", then either "Action:" and "Action Input:", or "Final Answer:".',
    );
  }
  // Text after an observation is invented: the tool has not run yet.
  const imagined = OBSERVATION.exec(whole);
  const text = imagined === null ? whole : whole.slice(0, imagined.index);
  const marker = MARKER.exec(text);
  if (marker === null) {
    return NO_ACTION;
  }
  const rest = text.slice(marker.index + marker[0].length);
  if (marker.groups?.["final"] !== undefined) {
    return readAnswer(rest);
  }
  return readCall(rest, reply.finish_reason === "length" && imagined === null);
}

function readAnswer(rest: string): Reading {
  if (WHOLE_ACTION.test(rest)) {
    return TWO_ACTIONS;
  }
  // The end of a bold label (`**Final Answer:** 42`) is not part of the answer.
  const answer = rest.replace(/^\*+/, "").trim();
  return answer === ""
    ? problem("empty_reply", 'The final answer was empty. Write the answer after "Final Answer:".')
    : { kind: "answer", answer };
}

/**
 * Parses an action.
 * @param cut whether the reply reached its length limit, so that its last words may be missing
 */
function readCall(rest: string, cut: boolean): Reading {
  const action = splitAction(rest);
  const { text, after } = takeInput(action);
  if (MARKER.test(after)) {
    return TWO_ACTIONS;
  }
  if (cut) {
    return problem(
      "truncated_reply",
      "Your reply reached its length limit, so its action was not run. Write a shorter thought, then the action with its whole input.",
    );
  }
  return action.name === ""
    ? NO_ACTION
    : { kind: "calls", calls: [{ name: action.name, ...readArguments(text) }] };
}

interface Action {
  readonly name: string;
  /** The text that starts with the input, if there is one. */
  readonly input: string;
  /** Whether a label introduces an input. */
  readonly labelled: boolean;
}

function splitAction(rest: string): Action {
  const text = rest.replace(TOOL_NAME, "").trimStart();
  const lineEnd = text.includes("\n") ? text.indexOf("\n") : text.length;
  const line = text.slice(0, lineEnd);
  const brace = line.includes("{") ? line.indexOf("{") : line.length;
  const label = INPUT_IN_LINE.exec(line.slice(0, brace));
  if (label !== null) {
    const input = text.slice(label.index + label[0].length);
    return { name: bareName(line.slice(0, label.index)), input, labelled: true };
  }
  const name = bareName(line.slice(0, brace));
  if (brace < line.length) {
    return { name, input: text.slice(brace), labelled: false };
  }
  const below = text.slice(lineEnd);
  const inputLine = INPUT_LINE.exec(below);
  const next = MARKER.exec(below);
  if (inputLine !== null && (next === null || inputLine.index < next.index)) {
    const input = below.slice(inputLine.index + inputLine[0].length);
    return { name, input, labelled: true };
  }
  return { name, input: below, labelled: false };
}

/** Returns the input, and the text after it. */
function takeInput({ input, labelled }: Action): { readonly text: string; readonly after: string } {
  const text = input
    .replace(/^\*+/, "")
    .trimStart()
    .replace(/^```[a-z0-9]*/i, "")
    .trimStart();
  // Without a label only an object is an input; anything else is further text of the model.
  if (!labelled && !text.startsWith("{")) {
    return { text: "", after: text };
  }
  const end = valueEnd(text);
  if (end !== null) {
    return { text: text.slice(0, end), after: text.slice(end) };
  }
  const next = NEXT_LABEL.exec(text);
  const own = next === null ? text : text.slice(0, next.index);
  return { text: own.replace(/```\s*$/, "").trim(), after: text.slice(own.length) };
}

/**
 * Returns the end of the object or array at the start of a text; null if there is none, or it does
 * not end.
 */
function valueEnd(text: string): number | null {
  if (text[0] !== "{" && text[0] !== "[") {
    return null;
  }
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (inString) {
      if (char === "\\") {
        at += 1;
      } else if (char === '"') {
        inString = false;
      }
    } else if (char === '"') {
      inString = true;
    } else if (char === "{" || char === "[") {
      depth += 1;
    } else if (char === "}" || char === "]") {
      depth -= 1;
      if (depth === 0) {
        return at + 1;
      }
    }
  }
  return null;
}

const AROUND_NAMES = new Set(Array.from(" \t\n\"'`*[]()"));

/** Returns a name without surrounding quotes, brackets and asterisks. */
function bareName(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && AROUND_NAMES.has(text.charAt(start))) {
    start += 1;
  }
  while (end > start && AROUND_NAMES.has(text.charAt(end - 1))) {
    end -= 1;
  }
  return text.slice(start, end);
}

const NO_ACTION = problem(
  "no_action",
  'Your reply had no action and no final answer. Write "Action: <tool name>" and "Action Input: <JSON object>" on lines of their own, or "Final Answer: <answer>".',
);

const TWO_ACTIONS = problem(
  "two_actions",
  'Your reply had more than one action, or an action and a final answer; nothing was run. Write one "Action:" with one "Action Input:" and stop, or only "Final Answer:".',
);

function problem(code: string, message: string): Reading {
  return { kind: "problem", code, message };
}

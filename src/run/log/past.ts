/**
 * What the next turn of a conversation sees of a run: its window as plain text, newest exchanges
 * first to stay. Tool calls become text: their ids, signatures and pictures belong to the model and
 * the tools of this run, and the next turn may have others. Pure, and bounded.
 */
import { MAX_HISTORY_CHARS, shortened, type PastTurn } from "../spec/history.ts";
import {
  filesOf,
  imagesOf,
  LEFT_OUT,
  isSummary,
  type ToolCall,
  type ToolResult,
  type Turn,
} from "../value/message.ts";
import { marked } from "../value/trust.ts";
import type { RunEnd, RunState } from "./state.ts";

/** Maximum characters of the text of one turn. */
const MAX_TURN_CHARS = 45_000;
/** Maximum characters of a summary of what came before. */
const MAX_SUMMARY_CHARS = 20_000;
/** Maximum characters of the arguments, and of the output, of one tool call. */
const MAX_PART_CHARS = 1_000;

const GAP: PastTurn = { role: "notice", text: LEFT_OUT };

/**
 * Returns the turns that a task sees which continues this run. Of a run that did not complete, they
 * have what was said, and a notice that there was no answer.
 */
export function pastTurns(state: RunState): PastTurn[] {
  const { earlier, pinned, recent } = state.conversation;
  const unread = state.end?.status === "completed" ? [] : state.inbox;
  const whole = [...earlier, ...pinned, ...recent, ...unread];
  const exchanges = exchangesOf([...whole.flatMap(pastTurn), ...closing(state, whole)]);
  return fitted(exchanges, whole.some(isSummary) || isLeftOut(whole[0]));
}

function isLeftOut(turn: Turn | undefined): boolean {
  return turn?.role === "notice" && turn.text === LEFT_OUT;
}

/** Returns the turns as which a turn is carried on. */
function pastTurn(turn: Turn): PastTurn[] {
  switch (turn.role) {
    case "user": {
      const pictures = imagesOf(turn).length;
      const shown = pictures === 0 ? "" : `\n\n[${pictures} pictures were shown here.]`;
      const names = filesOf(turn).map(({ name }) => `\n\n[The file ${name} was attached here.]`);
      return [
        { role: "user", text: `${shortened(turn.text, MAX_TURN_CHARS)}${shown}${names.join("")}` },
      ];
    }
    case "assistant": {
      const text = turn.text.trim() === "" ? [] : [said(turn.text)];
      return [...text, ...turn.tool_calls.map(called)];
    }
    case "tool":
      return turn.results.map(returned);
    case "notice":
      return [
        {
          role: "notice",
          text: shortened(turn.text, isSummary(turn) ? MAX_SUMMARY_CHARS : MAX_PART_CHARS),
        },
      ];
    default:
      return turn satisfies never;
  }
}

function said(text: string): PastTurn {
  return { role: "assistant", text: shortened(text, MAX_TURN_CHARS) };
}

function called({ name, arguments: args, arguments_text }: ToolCall): PastTurn {
  const given = arguments_text ?? JSON.stringify(args ?? {});
  return {
    role: "notice",
    text: `The tool ${name} was called: ${shortened(given, MAX_PART_CHARS)}`,
  };
}

function returned({ name, output, error, untrusted }: ToolResult): PastTurn {
  const text =
    error === undefined
      ? shortened(JSON.stringify(output ?? null), MAX_PART_CHARS)
      : `${error.code}: ${shortened(error.message, MAX_PART_CHARS)}`;
  const shown = untrusted === undefined ? text : JSON.stringify(marked(untrusted, text));
  const what = error === undefined ? "returned" : "failed";
  return { role: "notice", text: `The tool ${name} ${what}: ${shown}` };
}

/** Returns the turns that end a run: its answer, or why it has none. */
function closing({ end }: RunState, whole: readonly Turn[]): PastTurn[] {
  if (end === null) {
    return [];
  }
  if (end.status === "completed") {
    const last = whole.at(-1);
    const isSaid =
      last?.role === "assistant" && last.tool_calls.length === 0 && last.text === end.result.answer;
    return isSaid ? [] : [said(end.result.answer)];
  }
  return [{ role: "notice", text: withoutAnswer(end) }];
}

function withoutAnswer(end: Exclude<RunEnd, { status: "completed" }>): string {
  return end.status === "failed"
    ? `This turn failed without an answer: ${shortened(end.error.message, MAX_PART_CHARS)}`
    : "This turn was cancelled before it had an answer.";
}

/** Cuts turns before each turn of the client. */
function exchangesOf(turns: readonly PastTurn[]): PastTurn[][] {
  const exchanges: PastTurn[][] = [];
  for (const turn of turns) {
    const last = exchanges.at(-1);
    if (last === undefined || turn.role === "user") {
      exchanges.push([turn]);
    } else {
      last.push(turn);
    }
  }
  return exchanges;
}

/**
 * Returns the newest exchanges that fit, after the summary of the others or a notice that they are
 * left out. Of a newest exchange that does not fit, what was said stays without its tool calls.
 */
function fitted(exchanges: readonly PastTurn[][], isCut: boolean): PastTurn[] {
  const [first] = exchanges.flat();
  const opening = isCut && first?.role === "notice" ? first : null;
  let room = MAX_HISTORY_CHARS - Math.max(LEFT_OUT.length, opening?.text.length ?? 0);
  const kept: PastTurn[] = [];
  for (const exchange of exchanges.toReversed()) {
    const rest = exchange.filter((turn) => turn !== opening);
    const turns = kept.length === 0 && charsOf(rest) > room ? spoken(rest) : rest;
    room -= charsOf(turns);
    if (room < 0) {
      return [opening ?? GAP, ...kept];
    }
    kept.unshift(...turns);
  }
  return opening === null ? kept : [opening, ...kept];
}

/** Returns the first turn and the last words of an exchange. */
function spoken(exchange: readonly PastTurn[]): PastTurn[] {
  const last = exchange.at(-1);
  return exchange.filter((turn, i) => i === 0 || turn === last);
}

function charsOf(turns: readonly PastTurn[]): number {
  return turns.reduce((sum, { text }) => sum + text.length, 0);
}

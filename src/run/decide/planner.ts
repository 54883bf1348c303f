/**
 * The planner port. A planner is pure: it turns the state into a prompt, and the model's reply into
 * the next step. It performs nothing.
 */
import { jsonDefect, wellFormed, type JsonValue } from "../value/json.ts";
import { roundedNumber } from "../value/whole-numbers.ts";
import type { Prompt, Reply, ToolDescription } from "../value/message.ts";
import type { RunState } from "../log/state.ts";

/**
 * The meaning of a reply: an answer, tool calls, a pause, or a problem that is reported to the
 * model.
 */
export type Reading =
  | { readonly kind: "answer"; readonly answer: string; readonly data?: JsonValue }
  | { readonly kind: "calls"; readonly calls: readonly PlannedCall[] }
  /** The provider paused its turn: send the next request. */
  | { readonly kind: "pause" }
  | { readonly kind: "problem"; readonly code: string; readonly message: string };

/** A tool call before it has an id: parsed arguments, or the text that did not parse. */
export interface PlannedCall {
  readonly name: string;
  readonly arguments?: JsonValue;
  readonly arguments_text?: string;
  readonly provider_id?: string;
}

/** The next step of a planner: ask the model, make calls without it, or finish. */
export type PlannerStep =
  | { readonly kind: "ask" }
  | {
      readonly kind: "calls";
      /** At least one. `step` is the planner's name of a call. */
      readonly calls: readonly (PlannedCall & { readonly step?: string })[];
      /** The planner's name of the plan. */
      readonly key?: string;
    }
  | { readonly kind: "finish"; readonly answer: string };

/** The port that every planner implements. */
export interface Planner {
  /** Matches `PLANNER_NAME`. */
  readonly name: string;
  /** Returns the next step while nothing is open. */
  next(state: RunState): PlannerStep;
  /** Renders the conversation for the model. Equal arguments produce an equal prompt. */
  prompt(state: RunState, tools: readonly ToolDescription[]): Prompt;
  /** Interprets a reply. Total: every reply has a reading, even a broken one. */
  read(reply: Reply): Reading;
}

/**
 * Parses the arguments of a call. An empty text and `null` mean no arguments. Text that is not JSON, or is
 * JSON that cannot be stored (nested too deep, or with a number that would be rounded), is returned
 * as text.
 */
export function readArguments(
  text: string,
): { readonly arguments: JsonValue } | { readonly arguments_text: string } {
  if (/^\s*(?:null\s*)?$/.test(text)) {
    return { arguments: {} };
  }
  try {
    const value: unknown = JSON.parse(text);
    return jsonDefect(value) === null && roundedNumber(text) === null
      ? { arguments: wellFormed(value as JsonValue) }
      : { arguments_text: text };
  } catch {
    return { arguments_text: text };
  }
}

/** Returns what to tell a model about a whole number that would be rounded; null if there is none. */
export function roundedDefect(json: string): string | null {
  const number = roundedNumber(json);
  return number === null
    ? null
    : `the number ${number.slice(0, 100)} would be rounded. Write it as a text, in quotes`;
}

/** Parses the data of an answer: JSON, with or without a Markdown fence. */
export function answerData(
  text: string,
):
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: string } {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1];
  try {
    const value: unknown = JSON.parse(fenced ?? text);
    const defect = jsonDefect(value) ?? roundedDefect(fenced ?? text);
    return defect === null
      ? { ok: true, value: wellFormed(value as JsonValue) }
      : { ok: false, reason: defect };
  } catch (error) {
    const why = error instanceof Error ? error.message : "unreadable";
    return { ok: false, reason: `it is not JSON (${why})` };
  }
}

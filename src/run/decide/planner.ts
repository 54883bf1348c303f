/**
 * The planner port: how a run thinks. A planner is pure; it turns state into what the model is
 * shown, and what the model said into what is to be done. It never performs anything.
 */
import { jsonDefect, type JsonValue } from "../value/json.ts";
import type { Prompt, Reply, ToolDescription } from "../value/message.ts";
import type { PlannerName } from "../spec/spec.ts";
import type { RunState } from "../log/state.ts";

/** What a reply means: an answer, tool calls, a pause, or a problem that the model is told of. */
export type Reading =
  | { readonly kind: "answer"; readonly answer: string; readonly data?: JsonValue }
  | { readonly kind: "calls"; readonly calls: readonly PlannedCall[] }
  /** Nothing to do but to ask again: the provider paused its turn. */
  | { readonly kind: "pause" }
  | { readonly kind: "problem"; readonly code: string; readonly message: string };

/** A tool call before it has an id: parsed arguments, or the text that did not parse. */
export interface PlannedCall {
  readonly name: string;
  readonly arguments?: JsonValue;
  readonly arguments_text?: string;
  readonly provider_id?: string;
}

export interface Planner {
  readonly name: PlannerName;
  /** What to do while nothing is open: ask the model, or finish without one. */
  next(
    state: RunState,
  ): { readonly kind: "ask" } | { readonly kind: "finish"; readonly answer: string };
  /** The conversation as the model is to see it. Equal arguments give an equal prompt. */
  prompt(state: RunState, tools: readonly ToolDescription[]): Prompt;
  /** Total: every reply, however broken, has a reading. */
  read(reply: Reply): Reading;
}

/**
 * Parses the arguments of a call; an empty text means no arguments. JSON that could not be stored
 * (nested without end, say) stays text, as what is not JSON does.
 */
export function readArguments(
  text: string,
): { readonly arguments: JsonValue } | { readonly arguments_text: string } {
  if (text.trim() === "") {
    return { arguments: {} };
  }
  try {
    const value: unknown = JSON.parse(text);
    return jsonDefect(value) === null
      ? { arguments: value as JsonValue }
      : { arguments_text: text };
  } catch {
    return { arguments_text: text };
  }
}

/** The data that an answer holds: JSON, also where a model put it between fences. */
export function answerData(
  text: string,
):
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly reason: string } {
  const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1];
  try {
    const value: unknown = JSON.parse(fenced ?? text);
    const defect = jsonDefect(value);
    return defect === null
      ? { ok: true, value: value as JsonValue }
      : { ok: false, reason: `${defect}.` };
  } catch (error) {
    const why = error instanceof Error ? error.message : "unreadable";
    return { ok: false, reason: `it is not JSON (${why}).` };
  }
}
